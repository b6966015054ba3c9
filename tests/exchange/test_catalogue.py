"""Gambit's own catalogue; only where pygambit is installed (`pip install -e '.[gambit]'`)."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pygambit", minversion="17.0.0b2")

from catalogue import SAME, arrived, compared, files, load, name_of, read, scaled

FORGETFUL = {
    "books/shohamleytonbrown2008/fig5_12.efg",
    "books/vonstengel2022/fig10.7.efg",
    "journals/geb/gilboa1997/fig1.efg",
    "journals/geb/gilboa1997/fig2.efg",
    "journals/geb/wichardt2008.efg",
}
UNTIMED = {
    "conf/itcs/jakobsen2016/fig1c.efg",
    "conf/itcs/jakobsen2016/fig3.efg",
    "journals/mor/vonstengelforges2008/fig6.efg",
}
SYMMETRIC = {
    "books/shohamleytonbrown2008/fig5_10.efg",
    "journals/dcg/vonstengel1999/6x6_game_with_75_eq_small_payoffs.nfg",
    "journals/ijgt/nau2004/sec3.nfg",
    "journals/mor/vonstengelforges2008/fig9.efg",
    "journals/other/shapley1974/fig3.nfg",
}
"""Games with a symmetry at which the branch from precision 0 forks: the engine stays on the symmetric side, which has
unstable directions from there on, and says so: by the index, or, where two directions become unstable at once and the
index stays, as a branch in doubt. pygambit perturbs the game and leaves it."""


def test_the_catalogue_is_there() -> None:
    assert {name_of(path) for path in files()} >= FORGETFUL | UNTIMED | SYMMETRIC
    assert len(files()) >= 38


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_a_game_of_the_catalogue_is_solved_as_pygambit_solves_it(path: Path) -> None:
    found = compared(path)
    if found.refused:
        assert ("forgotten" in found.refused) == (found.name in FORGETFUL)
        assert ("no order of play" in found.refused) == (found.name in UNTIMED)
        return
    assert found.pure_agree
    for one in found.agreements:
        assert arrived(one)
        assert one.residual < 1e-9
        if one.difference > SAME:
            assert found.name in SYMMETRIC
            assert one.rung < 0 or one.index < 0
            assert one.unstable > 0
            assert one.their_residual < SAME


@pytest.mark.parametrize("path", [path for path in files() if path.suffix == ".efg"], ids=name_of)
def test_who_forgets_is_who_forgets_in_pygambit(path: Path) -> None:
    game, form = read(path)
    assert load(scaled(game), form).is_perfect_recall == (name_of(path) not in FORGETFUL)
