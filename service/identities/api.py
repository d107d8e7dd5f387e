"""The catalogue: identities, what became of them, and what a curator changes."""

from dataclasses import replace

from fastapi import APIRouter
from sqlalchemy import Connection

from service.catalogue import changes
from service.catalogue.changes import Asked, Description
from service.encounters.pair_evidence import ThePairEvidence
from service.identities.changes_to_wire import change_out, cut_out, evidence_of
from service.identities.changes_wire import (
    ChangeOut,
    CutOut,
    IdentityEdit,
    IdentityIn,
    MergeIn,
    SplitIn,
    UndoIn,
)
from service.identities.splitting import Leaving, cut, joining, part
from service.identities.to_wire import identity_detail
from service.identities.wire import IdentityDetailOut, IdentityOut
from service.store import history, identities
from service.web.errors import documented
from service.web.parameters import Limit, Offset, RowNumber, TheActor, TheDatabase

router = APIRouter(tags=["identities"], responses=documented(400, 403, 404, 409, 422))


@router.get("/identities")
def list_identities(database: TheDatabase) -> list[IdentityOut]:
    """Every identity that has an encounter, by name."""
    with database.read() as connection:
        found = identities.catalogue(connection)
    return [IdentityOut.model_validate(one) for one in found]


@router.post("/identities", status_code=201)
def create_identity(said: IdentityIn, database: TheDatabase, actor: TheActor) -> ChangeOut:
    """Name a new individual and let encounters be it; answers with the first of its history."""
    asked = Asked(actor.signs(said.reviewer), said.reason, evidence_of(said.evidence), said.after)
    facts = Description(said.sex, said.life_stage, said.note)
    with database.write() as connection:
        made = changes.create(connection, said.name, said.encounters, asked, facts)
    return change_out(made)


@router.get("/identities/{identity_id}")
def get_identity(
    identity_id: RowNumber, database: TheDatabase, actor: TheActor
) -> IdentityDetailOut:
    """One identity with its photos and decisions, also when no encounter is left to it."""
    with database.read() as connection:
        return identity_detail(connection, identity_id, exact=actor.sees_places)


@router.patch("/identities/{identity_id}")
def edit_identity(
    identity_id: RowNumber, said: IdentityEdit, database: TheDatabase, actor: TheActor
) -> list[ChangeOut]:
    """Rename or describe; one entry of the history for each, none where nothing was stated."""
    asked = Asked(actor.signs(said.reviewer), said.reason, seen=said.seen)
    with database.write() as connection:
        made = _edited(connection, identity_id, said, asked)
    return [change_out(one) for one in made]


@router.get("/identities/{identity_id}/changes")
def list_changes_of(identity_id: RowNumber, database: TheDatabase) -> list[ChangeOut]:
    """What became of an identity, oldest first, also where it was merged in or split off."""
    with database.read() as connection:
        identities.name_of(connection, identity_id)
        found = history.of_identity(connection, identity_id)
    return [change_out(one) for one in found]


@router.post("/identities/{identity_id}/merge", status_code=201)
def merge(
    identity_id: RowNumber,
    said: MergeIn,
    database: TheDatabase,
    pair_evidence: ThePairEvidence,
    actor: TheActor,
) -> ChangeOut:
    """All encounters of the other identity become this one; the other stays, empty."""
    rests = evidence_of(said.evidence)
    if said.evidence is None and said.other_id != identity_id:
        rests = joining(database, pair_evidence, identity_id, said.other_id, compare=False)
    asked = Asked(actor.signs(said.reviewer), said.reason, rests, said.after)
    with database.write() as connection:
        return change_out(changes.merge(connection, identity_id, said.other_id, asked))


@router.post("/identities/{identity_id}/split", status_code=201)
def split(
    identity_id: RowNumber,
    said: SplitIn,
    database: TheDatabase,
    pair_evidence: ThePairEvidence,
    actor: TheActor,
) -> ChangeOut:
    """Some encounters leave, into an identity that exists or a new one."""
    asked = Asked(actor.signs(said.reviewer), said.reason, evidence_of(said.evidence), said.after)
    group = Leaving(tuple(said.encounters), said.into or said.name)
    with database.write() as connection:
        (made,) = part(connection, pair_evidence, identity_id, [group], asked)
    return change_out(made)


@router.get("/identities/{identity_id}/cut", responses=documented(503))
def suggest_cut(
    identity_id: RowNumber, database: TheDatabase, pair_evidence: ThePairEvidence
) -> CutOut:
    """The likeliest way to part an identity, beside the posterior that it is one animal."""
    return cut_out(identity_id, cut(database, pair_evidence, identity_id))


@router.get("/changes")
def list_changes(database: TheDatabase, limit: Limit = 100, offset: Offset = 0) -> list[ChangeOut]:
    """What became of all identities, newest first."""
    with database.read() as connection:
        found = history.search(connection, limit=limit, offset=offset)
    return [change_out(one) for one in found]


@router.post("/changes/{change_id}/undo", status_code=201)
def undo(change_id: RowNumber, said: UndoIn, database: TheDatabase, actor: TheActor) -> ChangeOut:
    """Put back exactly what stood before, as a new entry; an undo can be undone."""
    asked = Asked(actor.signs(said.reviewer), said.reason)
    with database.write() as connection:
        return change_out(changes.undo(connection, change_id, asked))


def _edited(
    connection: Connection, identity_id: int, said: IdentityEdit, asked: Asked
) -> list[history.Change]:
    """Only what differs; all of it is refused where nothing does."""
    made = []
    now = identities.get(connection, identity_id).summary
    before = Description(now.sex, now.life_stage, now.note)
    facts = Description(
        said.sex or now.sex,
        said.life_stage or now.life_stage,
        now.note if said.note is None else said.note,
    )
    if said.name is not None and (said.name != now.name or facts == before):
        made.append(changes.rename(connection, identity_id, said.name, asked))
        asked = replace(asked, seen=None)
    described = (said.sex, said.life_stage, said.note) != (None, None, None)
    if facts != before or (described and not made):
        made.append(changes.describe(connection, identity_id, facts, asked))
    return made
