"""Clusters of encounters, and pairs most worth a decision, on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from service.web.wire import Line, Number, Wire

Pair = Annotated[tuple[Number, Number], Field(description="two encounters")]


class LinkOut(Wire):
    """Two encounters. compared false: the llr is assumed from near misses, not measured."""

    couple: tuple[int, int]
    llr: float
    compared: bool


class ClusterOut(Wire):
    """Encounters that are one animal, as far as photos and people say."""

    encounters: list[int]
    identity_id: int | None = Field(description="of those of its encounters that have one")
    unidentified: int = Field(description="encounters without an identity")
    together: float | None = Field(
        description="probability that all are one animal; null for one encounter, or more than 6"
    )
    belongs: float | None = Field(
        description="probability that the encounter that belongs least is part of it"
    )
    weakest: LinkOut | None
    doubtful: list[LinkOut]
    counted: bool = Field(description="false: one encounter that is rather part of something else")
    near_identity: int | None
    near_encounter: int | None
    near: float = Field(description="probability that it is the identity near_identity")


class Made(Wire):
    """When and from what the clusters were made.

    current false: something has happened since, and they are made anew in the background. prior:
    probability that two groups of encounters are one animal before any photo is looked at.
    """

    made_at: datetime
    current: bool
    model: str
    calibrator: str
    prior: float


class ClustersOut(Wire):
    """All encounters sorted into animals. waiting: encounters whose pairs are not compared yet."""

    made: Made | None = Field(description="null: not made yet")
    encounters: int
    animals: int = Field(description="how many are to be expected")
    least: int = Field(description="how many there are for certain, if the groups are right")
    most: int = Field(description="how many there are if every group is an animal of its own")
    left_only: int = Field(description="groups of which the left flank alone is known")
    right_only: int = Field(description="groups of which the right flank alone is known")
    unplaced: int
    waiting: int
    conflicts: list[tuple[int, int]] = Field(
        description="pairs that observers judged against the catalogue"
    )
    total: int
    clusters: list[ClusterOut]


class SuggestionOut(LinkOut):
    """A pair that is worth a look. gain: expected change of the number of animals."""

    together: float
    joined: bool
    gain: float


class SuggestionsOut(Wire):
    """Pairs most worth a decision, first the one whose answer changes most."""

    made: Made | None
    suggestions: list[SuggestionOut]


class PutUpIn(Wire):
    """Pairs to be reviewed: those named, or else the `best` most worth it."""

    pairs: list[Pair] = Field(default=[], max_length=200)
    best: int | None = Field(default=None, ge=1, le=200)
    reviewer: Line = "anonymous"


class PutUpOut(Wire):
    """How many pairs are new among those to be reviewed; the others were there already."""

    asked: int
    new: int
