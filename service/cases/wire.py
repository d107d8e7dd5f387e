"""What goes over the wire about cases and about who an encounter may be."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AliasChoices, Field

from reid.identify.movement import Rating
from reid.identify.prior import STATED_LEAST, STATED_MOST
from reid.types import Grade, Verdict
from service.calibration.wire import PlaceOut, SettlingPhotoOut
from service.web.wire import English, Line, Note, Number, WallClock, Wire

Together = Annotated[
    float,
    Field(
        strict=True,
        ge=STATED_LEAST,
        le=STATED_MOST,
        description="prior probability that two encounters of the case are one animal",
    ),
]


MovementPrior = Annotated[
    bool,
    Field(strict=True, description="whether distance and times are part of the prior; see cases"),
]


Member = Annotated[int, Field(description="number of an encounter")]


class CaseIn(Wire):
    """A new case."""

    name: Line
    note: Note = ""
    together: Together = 0.5
    movement_prior: MovementPrior = False


class CaseEdit(Wire):
    """What shall be different; what is left out stays."""

    name: Line | None = None
    note: Note | None = None
    together: Together | None = None
    closed: Annotated[bool, Field(strict=True)] | None = None
    movement_prior: MovementPrior | None = None


class CaseEncountersIn(Wire):
    """Encounters to put into a case."""

    encounters: Annotated[list[Number], Field(min_length=1, max_length=100)]
    reviewer: Line = "anonymous"


class CaseOut(Wire):
    """A named set of encounters, oldest first."""

    id: int
    name: str
    note: str
    together: float
    movement_prior: bool
    created_at: datetime
    closed_at: datetime | None
    encounters: list[Member]


class CaseChangeOut(Wire):
    """An encounter that somebody put into the case or took out."""

    id: int
    encounter_id: int
    kind: Literal["added", "removed"]
    reviewer: str
    changed_at: datetime


class CaseDetailOut(Wire):
    """A case and everything that was put in or taken out, oldest first."""

    case: CaseOut
    changes: list[CaseChangeOut]


class SpanOut(Wire):
    """First and last moment by one statement: the recorded one, or one that contradicts it."""

    start: WallClock
    end: WallClock
    source: str


class CaseMemberOut(Wire):
    """One encounter of a case: where and when. spans: several where its dates are in conflict."""

    encounter_id: int
    station: str | None
    position: tuple[float, float] | None = Field(
        description="latitude, longitude; median of photos"
    )
    spans: list[SpanOut]
    embedded: int


class LegOut(Wire):
    """The way between two encounters under one statement of the time of each."""

    one: SpanOut | None = Field(validation_alias=AliasChoices("one", "span0"))
    other: SpanOut | None = Field(validation_alias=AliasChoices("other", "span1"))
    days: float | None
    least_speed_km_h: float | None
    rating: Rating
    reason: English


class SpaceTimeOut(Wire):
    """Distance and times of a pair; never part of its llr."""

    distance_km: float | None = Field(description="null where it is not known, or not told")
    within_km: tuple[float, float] | None = Field(
        description="from how near to how far where places are told to their squares only"
    )
    legs: list[LegOut]
    prior: float | None = Field(
        description="log10 odds they add to the llr where the case wants them as a prior, else null"
    )


class ShownOut(Wire):
    """What the two photos that speak for a pair show together, as every page says it."""

    agree: int = Field(description="places that are marked because the coats agree there")
    differ: int = Field(description="places that are marked because they differ there")
    covisible: float | None = Field(
        description="share of the smaller flank that is seen in both; null: not measured"
    )
    agreeing: float | None = Field(
        description="share of what can be judged there that agrees; null: not measured"
    )


class CasePairOut(Wire):
    """Two encounters. annotations: the two photos that speak, null where none are comparable."""

    encounters: tuple[Member, Member]
    llr: float
    interval: tuple[float, float] = Field(
        description="95 % of the llr over other draws of the calibrating individuals"
    )
    verdict: Verdict
    total: float = Field(
        description="what the partitions rest on: llr, plus space_time.prior where there is one"
    )
    grades: list[Grade] = Field(description="best grade of each encounter that has photos")
    place: PlaceOut | None = Field(
        description="on the Tippett plot; null where nothing can be compared or was tested"
    )
    settle: list[SettlingPhotoOut] = Field(description="what would settle an open pair")
    why_nothing: English = Field(
        description="why nothing is known to settle an open pair, else empty"
    )
    annotations: tuple[int, int] | None
    shown: ShownOut | None = Field(description="of these two photos")
    compared: int
    together: float = Field(description="posterior probability that both are one animal")
    space_time: SpaceTimeOut


class PartitionOut(Wire):
    """One way to sort the encounters into animals."""

    probability: float
    animals: list[list[Member]]


class CaseReportOut(Wire):
    """All that can be said about a case.

    llr: rows and columns in the order of `encounters`, 0 on the diagonal and where nothing can be
    compared; of the photos alone. partitions: most probable first; `mass` is what they hold of
    `weighed` partitions; in_full false: only those that a search visited were weighed. conflicts:
    a = b and b = c by verdict, but a is not c. movement: what the ratings of the ways rest on.
    """

    case: CaseOut
    encounters: list[CaseMemberOut]
    llr: list[list[float]]
    pairs: list[CasePairOut]
    partitions: list[PartitionOut]
    weighed: int
    mass: float
    in_full: bool
    conflicts: list[tuple[Member, Member, Member]]
    movement: English
    model: str
    calibrator: str
    bound: float
    same: float = Field(description="llr from which the verdict is same; below minus it, different")
