"""The reference of the scenario language in Markdown, written from the records that read a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import StrictBool
from pydantic.fields import FieldInfo

from engine.distributions.verbal import SURVEY_PROBABILITIES, Standard
from engine.document import limits
from engine.games.pure import MAX_PROFILES
from engine.games.tree import MAX_LEAVES
from engine.scenario import fields, lessons, reasoning
from engine.scenario import model as records
from engine.scenario.distributed import FAMILIES, Distributed, Part
from engine.scenario.expressions import COMPARISONS, FUNCTIONS, MAX_DEPTH, MAX_LENGTH, OPERATORS, RESERVED, Expression
from engine.scenario.moves import AnyMove, Decision, Event, Type
from engine.scenario.records import Reasoned, Record
from engine.scenario.words import standards

HEAD: Final = """\
# Reference of the scenario language

Written by `engine schema --md` from the code that reads scenarios. [language.md](language.md) explains; this page
lists. Keys that are not listed are errors, and so are keys that stand twice.

- A *name* has letters, digits and `_`, and begins with a letter.
- A *number* is written in digits or in percent: `5%` is 0.05.
- A *date* is written as 2022-12-18.
- An *expression* is a number or a formula ([below](#expressions)).
- A list of one name or text may be written without brackets.
"""
TEXT: Final = 20_000
"""Characters of any text; not worth a word at each."""
TYPES: Final[tuple[tuple[Any, str], ...]] = (
    (fields.Version, "`1`"),
    (fields.Number, "number"),
    (fields.Count, f"whole number, 1 to {fields.MAX_ROUNDS}"),
    (fields.Text, "text"),
    (fields.Name, "name"),
    (fields.Label, "name"),
    (fields.Date, "date"),
    (fields.Formula, "expression"),
    (fields.Texts, "list of texts"),
    (fields.Names, "list of names"),
    (fields.Weight, "number or `rest`"),
    (fields.Chance, "expression, or map from value to expression"),
    (fields.Options, "list of names, or map from name to number"),
    (StrictBool, "`true` or `false`"),
    (reasoning.ReasoningField, "way of reasoning ([below](#ways-of-reasoning))"),
    (lessons.Chances, "map from name to number"),
    (AnyMove, "[event](#event), [type](#type) or [decision](#decision)"),
    (str, "text"),
    (Any, "value"),
)
"""What the language calls the types of fields."""
SECTIONS: Final[tuple[tuple[type[Record], str], ...]] = (
    (records.Source, "`sources.NAME`"),
    (records.Evidence, "`evidence.ID`"),
    (records.Actor, "`actors.NAME`"),
    (records.Unknown, "`unknowns.NAME`"),
    (records.Correlated, "Each item of `correlated`"),
    (records.Rounds, "`rounds`"),
    (records.State, "`state.NAME`"),
    (Event, "An item of `moves` with `event`"),
    (Type, "An item of `moves` with `type`"),
    (Decision, "An item of `moves` with `decision`"),
    (records.Term, "Each item of `payoffs.ACTOR`"),
    (records.Outcome, "`outcomes.NAME`"),
    (records.Posterior, "`outcomes.NAME.belief`"),
    (records.Statement, "`statements.NAME`"),
    (records.Assumptions, "`assumptions.NAME`"),
    (records.Reference, "Each item of `references`"),
    (records.Resolution, "`resolution.OUTCOME`"),
    (records.Lesson, "`lesson`"),
    *((step, f"`lesson.{name}`") for name, step in lessons.STEPS.items()),
    (lessons.Sign, "Each item of `lesson.bluff.signs`"),
)
"""Every record, with the place where it stands."""
FORMS: Final[Mapping[str, str]] = {
    "value": "`x`",
    "uniform": "`[low, high]`",
    "triangular": "`[low, most likely, high]`",
    "pert": "`[low, most likely, high]`",
    "normal": "`{mean, sd}`",
    "lognormal": "`{median, sigma}`",
    "beta": "`{a, b}`",
    "gamma": "`{shape, scale}`",
    "between": "`[a, b]`",
    "quantiles": "`{5%: a, 50%: b, 95%: c}`",
    "phrase": "`unlikely`",
    "mixture": "`[{weight: 30%, normal: {…}}, …]`",
    "choice": "`{a: 20%, b: rest}`",
    "scipy": "`{name: skewnorm, args: […]}`",
}
MEANINGS: Final[Mapping[str, str]] = {
    "min": "the smallest",
    "max": "the largest",
    "abs": "without its sign",
    "exp": "e to this power",
    "log": "natural logarithm",
    "sqrt": "square root",
    "logistic": "1 / (1 + exp(-x))",
    "clip": "the first, kept between the second and the third",
    "per_round": "a chance over the horizon as one for each round, 1 - (1 - p) ** (1 / rounds)",
}
RULES: Final = (
    ("`equilibrium`", "replies, with its precision, to what the others really do (default)"),
    ("`best reply`", "the same without mistakes; options that are equally good are equally likely"),
    ("`habit`", "chooses with the shares of its `habit`"),
    (f"`{{level: k}}`, k from 0 to {reasoning.MAX_LEVEL}", "replies to others one level lower; level 0 is the habit"),
    (
        f"`{{cognitive hierarchy: mean}}`, an expression from 0 to {reasoning.MAX_MEAN:g}",
        "is at level 0, 1, 2, … with the chances of a Poisson distribution; each replies to all lower levels",
    ),
    ("`{choice: unknown, rules: {value: rule, …}}`", "follows the rule that an unknown of kind `choice` picks"),
)
LIMITS: Final = (
    ("bytes of a scenario, and of a source", f"{limits.MAX_BYTES:,}"),
    ("depth of nesting", f"{limits.MAX_DEPTH}"),
    ("values and keys in all, after aliases", f"{limits.MAX_NODES:,}"),
    ("aliases", f"{limits.MAX_ALIASES:,}"),
    ("characters of a text", f"{TEXT:,}"),
    ("characters of a name", f"{fields.MAX_NAME}"),
    ("characters of a number", f"{limits.MAX_NUMBER}"),
    ("characters of an expression", f"{MAX_LENGTH:,}"),
    ("depth of an expression", f"{MAX_DEPTH}"),
    ("values of a move or of a choice", f"{fields.MAX_VALUES}"),
    ("rounds", f"{fields.MAX_ROUNDS}"),
    ("leaves: ways in which one round can go", f"{MAX_LEAVES:,}"),
    ("profiles of pure strategies under `pure equilibria`", f"{MAX_PROFILES:,}"),
)


def reference_text() -> str:
    """The whole page."""
    blocks = [
        HEAD,
        "## The file\n",
        *_record(records.Scenario),
        "## Its sections\n",
        "Most of what holds a number takes `evidence`, the ids of the claims that it rests on, and `judgement`: why, "
        "where no source says so. Below a table stands whether it does.\n",
        *(block for record, place in SECTIONS for block in _section(record, place)),
        *_distributions(),
        *_reasoning(),
        *_expressions(),
        *_words(),
        "## Limits\n",
        _table(("at most", ""), LIMITS),
    ]
    return "\n".join(blocks)


# Private functions


def _section(record: type[Record], place: str) -> Iterator[str]:
    yield f"### {record.__name__}\n"
    yield f"{place}. {_first_line(record)}\n"
    yield from _record(record)


def _record(record: type[Record]) -> Iterator[str]:
    hidden = {*Distributed.model_fields} if issubclass(record, Distributed) else set()
    also = []
    if hidden:
        also.append("one [distribution](#distributions)")
    if issubclass(record, Reasoned):
        hidden |= {*Reasoned.model_fields}
        also.append("`evidence` and `judgement`")
    found = {name: field for name, field in record.model_fields.items() if name not in hidden}
    own = [name for name in found if name in record.__annotations__]
    hints = get_type_hints(record, include_extras=True)
    rows = [_row(name, found[name], hints[name]) for name in (*own, *(name for name in found if name not in own))]
    if rows:
        yield _table(("key", "takes", "needed", "meaning"), rows)
    if also:
        yield f"Also {', '.join(also)}.\n"


def _row(name: str, field: FieldInfo, hint: Any) -> Sequence[str]:
    return f"`{field.alias or name}`", _takes(hint) + _length(field.metadata), _needed(field), field.description or ""


def _needed(field: FieldInfo) -> str:
    if field.is_required():
        return "yes"
    default = field.get_default(call_default_factory=True)
    if isinstance(default, Expression):
        default = default.text.removesuffix(".0")
    if default is None or default in ((), {}):
        return ""
    return f"else `{str(default).lower() if isinstance(default, bool) else default}`"


def _takes(hint: Any) -> str:
    """What a field takes, in the words of the language."""
    for known, name in TYPES:
        if hint is known:
            return name
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        rest = [part for part in parts if part is not NoneType]
        return _takes(reduce(or_, rest)) if len(rest) < len(parts) else " or ".join(map(_takes, rest))
    if origin is Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if origin is dict:
        return f"map from {_takes(parts[0])} to {_takes(parts[1])}"
    if origin is tuple:
        return f"list of {_takes(parts[0])}" if parts[-1] is ... else f"[{', '.join(map(_takes, parts))}]"
    if origin is Annotated:
        return _takes(parts[0]) + _length(parts[1:])
    if isinstance(hint, type) and issubclass(hint, Record):
        return f"[{hint.__name__.lower()}](#{hint.__name__.lower()})"
    raise TypeError(f"the reference has no name for {hint}")


def _length(metadata: Sequence[Any]) -> str:
    """How long a list or map may be."""
    inner = [part for one in metadata for part in (one.metadata if isinstance(one, FieldInfo) else [one])]
    least = next((one.min_length for one in inner if getattr(one, "min_length", None)), 0)
    most = next((one.max_length for one in inner if getattr(one, "max_length", None)), None)
    if most is None or most == TEXT:
        return f", at least {least}" if least else ""
    return f", {least} to {most:,}" if least else f", at most {most:,}"


def _first_line(record: type[Record]) -> str:
    return (record.__doc__ or "").strip().splitlines()[0]


def _distributions() -> Iterator[str]:
    yield "## Distributions\n"
    yield "An unknown, a statement or a part of a mixture has exactly one of these keys.\n"
    given = Distributed.model_fields
    yield _table(
        ("key", "takes", "meaning"), [(f"`{name}`", FORMS[name], given[name].description or "") for name in FAMILIES]
    )
    yield "Beside it:\n"
    beside = [name for name in given if name not in FAMILIES]
    hints = get_type_hints(Part, include_extras=True)
    rows = [_row(name, Part.model_fields[name], hints[name]) for name in (*beside, "weight")]
    yield _table(("key", "takes", "meaning"), [(key, takes, meaning) for key, takes, _, meaning in rows])


def _reasoning() -> Iterator[str]:
    yield "## Ways of reasoning\n"
    yield _table(("`reasoning`", "what the actor does"), RULES)


def _expressions() -> Iterator[str]:
    yield "## Expressions\n"
    operators = " ".join(f"`{sign}`" for sign in (*OPERATORS.values(), *COMPARISONS.values(), "and", "or", "not"))
    yield (
        f"Numbers, names, brackets, {operators}, `a if c else b`, and functions. Conditions count as 0 or 1. The name "
        "of an option or value stands for itself in a comparison with its move; elsewhere the name of a move is its "
        "number. `round` is the number of the round, `rounds` that of all rounds, `none` the value of a move that does "
        "not happen.\n"
    )
    rows = [(f"`{name}`", _arguments(*FUNCTIONS[name]), MEANINGS[name]) for name in FUNCTIONS]
    yield _table(("function", "arguments", "meaning"), rows)
    yield f"**Reserved**, so no names: {', '.join(f'`{name}`' for name in sorted(RESERVED))}.\n"


def _arguments(least: int, most: int) -> str:
    return f"{least}" if least == most else f"{least} to {most}"


def _words() -> Iterator[str]:
    yield "## Words of probability\n"
    yield (
        "A band is the central 90 % of a beta distribution; one that touches 0 or 100 % holds 95 % of it; one of no "
        "width is a value. Of a survey, answers at 5, 25, 50, 75 and 95 % are the quantiles, in percent. Capitals do "
        "not matter; spaces, hyphens and underscores are equal.\n"
    )
    for standard in standards().values():
        yield f"### {standard.name}\n"
        yield f"A {standard.kind}. {standard.note} Source: {standard.provenance}.\n".replace("  ", " ")
        yield _terms(standard)


def _terms(standard: Standard) -> str:
    if standard.kind == "survey":
        head = ("term", *(f"{level:.0%}" for level in SURVEY_PROBABILITIES), "mean")
        rows = [
            (_word(name), *(f"{100 * value:g}" for value in term.quantiles or ()), f"{100 * (term.mean or 0):.3g}")
            for name, term in standard.terms.items()
        ]
        return _table(head, rows)
    others = {name: [other for other, of in standard.synonyms.items() if of == name] for name in standard.terms}
    return _table(
        ("term", "from", "to", "also"),
        [
            (
                _word(name),
                *(f"{100 * end:g} %" for end in term.band or ()),
                ", ".join(map(_word, others[name])),
            )
            for name, term in standard.terms.items()
        ],
    )


def _word(name: str) -> str:
    return name.replace("_", " ")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
