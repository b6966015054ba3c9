from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine import document
from engine.document import MappingNode, Node, Percent, ScalarNode, SequenceNode, at, parse, plain, problem, read_file
from engine.document.characters import INDENT_TAB
from engine.document.scalars import decode
from engine.errors import Location, Problem, ScenarioError

PARSERS = [getattr(yaml, name) for name in ("CSafeLoader", "SafeLoader") if hasattr(yaml, name)]

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


@pytest.fixture(params=PARSERS, ids=lambda parser: parser.__name__)
def loader(request: pytest.FixtureRequest) -> Any:
    return request.param


def problems(text: str, loader: Any = document.LOADER, mapping: bool = False) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioError) as caught:
        parse(text, "f", mapping=mapping, loader=loader)
    return caught.value.problems


def places(found: tuple[Problem, ...]) -> list[str]:
    return [f"{p.where.line}:{p.where.column} {p.message}" for p in found if p.where]


def scalars(node: Node) -> Iterator[ScalarNode]:
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, SequenceNode):
        for item in node:
            yield from scalars(item)
    else:
        for key, value in node.entries:
            yield key
            yield from scalars(value)


# Values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[(word, None) for word in ("null", "Null", "NULL", "~")],
        *[(word, True) for word in ("true", "True", "TRUE")],
        *[(word, False) for word in ("false", "False", "FALSE")],
        *[("010", 10), ("-7", -7), ("+7", 7), ("0", 0), ("0o17", 15), ("0x1F", 31)],
        *[("1e6", 1e6), (".5", 0.5), ("5.", 5.0), ("-1.5e-3", -0.0015), ("1E+2", 100.0), ("-.inf", -math.inf)],
        *[(".inf", math.inf), ("+.Inf", math.inf), ("1e999", math.inf)],
        *[("5%", Percent(0.05)), ("-0.5%", Percent(-0.005)), ("1e-3%", Percent(1e-5)), ("100%", Percent(1.0))],
        *[(text, text) for text in ("no", "off", "yes", "on", "y", "n", "12:30", "2022-12-18", "1_000", "0b1")],
        *[
            (text, text)
            for text in ("nULL", "tRUE", "e5", ".", "+", "5 %", "%5"[1:] + "x", "-0x1F", "0o8", "٣", "1e", "=")
        ],
    ],
)
def test_plain_scalars_are_read_as_yaml_1_2(text: str, value: object, loader: Any) -> None:
    got = plain(parse(f"a: {text}\n", "f", loader=loader))["a"]
    assert (got, type(got)) == (value, type(value))


def test_not_a_number_is_a_float_for_the_model_to_refuse() -> None:
    assert all(math.isnan(document.resolve(text)) for text in (".nan", ".NaN", ".NAN"))  # type: ignore[arg-type]


@pytest.mark.parametrize("quoted", ["'5%'", '"5%"', "|-\n  5%", ">-\n  5%"])
def test_quoted_text_is_always_text(quoted: str) -> None:
    assert plain(parse(f"a: {quoted}\n", "f")) == {"a": "5%"}


@given(st.integers(-(10**9), 10**9), st.integers(0, 12))
def test_per_cent_is_the_nearest_double_of_the_decimal(digits: int, decimals: int) -> None:
    value = document.resolve(f"{digits}e-{decimals}%")
    assert isinstance(value, Percent)
    assert value == float(f"{digits}e-{decimals + 2}")


@pytest.mark.parametrize("text", ["5%", "7%", "0.1%", "29%", "-0.5%", "0.001%", "100%", "33.3%"])
def test_per_cent_is_shown_as_it_was_written(text: str) -> None:
    value = document.resolve(text)
    assert str(value) == f"{value}" == text
    assert repr(Percent(0.05)) == "Percent(0.05)"


def test_an_empty_value_is_null_in_block_mappings_and_lists(loader: Any) -> None:
    node = parse("a:\nb:\n- \n- 1\nc: &x\nd: *x\n", "f", loader=loader)
    assert plain(node) == {"a": None, "b": [None, 1], "c": None, "d": None}
    assert isinstance(node, MappingNode)
    assert str(node.get("a").where) == "f:1:1"  # type: ignore[union-attr]


def test_tabs_inside_lines_are_kept_in_values_and_allowed_before_comments(loader: Any) -> None:
    text = "a:\tx\ty\t# c\n\t# c\nb: 'x\ty'\nc: \"x\ty\\\tz\"\nd: |\n  x\ty\n\t\n  z\t\n"
    assert plain(parse(text, "f", loader=loader)) == {"a": "x\ty", "b": "x\ty", "c": "x\ty\tz", "d": "x\ty\n\nz\t\n"}


def test_questions_may_stand_in_brackets(loader: Any) -> None:
    assert plain(parse("{q: Will it? yes, r: (Really?)}", "f", loader=loader)) == {
        "q": "Will it? yes",
        "r": "(Really?)",
    }


# The tree


def test_every_node_knows_its_place_in_characters(loader: Any) -> None:
    node = parse("\ufeffé: [😀, {ü: 'x'}]\r\nb:\r\n  - &k c\r\n  - &m\r\n    d: *k\r\n", "f", loader=loader)
    places = {
        ("é",): "f:1:4",
        ("é", 0): "f:1:5",
        ("é", 1): "f:1:8",
        ("é", 1, "ü"): "f:1:12",
        ("b",): "f:3:3",
        ("b", 0): "f:3:8",
        ("b", 1): "f:5:5",
        ("b", 1, "d"): "f:3:8",
    }
    assert {path: str(at(node, path).where) for path in places} == places
    assert isinstance(node, MappingNode)
    assert node.key("b") is not None
    assert str(node.key("b").where) == "f:2:1"  # type: ignore[union-attr]


def test_mappings_are_read_by_name_and_in_order() -> None:
    node = parse("b: 1\n5%: 2\n'x y': 3\n", "f")
    assert isinstance(node, MappingNode)
    assert [(name, plain(value)) for name, value in node] == [("b", 1), ("5%", 2), ("x y", 3)]
    assert "5%" in node
    assert node.get("c") is None
    assert node.key("c") is None
    assert plain(node) == {"b": 1, 0.05: 2, "x y": 3}


def test_a_path_leads_to_the_node_or_to_the_last_that_exists() -> None:
    node = parse("a:\n  - b: 1\n", "f")
    assert plain(at(node, ["a", 0, "b"])) == 1
    assert plain(at(node, ["a", 0, "c", "d"])) == {"b": 1}
    assert plain(at(node, ["a", 3])) == plain(at(node, ["a", -1])) == [{"b": 1}]
    assert at(node, []) is node


def test_a_problem_carries_place_and_source_line() -> None:
    node = at(parse("a: 1\nb: [x, yy]\r\n", "f"), ["b", 1])
    assert isinstance(node, ScalarNode)
    assert problem(node, "wrong", "hint") == Problem("wrong", Location("f", 2, 8), "b: [x, yy]", "hint")
    assert problem(node, "wrong", where=node.locate(1)) == Problem("wrong", Location("f", 2, 9), "b: [x, yy]")


def test_a_bare_value_of_a_command_line_is_a_document(loader: Any) -> None:
    node = parse("between: 3", "--set loans", loader=loader)
    assert plain(node) == {"between": 3}
    assert plain(parse("5%", "--set loans", loader=loader)) == Percent(0.05)
    assert str(parse("5%", "--set loans", loader=loader).where) == "--set loans:1:1"


def test_an_alias_shares_the_node_of_its_anchor(loader: Any) -> None:
    node = parse("a: &x [1, 2]\nb: *x\nc: &x 3\nd: *x\n", "f", loader=loader)
    assert at(node, ["a"]) is at(node, ["b"])
    assert plain(node) == {"a": [1, 2], "b": [1, 2], "c": 3, "d": 3}


# Places inside scalars


def check_places(node: ScalarNode) -> None:
    """Each character that is not white space stands where it is located, or the escape that makes it does."""
    lines = node.source.lines
    last = (0, 0)
    for offset, char in enumerate(node.text):
        where = node.locate(offset)
        assert (where.line, where.column) > last or char.isspace()
        last = (where.line, where.column)
        rest = lines[where.line - 1][where.column - 1 :]
        if node.style == '"' and rest.startswith("\\"):
            assert yaml.safe_load('"' + document_escape(rest) + '"') == char
        elif not char.isspace():
            assert rest.startswith(char)
    after = node.locate(len(node.text))
    assert (after.line, after.column) > last or node.text.endswith("\n")


def document_escape(rest: str) -> str:
    return rest[: {"x": 4, "u": 6, "U": 10}.get(rest[1:2], 2)] if len(rest) > 1 else "\\n"


@pytest.mark.parametrize(
    ("text", "needle", "place"),
    [
        ("a: x + yy\n", "yy", "1:8"),
        ("a: 'it''s yy'\n", "yy", "1:11"),
        ("a: 'it''s yy'\n", "'", "1:7"),
        ('a: "\\x41\\u0042\\t\\"yy\\U0001F600z"\n', "yy", "1:19"),
        ('a: "\\x41\\u0042\\t\\"yy\\U0001F600z"\n', "z", "1:31"),
        ('a: "x\\\n    yy"\n', "yy", "2:5"),
        ('a: "x \\\n  \\ yy"\n', "yy", "2:5"),
        ("a: x\n  yy\n\n  z\n", "yy", "2:3"),
        ("a: x\n  yy\n\n  z\n", "z", "4:3"),
        ("a: 'x\n\n\n  yy'\n", "yy", "4:3"),
        ("a: |\n  x\n    yy\n", "yy", "3:5"),
        ("a: |2-\n    x\n  yy\n\n", "yy", "3:3"),
        ("a: >-  # c\n\n  x\n  yy\n\n   m\n  z\n", "yy", "4:3"),
        ("a: >-  # c\n\n  x\n  yy\n\n   m\n  z\n", "m", "6:4"),
        ("a: >-  # c\n\n  x\n  yy\n\n   m\n  z\n", "z", "7:3"),
        ("a: |\r\n  é😀\r\n  😀yy\r\n", "yy", "3:4"),
        ("- a: &k   😀 yy\n", "yy", "1:13"),
    ],
)
def test_characters_of_a_scalar_are_located(text: str, needle: str, place: str, loader: Any) -> None:
    node = next(s for s in scalars(parse(text, "f", loader=loader)) if needle in s.text)
    assert str(node.locate(node.text.index(needle))) == f"f:{place}"
    check_places(node)


@pytest.mark.parametrize(
    ("text", "place"),
    [("a: bc # d", "1:6"), ("a: 'bc' ", "1:7"), ('a: "b\\n"', "1:8"), ("a: |\n  b\n", "2:4"), ("a: |\n  b", "2:4")],
)
def test_the_place_after_the_last_character(text: str, place: str, loader: Any) -> None:
    node = at(parse(text, "f", loader=loader), ["a"])
    assert isinstance(node, ScalarNode)
    assert str(node.locate(len(node.text))) == str(node.locate(99)) == f"f:{place}"


def test_places_in_a_rewritten_scalar_are_those_of_the_original() -> None:
    node = at(parse("a: 'b''c'\n", "f"), ["a"])
    assert isinstance(node, ScalarNode)
    new = node.rewritten("2 * (b'c) + 1", 5).rewritten("(2 * (b'c) + 1)", 1)
    assert new.value == new.text == "(2 * (b'c) + 1)"
    assert new.where == node.where
    assert [str(new.locate(i)) for i in (0, 6, 7, 8, 12)] == ["f:1:5", "f:1:5", "f:1:6", "f:1:8", "f:1:9"]


words = st.sampled_from(["a", "b ", " ", "  ", "é", "😀", "\n", "\n\n", ",", ":", "'", '"', "\\", "#", "1", "-x", "\t"])
values = st.lists(words, min_size=1, max_size=14).map("".join)


@quick
@given(values, st.sampled_from(["", "'", '"', "|", ">"]), st.integers(8, 40), st.booleans())
def test_whatever_is_dumped_is_read_and_located(value: str, style: str, width: int, unicode: bool) -> None:
    text = yaml.safe_dump({"k": [value]}, default_style=style or None, width=width, allow_unicode=unicode)
    assume("!!" not in text and not INDENT_TAB.search(text))
    for loader in PARSERS:
        for node in scalars(parse(text, "f", loader=loader)):
            assert node.text in (value, "k")
            check_places(node)


pieces = st.sampled_from(
    [
        "a",
        "bc",
        " ",
        "\n   ",
        "\n\n   ",
        "\n     ",
        "\r\n   ",
        "é",
        "😀",
        "''",
        '\\"',
        "\\n",
        "\\x41",
        "\\u00e9",
        "\\\\",
        "\\\n   ",
        "\\ ",
        "\\t",
        "#",
        ":",
        ",",
        "\t",
        " # ",
        "   \n   ",
    ]
)
openings = st.sampled_from(["", "'", '"', "|\n   ", ">-\n   ", "|+\n   ", ">1\n   ", "|2\n   ", "&x ", "&x\n   "])


@settings(quick, max_examples=600)
@given(openings, st.lists(pieces, min_size=1, max_size=12).map("".join))
def test_both_parsers_give_the_same_tree_and_places(opening: str, body: str) -> None:
    text = f"k: {opening}{body}{opening if opening in ('', chr(34), chr(39)) else ''}\nnext: 1\n"
    results = []
    for loader in PARSERS:
        try:
            tree = parse(text, "f", loader=loader)
        except ScenarioError as error:
            results.append(repr(error.problems))
            continue
        results.append(repr(tree))
        for node in scalars(tree):
            assert decode(text[node.start : node.end], node.style, node.text)[0] == node.text
            check_places(node)
    assert len(set(results)) == 1


# What is refused

MALFORMED = [
    ("", "1:1 there is nothing in it"),
    ("# only a comment\n", "1:1 there is nothing in it"),
    ("---\n", "1:1 there is nothing in it"),
    ("- a\n", "1:1 the top has to be a mapping, not a list"),
    ("a:1\n", "1:1 the top has to be a mapping, not a single value"),
    ("a: 1\nb: 2\na: 3\n", "3:1 the key 'a' stands twice"),
    ("a: {b: 1, 'b': 2}", "1:11 the key 'b' stands twice"),
    ("q: {5%: 1, 0.05: 2}", "1:12 the key '0.05' is the same number as '5%'"),
    ("a: !x b\n", "1:4 tags are not allowed"),
    ("a: !!str b\n", "1:4 tags are not allowed"),
    ("a: !!python/object:os.system []\n", "1:4 tags are not allowed"),
    ("a: !u!x b\n", "1:4 tags are not allowed"),
    ("a: ! b\n", "1:4 tags are not allowed"),
    ("base: &b {x: 1}\nc:\n  <<: *b\n", "3:3 the merge key '<<' is not allowed"),
    ("a: 1\n---\nb: 2\n", "2:1 a second document is not allowed"),
    ("a: 1\n... # c\n\nb: 2\n", "4:1 a second document is not allowed"),
    ("{a: 1} b\n", "1:8 there is text after the end of the value"),
    ("[a, b]: 1\n", "1:1 a list as a key is not allowed"),
    ("? {a: 1}\n: b\n", "1:3 a mapping as a key is not allowed"),
    ("? \n: 1\n", "1:2 a key is missing"),
    ("~: 1\n", "1:1 '~' as a key is not allowed"),
    ("true: 1\n", "1:1 'true' as a key is not allowed"),
    ("a: &x b\n*x : 2\n", "2:1 an alias as a key is not allowed"),
    ("%TAG ! x\n---\na: 1\n", "1:1 only one directive, %YAML 1.x, is allowed"),
    ("%YAML 2.0\n---\na: 1\n", "1:1 only one directive, %YAML 1.x, is allowed"),
    ("# c\n%YAML 1.2\n%YAML 1.2\n---\na: 1\n", "3:1 only one directive, %YAML 1.x, is allowed"),
    ("a: *nobody\n", "1:4 no '&nobody' comes before this alias"),
    ("a: &a [*a]\n", "1:8 the alias '*a' stands inside the value that it stands for"),
    ("a: **bold**\n", "1:4 this is no name of an anchor"),
    ("l: {label: Moscow, the capital, value: 3}\n", "1:20 the key 'the capital' has no value"),
    ("l: {label:Moscow}\n", "1:5 the key 'label:Moscow' has no value"),
    ("t: why: because\n", "1:7 a ': ' stands where no key can end"),
    ("a: x\n  y: z\n", "2:4 a ': ' stands where no key can end"),
    ("t: 'no end\nb: 1\n", "1:4 this quote is never closed"),
    ('t: "no end\nb: 1\n', "1:4 this quote is never closed"),
    ("a: 'x\n---\ny'\n", "1:4 a line of '---' or '...' stands inside this quoted text"),
    ("a: {b: [1\n", "1:8 this '[' is never closed"),
    ("a: [1, 2\nb: 3\n", "2:2 a ',' or ']' is missing here"),
    ("a: {b: [1, 2}\n", "1:13 a ',' or ']' is missing here"),
    ("a: [1, 2]]\n", "1:10 a key is expected here"),
    ("a: 1\n\tb: 2\n", "2:1 a tab in the indentation"),
    ("a:\n  - 1\n \t- 2\n", "3:2 a tab in the indentation"),
    ("a: 1\nb\nc: 2\n", "2:1 this is not 'key: value'"),
    ("a:\n  b: 1\n c: 2\n", "3:2 a key is expected here"),
    ("a:\n  - 1\n  b: 2\n", "3:3 a '- ' is expected here"),
    ("a: - 1\n", "1:4 a list cannot begin here"),
    ("a: ? b\n", "1:4 a '?' cannot begin a key here"),
    ('a: "quoted" and more\n', "1:13 a key is expected here"),
    ('a: "\\q"\n', "1:5 there is no such escape"),
    ('a: "\\x4"\n', "1:5 this escape is not complete"),
    ('a: "\\ud800"\n', "1:5 this escape stands for no character"),
    ('a: "\\U00110000"\n', "1:5 this escape stands for no character"),
    ("a: @home\n", "1:4 text cannot start with '@'"),
    ("a: |x\n  b\n", "1:4 this block of text does not begin as it should"),
    ("a: |# c\n  b\n", "1:4 this block of text does not begin as it should"),
    ("a: ]\n", "1:4 ']' cannot stand here"),
    ("a: b\x00c\n", "1:5 the character U+0000 is not allowed"),
    ("é: 😀\x07\n", "1:5 the character U+0007 is not allowed"),
    ("a: b\rc: d\n", "1:5 a carriage return without a line feed is not allowed"),
    ("a: b\u2028c\n", "1:5 the line end U+2028 is not allowed"),
    ("a: b\ufeffc\n", "1:5 a byte order mark inside the text is not allowed"),
    ("a: b\ud800c\n", "1:5 the character U+D800 is not allowed"),
    ("a: -" + "1" * 100, "1:4 a number of more than 100 characters"),
    ("a: 0x" + "f" * 5000, "1:4 a number of more than 100 characters"),
    ("[" * 100_000, "1:65 more than 64 levels inside each other"),
    ("- " * 100_000, "1:129 more than 64 levels inside each other"),
    ("? " * 100_000, "1:129 more than 64 levels inside each other"),
    ("".join(f"{' ' * i}a:\n" for i in range(100)), "65:65 more than 64 levels inside each other"),
    (f"a: &a {'[' * 60}{']' * 60}\nb: [[[[*a]]]]\n", "2:8 more than 64 levels inside each other"),
    ("- \n" * 200_000, "200000:2 more than 200,000 values, each alias counted as all that it stands for"),
    ("a: &a x\nb: [" + "*a, " * 1001 + "]", "2:4005 more than 1,000 aliases"),
    ("".join(f"{i}: 1\n" for i in range(1001)), "1001:1 more than 1,000 numbers as keys of one mapping"),
    ("a: " + "é" * 500_000, "1:1 the text is larger than 1,000,000 bytes"),
]


@pytest.mark.parametrize(("text", "expected"), MALFORMED, ids=lambda value: repr(value[:30]))
def test_malformed_text_is_refused_with_its_place(text: str, expected: str, loader: Any) -> None:
    assert places(problems(text, loader, mapping=True)) == [expected]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: 1\na: 2\n", "the first is at line 1, column 1"),
        ("l: {label: Moscow, the capital, value: 3}\n", "quote text that holds a comma"),
        ("l: {label:Moscow}\n", "put a space after the colon, or quote the text"),
        ("l: {label: , value: 3}\n", "write one after the colon"),
        ("t: why: because\n", "quote text that holds ': ', and check the indentation"),
        ('t: "why\nu: 1\nv: "because"\n', "the quote that ends here was opened at line 1, column 4"),
        ('l: {t: "why, u: 1}\nm: {t: "because"}\n', "the quote that ends here was opened at line 1, column 8"),
        ("a: [1\nb: 2\n", "the '[' was opened at line 1, column 4"),
        ("\ta: 1\n", "indent with spaces"),
        ("a: *x\n", "quote text that starts with '*'"),
    ],
)
def test_hints_say_what_to_do(text: str, hint: str, loader: Any) -> None:
    assert problems(text, loader)[0].hint.startswith(hint)


def test_a_billion_laughs_are_refused_early(loader: Any) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert places(problems(bomb, loader))[0].startswith("6:")


def test_a_merge_bomb_is_refused(loader: Any) -> None:
    bomb = "a: &a {x: 1}\n" + "".join(
        f"{b}: &{b} {{<<: [*{a}, *{a}]}}\n" for a, b in zip("abcdef", "bcdefg", strict=True)
    )
    assert len([p for p in problems(bomb, loader) if "merge key" in p.message]) == 6


def test_all_problems_are_reported_at_once(loader: Any) -> None:
    text = "a: 1\na: !x 2\nb: \x07\nc: *d\n<<: 1\ne: {f, g: [}\n"
    assert [place.split()[0] for place in places(problems(text, loader))] == [
        "2:1",
        "2:4",
        "3:4",
        "4:4",
        "5:1",
        "6:5",
        "6:12",
    ]


def test_the_list_of_problems_has_an_end(loader: Any) -> None:
    assert len(problems("a: 1\n" * 5000, loader)) == document.MAX_PROBLEMS
    assert len(problems("\x01" * 5000, loader)) == document.MAX_PROBLEMS


def test_problems_of_one_long_line_share_its_text() -> None:
    found = problems("[" + "!x a," * 900 + "]")
    assert len({id(p.source) for p in found}) == 1


def test_what_is_harmless_is_accepted(loader: Any) -> None:
    text = "\ufeff# c\n%YAML 1.2 # c\n---\na: 1\n'<<': 2\n'true': 3\n... # c\n\n# end"
    assert plain(parse(text, "f", mapping=True, loader=loader)) == {"a": 1, "<<": 2, "true": 3}


@settings(quick, max_examples=400)
@given(st.lists(st.sampled_from(list("ab: -\n'\"{}[],#&*!|>?%@`\\\t\r~1é😀\x00\ufeff")), max_size=30).map("".join))
def test_any_text_gives_a_tree_or_problems(text: str) -> None:
    trees = []
    for loader in PARSERS:
        try:
            trees.append(repr(parse(text, "f", loader=loader)))
        except ScenarioError as error:
            trees.append("refused" if all(p.where and p.message for p in error.problems) else "no place")
    assert "no place" not in trees
    # PyYAML's own parser takes a question mark inside brackets for a key.
    assert len(set(trees)) == 1 or "?" in text


# Files


def refused(path: Path, **limits: int) -> Problem:
    with pytest.raises(ScenarioError) as caught:
        read_file(path, **limits)
    return caught.value.problems[0]


def test_a_file_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("\ufeffé: 😀\r\n".encode())
    assert read_file(path) == "\ufeffé: 😀\r\n"
    assert read_file(path, limit=13) == "\ufeffé: 😀\r\n"
    assert "is larger than 12 bytes" in refused(path, limit=12).message


def test_text_in_another_encoding_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("a: é\nb: é".encode() + b"x\xff\n")
    found = refused(path)
    assert found.message == "this is not UTF-8 text: byte 0xff at offset 12"
    assert found.where == Location(str(path), 2, 6)
    path.write_bytes("a: b".encode("utf-16"))
    assert "UTF-16" in refused(path).hint


def test_a_missing_file_or_folder_is_named(tmp_path: Path) -> None:
    assert "there is no file" in refused(tmp_path / "x.yaml").message
    assert "does not exist either" in refused(tmp_path / "no" / "x.yaml").hint
    assert "is not a possible file name" in refused(Path("a\0b")).message
    assert "cannot be read" in refused(Path("a" * 5000)).message


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    assert "is a folder" in refused(tmp_path).message
    os.mkfifo(tmp_path / "pipe")
    assert "is not a regular file" in refused(tmp_path / "pipe").message
    (tmp_path / "link").symlink_to("/dev/zero")
    assert "is not a regular file" in refused(tmp_path / "link").message
    (tmp_path / "loop").symlink_to("loop")
    assert "cannot be read" in refused(tmp_path / "loop").message


def test_a_file_that_becomes_a_pipe_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("a: 1")
    regular = os.stat(tmp_path / "file")
    monkeypatch.setattr(os, "stat", lambda path: regular)
    assert "is not a regular file" in refused(tmp_path / "pipe").message


@pytest.mark.skipif(not Path("/proc/kallsyms").exists(), reason="no file that hides its size")
def test_a_file_that_hides_its_size_is_read_up_to_the_limit() -> None:
    assert "is larger than 1,000 bytes" in refused(Path("/proc/kallsyms"), limit=1000).message


def test_a_file_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("a: 1")

    def denied(path: Path, flags: int) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    assert "may not be read" in refused(tmp_path / "a").message
