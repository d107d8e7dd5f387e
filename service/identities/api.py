"""The catalogue: identities, what became of them, what a curator changes, and contradictions."""

from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import TypeAdapter
from sqlalchemy import Connection

from service.catalogue import changes, conflicts
from service.catalogue.changes import Description, Grounds
from service.catalogue.conflicts import Contradiction
from service.encounters.pair_evidence import ThePairEvidence
from service.identities import name_search, splitting, wire
from service.identities.splitting import LeavingGroup
from service.photos.to_wire import reference_out
from service.recognition.comparing import TheMachine
from service.store import decisions, history, identities, photos, references
from service.store.history import NOTHING, ChangeEvidence, IdentityChange
from service.store.identities import IdentitySummary
from service.store.people import Actor
from service.store.references import Mark
from service.web.errors import documented
from service.web.parameters import Limit, Offset, RowNumber, TheActor, TheDatabase
from service.web.places import ToldPlaces

router = APIRouter(tags=["identities"], responses=documented(400, 403, 404, 409, 422))
STATED = TypeAdapter(ChangeEvidence)
SearchedText = Annotated[
    str,
    Query(
        max_length=100,
        description="part of a name, a former name or the note, in any case, accents and form",
    ),
]


@router.get("/identities", response_model=list[wire.IdentityOut])
def list_identities(database: TheDatabase, q: SearchedText = "") -> list[IdentitySummary]:
    """Every identity that has an encounter, by name; q: that this finds, whatever its case."""
    with database.read() as connection:
        return name_search.searched(connection, q)


@router.post("/identities", status_code=201)
def create_identity(
    body: wire.IdentityIn, database: TheDatabase, actor: TheActor
) -> wire.NamingOut:
    """Name a new individual and let encounters be it; answers with the first of its history."""
    grounds, facts = _grounds(body, actor), Description(body.sex, body.life_stage, body.note)
    with database.write() as connection:
        change = changes.create(connection, body.name, body.encounters, grounds, facts)
        return _with_alike(connection, change)


@router.get("/identities/{identity_id}")
def get_identity(
    identity_id: RowNumber, database: TheDatabase, telling: ToldPlaces
) -> wire.IdentityDetailOut:
    """One identity with its photos and decisions, also when no encounter is left to it."""
    with database.read() as connection:
        detail = identities.get(connection, identity_id)
        values = {
            "summary": detail.summary,
            "sightings": detail.sightings,
            "references": [reference_out(r, telling) for r in detail.references],
            "decisions": decisions.of_identity(connection, identity_id),
        }
    return wire.IdentityDetailOut.model_validate(values)


@router.patch("/identities/{identity_id}")
def edit_identity(
    identity_id: RowNumber, body: wire.IdentityEdit, database: TheDatabase, actor: TheActor
) -> list[wire.NamingOut]:
    """Rename or describe; one entry of the history for each, none where nothing was stated."""
    grounds = replace(_grounds(body, actor), newest=body.seen)
    with database.write() as connection:
        edited = _edited(connection, identity_id, body, grounds)
        return [_with_alike(connection, change) for change in edited]


@router.get("/identities/{identity_id}/changes", response_model=list[wire.ChangeOut])
def list_changes_of(identity_id: RowNumber, database: TheDatabase) -> list[IdentityChange]:
    """What became of an identity, oldest first, also where it was merged in or split off."""
    with database.read() as connection:
        identities.name_of(connection, identity_id)
        return history.of_identity(connection, identity_id)


@router.post("/identities/{identity_id}/merge", status_code=201, response_model=wire.ChangeOut)
def merge(
    identity_id: RowNumber,
    body: wire.MergeIn,
    database: TheDatabase,
    pair_evidence: ThePairEvidence,
    actor: TheActor,
) -> IdentityChange:
    """All encounters of the other identity become this one; the other stays, empty."""
    grounds, other = _grounds(body, actor), body.other_id
    if body.evidence is None and other != identity_id:
        evidence = splitting.merge_evidence(
            database, pair_evidence, identity_id, other, compare=False
        )
        grounds = replace(grounds, evidence=evidence)
    with database.write() as connection:
        return changes.merge(connection, identity_id, other, grounds)


@router.post("/identities/{identity_id}/split", status_code=201, response_model=wire.ChangeOut)
def split(
    identity_id: RowNumber,
    body: wire.SplitIn,
    database: TheDatabase,
    pair_evidence: ThePairEvidence,
    actor: TheActor,
) -> IdentityChange:
    """Some encounters leave, into an identity that exists or a new one."""
    group = LeavingGroup(tuple(body.encounters), body.into or body.name)
    with database.write() as connection:
        (change,) = splitting.split_off(
            connection, pair_evidence, identity_id, [group], _grounds(body, actor)
        )
        return change


@router.get("/identities/{identity_id}/cut", responses=documented(503))
def suggest_cut(
    identity_id: RowNumber, database: TheDatabase, pair_evidence: ThePairEvidence
) -> wire.CutOut:
    """The likeliest way to part an identity, beside the posterior that it is one animal."""
    cut = splitting.likeliest_cut(database, pair_evidence, identity_id) or splitting.NO_CUT
    return wire.CutOut(identity_id=identity_id, **asdict(cut))


@router.get("/changes", response_model=list[wire.ChangeOut])
def list_changes(
    database: TheDatabase, limit: Limit = 100, offset: Offset = 0
) -> list[IdentityChange]:
    """What became of all identities, newest first."""
    with database.read() as connection:
        return history.search(connection, limit=limit, offset=offset)


@router.post("/changes/{change_id}/undo", status_code=201, response_model=wire.ChangeOut)
def undo(
    change_id: RowNumber, body: wire.UndoIn, database: TheDatabase, actor: TheActor
) -> IdentityChange:
    """Put back exactly what stood before, as a new entry; an undo can be undone."""
    with database.write() as connection:
        return changes.undo(connection, change_id, _grounds(body, actor))


@router.get("/conflicts", response_model=list[wire.ConflictOut])
def list_conflicts(
    database: TheDatabase,
    machine: TheMachine,
    kept: Annotated[bool, Query(description="those that were kept with a reason instead")] = False,
) -> list[Contradiction]:
    """What observers and the machine say against the catalogue, until it is resolved."""
    with database.read() as connection:
        return conflicts.listed(connection, machine, resolved=kept)


@router.post("/conflicts/keep", status_code=201, response_model=wire.ChangeOut)
def keep(
    body: wire.KeepIn, database: TheDatabase, machine: TheMachine, actor: TheActor
) -> IdentityChange:
    """Resolve a contradiction by a reason; a newer opinion opens it again."""
    grounds, pair = Grounds(actor.signs(body.reviewer), body.reason), (body.one, body.other)
    with database.write() as connection:
        return conflicts.keep(connection, body.kind, pair, machine, grounds, body.seen)


@router.get("/annotations/{annotation_id}/references", response_model=list[wire.MarkOut])
def list_marks(annotation_id: RowNumber, database: TheDatabase) -> list[Mark]:
    """What was said of a photo as a reference, oldest first; the last one counts."""
    with database.read() as connection:
        photos.annotation_by_id(connection, annotation_id)
        return references.history(connection, [annotation_id])


@router.post(
    "/annotations/{annotation_id}/references", status_code=201, response_model=wire.MarkOut
)
def mark(
    annotation_id: RowNumber, body: wire.MarkIn, database: TheDatabase, actor: TheActor
) -> Mark:
    """Approve a photo, refuse it, which takes it out of the gallery, or take that back."""
    reviewer = actor.signs(body.reviewer)
    with database.write() as connection:
        return references.mark(
            connection, annotation_id, body.state, reviewer, body.reason, after=body.after
        )


def _grounds(body: wire.GroundsIn, actor: Actor) -> Grounds:
    """On what grounds a client changes something; without evidence where it states none."""
    grounds = Grounds(actor.signs(body.reviewer), body.reason)
    if isinstance(body, wire.EvidentIn):
        stated = body.evidence
        evidence = STATED.validate_python(stated.model_dump()) if stated else NOTHING
        grounds = replace(grounds, evidence=evidence, after=body.after)
    return grounds


def _with_alike(connection: Connection, change: IdentityChange) -> wire.NamingOut:
    """An entry of the history, with names that look like the one that was given."""
    named = change.kind in {"created", "renamed"}
    alike = identities.alike(connection, change.identity_id) if named else []
    return wire.NamingOut.model_validate(change).model_copy(update={"alike": alike})


def _edited(
    connection: Connection, identity_id: int, body: wire.IdentityEdit, grounds: Grounds
) -> list[IdentityChange]:
    """Only what differs; all of it is refused where nothing does."""
    edits = []
    now = identities.get(connection, identity_id).summary
    before = Description(now.sex, now.life_stage, now.note)
    stated = body.model_dump(include={"sex", "life_stage", "note"}, exclude_none=True)
    facts = replace(before, **stated)
    if body.name is not None and (body.name != now.name or facts == before):
        edits.append(changes.rename(connection, identity_id, body.name, grounds))
        grounds = replace(grounds, newest=None)
    if facts != before or (stated and not edits):
        edits.append(changes.describe(connection, identity_id, facts, grounds))
    return edits
