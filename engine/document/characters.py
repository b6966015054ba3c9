"""What is refused or replaced before the parser sees it: characters, tabs in the indentation, directives."""

from __future__ import annotations

import re

from engine.document.builder import Builder, Stop

_REFUSED = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)"
)
_NAMED = {
    "\r": ("a carriage return without a line feed", "end lines with a line feed"),
    "\ufeff": ("a byte order mark inside the text", "delete this invisible character"),
    "\x85": ("the line end U+0085", "use a space or an ordinary line end"),
    "\u2028": ("the line end U+2028", "use a space or an ordinary line end"),
    "\u2029": ("the line end U+2029", "use a space or an ordinary line end"),
}
INDENT_TAB = re.compile(r"^ *+(\t)[ \t]*+[^ \t\r\n#]", re.MULTILINE)
_PROLOGUE = re.compile(r"(?:[ \t]*+(?:#[^\n]*+)?\r?\n)*+(%)([^\r\n]*)")
_YAML_DIRECTIVE = re.compile(r"YAML[ \t]++1\.[0-9][ \t]*(?:#.*)?")


def clean(builder: Builder) -> str:
    """The text as the parser may see it, every character at its own index; problems are noted.

    Tabs become spaces, because the two parsers disagree about them; `Builder.valued` puts them back into values.
    """
    for match in _REFUSED.finditer(builder.source.text):
        code = ord(match[0])
        escape = f'delete it, or write it in double quotes as "\\x{code:02x}"' if code < 0xA0 else "delete it"
        what, hint = _NAMED.get(match[0], (f"the character U+{code:04X}", escape))
        builder.report(match.start(), f"{what} is not allowed", hint)
    text = _REFUSED.sub(lambda match: "\n" if match[0] == "\r" else "\ufffd", builder.source.text)
    builder.text = text
    tabs = [match.start(1) for match in INDENT_TAB.finditer(text)]
    for index in tabs:
        builder.report(index, "a tab in the indentation", "indent with spaces")
    if tabs:
        raise Stop  # how deep the lines stand is anyone's guess, so whatever else is found would mislead
    return _without_directives(builder, text.replace("\t", " "))


def _without_directives(builder: Builder, text: str) -> str:
    """The text with its directives made comments: the two parsers take different ones."""
    signs: list[int] = []
    end = 0
    while match := _PROLOGUE.match(text, end):
        if signs or not _YAML_DIRECTIVE.fullmatch(match[2]):
            builder.report(match.start(1), "only one directive, %YAML 1.x, is allowed", "delete this line")
        signs.append(match.start(1))
        end = match.end()
    marked = set(signs)
    return "".join("#" if i in marked else char for i, char in enumerate(text[:end])) + text[end:]
