"""Run by `bench/games.py` in a Python that has pygambit: reads games, prints games a second and its version."""

from __future__ import annotations

import io
import sys
import time

import numpy as np
import pygambit
from pygambit.qre import logit_solve_branch, logit_solve_lambda


def efg(chance: np.ndarray, payoff: np.ndarray) -> str:
    """The game of `games.CYCLIC` in Gambit's format.

    Args:
        chance: of the paths, (36,).
        payoff: of the three actors, (3, 36).
    """
    lines = ['EFG 2 R "cyclic" { "one" "two" "three" }', '""']
    thousandths = np.rint(1000 * chance.reshape(3, 12)[:, 0]).astype(int).tolist()
    values = " ".join(f'"{number}" {share}/1000' for number, share in enumerate(thousandths))
    lines.append(f'c "" 1 "" {{ {values} }} 0')
    path = 0
    for kind in range(3):
        lines.append(f'p "" 1 {kind + 1} "" {{ "0" "1" }} 0')
        for signal in range(2):
            lines.append(f'p "" 2 {signal + 1} "" {{ "0" "1" "2" }} 0')
            for _ in range(3):
                lines.append(f'p "" 3 {signal + 1} "" {{ "0" "1" }} 0')
                for _ in range(2):
                    numbers = ", ".join(repr(float(number)) for number in payoff[:, path])
                    path += 1
                    lines.append(f't "" {path} "" {{ {numbers} }}')
    return "\n".join(lines) + "\n"


def main() -> None:
    data = np.load(io.BytesIO(sys.stdin.buffer.read()))
    texts = [efg(chance, payoff) for chance, payoff in zip(data["chance"].T, np.moveaxis(data["payoff"], -1, 0))]
    games = [pygambit.read_efg(io.BytesIO(text.encode())) for text in texts]
    start = time.process_time()
    for game in games:
        logit_solve_lambda(game, lam=1.0)
    middle = time.process_time()
    for game in games:
        logit_solve_branch(game)
    print(len(games) / (middle - start), len(games) / (time.process_time() - middle), pygambit.__version__)


main()
