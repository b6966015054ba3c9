"""Work is done in order, whoever does it, and errors come through."""

from __future__ import annotations

import os
import signal
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import numpy as np
import pytest

from engine import api
from engine.api import settings
from engine.program.compile import compile_program
from engine.program.program import EvaluationError
from engine.report.export import json_text, result_record
from engine.sampling import sobol_design
from engine.simulation.executors import workers
from engine.simulation.run import simulate

STRIKE, BLUFF = (Path(__file__).parents[2] / "docs" / "examples" / name for name in ("strike.yaml", "bluff.yaml"))


def square(number: int) -> int:
    return number * number


def where(number: int) -> tuple[int, int]:
    return number, os.getpid()


def deaf(_: int) -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, set())


def fails(number: int) -> int:
    if number == 3:
        raise EvaluationError(("unknowns", "loans"), "is no number", "look again")
    return number


@pytest.mark.parametrize(("count", "processes"), [(1, False), (3, False), (2, True)])
def test_results_come_in_the_order_of_the_items(count: int, processes: bool) -> None:
    with workers(count, processes) as crew:
        assert list(crew.map(square, range(40))) == [number**2 for number in range(40)]
        assert list(crew.map(square, [])) == []


def test_processes_are_others_than_ours() -> None:
    with workers(2, True) as crew:
        found = list(crew.map(where, range(16)))
    assert [number for number, _ in found] == list(range(16))
    assert os.getpid() not in {process for _, process in found}


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals cannot be blocked here")
def test_an_interrupt_is_for_the_process_that_asks() -> None:
    """The others are deaf to it from their start: one that is still importing has nothing to say of it."""
    with workers(2, True) as crew:
        assert all(crew.map(deaf, range(8)))
    assert not deaf(0)


@pytest.mark.parametrize(("count", "processes"), [(1, False), (2, False), (2, True)])
def test_an_error_is_raised_where_the_results_are_taken(count: int, processes: bool) -> None:
    with workers(count, processes) as crew:
        taken = crew.map(fails, range(10))
        assert [next(taken) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(EvaluationError) as caught:
            next(taken)
        if processes:
            assert os.getpid() not in {process for _, process in crew.map(where, range(8))}
    assert (caught.value.path, caught.value.hint) == (("unknowns", "loans"), "look again")


FAMILIES = [
    "value: 0.3",
    "uniform: [0.1, 0.4]",
    "triangular: [0.1, 0.2, 0.4]",
    "pert: [0.1, 0.2, 0.4]",
    "{normal: {mean: 0.3, sd: 0.1}, clip: [0.1, 0.5]}",
    "{lognormal: {median: 0.3, sigma: 0.1}, clip: [0.1, 0.5]}",
    "beta: {a: 2, b: 3}",
    "{gamma: {shape: 2, scale: 0.1}, clip: [0.1, 0.5]}",
    "between: [10%, 40%]",
    "quantiles: {5%: 0.1, 50%: 0.2, 95%: 0.4}",
    "{phrase: unlikely, standard: icd_203}",
    "mixture: [{weight: 0.3, uniform: [0.1, 0.2]}, {weight: 0.7, beta: {a: 2, b: 3}}]",
    "scipy: {name: beta, args: [2, 3]}",
]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("reasoning", ["equilibrium", "best reply", "{level: 2}", "{cognitive hierarchy: 1.5}"])
def test_every_program_can_be_sent(family: str, reasoning: str) -> None:
    inside = family[1:-1] if family.startswith("{") else family
    text = STRIKE.read_text("utf-8").replace("between: [20%, 60%]", inside)
    text = text.replace("precision: 1.5,", f"precision: 1.5, reasoning: {reasoning},")
    program = compile_program(api.loads(text).scenario)
    sent = ForkingPickler.loads(ForkingPickler.dumps(program))
    design = sobol_design(program.n_inputs, 16, 1, 16)
    one, other = (simulate(item, design, histories=2).whole.outcomes for item in (program, sent))
    for name, sums in one.items():
        np.testing.assert_array_equal(sums.parts, other[name].parts)


@pytest.mark.parametrize("reasoning", ["equilibrium", "best reply", "{level: 2}", "{cognitive hierarchy: 1.5}"])
def test_a_program_with_conditions_on_moves_can_be_sent(reasoning: str) -> None:
    """Its moves have `when`, whose conditions are closures while the tree is laid out."""
    text = BLUFF.read_text("utf-8").replace("precision: 1,", f"precision: 1, reasoning: {reasoning},")
    program = compile_program(api.loads(text).scenario)
    sent = ForkingPickler.loads(ForkingPickler.dumps(program))
    design = sobol_design(program.n_inputs, 16, 1, 16)
    one, other = (simulate(item, design).whole.outcomes["war"].parts for item in (program, sent))
    np.testing.assert_array_equal(one, other)


def test_processes_change_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "LONG", 0)
    texts = []
    for count, processes in ((1, False), (2, True)):
        options = api.Options(draws=512, histories=4, threads=count, processes=processes)
        texts.append(json_text(result_record(api.run(api.load(STRIKE), options=options), "0")))
    assert texts[0] == texts[1]
