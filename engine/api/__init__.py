"""What the engine does, as functions: load a scenario, assume, run it, ask of it.

Each is loaded when it is asked for, so that a command loads no more than it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from engine.analysis.comparison.comparison import Comparison as Comparison
    from engine.analysis.running.summary import Result as Result
    from engine.api.comparing import compare as compare
    from engine.api.converting import convert as convert
    from engine.api.discovering import discover as discover
    from engine.api.explaining import explain as explain
    from engine.api.informing import voi as voi
    from engine.api.playing import Seated as Seated
    from engine.api.playing import play as play
    from engine.api.playing import replay as replay
    from engine.api.playing import seated as seated
    from engine.api.playing import seated_as as seated_as
    from engine.api.reconciling import reconcile as reconcile
    from engine.api.running import check_free as check_free
    from engine.api.running import run as run
    from engine.api.running import save as save
    from engine.api.scenarios import Loaded as Loaded
    from engine.api.scenarios import check as check
    from engine.api.scenarios import check_all as check_all
    from engine.api.scenarios import influence as influence
    from engine.api.scenarios import load as load
    from engine.api.scenarios import load_stream as load_stream
    from engine.api.scenarios import loads as loads
    from engine.api.scenarios import outline as outline
    from engine.api.scenarios import provenance as provenance
    from engine.api.scenarios import read_stream as read_stream
    from engine.api.scoring import score as score
    from engine.api.scoring import score_forecasts as score_forecasts
    from engine.api.sealing import seal as seal
    from engine.api.sealing import verify as verify
    from engine.api.sensitivities import SENSITIVITY_HISTORIES as SENSITIVITY_HISTORIES
    from engine.api.sensitivities import sensitivity as sensitivity
    from engine.api.settings import DEFAULT_DRAWS as DEFAULT_DRAWS
    from engine.api.settings import DEFAULT_SEED as DEFAULT_SEED
    from engine.api.settings import Options as Options
    from engine.api.settings import design_for as design_for
    from engine.api.settings import options as options
    from engine.api.sweeping import sweep as sweep
    from engine.api.teaching import classroom as classroom
    from engine.api.teaching import lesson as lesson
    from engine.scenario.assumptions import BASE as BASE
    from engine.scenario.assumptions import Assumed as Assumed
    from engine.scenario.assumptions import assume as assume

_PLACES: Final = {
    "engine.analysis.comparison.comparison": ("Comparison",),
    "engine.analysis.running.summary": ("Result",),
    "engine.api.comparing": ("compare",),
    "engine.api.converting": ("convert",),
    "engine.api.discovering": ("discover",),
    "engine.api.explaining": ("explain",),
    "engine.api.informing": ("voi",),
    "engine.api.playing": ("Seated", "play", "replay", "seated", "seated_as"),
    "engine.api.reconciling": ("reconcile",),
    "engine.api.running": ("check_free", "run", "save"),
    "engine.api.scenarios": (
        "Loaded",
        "check",
        "check_all",
        "influence",
        "load",
        "load_stream",
        "loads",
        "outline",
        "provenance",
        "read_stream",
    ),
    "engine.api.scoring": ("score", "score_forecasts"),
    "engine.api.sealing": ("seal", "verify"),
    "engine.api.sensitivities": ("SENSITIVITY_HISTORIES", "sensitivity"),
    "engine.api.settings": ("DEFAULT_DRAWS", "DEFAULT_SEED", "Options", "design_for", "options"),
    "engine.api.sweeping": ("sweep",),
    "engine.api.teaching": ("classroom", "lesson"),
    "engine.scenario.assumptions": ("BASE", "Assumed", "assume"),
}
_PLACE_OF: Final = {name: place for place, names in _PLACES.items() for name in names}

__all__ = sorted(_PLACE_OF)


def __getattr__(name: str) -> Any:
    if name not in _PLACE_OF:
        raise AttributeError(f"module 'engine.api' has no attribute '{name}'")
    return getattr(import_module(_PLACE_OF[name]), name)
