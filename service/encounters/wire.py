"""Encounters, decisions and who an encounter may be, on the wire."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from reid.types import Flank
from service.photos.wire import ClaimOut, ReferenceOut
from service.store.decisions import DecisionKind
from service.web.wire import Line, Note, Number, WallClock, Wire


class EncounterOut(Wire):
    """One line of the list; decision_id 0 means that nobody has decided yet."""

    id: int
    name: str | None
    station: str | None
    started_at: WallClock | None
    ended_at: WallClock | None
    pending: int
    embedded: int
    failed: int
    flanks: list[Flank]
    thumbnail: int | None
    decision_id: int
    decision: DecisionKind | None
    identity_id: int | None
    identity: str | None


class EncountersOut(Wire):
    """A page of encounters and how many wait altogether."""

    waiting: int
    decided: int
    encounters: list[EncounterOut]


class DecisionIn(Wire):
    """What a person concludes, with what the person was shown.

    after: the newest decision the person had seen (decision_id); left out, no check is made.
    """

    kind: DecisionKind
    identity_id: Number | None = None
    name: Line | None = Field(None, description="for `new`; left out, the next free one like L001")
    llr: Annotated[float, Field(strict=True, ge=-12, le=12)] | None = None
    model: Line | None = None
    calibrator: Line | None = None
    reviewer: Line = "anonymous"
    note: Note = ""
    after: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] | None = None


class DecisionOut(Wire):
    """A recorded decision; it is never changed, a later one undoes it."""

    id: int
    encounter_id: int
    kind: DecisionKind
    identity_id: int | None
    identity: str | None
    llr: float | None
    model: str | None
    calibrator: str | None
    reviewer: str
    note: str
    decided_at: datetime


class RecordedDecisionOut(DecisionOut):
    """A decision that was just recorded, with what may be wrong with it."""

    alike: list[str] = Field(
        [],
        description="when `new` is recorded: names of other identities that differ from the new "
        "one in case, accents or form only",
    )


class EncounterDetailOut(Wire):
    """One encounter with photos, decisions and fields that were stated differently."""

    summary: EncounterOut
    references: list[ReferenceOut]
    decisions: list[DecisionOut]
    conflicts: Mapping[str, Sequence[ClaimOut]]


class IdentityChanceOut(Wire):
    """One identity before and after the photos spoke; compared false: not on the shortlist."""

    identity_id: int
    name: str
    llr: float
    compared: bool
    prior: float
    posterior: float


class PosteriorOut(Wire):
    """Each identity and an animal that is not in the catalogue; the posteriors sum to 1.

    unseen: animals that are assumed not to be in the catalogue; estimated: the same by Chao1.
    """

    encounter_id: int
    identities: Sequence[IdentityChanceOut]
    prior_unknown: float
    unknown: float
    unseen: float
    estimated: float
    model: str
    calibrator: str
