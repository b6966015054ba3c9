"""The families and how their parameters are written: from plain numbers, lists and dicts to floats. No scipy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Numbers = tuple[float, ...] | dict[float | str, float]

LARGEST = 1e100


@dataclass(frozen=True, slots=True)
class Family:
    """How one family is written.

    Attributes:
        form: 'number', 'list', 'map' (by parameter name) or a form of its own: 'quantiles', 'mixture', 'scipy'.
        parameters: names of the parameters, in order.
        meaning: one line for hints and documentation.
    """

    form: str
    parameters: tuple[str, ...]
    meaning: str


FAMILIES: dict[str, Family] = {
    "value": Family("number", ("x",), "a number that is certain"),
    "uniform": Family("list", ("low", "high"), "any number from low to high is as likely as another"),
    "triangular": Family(
        "list", ("low", "mode", "high"), "straight up from low to the most likely value, straight down to high"
    ),
    "pert": Family(
        "list", ("low", "mode", "high"), "smooth between low and high, peak at the most likely value (beta-PERT)"
    ),
    "normal": Family("map", ("mean", "sd"), "bell curve, no bounds"),
    "lognormal": Family("map", ("median", "sigma"), "positive and skewed; sigma is the sd of the logarithm"),
    "beta": Family("map", ("a", "b"), "a share or chance between 0 and 1 with mean a / (a + b)"),
    "gamma": Family("map", ("shape", "scale"), "positive, with mean shape * scale"),
    "between": Family(
        "list", ("low", "high"), "90 % sure that it lies between: beta in %, else lognormal if positive, else normal"
    ),
    "quantiles": Family(
        "quantiles", ("p", "min", "max"), "a smooth curve through values with stated probabilities of lying below"
    ),
    "mixture": Family("mixture", ("weight",), "one of several distributions, with weights that sum to 1"),
    "scipy": Family("scipy", ("name", "args"), "any continuous family of scipy.stats by its name there"),
}


def read(family: str, parameters: object) -> Numbers:
    """The numbers of a family in the order of FAMILIES; of `quantiles` by probability, of a mixture the weights.

    Raises:
        ValueError: the form is wrong, a name is unknown or missing, or a number is none or not finite.
    """
    return _READERS[FAMILIES[family].form](family, parameters)


def numbers(family: str, parameters: object) -> tuple[float, ...]:
    """The parameters of a family of form 'number', 'list' or 'map' as floats, in the order of FAMILIES."""
    values = read(family, parameters)
    assert isinstance(values, tuple)
    return values


def quantile_points(parameters: object) -> dict[float | str, float]:
    """The points of `quantiles` by probability, and by 'min' and 'max' where given."""
    if not isinstance(parameters, Mapping):
        raise ValueError(
            f"'quantiles' takes values by probability, such as 'quantiles: {{5%: 1, 95%: 4}}', got {parameters!r}"
        )
    return {_probability(key): number(f"the quantile at {_written(key)}", value) for key, value in parameters.items()}


# Reading parameters: one function per form


def _read_number(family: str, parameters: object) -> tuple[float, ...]:
    return (number(f"'{family}'", parameters),)


def _read_list(family: str, parameters: object) -> tuple[float, ...]:
    names = FAMILIES[family].parameters
    form = f"'{family}: [{', '.join(names)}]'"
    if not isinstance(parameters, (list, tuple)):
        raise ValueError(f"'{family}' takes a list of {len(names)} numbers, {form}, got {parameters!r}")
    if len(parameters) != len(names):
        raise ValueError(f"'{family}' takes {len(names)} numbers, {form}, got {len(parameters)}")
    return tuple(number(f"'{name}'", value) for name, value in zip(names, parameters, strict=True))


def _read_map(family: str, parameters: object) -> tuple[float, ...]:
    names = FAMILIES[family].parameters
    if not isinstance(parameters, Mapping):
        raise ValueError(
            f"'{family}' takes parameters by name, '{family}: {{{': …, '.join(names)}: …}}', got {parameters!r}"
        )
    _check_names(family, parameters, names)
    return tuple(number(f"'{name}'", parameters[name]) for name in names)


def _read_quantiles(family: str, parameters: object) -> dict[float | str, float]:
    return quantile_points(parameters)


def _read_mixture(family: str, parameters: object) -> tuple[float, ...]:
    if not isinstance(parameters, (list, tuple)) or not parameters:
        raise ValueError("'mixture' takes a list of distributions, each with a weight")
    return tuple(number("a mixture's 'weight'", weight) for weight, _ in parameters)


def _read_scipy(family: str, parameters: object) -> tuple[float, ...]:
    if not isinstance(parameters, Mapping):
        raise ValueError(f"'scipy' takes a name and arguments, 'scipy: {{name: …, args: […]}}', got {parameters!r}")
    _check_names(family, parameters, ("name", "args"), required=("name",))
    name, args = parameters["name"], parameters.get("args", ())
    if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
        raise ValueError(
            f"'name' must be the name of a continuous family in scipy.stats, such as 'weibull_min', got {name!r}"
        )
    if not isinstance(args, (list, tuple, Mapping)):
        raise ValueError(f"'args' must be a list of numbers or numbers by name, got {args!r}")
    by_name = args if isinstance(args, Mapping) else {f"args[{place}]": value for place, value in enumerate(args)}
    return tuple(number(f"'{key}'", value) for key, value in by_name.items())


_READERS: dict[str, Callable[[str, object], Numbers]] = {
    "number": _read_number,
    "list": _read_list,
    "map": _read_map,
    "quantiles": _read_quantiles,
    "mixture": _read_mixture,
    "scipy": _read_scipy,
}


# Small checks


def number(name: str, value: object) -> float:
    """The value as a float; a ValueError that names it if it is no number, not finite, or beyond LARGEST."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{name} must be a number, got {value!r}")
    if not abs(value) <= LARGEST:  # also NaN and infinities
        raise ValueError(f"{name} must be a finite number of at most {LARGEST:g} in size, got {_shortened(value)}")
    return float(value)


def _probability(key: object) -> float | str:
    if key in ("min", "max"):
        return str(key)
    if isinstance(key, bool) or not isinstance(key, (int, float)) or not 0 < key < 1:
        raise ValueError(
            f"a quantile's key must be a probability between 0 % and 100 %, 'min' or 'max', got {_written(key)}"
        )
    return float(key)


def _written(key: object) -> str:
    return f"{100 * key:g} %" if isinstance(key, (int, float)) and not isinstance(key, bool) else repr(key)


def _shortened(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) else "an integer beyond that"


def _check_names(
    family: str, given: Mapping[object, object], known: Iterable[str], required: Iterable[str] | None = None
) -> None:
    known = tuple(known)
    for name in given:
        if name not in known:
            raise ValueError(f"'{family}' has no parameter '{name}'; its parameters are: {', '.join(known)}")
    missing = [name for name in (known if required is None else required) if name not in given]
    if missing:
        raise ValueError(f"'{family}' lacks '{missing[0]}'; its parameters are: {', '.join(known)}")
