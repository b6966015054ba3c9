"""Prints each figure with its bound. Speeds are medians of interleaved runs, and ratios wherever a bound is one.

python -m bench            a minute or two
python -m bench --large    also 10 million draws, several minutes
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import comparing, games

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
RUN = [PYTHON, "-m", "engine", "run"]
BELARUS = [*RUN, "scenarios/belarus.yaml"]
REPETITIONS = 7


@dataclass(frozen=True)
class Run:
    seconds: float
    megabytes: float
    output: str


def run(command: Sequence[str], threads: str = "1") -> Run:
    """One process: its wall-clock time, peak memory and output."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "PYTHONWARNINGS": "ignore"}
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        assert child.stdout is not None
        output = child.stdout.read().decode()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return Run(time.perf_counter() - start, usage.ru_maxrss / 1024, output)


def interleaved(*commands: Sequence[str], repetitions: int = REPETITIONS) -> list[float]:
    """Median seconds of each command, taken in turns so that a busy spell hits all alike."""
    seconds: list[list[float]] = [[] for _ in commands]
    for _ in range(repetitions):
        for found, command in zip(seconds, commands, strict=True):
            found.append(run(command).seconds)
    return [median(found) for found in seconds]


def report(what: str, figure: str, bound: str, kept: bool) -> None:
    print(f"{what:<58}{figure:>14}   {bound:<16}{'' if kept else 'NOT KEPT'}")


def start_up() -> None:
    typer, helped = interleaved([PYTHON, "-c", "import typer"], [PYTHON, "-m", "engine", "--help"])
    report("engine --help / python -c 'import typer'", f"{helped / typer:.2f}", "at most 1.6", helped <= 1.6 * typer)
    (checked,) = interleaved([PYTHON, "-m", "engine", "check", "scenarios/belarus.yaml"])
    report("engine check scenarios/belarus.yaml", f"{checked:.2f} s", "", True)


def once(folder: Path) -> list[str]:
    """The command that runs the Belarus scenario with its month played once, when one contingent is there."""
    text = (ROOT / "scenarios" / "belarus.yaml").read_text("utf-8")
    text = re.sub(r"^(rounds: .*|state:)\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^  (joined|attacked|force): +\{(start|label).*\n", "", text, flags=re.MULTILINE)
    text = text.replace(", lasting: true", "").replace(", secret: true", "")
    text = re.sub(r", over: \w+", "", text).replace("quantity: force", "quantity: north").replace("force > 0", "1 == 1")
    text = re.sub(r"per_round\((\w+)\)", r"\1", text.replace("force == 2", "1 == 2"))
    for name in ("scenarios", "seeds"):
        (folder / name).mkdir()
    for seed in (ROOT / "seeds").iterdir():
        (folder / "seeds" / seed.name).write_bytes(seed.read_bytes())
    (folder / "scenarios" / "once.yaml").write_text(text, "utf-8")
    return [*RUN, str(folder / "scenarios" / "once.yaml")]


def one_round(command: Sequence[str]) -> None:
    runs = [run(command) for _ in range(REPETITIONS)]
    whole = median(item.seconds for item in runs)
    computed = median(float(run([PYTHON, "-c", COMPUTE, command[-1]]).output) for _ in range(REPETITIONS))
    memory = max(item.megabytes for item in runs)
    report("Belarus in one round (16,384 draws)", f"{whole:.2f} s", "under 2 s", whole < 2)
    report("  of which compute: compile, draw, solve, find the reason", f"{computed:.2f} s", "under 1 s", computed < 1)
    report("  memory", f"{memory:.0f} MB", "under 200 MB", memory < 200)


def six_rounds() -> None:
    runs = [run(BELARUS) for _ in range(REPETITIONS)]
    whole = median(item.seconds for item in runs)
    report("Belarus in six rounds (4,096 draws, 16 histories), two cores", f"{whole:.1f} s", "under 10 s", whole < 10)
    report("  memory of the process that asks", f"{max(item.megabytes for item in runs):.0f} MB", "", True)
    alone = median(run([*BELARUS, "--threads", "1"]).seconds for _ in range(3))
    report("  on one core / on two", f"{alone / whole:.2f}", "", True)


TABLE = """
import time, numpy as np
from scipy.special import betaincinv
from engine.distributions.families import build
u = np.random.default_rng(1).random(1024)
beta = build("beta", {"a": 2.0, "b": 5.0})
def best(work):
    found = []
    for _ in range(50):
        start = time.perf_counter(); work(); found.append(time.perf_counter() - start)
    return sorted(found)[25]
print(best(lambda: betaincinv(2.0, 5.0, u)) / best(lambda: beta.quantile(u)))
"""


COMPUTE = """
import sys
import time
from pathlib import Path
import scipy.special
from engine import api
belarus = api.load(Path(sys.argv[1]))
start = time.perf_counter()
api.run(belarus)
print(time.perf_counter() - start)
"""


def two_sets(folder: Path) -> None:
    """Two sets that differ in one item beside one run, both from the command line."""
    for name, scenario in (("in one round", str(folder / "scenarios" / "once.yaml")), ("in six rounds", BELARUS[-1])):
        compared = [*RUN[:-1], "compare", scenario, "base", "zaluzhny", "--threads", "1"]
        one, two = interleaved([*RUN, scenario, "--threads", "1"], compared, repetitions=3)
        report(f"engine compare, two sets / engine run: {name}", f"{two / one:.2f}", "at most 2.3", two <= 2.3 * one)


def tables() -> None:
    ratio = median(float(run([PYTHON, "-c", TABLE]).output) for _ in range(3))
    report("inverting a beta directly / by its table", f"{ratio:.0f}", "at least 10", ratio >= 10)


def threads(command: Sequence[str]) -> None:
    one, two = interleaved([*command, "-n", "131072", "--threads", "1"], [*command, "-n", "131072", "--threads", "2"])
    report("131,072 draws on one thread / on two", f"{one / two:.2f}", "", True)


def large(command: Sequence[str]) -> None:
    small, many = run(command), run([*command, "-n", "10000000"])
    gap = many.megabytes - small.megabytes
    report("memory at 10 million draws beyond 16,384", f"{gap:+.0f} MB", "within 20 MB", abs(gap) <= 20)
    report("  time", f"{many.seconds:.0f} s", "", True)


def main() -> None:
    start_up()
    tables()
    six_rounds()
    with TemporaryDirectory() as folder:
        command = once(Path(folder))
        one_round(command)
        threads(command)
        two_sets(Path(folder))
        if "--large" in sys.argv:
            large(command)
    games.measure(report)
    comparing.measure(report)


if __name__ == "__main__":
    main()
