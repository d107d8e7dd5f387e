"""The catalogue: identities, what became of them, what a curator changes, and contradictions."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from service.catalogue import changes, conflicts
from service.catalogue.changes import Description, Grounds
from service.encounters.pair_evidence import ThePairEvidence
from service.identities.splitting import LeavingGroup, likeliest_cut, merge_evidence, split_off
from service.identities.to_wire import (
    change_out,
    conflict_out,
    cut_out,
    evidence_of,
    identity_detail,
)
from service.identities.wire import (
    ChangeOut,
    ConflictOut,
    CutOut,
    IdentityDetailOut,
    IdentityEdit,
    IdentityIn,
    IdentityOut,
    KeepIn,
    MarkIn,
    MarkOut,
    MergeIn,
    SplitIn,
    UndoIn,
)
from service.recognition.comparing import machine_of
from service.recognition.engine import TheEngine
from service.store import history, identities, photos, references
from service.web.errors import documented
from service.web.parameters import Limit, Offset, RowNumber, TheActor, TheDatabase, TheSettings

router = APIRouter(tags=["identities"], responses=documented(400, 403, 404, 409, 422))


@router.get("/identities")
def list_identities(database: TheDatabase) -> list[IdentityOut]:
    """Every identity that has an encounter, by name."""
    with database.read() as connection:
        summaries = identities.catalogue(connection)
    return [IdentityOut.model_validate(summary) for summary in summaries]


@router.post("/identities", status_code=201)
def create_identity(body: IdentityIn, database: TheDatabase, actor: TheActor) -> ChangeOut:
    """Name a new individual and let encounters be it; answers with the first of its history."""
    evidence = evidence_of(body.evidence)
    grounds = Grounds(actor.signs(body.reviewer), body.reason, evidence, body.after)
    facts = Description(body.sex, body.life_stage, body.note)
    with database.write() as connection:
        change = changes.create(connection, body.name, body.encounters, grounds, facts)
    return change_out(change)


@router.get("/identities/{identity_id}")
def get_identity(
    identity_id: RowNumber, database: TheDatabase, actor: TheActor
) -> IdentityDetailOut:
    """One identity with its photos and decisions, also when no encounter is left to it."""
    with database.read() as connection:
        return identity_detail(connection, identity_id, exact=actor.sees_places)


@router.patch("/identities/{identity_id}")
def edit_identity(
    identity_id: RowNumber, body: IdentityEdit, database: TheDatabase, actor: TheActor
) -> list[ChangeOut]:
    """Rename or describe; one entry of the history for each, none where nothing was stated."""
    grounds = Grounds(actor.signs(body.reviewer), body.reason, newest=body.seen)
    with database.write() as connection:
        edits = _edited(connection, identity_id, body, grounds)
    return [change_out(edit) for edit in edits]


@router.get("/identities/{identity_id}/changes")
def list_changes_of(identity_id: RowNumber, database: TheDatabase) -> list[ChangeOut]:
    """What became of an identity, oldest first, also where it was merged in or split off."""
    with database.read() as connection:
        identities.name_of(connection, identity_id)
        entries = history.of_identity(connection, identity_id)
    return [change_out(entry) for entry in entries]


@router.post("/identities/{identity_id}/merge", status_code=201)
def merge(
    identity_id: RowNumber,
    body: MergeIn,
    database: TheDatabase,
    pair_evidence: ThePairEvidence,
    actor: TheActor,
) -> ChangeOut:
    """All encounters of the other identity become this one; the other stays, empty."""
    evidence = evidence_of(body.evidence)
    if body.evidence is None and body.other_id != identity_id:
        evidence = merge_evidence(
            database, pair_evidence, identity_id, body.other_id, compare=False
        )
    grounds = Grounds(actor.signs(body.reviewer), body.reason, evidence, body.after)
    with database.write() as connection:
        return change_out(changes.merge(connection, identity_id, body.other_id, grounds))


@router.post("/identities/{identity_id}/split", status_code=201)
def split(
    identity_id: RowNumber,
    body: SplitIn,
    database: TheDatabase,
    pair_evidence: ThePairEvidence,
    actor: TheActor,
) -> ChangeOut:
    """Some encounters leave, into an identity that exists or a new one."""
    evidence = evidence_of(body.evidence)
    grounds = Grounds(actor.signs(body.reviewer), body.reason, evidence, body.after)
    group = LeavingGroup(tuple(body.encounters), body.into or body.name)
    with database.write() as connection:
        (change,) = split_off(connection, pair_evidence, identity_id, [group], grounds)
    return change_out(change)


@router.get("/identities/{identity_id}/cut", responses=documented(503))
def suggest_cut(
    identity_id: RowNumber, database: TheDatabase, pair_evidence: ThePairEvidence
) -> CutOut:
    """The likeliest way to part an identity, beside the posterior that it is one animal."""
    return cut_out(identity_id, likeliest_cut(database, pair_evidence, identity_id))


@router.get("/changes")
def list_changes(database: TheDatabase, limit: Limit = 100, offset: Offset = 0) -> list[ChangeOut]:
    """What became of all identities, newest first."""
    with database.read() as connection:
        entries = history.search(connection, limit=limit, offset=offset)
    return [change_out(entry) for entry in entries]


@router.post("/changes/{change_id}/undo", status_code=201)
def undo(change_id: RowNumber, body: UndoIn, database: TheDatabase, actor: TheActor) -> ChangeOut:
    """Put back exactly what stood before, as a new entry; an undo can be undone."""
    grounds = Grounds(actor.signs(body.reviewer), body.reason)
    with database.write() as connection:
        return change_out(changes.undo(connection, change_id, grounds))


@router.get("/conflicts")
def list_conflicts(
    settings: TheSettings,
    database: TheDatabase,
    engine: TheEngine,
    kept: Annotated[bool, Query(description="those that were kept with a reason instead")] = False,
) -> list[ConflictOut]:
    """What observers and the machine say against the catalogue, until it is resolved."""
    with database.read() as connection:
        contradictions = conflicts.listed(connection, machine_of(settings, engine), resolved=kept)
    return [conflict_out(contradiction) for contradiction in contradictions]


@router.post("/conflicts/keep", status_code=201)
def keep(
    body: KeepIn, settings: TheSettings, database: TheDatabase, engine: TheEngine, actor: TheActor
) -> ChangeOut:
    """Resolve a contradiction by a reason; a newer opinion opens it again."""
    grounds, pair = Grounds(actor.signs(body.reviewer), body.reason), (body.one, body.other)
    machine = machine_of(settings, engine)
    with database.write() as connection:
        return change_out(conflicts.keep(connection, body.kind, pair, machine, grounds, body.seen))


@router.get("/annotations/{annotation_id}/references")
def list_marks(annotation_id: RowNumber, database: TheDatabase) -> list[MarkOut]:
    """What was said of a photo as a reference, oldest first; the last one counts."""
    with database.read() as connection:
        photos.annotation_by_id(connection, annotation_id)
        marks = references.history(connection, [annotation_id])
    return [MarkOut.model_validate(entry) for entry in marks]


@router.post("/annotations/{annotation_id}/references", status_code=201)
def mark(annotation_id: RowNumber, body: MarkIn, database: TheDatabase, actor: TheActor) -> MarkOut:
    """Approve a photo, refuse it, which takes it out of the gallery, or take that back."""
    reviewer = actor.signs(body.reviewer)
    with database.write() as connection:
        entry = references.mark(
            connection, annotation_id, body.state, reviewer, body.reason, after=body.after
        )
    return MarkOut.model_validate(entry)


def _edited(
    connection: Connection, identity_id: int, body: IdentityEdit, grounds: Grounds
) -> list[history.Change]:
    """Only what differs; all of it is refused where nothing does."""
    edits = []
    now = identities.get(connection, identity_id).summary
    before = Description(now.sex, now.life_stage, now.note)
    facts = Description(
        body.sex or now.sex,
        body.life_stage or now.life_stage,
        now.note if body.note is None else body.note,
    )
    if body.name is not None and (body.name != now.name or facts == before):
        edits.append(changes.rename(connection, identity_id, body.name, grounds))
        grounds = replace(grounds, newest=None)
    described = (body.sex, body.life_stage, body.note) != (None, None, None)
    if facts != before or (described and not edits):
        edits.append(changes.describe(connection, identity_id, facts, grounds))
    return edits
