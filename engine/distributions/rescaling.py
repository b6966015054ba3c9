"""Parameters of a distribution that is multiplied by a factor or moved by an amount."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.distributions.checks import check
from engine.distributions.parameters import FAMILIES, numbers, quantile_points

# For each parameter, in the order of FAMILIES: whether it changes with the distribution. A family that is not listed is
# left by the change.
_SCALES: dict[str, tuple[bool, ...]] = {
    "value": (True,),
    "uniform": (True, True),
    "triangular": (True, True, True),
    "pert": (True, True, True),
    "normal": (True, True),
    "lognormal": (True, False),
    "gamma": (False, True),
    "between": (True, True),
}
_SHIFTS: dict[str, tuple[bool, ...]] = {
    "value": (True,),
    "uniform": (True, True),
    "triangular": (True, True, True),
    "pert": (True, True, True),
    "normal": (True, False),
    "between": (True, True),
}


def scaled(family: str, parameters: object, factor: float, percent: bool = False) -> object:
    """The parameters of the distribution of factor * X, in the form in which they came.

    Args:
        percent: whether the bounds of `between` were written in %.
    Raises:
        ValueError: factor is not above 0, or factor * X is not of the family.
    """
    if not factor > 0:
        raise ValueError(
            f"a distribution can be multiplied by a number above 0 only, got {factor:g}; set the distribution instead"
        )
    check(family, parameters, percent=percent)
    return _changed(family, parameters, lambda x: factor * x, _SCALES, percent, "multiplied")


def shifted(family: str, parameters: object, amount: float, percent: bool = False) -> object:
    """The parameters of the distribution of X + amount, in the form in which they came.

    Args:
        percent: whether the bounds of `between` were written in %.
    Raises:
        ValueError: X + amount is not of the family.
    """
    check(family, parameters, percent=percent)
    moved = _changed(family, parameters, lambda x: x + amount, _SHIFTS, percent, "shifted")
    if family == "between" and max(numbers(family, parameters)[0], numbers(family, moved)[0]) > 0:
        raise ValueError(
            "'between' with positive bounds is a lognormal, which cannot be shifted; set the distribution instead"
        )
    return moved


def _changed(
    family: str,
    parameters: object,
    change: Callable[[float], float],
    table: dict[str, tuple[bool, ...]],
    percent: bool,
    verb: str,
) -> object:
    if family == "quantiles":
        moved: object = {key: change(x) for key, x in quantile_points(parameters).items()}
    elif percent or family not in table:
        written = f"{family} in %" if percent else family
        raise ValueError(f"'{written}' cannot be {verb} and stay what it is; set the distribution instead")
    else:
        values = zip(numbers(family, parameters), table[family], strict=True)
        moved = _as_written(family, [change(x) if changes else x for x, changes in values])
    check(family, moved)
    return moved


def _as_written(family: str, values: Sequence[float]) -> object:
    forms: dict[str, Callable[[], object]] = {
        "number": lambda: values[0],
        "list": lambda: list(values),
        "map": lambda: dict(zip(FAMILIES[family].parameters, values, strict=True)),
    }
    return forms[FAMILIES[family].form]()
