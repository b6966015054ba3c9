"""Parts of a design are the same draws."""

from __future__ import annotations

import numpy as np
import pytest

from engine.sampling import CHUNK, repeated_design, sobol_design
from engine.sampling.parts import first_points, some_inputs


def test_the_first_points_are_a_smaller_design_of_the_same_seed() -> None:
    part, small = first_points(sobol_design(3, 256, 5), 64), sobol_design(3, 64, 5)
    assert (part.n_draws, part.n_chunks, part.method) == (small.n_draws, small.n_chunks, small.method)
    for i in range(small.n_chunks):
        assert np.array_equal(part.chunk(i).uniforms, small.chunk(i).uniforms)
        assert part.chunk(i).replicate == small.chunk(i).replicate


def test_chunks_keep_their_place_in_the_whole() -> None:
    """Two scrambles of four chunks: the first half of each is chunks 0, 1 and 4, 5."""
    whole = sobol_design(2, 8 * CHUNK, 5, replicates=2)
    part = first_points(whole, 4 * CHUNK)
    assert [part.chunk(i).index for i in range(part.n_chunks)] == [0, 1, 4, 5]
    assert [part.chunk(i).replicate for i in range(part.n_chunks)] == [0, 0, 1, 1]
    assert np.array_equal(part.chunk(2).uniforms, whole.chunk(4).uniforms)
    assert first_points(repeated_design(0, 64, 1), 16).chunk(3).uniforms.shape == (0, 1)


def test_some_inputs_in_another_order() -> None:
    whole = sobol_design(3, 64, 5)
    part = some_inputs(whole, [2, 0])
    assert part.n_inputs == 2
    assert np.array_equal(part.chunk(1).uniforms, whole.chunk(1).uniforms[[2, 0]])
    assert some_inputs(first_points(whole, 16), []).chunk(0).uniforms.shape == (0, 1)


@pytest.mark.parametrize("n_draws", [8, 48, 128])
def test_other_numbers_are_refused(n_draws: int) -> None:
    with pytest.raises(ValueError, match=r"n_draws|power of 2"):
        first_points(sobol_design(3, 64, 5), n_draws)
