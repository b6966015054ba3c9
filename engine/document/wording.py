"""Words for problems that are found in more than one way, and how places and long texts are told."""

from engine.errors import Location

NO_TAGS = ("tags are not allowed", "quote text that starts with '!'")
NO_BLOCK = (
    "this block of text does not begin as it should",
    "write |, >, |- or >- alone at the end of the line, then indented lines",
)
NO_CHARACTER = ("this escape stands for no character", "write \\UXXXXXXXX with a code up to 10FFFF, and no surrogates")


def spoken(where: Location) -> str:
    """A place as it is told inside a sentence."""
    return f"line {where.line}, column {where.column}"


def short(text: str, length: int = 60) -> str:
    """The text, cut off if it is long."""
    return text if len(text) <= length else text[: length - 1] + "…"
