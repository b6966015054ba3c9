"""How much of a text is read; whatever is beyond is refused."""

MAX_BYTES = 1_000_000
MAX_DEPTH = 64
MAX_NODES = 200_000
MAX_ALIASES = 1_000
MAX_NUMBER = 100  # characters of a number
MAX_NUMBER_KEYS = 1_000  # in one mapping: numbers can be chosen to collide in a dict, text cannot
MAX_PROBLEMS = 1_000
MAX_SHOWN = 5_000  # characters of a line that a problem shows
