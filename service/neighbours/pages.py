"""Pages of neighbours: pass signatures on, take files in, and see which animals may be shared."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, Response

from reid.errors import InputError
from reid.signatures.best import EACH
from reid.signatures.pairs import CALL, SHARED
from service.neighbours.dealing import Neighbourhood, TheNeighbourhood
from service.neighbours.parameters import NeighbourId, Shared, signed_file
from service.neighbours.passing_on import PassingOn
from service.neighbours.to_wire import as_csv, listed_out, one_out, pairs_out
from service.neighbours.view import own_codes, pair_list
from service.web.page import goto, goto_signed, page, refuse
from service.web.parameters import Text, TheActor
from service.web.sentences import in_full

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/neighbours")
def neighbours(request: Request, neighbourhood: TheNeighbourhood) -> Response:
    """The files that came in, and the form for one's own."""
    return _list(request, neighbourhood)


def _list(request: Request, neighbourhood: Neighbourhood, area: str = "") -> Response:
    listed = listed_out(neighbourhood)
    with neighbourhood.database.read() as connection:
        values = {
            "nav": "catalogue",
            "listed": listed,
            "key": neighbourhood.key,
            "codes": own_codes(connection, neighbourhood.key),
            "each": EACH,
            "area": area,
        }
        return page(request, "neighbours/neighbours.html", connection, **values)


@router.post("/neighbours")
def take_in(
    request: Request,
    neighbourhood: TheNeighbourhood,
    actor: TheActor,
    file: Annotated[UploadFile, File()],
    fingerprint: Annotated[str, Form(max_length=100)] = "",
    reviewer: Text = "",
) -> Response:
    """Keep a file, and go to its page; a file that cannot be used is refused on the list."""
    person = actor.signs(reviewer)
    try:
        neighbour = neighbourhood.take_in(file.file.read(), person, fingerprint)
    except InputError as error:
        refuse(request, in_full(error), 422)
        return _list(request, neighbourhood)
    return goto_signed(f"/neighbours/{neighbour.id}", person, actor)


@router.post("/neighbours/export")
def pass_on(
    request: Request,
    neighbourhood: TheNeighbourhood,
    area: Annotated[str, Form(max_length=100)] = "",
    contact: Annotated[str, Form(max_length=200)] = "",
    each: Annotated[int, Form(ge=1, le=20)] = EACH,
    names: Annotated[bool, Form()] = False,
    rootsift: Annotated[bool, Form()] = False,
) -> Response:
    """The signed file, to be kept by the browser."""
    choice = PassingOn(area, contact, each, names=names, rootsift=rootsift)
    try:
        result = neighbourhood.pass_on(choice)
    except InputError as error:
        refuse(request, in_full(error), 422)
        return _list(request, neighbourhood, area)
    return signed_file(result.data, result.fingerprint)


@router.get("/neighbours/{neighbour}")
def neighbour_page(
    neighbour: NeighbourId,
    request: Request,
    neighbourhood: TheNeighbourhood,
    shared: Annotated[float, Query(ge=1, le=99, description="per cent")] = 100 * SHARED,
) -> Response:
    """One file: what it says of itself, and its pairs."""
    known = one_out(neighbourhood, neighbour)
    result = None
    if known.compared or neighbourhood.files.compared(neighbour):
        result = pairs_out(neighbourhood, neighbour, shared=shared / 100)
    with neighbourhood.database.read() as connection:
        values = {
            "nav": "catalogue",
            "busy": known.waiting,
            "neighbour": known,
            "other_model": neighbourhood.model if neighbourhood.model != known.model else None,
            "result": result,
            "pairs": pair_list(result),
            "shared": shared,
            "call": CALL,
        }
        return page(request, "neighbours/neighbour.html", connection, **values)


@router.get("/neighbours/{neighbour}/pairs.csv")
def pairs_table(
    neighbour: NeighbourId, neighbourhood: TheNeighbourhood, shared: Shared = SHARED
) -> Response:
    """All pairs as a table."""
    text = as_csv(pairs_out(neighbourhood, neighbour, shared=shared))
    headers = {"content-disposition": f'attachment; filename="neighbour-{neighbour}.csv"'}
    return Response(text.encode("utf-8-sig"), media_type="text/csv", headers=headers)


@router.post("/neighbours/{neighbour}/check")
def check(
    neighbour: NeighbourId,
    neighbourhood: TheNeighbourhood,
    actor: TheActor,
    checked: Annotated[bool, Form()] = True,
    reviewer: Text = "",
) -> Response:
    """Note that the fingerprint was compared over the telephone, or take that back."""
    person = actor.signs(reviewer)
    neighbourhood.files.check(neighbour, person if checked else "")
    return goto_signed(f"/neighbours/{neighbour}", person, actor)


@router.post("/neighbours/{neighbour}/compare")
def compare_again(neighbour: NeighbourId, neighbourhood: TheNeighbourhood) -> Response:
    """Have it compared with the own photos as they are now."""
    neighbourhood.ask(neighbour)
    return goto(f"/neighbours/{neighbour}")


@router.post("/neighbours/{neighbour}/remove")
def remove(neighbour: NeighbourId, neighbourhood: TheNeighbourhood) -> Response:
    """Delete a file and what came of comparing it."""
    neighbourhood.files.remove(neighbour)
    return goto("/neighbours")
