"""How fast analyses of many runs are: indices beside SALib, discovery beside EMA Workbench.

Run by `python -m bench`; alone with `python -m bench.comparing`. Where SALib and EMA Workbench are installed (the
variable PEERS_PYTHON may name another Python that has them) they do their part on the same machine in the same run.
Times are of one process on one thread.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from engine import api

REPETITIONS = 9
ROWS = 2**14
DRAWS = 20_000
BLUFF = Path(__file__).parent.parent / "docs" / "examples" / "bluff.yaml"
# the sine of a uniform angle has the arcsine distribution
ISHIGAMI = """
engine: 1
title: Ishigami's function
unknowns:
  s1: {label: sine of the first, scipy: {name: arcsine, args: {loc: -1, scale: 2}}, judgement: Ishigami & Homma 1990}
  s2: {label: sine of the second, scipy: {name: arcsine, args: {loc: -1, scale: 2}}, judgement: Ishigami & Homma 1990}
  x3: {label: the third, uniform: [-3.141592653589793, 3.141592653589793], judgement: Ishigami & Homma 1990}
outcomes: {y: {label: y, quantity: s1 * (1 + 0.1 * x3 ** 4) + 7 * s2 ** 2}}
"""
LINEAR = """
engine: 1
title: Three numbers
unknowns:
  x1: {label: x1, uniform: [0, 1], judgement: any}
  x2: {label: x2, uniform: [0, 1], judgement: any}
  x3: {label: x3, uniform: [0, 1], judgement: any}
outcomes: {y: {label: y, quantity: x1 + x2 * x3}}
"""
Report = Callable[[str, str, str, bool], None]


def seconds(work: Callable[[], object]) -> float:
    """The median of several times; the first, which loads modules, is left out."""
    found = []
    for _ in range(REPETITIONS + 1):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return median(found[1:])


def peers() -> tuple[float, float] | None:
    """SALib's seconds for each run of the model, and EMA Workbench's experiments a second; None without them."""
    python = os.environ.get("PEERS_PYTHON", sys.executable)
    probe = subprocess.run([python, "-c", "import SALib, ema_workbench"], capture_output=True, check=False)
    if probe.returncode:
        return None
    command = [python, str(Path(__file__).with_name("peers.py")), str(ROWS), str(DRAWS)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    one, other = ran.stdout.decode().split()
    return float(one), float(other)


def measure(report: Report) -> None:
    found = peers()
    ishigami, linear, bluff = api.loads(ISHIGAMI), api.loads(LINEAR), api.load(BLUFF)
    alone = api.Options(draws=ROWS, threads=1)
    taken = seconds(lambda: api.sensitivity(ishigami, options=alone, tornado=False))
    each = taken / (5 * ROWS)
    report("Sobol' indices of Ishigami's function, N = 2^14, a run", f"{1e6 * each:.2f} µs", "", True)
    bound = "at least 1"
    if found is None:
        report("  SALib's sampling and analysis / all of ours", "not installed", bound, True)
    else:
        report("  SALib's sampling and analysis / all of ours", f"{found[0] / each:.2f}", bound, found[0] >= each)
    few = api.Options(draws=DRAWS, threads=1)
    for name, loaded, claim in (("linear model", linear, "y > 1.5"), ("bluff", bluff, "war > 10%")):
        draws = api.discover(loaded, claim, options=few).settings.draws
        rate = draws / seconds(lambda loaded=loaded, claim=claim: api.discover(loaded, claim, options=few))
        what = f"discovery on {draws:,} draws, {name}: draws a second"
        report(what, f"{rate:,.0f}", "at least 80,000", rate >= 80_000)
        ratio = "not installed" if found is None else f"{rate / found[1]:.1f}"
        report("  the same / EMA Workbench's experiments that cost nothing", ratio, "", True)


def main() -> None:
    def line(what: str, figure: str, bound: str, kept: bool) -> None:
        print(f"{what:<62}{figure:>14}   {bound:<16}{'' if kept else 'NOT KEPT'}")

    measure(line)


if __name__ == "__main__":
    main()
