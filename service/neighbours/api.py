"""Signatures of this catalogue out, files of neighbours in, and their pairs."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile

from reid.signatures.pairs import SHARED
from service.neighbours import wire
from service.neighbours.dealing import TheNeighbourhood
from service.neighbours.parameters import NeighbourId, Shared, signed_file
from service.neighbours.passing_on import PassingOn
from service.neighbours.to_wire import listed_out, one_out, pairs_out
from service.web.errors import documented
from service.web.parameters import TheActor

router = APIRouter(tags=["neighbours"], responses=documented(400, 403, 404, 409, 413, 422, 503))
BINARY = {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}


@router.post("/signatures", response_class=Response, responses={200: BINARY})
def export_signatures(body: wire.SignaturesIn, neighbourhood: TheNeighbourhood) -> Response:
    """A signed file of the best few photos of each identity; the headers tell the fingerprint."""
    values = body.model_dump() | {"only": tuple(body.only)}
    result = neighbourhood.pass_on(PassingOn(**values))
    return signed_file(result.data, result.fingerprint)


@router.get("/neighbours")
def list_neighbours(neighbourhood: TheNeighbourhood) -> list[wire.NeighbourOut]:
    """The files that were imported, the newest first."""
    return listed_out(neighbourhood)


@router.post("/neighbours", status_code=201)
def import_signatures(
    neighbourhood: TheNeighbourhood,
    actor: TheActor,
    file: Annotated[UploadFile, File(description="what the neighbour sent")],
    fingerprint: Annotated[str, Form(max_length=100, description="as it was read out")] = "",
) -> wire.NeighbourOut:
    """Keep a neighbour's file and queue its comparison; the catalogue stays as it is."""
    neighbour = neighbourhood.take_in(file.file.read(), actor.signs(), fingerprint)
    return one_out(neighbourhood, neighbour.id)


@router.get("/neighbours/{neighbour}")
def get_neighbour(neighbour: NeighbourId, neighbourhood: TheNeighbourhood) -> wire.NeighbourOut:
    """One file, and how far it is compared."""
    return one_out(neighbourhood, neighbour)


@router.patch("/neighbours/{neighbour}")
def edit_neighbour(
    neighbour: NeighbourId,
    body: wire.NeighbourEdit,
    neighbourhood: TheNeighbourhood,
    actor: TheActor,
) -> wire.NeighbourOut:
    """Say that the fingerprint was compared over the telephone, or take that back."""
    person = actor.signs(body.reviewer) if body.checked else ""
    neighbourhood.files.check(neighbour, person)
    return one_out(neighbourhood, neighbour)


@router.delete("/neighbours/{neighbour}", status_code=204)
def remove_neighbour(neighbour: NeighbourId, neighbourhood: TheNeighbourhood) -> None:
    """Delete a file and what came of comparing it."""
    neighbourhood.files.remove(neighbour)


@router.post("/neighbours/{neighbour}/compare")
def compare_again(neighbour: NeighbourId, neighbourhood: TheNeighbourhood) -> wire.NeighbourOut:
    """Have it compared with the own photos as they are now."""
    neighbourhood.ask(neighbour)
    return one_out(neighbourhood, neighbour)


@router.get("/neighbours/{neighbour}/pairs")
def list_pairs(
    neighbour: NeighbourId, neighbourhood: TheNeighbourhood, shared: Shared = SHARED
) -> wire.NeighbourPairsOut:
    """All pairs that were compared, those worth a call first; 409 before anything was."""
    return pairs_out(neighbourhood, neighbour, shared=shared)
