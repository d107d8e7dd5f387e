"""Field types and the base of every wire model; the error on the wire."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from reid.interchange.individual_names import hidden_in
from reid.sentences import Sentence
from reid.types import Box
from service.web.faults import HiddenCharacters


def _visible(text: str) -> str:
    if hidden := hidden_in(text):
        facts = {"characters": ", ".join(hidden)}
        raise PydanticCustomError("hidden_characters", HiddenCharacters.message, facts)
    return text


Visible = AfterValidator(_visible)
"""For a text of one line: characters of no width or of direction are refused; two names that look
alike must be one."""
Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
    Visible,
]


def _english(value: object) -> object:
    return str(value) if isinstance(value, Sentence) else value


English = Annotated[str, BeforeValidator(_english)]
"""A sentence as the API says it, in English; pages have the sentence with its facts instead."""
WallClock = Annotated[
    datetime,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$",
            "description": "by the camera's own clock, without a zone",
        }
    ),
]
"""A time as a camera has it: no `date-time` of RFC 3339, which has a zone."""
Note = Annotated[str, StringConstraints(max_length=5000, pattern=r"^[^\x00]*$")]
Number = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]


def _corners(value: object) -> object:
    return (value.x0, value.y0, value.x1, value.y1) if isinstance(value, Box) else value


Corners = Annotated[
    tuple[float, float, float, float],
    BeforeValidator(_corners),
    Field(description="left, top, right, bottom in pixels of the upright photo"),
]
EXAMPLES: Mapping[str, JsonValue] = json.loads(
    Path(__file__).with_name("examples.json").read_text(encoding="utf-8")
)
"""One example of each model of a route, by its name; by `scripts/record_examples.py`."""


def with_example(schema: JsonDict, model: type[BaseModel]) -> None:
    """Put the example of this model, if there is one, into its JSON schema."""
    if model.__name__ in EXAMPLES:
        schema["examples"] = [EXAMPLES[model.__name__]]


class Wire(BaseModel):
    """Unknown fields are a client's mistake, not noise."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        from_attributes=True,
        populate_by_name=True,
        protected_namespaces=(),
        json_schema_extra=with_example,
    )


class Problem(Wire):
    """RFC 9457 error; `code` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
