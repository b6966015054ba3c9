"""What comes of a game in rounds after something was seen in its first round.

Whether something ever happens is told from the part of each history's weight in which it has not happened yet. The
same for what happens after a sight: that part is cut down, once, to where the sight was seen, and then goes on like any
other. Nothing more is solved, and histories that differ in the sight alone still count as one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.program.program import FloatArray, Watch
from engine.simulation.played import Key, Played


def narrowed(watch: Watch, played: Played) -> Played:
    """The first round as it was played, what is asked after a sight cut down to where that was seen."""
    spared, public = dict(played.spared), dict(played.public)
    for key in (*played.spared, *played.public):
        if key[0] in watch.seen:
            without = _part(played, (watch.seen[key[0]], "event"))
            # a condition that cannot hold but with the sight fails without it, too: that part is taken out
            spared[key] = np.maximum(_part(played, key) - without, 0.0)
            public.pop(key, None)
    return replace(played, spared=spared, public=public)


def _part(played: Played, key: Key) -> FloatArray:
    """The chance of what everybody learns, given the types, in which a condition does not hold."""
    if key in played.spared:
        return played.spared[key]
    return played.likelihood * played.public[key][:, None]
