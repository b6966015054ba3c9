"""Run by `bench/comparing.py` in a Python that has SALib and EMA Workbench: prints how fast they are.

Sobol' indices of Ishigami's function: seconds of sampling and analysis for each run of the model, the model left out.
Experiments with a model of three numbers that costs nothing: how many a second.
"""

from __future__ import annotations

import logging
import sys
import time
import warnings

import numpy as np


def indices(base: int) -> float:
    """Seconds for each run of the model."""
    from SALib.analyze import sobol as analyze
    from SALib.sample import sobol as sample

    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}
    start = time.process_time()
    points = sample.sample(problem, base, calc_second_order=False)
    middle = time.process_time()
    found = np.sin(points[:, 0]) * (1 + 0.1 * points[:, 2] ** 4) + 7 * np.sin(points[:, 1]) ** 2
    after = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without its bootstrap it has no interval to print
        analyze.analyze(problem, found, calc_second_order=False, num_resamples=1)
    return (middle - start + time.process_time() - after) / len(points)


def experiments(count: int) -> float:
    """A second."""
    from ema_workbench import Model, RealParameter, ScalarOutcome, SequentialEvaluator

    logging.disable(logging.CRITICAL)
    model = Model("linear", function=lambda x1, x2, x3: {"y": x1 + x2 * x3})
    model.uncertainties = [RealParameter(name, 0, 1) for name in ("x1", "x2", "x3")]
    model.outcomes = [ScalarOutcome("y")]
    start = time.process_time()
    with SequentialEvaluator(model) as evaluator:
        evaluator.perform_experiments(scenarios=count)
    return count / (time.process_time() - start)


def main() -> None:
    base, count = int(sys.argv[1]), int(sys.argv[2])
    print(min(indices(base) for _ in range(5)), experiments(count))


if __name__ == "__main__":
    main()
