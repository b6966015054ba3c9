"""The JSON Schema of the scenario language, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from engine.scenario.expressions import Expression
from engine.scenario.expressions import Number as Literally
from engine.scenario.model import Scenario

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class _Generator(GenerateJsonSchema):
    """Writes the default of an expression as it stands in a file."""

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, Expression):
            return dft.root.value if isinstance(dft.root, Literally) else dft.text
        return super().encode_default(dft)


def scenario_schema() -> dict[str, Any]:
    """What may stand in a scenario file."""
    made = Scenario.model_json_schema(schema_generator=_Generator)
    return {"$schema": DIALECT, **made, "title": "Scenario"}
