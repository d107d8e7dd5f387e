"""What goes over the wire about identities: the catalogue, changes and their undo, conflicts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from reid.types import Flank
from service.catalogue.conflicts import ConflictKind
from service.encounters.wire import DecisionOut
from service.photos.wire import ReferenceOut
from service.store.history import ChangeKind
from service.store.identities import LifeStage, Sex
from service.store.references import MarkState
from service.web.wire import Line, Note, Number, WallClock, Wire

NewestNumber = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
RowNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]
DecisionNumber = Annotated[int, Field(ge=0, le=2**31 - 1)]
After = Annotated[
    Mapping[RowNumber, DecisionNumber] | None,
    Field(
        max_length=5000,
        description="encounter -> the decision_id that was seen; left out, no check is made",
    ),
]
Encounters = Annotated[Sequence[Number], Field(max_length=5000)]
Value = str | int | None


class IdentityOut(Wire):
    """One line of the catalogue; flanks counts embedded annotations.

    merged_into: the identity to which its encounters went; null where it was not merged away.
    """

    id: int
    name: str
    sex: Sex
    life_stage: LifeStage
    note: str
    merged_into: int | None
    encounters: int
    annotations: int
    first_seen: WallClock | None
    last_seen: WallClock | None
    flanks: list[tuple[Flank, int]]


class SightingOut(Wire):
    """One encounter of an identity."""

    encounter_id: int
    station: str | None
    started_at: WallClock | None


class IdentityDetailOut(Wire):
    """One identity with its encounters, photos and every decision that ever named it."""

    summary: IdentityOut
    sightings: list[SightingOut]
    references: list[ReferenceOut]
    decisions: list[DecisionOut]


class PairSaidWire(Wire):
    """What the machine measured on two encounters; llr null: nothing."""

    one: Number
    other: Number
    llr: Annotated[float, Field(ge=-12, le=12)] | None = None
    model: Line | None = None
    calibrator: Line | None = None


class EvidenceWire(Wire):
    """What a change rests on. posterior, all_one: of a suggested cut, and of one animal."""

    pairs: Annotated[Sequence[PairSaidWire], Field(max_length=500)] = ()
    opinions: Annotated[Sequence[Number], Field(max_length=500)] = ()
    posterior: Annotated[float, Field(ge=0, le=1)] | None = None
    all_one: Annotated[float, Field(ge=0, le=1)] | None = None
    conflict: ConflictKind | None = None


class MovedOut(Wire):
    """An encounter that a change gave another decision; before null: it had none."""

    encounter_id: int
    before: int | None
    after: int


class ChangeOut(Wire):
    """One entry of the history. before, after: identity -> fields that changed."""

    id: int
    kind: ChangeKind
    identity_id: int
    other_id: int | None = Field(description="merged in, split off, or in conflict with")
    before: Mapping[int, Mapping[str, Value]]
    after: Mapping[int, Mapping[str, Value]]
    reviewer: str
    reason: str
    evidence: EvidenceWire
    changed_at: datetime
    undoes: int | None = Field(description="the entry that this one takes back")
    undone: bool = Field(description="an undo of it stands")
    encounters: list[MovedOut]


class NamingOut(ChangeOut):
    """The entry of a change that named an identity, with what may be wrong with the name."""

    alike: list[str] = Field(
        [],
        description="when an identity is named: names of others that differ from it in case, "
        "accents or form only",
    )


class GroundsIn(Wire):
    """Who changes something, and why."""

    reviewer: Line = "anonymous"
    reason: Note = ""


class EvidentIn(GroundsIn):
    """Who changes something, why, from which evidence and which decisions."""

    evidence: EvidenceWire | None = None
    after: After = None


class IdentityIn(EvidentIn):
    """A new individual, with the encounters that are it from now on; they may be none."""

    name: Line | None = Field(None, description="left out, the next free one like L001")
    encounters: Encounters = ()
    sex: Sex = "unknown"
    life_stage: LifeStage = "unknown"
    note: Note = ""


class IdentityEdit(GroundsIn):
    """What shall be different; null stays. A name is an entry of its own in the history.

    seen: the newest change of the identity that was seen, 0 for none; null: no check is made.
    """

    name: Line | None = None
    sex: Sex | None = None
    life_stage: LifeStage | None = None
    note: Note | None = None
    seen: NewestNumber | None = None


class MergeIn(EvidentIn):
    """All encounters of the other identity become this one. evidence null: what is known."""

    other_id: Number


class SplitIn(EvidentIn):
    """These encounters leave: into an identity that exists, or a new one of this name."""

    encounters: Annotated[Encounters, Field(min_length=1)]
    into: Number | None = None
    name: Line | None = Field(None, description="of a new identity; the next free one if null")


class UndoIn(GroundsIn):
    """Who takes a change back, and why."""


class CutOut(Wire):
    """The likeliest way to part an identity: the first group stays.

    posterior: of this way; all_one: of one animal; unmeasured: pairs that nobody compared;
    left_out: older encounters that were not sorted. groups empty: fewer than two encounters.
    """

    identity_id: int
    groups: list[list[int]]
    posterior: float
    all_one: float
    in_full: bool = Field(description="every way was weighed; if not, relative to those searched")
    compared: int
    unmeasured: int
    left_out: int
    pairs: list[PairSaidWire]


class MarkIn(GroundsIn):
    """Whether a photo may speak for its identity. after: the newest mark that was seen, or 0."""

    state: MarkState
    after: NewestNumber | None = None


class MarkOut(Wire):
    """What somebody said of a photo as a reference; the newest one counts."""

    id: int
    annotation_id: int
    state: MarkState
    reviewer: str
    reason: str
    marked_at: datetime


class OpinionBrief(Wire):
    """The newest opinion of one observer on a pair."""

    id: int
    observer: str
    answer: str
    certainty: str | None


class NamedOut(Wire):
    """An identity."""

    id: int
    name: str


class ConflictOut(Wire):
    """Two encounters about which catalogue, observers and machine contradict each other."""

    kind: ConflictKind = Field(
        description="apart: one identity, said to differ; together: two identities, said to be the "
        "same; chain: both the same as `through`, said to differ; between: two identities, and the "
        "machine takes `through` for both"
    )
    one: int
    other: int
    through: int | None
    identity: NamedOut | None
    other_identity: NamedOut | None
    opinions: list[OpinionBrief]
    machine: PairSaidWire | None
    machine_through: list[PairSaidWire] = Field(
        description="of between: each of both encounters with the one in the middle"
    )
    kept: int | None = Field(description="the change that resolved it by a reason")


class KeepIn(Wire):
    """A contradiction stays as it is. seen: the newest opinion that was seen, 0 for none."""

    kind: ConflictKind
    one: Number
    other: Number
    seen: NewestNumber
    reviewer: Line = "anonymous"
    reason: Annotated[Line, Field(description="it resolves the contradiction")]
