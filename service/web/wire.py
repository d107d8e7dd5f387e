"""Field types and the base of every wire model; the error on the wire."""

from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
)

from reid.sentences import Sentence
from reid.types import Box
from service.web import examples

Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]


def _english(value: object) -> object:
    return str(value) if isinstance(value, Sentence) else value


Worded = Annotated[str, BeforeValidator(_english)]
"""A sentence with facts, in English."""


Note = Annotated[str, StringConstraints(max_length=5000, pattern=r"^[^\x00]*$")]


Number = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]


def _corners(value: object) -> object:
    return (value.x0, value.y0, value.x1, value.y1) if isinstance(value, Box) else value


Corners = Annotated[
    tuple[float, float, float, float],
    BeforeValidator(_corners),
    Field(description="left, top, right, bottom in pixels of the upright photo"),
]


def shown(example: dict[str, JsonValue]) -> ConfigDict:
    """The configuration of a model with an example."""
    return ConfigDict(json_schema_extra={"examples": [example]})


class Wire(BaseModel):
    """Unknown fields are a client's mistake, not noise."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, from_attributes=True, protected_namespaces=()
    )


class Problem(Wire):
    """RFC 9457 error; `code` is stable."""

    model_config = shown(examples.PROBLEM)

    type: str
    title: str
    status: int
    detail: str
    code: str
