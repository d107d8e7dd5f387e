"""Contradictions of the catalogue, and which photos may speak for an identity."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.catalogue import conflicts
from service.catalogue.changes import Asked
from service.identities.changes_to_wire import change_out, conflict_out
from service.identities.changes_wire import ChangeOut, ConflictOut, KeepIn, MarkIn, MarkOut
from service.recognition.comparing import machine_of
from service.recognition.engine import TheEngine
from service.store import photos, references
from service.web.errors import documented
from service.web.parameters import RowNumber, TheActor, TheDatabase, TheSettings

router = APIRouter(tags=["identities"], responses=documented(400, 403, 404, 409, 422))


@router.get("/conflicts")
def list_conflicts(
    settings: TheSettings,
    database: TheDatabase,
    engine: TheEngine,
    kept: Annotated[bool, Query(description="those that were kept with a reason instead")] = False,
) -> list[ConflictOut]:
    """What observers and the machine say against the catalogue, until it is resolved."""
    with database.read() as connection:
        found = conflicts.listed(connection, machine_of(settings, engine), kept=kept)
    return [conflict_out(one) for one in found]


@router.post("/conflicts/keep", status_code=201)
def keep(
    said: KeepIn, settings: TheSettings, database: TheDatabase, engine: TheEngine, actor: TheActor
) -> ChangeOut:
    """Resolve a contradiction by a reason; a newer opinion opens it again."""
    asked, pair = Asked(actor.signs(said.reviewer), said.reason), (said.one, said.other)
    machine = machine_of(settings, engine)
    with database.write() as connection:
        return change_out(conflicts.keep(connection, said.kind, pair, machine, asked, said.seen))


@router.get("/annotations/{annotation_id}/references")
def list_marks(annotation_id: RowNumber, database: TheDatabase) -> list[MarkOut]:
    """What was said of a photo as a reference, oldest first; the last one counts."""
    with database.read() as connection:
        photos.annotation_by_id(connection, annotation_id)
        found = references.history(connection, [annotation_id])
    return [MarkOut.model_validate(one) for one in found]


@router.post("/annotations/{annotation_id}/references", status_code=201)
def mark(annotation_id: RowNumber, said: MarkIn, database: TheDatabase, actor: TheActor) -> MarkOut:
    """Approve a photo, refuse it, which takes it out of the gallery, or take that back."""
    who_says = actor.signs(said.reviewer)
    with database.write() as connection:
        made = references.mark(
            connection, annotation_id, said.state, who_says, said.reason, after=said.after
        )
    return MarkOut.model_validate(made)
