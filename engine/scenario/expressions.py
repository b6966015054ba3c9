"""The small language of expressions: text in, a frozen tree out; nothing is ever executed.

Python's own parser reads the text (as data: `ast.parse` builds a tree and runs nothing), an allow-list turns that tree
into ours, and every node keeps the offset at which it stands, so that a message can point into the scenario file.
Two things that Python's grammar lacks are put in by replacing text at equal length before parsing, so offsets hold:
a percentage (`5%`) and names that Python reserves (`pass`, `raise`, `in`).
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Final

MAX_LENGTH: Final = 1_000
MAX_DEPTH: Final = 40
MAX_POWER: Final = 64

# name: (fewest arguments, most arguments)
FUNCTIONS: Final = {
    "min": (2, 16),
    "max": (2, 16),
    "abs": (1, 1),
    "exp": (1, 1),
    "log": (1, 1),
    "sqrt": (1, 1),
    "logistic": (1, 1),
    "clip": (3, 3),
    "per_round": (1, 1),
}
OPERATORS: Final = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
COMPARISONS: Final = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
GRAMMAR: Final = frozenset({"and", "or", "not", "if", "else"})
RESERVED: Final = GRAMMAR | {"none", "rest", "round", "rounds", "base", *FUNCTIONS}


class ExpressionError(ValueError):
    """The text is no expression of this language.

    Attributes:
        offset: where in the text, in characters.
        hint: what to write instead; may be empty.
    """

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.offset, self.hint = message, offset, hint


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written."""

    value: float
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    """Whatever has a name: an unknown, a quantity, a state, a move, an option."""

    id: str
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x` or `not x`."""

    operator: str
    operand: Node
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """`left + right`, and the other arithmetic; also `and`, `or`."""

    operator: str
    left: Node
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class Compare:
    """`left < right`, and the other comparisons of two."""

    operator: str
    left: Node
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class Choose:
    """`then if condition else otherwise`."""

    condition: Node
    then: Node
    otherwise: Node
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """`max(a, b)`, and the other functions."""

    function: str
    arguments: tuple[Node, ...]
    at: int


Node = Number | Name | Unary | Binary | Compare | Choose | Call


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression as written, and its tree."""

    text: str
    root: Node


@lru_cache(maxsize=4_096)  # assumption sets read the same text again and again
def parse(text: str) -> Expression:
    """The tree of an expression.

    Raises:
        ExpressionError: with the offset of what is wrong.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"an expression may have {MAX_LENGTH} characters, this one has {len(text)}",
            MAX_LENGTH,
            "name its parts under 'quantities'",
        )
    if not text.strip():
        raise ExpressionError("an expression is missing", 0, "write a number or an expression")
    masked, literals = _mask(text)
    tree = _python_tree(masked, text)
    return Expression(text, _Reader(text, literals).node(tree, 0))


def constant(value: float) -> Expression:
    """The expression that is just this number."""
    return Expression(repr(value), Number(float(value), 0))


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, left to right."""
    yield node
    for child in children(node):
        yield from walk(child)


def children(node: Node) -> tuple[Node, ...]:
    """The parts directly below a node."""
    match node:
        case Unary():
            return (node.operand,)
        case Binary() | Compare():
            return (node.left, node.right)
        case Choose():
            return (node.condition, node.then, node.otherwise)
        case Call():
            return node.arguments
        case _:
            return ()


def literals(expression: Expression) -> Iterator[float]:
    """The numbers that are written in it."""
    return (node.value for node in walk(expression.root) if isinstance(node, Number))


_TOKEN: Final = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?P<percent>%)?|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|"
    r"(?P<other>.)",
    re.DOTALL,
)
_LOOKALIKES: Final = {
    "−": "-",
    "–": "-",
    "—": "-",
    "×": "*",
    "·": "*",
    "÷": "/",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "\xa0": "a space",
    "¬": "not",
    "∧": "and",
    "∨": "or",
    "½": "0.5",
}


def _mask(text: str) -> tuple[str, dict[int, Node]]:
    """The text with percentages and reserved names replaced at equal length, and what stands at those offsets."""
    parts: list[str] = []
    found: dict[int, Node] = {}
    for token in _TOKEN.finditer(text):
        at, word = token.start(), token.group()
        if token["percent"]:
            following = text[token.end() : token.end() + 1]
            if following.isalnum() or following in ("_", "(", "."):
                raise ExpressionError("'%' marks a percentage, there is no remainder operator", token.end() - 1)
            found[at] = Number(_percentage(token["number"], at), at)
            word = "_" * len(word)
        elif token["name"] and keyword.iskeyword(word) and word not in GRAMMAR:
            found[at] = Name(word, at)
            word = "_" * len(word)
        elif token["other"]:
            _check_character(word, at)
        parts.append(word)
    return "".join(parts), found


def _percentage(number: str, at: int) -> float:
    mantissa, _, exponent = number.lower().partition("e")
    value = float(f"{mantissa}e{int(exponent or 0) - 2}")  # exactly rounded, which dividing by 100 is not
    if not isfinite(value):
        raise ExpressionError("this number is too large", at)
    return value


def _check_character(char: str, at: int) -> None:
    """Refuses what means something to Python alone, and what only looks like a sign of the language."""
    if char in "'\"`":
        raise ExpressionError(
            f"{char} cannot stand in an expression", at, "options and names are written without quotes"
        )
    if char in "#\\;$?":
        raise ExpressionError(f"'{char}' cannot stand in an expression", at)
    if not (char.isascii() and (char.isprintable() or char in "\t\n")):
        shown = f"'{char}' (U+{ord(char):04X})" if char.isprintable() else f"the character U+{ord(char):04X}"
        hint = f"write {_LOOKALIKES[char]}" if char in _LOOKALIKES else "names have the letters a to z, digits and _"
        raise ExpressionError(f"{shown} cannot stand in an expression", at, hint)


def _python_tree(masked: str, text: str) -> ast.expr:
    # Brackets around the whole let it run over several lines, as a folded YAML scalar may.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(f"({masked}\n)", mode="eval").body
    except SyntaxError as error:
        offset = _offset(text, error.lineno or 1, (error.offset or 1) - 1)
        raise ExpressionError(*_explain(text, offset)) from None
    except (ValueError, MemoryError, RecursionError, OverflowError):
        raise ExpressionError("this cannot be read as an expression", 0, "name its parts under 'quantities'") from None


def _explain(text: str, offset: int) -> tuple[str, int, str]:
    for match in re.finditer(r"[^=<>!]=(?!=)|&&?|\|\|?|!(?!=)|\^|<>", text):
        found = match.group().strip()
        hint = {"&": "and", "&&": "and", "|": "or", "||": "or", "!": "not", "^": "**", "<>": "!="}.get(found, "==")
        at = match.end() - 1 if hint == "==" else match.start()
        return f"'{found[-1] if hint == '==' else found}' cannot stand here", at, f"write '{hint}'"
    if (alone := _unmatched(text)) is not None:
        return "this bracket has no partner", alone, ""
    if times := _TIMES.search(text):
        return f"'{times.group(1)}' cannot stand here", times.start(1), "write '*'"
    if loud := _CAPITALS.search(text):
        return f"'{loud.group()}' cannot stand here", loud.start(), f"write '{loud.group().lower()}'"
    if foreign := _FOREIGN.search(text):
        word = foreign.group()
        hint = {"is": "write ==", "in": "write a == b or a == c"}.get(word, "")
        return f"'{word}' cannot stand here", foreign.start(), hint
    if octal := re.search(r"(?<![\w.])0[0-9]+(?![0-9.])", text):
        return "a number does not start with 0", octal.start(), f"write {octal.group().lstrip('0') or '0'}"
    conditions = list(re.finditer(r"\bif\b", text))
    if len(conditions) > len(re.findall(r"\belse\b", text)):
        return "'if' needs an 'else'", conditions[-1].start(), "say what holds otherwise, for example: a if c else 0"
    return "this cannot be read as an expression", offset, "for example: 2 * loans if answer == join else 0"


_CAPITALS: Final = re.compile(r"\b(?:AND|OR|NOT|IF|ELSE|And|Or|Not|If|Else)\b")
_TIMES: Final = re.compile(r"[0-9)]\s+(x)\s+[\w(]")
_FOREIGN: Final = re.compile(r"\b(?:is|in|for|lambda|import|await|yield)\b")


def _unmatched(text: str) -> int | None:
    """Where the first bracket without a partner stands."""
    opened: list[int] = []
    for at, char in enumerate(text):
        if char == "(":
            opened.append(at)
        elif char == ")":
            if not opened:
                return at
            opened.pop()
    return opened[0] if opened else None


def _offset(text: str, line: int, column: int) -> int:
    """The offset in `text` of a place in Python's bracketed copy of it; column in characters from 0."""
    starts = [0]
    for row in text.split("\n"):
        starts.append(starts[-1] + len(row) + 1)
    before = starts[min(line, len(starts)) - 1]
    return max(0, min(before + column - (1 if line == 1 else 0), len(text)))


class _Reader:
    """Turns Python's tree into ours, allowing what the language has and nothing else."""

    def __init__(self, text: str, masked: dict[int, Node]) -> None:
        self.text, self.masked = text, masked
        self.lines = f"({text}\n)".split("\n")

    def node(self, tree: ast.expr, depth: int) -> Node:
        at = self.at(tree)
        if depth > MAX_DEPTH:
            raise ExpressionError(
                f"an expression may be {MAX_DEPTH} levels deep, this one is deeper",
                at,
                "name its parts under 'quantities'",
            )
        match tree:
            case ast.Name():
                return self.masked.get(at) or Name(tree.id, at)
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return self.number(value, at)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not()):
                return self.unary(tree, at, depth)
            case ast.BinOp() if type(tree.op) in OPERATORS:
                return self.binary(tree, at, depth)
            case ast.BoolOp():
                return self.logical(tree, depth)
            case ast.Compare() if all(type(op) in COMPARISONS for op in tree.ops):
                return self.comparison(tree, depth)
            case ast.IfExp():
                return Choose(
                    self.node(tree.test, depth + 1),
                    self.node(tree.body, depth + 1),
                    self.node(tree.orelse, depth + 1),
                    at,
                )
            case ast.Call():
                return self.call(tree, at, depth)
            case _:
                refused = _REFUSED.get(type(tree), "this is not part of the language of expressions")
                raise ExpressionError(
                    refused, at, "allowed: numbers, names, + - * / **, comparisons, and or not, a if c else b"
                )

    def at(self, tree: ast.expr) -> int:
        line = self.lines[tree.lineno - 1].encode()[: tree.col_offset]
        return _offset(self.text, tree.lineno, len(line.decode(errors="ignore")))

    def number(self, value: float, at: int) -> Number:
        try:
            number = float(value)
        except OverflowError:
            number = float("inf")
        if not isfinite(number):
            raise ExpressionError("this number is too large", at)
        return Number(number, at)

    def unary(self, tree: ast.UnaryOp, at: int, depth: int) -> Node:
        operand = self.node(tree.operand, depth + 1)
        if isinstance(tree.op, ast.Not):
            return Unary("not", operand, at)
        if isinstance(tree.op, ast.UAdd):
            return operand
        return Number(-operand.value, at) if isinstance(operand, Number) else Unary("-", operand, at)

    def binary(self, tree: ast.BinOp, at: int, depth: int) -> Node:
        operator = OPERATORS[type(tree.op)]
        left, right = self.node(tree.left, depth + 1), self.node(tree.right, depth + 1)
        constant_power = operator == "**" and not any(isinstance(part, Name) for part in walk(right))
        if constant_power and not (isinstance(right, Number) and abs(right.value) <= MAX_POWER):
            raise ExpressionError(f"a constant power is one number of at most {MAX_POWER}", right.at)
        return Binary(operator, left, right, at)

    def logical(self, tree: ast.BoolOp, depth: int) -> Node:
        operator = "and" if isinstance(tree.op, ast.And) else "or"
        parts = [self.node(value, depth + 1) for value in tree.values]
        return _joined(operator, parts)

    def comparison(self, tree: ast.Compare, depth: int) -> Node:
        sides = [self.node(side, depth + 1) for side in (tree.left, *tree.comparators)]
        links = [
            Compare(COMPARISONS[type(op)], left, right, left.at)
            for op, left, right in zip(tree.ops, sides, sides[1:], strict=False)
        ]
        return _joined("and", links)

    def call(self, tree: ast.Call, at: int, depth: int) -> Node:
        name = tree.func.id if isinstance(tree.func, ast.Name) else ""
        if name not in FUNCTIONS:
            shown = f"'{name}' is no function here" if name.strip("_") else "only named functions can be called"
            small = name.lower() if name.lower() in GRAMMAR | FUNCTIONS.keys() else ""
            raise ExpressionError(shown, at, f"write '{small}'" if small else f"functions are: {', '.join(FUNCTIONS)}")
        fewest, most = FUNCTIONS[name]
        if tree.keywords or not fewest <= len(tree.args) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
            raise ExpressionError(f"'{name}' takes {wanted} argument{'s' if most > 1 else ''}", at)
        arguments = tuple(self.node(argument, depth + 1) for argument in tree.args)
        bounds = [argument.value for argument in arguments[1:] if isinstance(argument, Number)]
        if name == "clip" and bounds != sorted(bounds):
            raise ExpressionError("'clip' takes a number, its lowest and its highest value, in this order", at)
        return Call(name, arguments, at)


def _joined(operator: str, parts: Sequence[Node]) -> Node:
    """All of them, or any of them; in halves, so that a long list is no deep tree."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return Binary(operator, _joined(operator, parts[:half]), _joined(operator, parts[half:]), parts[0].at)


_REFUSED: Final[dict[type[ast.expr], str]] = {
    ast.Attribute: "a dot after a name is not allowed: there are no attributes",
    ast.Subscript: "square brackets are not allowed: there is nothing to index",
    ast.Lambda: "functions cannot be defined in an expression",
    ast.NamedExpr: "':=' is not allowed: name values under 'quantities'",
    ast.Tuple: "a comma is only allowed between the arguments of a function",
    ast.List: "lists are not allowed",
    ast.Dict: "braces are not allowed",
    ast.Set: "braces are not allowed",
    ast.Starred: "'*' only multiplies",
    ast.BinOp: "this operator is not allowed; there are + - * / **",
    ast.UnaryOp: "this operator is not allowed; there are - and not",
    ast.Constant: "only plain numbers are allowed here",
}
