"""Which uniforms a run uses: designs, cut in chunks whose numbers depend only on the seed and the chunk."""

from __future__ import annotations

from engine.sampling.designs import Chunk, Design, point_design, random_design, repeated_design, sobol_design
from engine.sampling.saltelli import saltelli_design
from engine.sampling.streams import CHUNK, FloatArray, stream

__all__ = [
    "CHUNK",
    "Chunk",
    "Design",
    "FloatArray",
    "point_design",
    "random_design",
    "repeated_design",
    "saltelli_design",
    "sobol_design",
    "stream",
]
