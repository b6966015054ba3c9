"""Turn a text about people who watch one another and choose into a game that can be run."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"
__all__ = ["Options", "ScenarioError", "UsageError", "__version__", "explain", "load", "loads", "run"]


def __getattr__(name: str) -> Any:
    # Lazy, so that `engine --help` need not load the numerical libraries.
    if name in ("ScenarioError", "UsageError"):
        from engine import errors

        return getattr(errors, name)
    if name in __all__:
        from engine import api

        return getattr(api, name)
    raise AttributeError(f"module 'engine' has no attribute '{name}'")
