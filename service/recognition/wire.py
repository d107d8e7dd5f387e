"""The answer to a query on the wire: candidates with their evidence."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, Field

from reid.types import Source, Verdict
from service.photos.wire import AnnotationOut, FactsOut
from service.web.wire import English, Wire


def _rounded(digits: int) -> BeforeValidator:
    """Takes an array or a number with so many decimals."""

    def rounded(value: object) -> object:
        if isinstance(value, np.ndarray):
            return value.round(digits).tolist()
        return round(value, digits) if isinstance(value, float) else value

    return BeforeValidator(rounded)


Points = Annotated[list[tuple[float, float]], _rounded(1)]
"""Points of a photo, to a tenth of a pixel."""
Share = Annotated[float, _rounded(3)]


class CorrespondencesOut(Wire):
    """Points on one place of the coat: query[i] in the query photo, reference[i] in the other."""

    kind: str
    query: Points = Field(validation_alias="points0")
    reference: Points = Field(validation_alias="points1")
    strength: Annotated[list[float], _rounded(3)]


class OverlapOut(Wire):
    """What both photos show of the flank, once one is laid over the other."""

    registration: Source = Field(description="what that rests on; an outline is coarse")
    covisible: Share = Field(description="share of the smaller flank that is seen in both")
    places: int = Field(description="seen well enough in both to be judged")
    agreeing: Share = Field(description="share of these places where the rosettes agree")
    discrepancies: CorrespondencesOut = Field(
        description="where the rosettes differ, strongest first; none over an outline"
    )


class CandidateOut(Wire):
    """What the query says about one identity, and the pair of photos that speaks.

    query: position of the query photo (or annotation number, for an encounter) of that pair.
    """

    identity_id: int
    identity: str
    llr: float = Field(description="log10 likelihood ratio, same over different leopards")
    bound: float = Field(description="the largest |llr| the calibration supports")
    interval: tuple[float, float] = Field(
        description="95 % of the llr over other draws of the calibrating individuals"
    )
    verdict: Verdict
    query: int
    reference: AnnotationOut
    cosine: float
    dense_score: float
    rootsift_score: float | None
    agreement: float = Field(
        description="what agrees in the two photos, as one number: orders candidates of one llr"
    )
    capacity: float = Field(description="0 to 1, how much these two photos could agree at most")
    correspondences: list[CorrespondencesOut]
    overlap: OverlapOut | None = Field(
        description="null for pairs that got the quick look only, or where a photo shows no coat"
    )


class QueryOut(FactsOut):
    """One photo of the query: its position, or its annotation number, for an encounter."""

    query: int
    frames: int = Field(
        description="1, or of how many frames this one was put together; it lies over the photo "
        "with its number"
    )
    damage: English | None = Field(
        default=None, description="what of the file could not be read; null: it is whole"
    )


class BurstOut(Wire):
    """How the photos of one query agree with each other; photos are named by their positions."""

    groups: list[list[int]] = Field(
        description="photos that show one coat, the group with most of it first; a photo that "
        "agrees with none is alone, and one without an animal in no group; of more than 24 the "
        "clearest are looked at"
    )
    two_animals: bool = Field(
        description="two groups agree within themselves and not with each other: nothing is fused"
    )
    frames: list[int] = Field(description="photos in the fused picture; empty without one")
    agreement: Share | None = Field(
        description="0 to 1, how much each photo agrees with the others, pixel by pixel"
    )
    picture: str | None = Field(
        description="the fused picture, PNG in Base64: the last of the queries, in whose pixels "
        "its correspondences are"
    )


class FusedBurstOut(Wire):
    """Poor frames of one camera that were put together into one picture."""

    annotation: int = Field(description="over whose photo the picture lies")
    frames: list[int] = Field(description="annotations behind it, that one first")
    agreement: Share = Field(
        description="0 to 1, how much each frame agrees with the others, pixel by pixel"
    )


class IdentificationOut(Wire):
    """The answer to one query; the largest llr first, one candidate an identity.

    Candidates with the same llr to one decimal are in the order of their agreement, and those that
    cannot be compared come last. verdict: of the candidate with the largest llr.
    excluded_encounters: left out of the gallery, because the query photos are their photos.
    timings: milliseconds per stage.
    """

    verdict: Verdict
    model: str
    calibrator: str
    gallery: int
    compared: int
    excluded_encounters: list[int]
    timings: Mapping[str, float]
    queries: list[QueryOut]
    burst: BurstOut | None = Field(
        default=None,
        description="null where fewer than two photos show an animal, and for an encounter of the "
        "catalogue",
    )
    candidates: list[CandidateOut]
