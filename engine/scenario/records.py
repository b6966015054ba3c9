"""What all records of a scenario have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from engine.scenario.fields import Names, Text

Path = tuple[str | int, ...]
"""Where a value stands in a scenario: keys and positions in lists."""


class Record(BaseModel):
    """Frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Reasoned(Record):
    """A record whose numbers carry a reason: what the sources say, or our own judgement."""

    evidence: Names = Field((), description="ids of the evidence that this rests on")
    judgement: Text | None = Field(None, description="why, where no source says so")
