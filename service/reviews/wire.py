"""What goes over the wire about reviews of pairs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from reid.observers.reviews import Answer, AnswerOrWithdrawal, VisibleState
from reid.types import Verdict
from service.encounters.wire import DecisionOut
from service.store.opinions import Certainty, Label, NewOpinion, Reason
from service.store.reviews import Source
from service.web.wire import Line, Note, Number, Wire

Pixels = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
Llr = Annotated[float, Field(ge=-12, le=12, allow_inf_nan=False)]
Needed = Annotated[int, Field(strict=True, ge=1, le=9, description="observers who must answer")]
Blind = Annotated[
    bool, Field(strict=True, description="nothing of the machine or of others before an answer")
]
Share = Annotated[float, Field(gt=0, le=0.5, description="of known pairs among those that wait")]
Seed = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
NEW_OPINION = TypeAdapter(NewOpinion)
ReviewNumbers = Annotated[list[Number], Field(max_length=5000)]


class RegionWire(Wire):
    """A marked place in pixels of the upright photo; a point has no width and height."""

    annotation_id: Number
    x: Pixels
    y: Pixels
    width: Pixels = 0
    height: Pixels = 0
    label: Label


class OpinionIn(Wire):
    """What an observer says of a pair; `withdrawn` takes their own answer back.

    same and different need a certainty, the others a reason. llr, model and calibrator: what was
    shown before; they are left out of a first answer to a blind pair, to which nothing is shown.
    """

    answer: AnswerOrWithdrawal
    certainty: Certainty | None = None
    reason: Reason | None = None
    note: Note = ""
    regions: Annotated[list[RegionWire], Field(max_length=50)] = Field(default_factory=list)
    llr: Llr | None = None
    model: Annotated[str, Field(max_length=60)] | None = None
    calibrator: Annotated[str, Field(max_length=60)] | None = None
    seconds: Annotated[float, Field(ge=0, le=10_000_000, allow_inf_nan=False)] | None = None
    observer: Line = "anonymous"

    @property
    def content(self) -> NewOpinion:
        """What is said, without who says it."""
        return NEW_OPINION.validate_python(self.model_dump(exclude={"observer"}))


class OpinionOut(Wire):
    """What an observer said of a pair, on record."""

    id: int
    pair_id: int
    observer: str
    answer: AnswerOrWithdrawal
    certainty: Certainty | None
    reason: Reason | None
    note: str
    regions: Sequence[RegionWire]
    llr: float | None
    model: str | None
    calibrator: str | None
    seconds: float | None
    decided_at: datetime


class ReviewOut(Wire):
    """A pair that was put up. What one may not see yet is null.

    state: of a blind pair that one has not answered only `waiting`, `answered` or `closed`. wanted:
    whether it waits for who asks.
    """

    id: int
    encounters: tuple[int, int]
    stations: Sequence[str]
    flanks: Sequence[str] = Field(description="that both encounters show")
    state: VisibleState
    answer: Answer | None
    missing: int = Field(description="observers who must still answer")
    blind: bool
    needed: int | None = Field(description="observers who must answer")
    source: Source | None
    note: str | None
    reviewer: str | None = Field(description="who put it up")
    created_at: datetime | None
    closed_at: datetime | None
    wanted: bool


class ReviewsOut(Wire):
    """Pairs that fit, and how far the observer is today."""

    done_today: int
    left: int
    total: int
    reviews: Sequence[ReviewOut]


class MachineOut(Wire):
    """What the machine says of both encounters together."""

    llr: float
    bound: float
    verdict: Verdict
    model: str
    calibrator: str


class ReviewDetailOut(Wire):
    """A pair with all opinions and the machine's evidence, where it is open to who asks.

    machine: also null where it cannot be said, such as before the photos are embedded.
    """

    review: ReviewOut
    open: bool
    opinions: Sequence[OpinionOut]
    machine: MachineOut | None


class ReviewsIn(Wire):
    """Pairs to put up: named ones, all among some encounters, all of a case. Up already: stays."""

    pairs: Annotated[list[tuple[Number, Number]], Field(max_length=1000)] = Field(
        default_factory=list
    )
    encounters: Annotated[list[Number], Field(max_length=40)] = Field(default_factory=list)
    case_id: Number | None = None
    source: Literal["asked", "suggested", "conflict"] = "asked"
    blind: Blind = True
    needed: Needed = 2
    note: Note = ""
    reviewer: Line = "anonymous"


class ReviewEdit(Wire):
    """What shall be different; what is left out stays."""

    closed: Annotated[bool, Field(strict=True)] | None = None
    needed: Needed | None = None
    blind: Blind | None = None
    reviewer: Line = "anonymous"
    note: Note = ""


class RoundIn(Wire):
    """Hidden known pairs to mix among the blind pairs that wait; without `apply` only counted."""

    share: Share = 0.1
    seed: Seed = 1
    apply: Annotated[bool, Field(strict=True)] = False
    reviewer: Line = "anonymous"


class RoundOut(Wire):
    """How many known pairs are mixed in, never which."""

    waiting: int
    wanted: int
    same: int
    different: int
    applied: bool


class AgreementOut(Wire):
    """Two observers on the blind pairs that both answered; the first one's answers go down."""

    observers: tuple[str, str]
    n: int
    answers: Sequence[Answer]
    table: Sequence[Sequence[int]]
    observed: float
    expected: float
    kappa: float | None = Field(description="of Cohen; null where it is not defined")
    interval: tuple[float, float] | None


class ErrorsOut(Wire):
    """Answers on pairs of which the truth is known."""

    n: int
    right: int
    false_same: int
    false_different: int
    cannot_tell: int
    not_comparable: int


class KnownOut(Wire):
    """One observer on hidden known pairs. own: of encounters they had decided themself."""

    observer: str
    errors: ErrorsOut
    by_certainty: Mapping[str, ErrorsOut]
    own: int


class AgreementsOut(Wire):
    """Every two observers; certain: the pairs of which both were certain; known: own errors.

    An admin sees everybody's errors.
    """

    blind_pairs: int
    together: Sequence[AgreementOut]
    certain: Sequence[AgreementOut]
    known: Sequence[KnownOut]


class JoinOut(Wire):
    """Encounters that come under an identity; identity_id null: a new one of this name."""

    identity_id: int | None
    name: str
    encounters: Sequence[int]
    pairs: Sequence[int]


class MergeOut(Wire):
    """Identities that reviews found to be one animal; merging them is another act."""

    identities: Sequence[int]
    pairs: Sequence[int]


class ContradictionOut(Wire):
    """Encounters under one identity, now or by these reviews, of which a review says different."""

    encounters: tuple[int, int]
    identity: str | None
    pairs: Sequence[int]


class SettlingPlanOut(Wire):
    """What applying the settled pairs would do. done: pairs it closes."""

    digest: str
    new_identities: int
    joins: Sequence[JoinOut]
    merges: Sequence[MergeOut]
    contradictions: Sequence[ContradictionOut]
    done: Sequence[int]


class ApplyIn(Wire):
    """Which pairs, null for all settled ones; the digest of the plan that was looked at."""

    pairs: ReviewNumbers | None = None
    digest: Annotated[str, Field(max_length=64)] = ""
    reviewer: Line = "anonymous"


class AppliedPairsOut(Wire):
    """The plan that was carried out and the decisions it made."""

    plan: SettlingPlanOut
    decisions: Sequence[DecisionOut]
