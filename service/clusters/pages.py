"""Pages of clusters: what the machine sorts together, and what people make of it."""

from typing import Annotated, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from reid.errors import InputError
from service.clusters.naming import NamingPlan, carry_out, next_names, plan
from service.clusters.pairing import Pairing, ThePairing
from service.clusters.view import SIZES, WHO, cluster_list, filters, worth_of, worth_views
from service.store import cases, progress
from service.store.clusterings import SortedEncounters
from service.store.pairs import Couple
from service.store.people import Role
from service.web.languages import ngettext
from service.web.page import goto, page, remember
from service.web.parameters import Remark, Text, TheActor, TheDatabase, plain
from service.web.wire import Line

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
WORTH = 10
MOST = 50  # clusters of one batch

What = Literal["identities", "reviews", "case"]
Numbers = Annotated[str, Query(pattern=r"^[0-9]{1,9}(,[0-9]{1,9})*$", max_length=20_000)]
Pair = Annotated[str, Form(pattern=r"^[0-9]{1,9},[0-9]{1,9}$")]
Chosen = Annotated[list[Numbers], Form(max_length=MOST)]
Seen = Annotated[list[str], Form(max_length=MOST)]
Names = Annotated[list[Text], Form(max_length=MOST)]


class NoCluster(
    InputError,
    code="nothing_chosen",
    message="No cluster was chosen: tick one on the page of clusters first.",
): ...


@router.get("/clusters")
def clusters(
    request: Request,
    database: TheDatabase,
    pairing: ThePairing,
    who: str = "unidentified",
    size: str = "",
    station: str = "",
    flank: str = "",
    page_number: Annotated[str, Query(alias="page")] = "1",
) -> Response:
    """Clusters of encounters, by default those without an identity."""
    chosen_filters = filters(who, size, station, flank, page_number)
    with database.read() as connection:
        values = {
            "nav": "encounters",
            "found": cluster_list(pairing, connection, chosen_filters),
            "filters": chosen_filters,
            "whos": WHO,
            "sizes": SIZES,
            "stations": progress.stations(connection),
            "worth": worth_views(pairing, connection, WORTH) if chosen_filters.page == 1 else (),
            "said": _said(request),
        }
        return page(request, "clusters/clusters.html", connection, **values)


@router.get("/clusters/preview")
def preview(
    request: Request,
    database: TheDatabase,
    pairing: ThePairing,
    what: What,
    chosen: Annotated[list[Numbers], Query(max_length=MOST)] = [],  # noqa: B006  FastAPI copies it
    best: Annotated[int, Query(ge=0, le=200)] = 0,
) -> Response:
    """What an action would do, before anything is done. best: pairs most worth a decision."""
    with database.read() as connection:
        clustering, groups = _made(pairing, connection), _groups(chosen)
        plans = [plan(connection, group, clustering) for group in groups]
        pairs = pairing.to_review(connection, groups, best) if what == "reviews" else []
        values = {
            "nav": "encounters",
            "what": what,
            "chosen": chosen,
            "plans": list(zip(plans, next_names(connection, plans), strict=True)),
            "pairs": worth_of(connection, pairs),
            "encounters": list(dict.fromkeys(n for group in groups for n in group)),
            "largest": cases.LARGEST,
            "possible": what != "identities" or not any(group.problem for group in plans),
            "reviewer": unquote(request.cookies.get("reviewer", "")),
            "needs": Role.CURATOR if what != "case" else Role.OBSERVER,
        }
        if not groups and not best:
            raise NoCluster()
        return page(request, "clusters/clusters_preview.html", connection, **values)


@router.post("/clusters/identities")
def name_clusters(
    database: TheDatabase,
    pairing: ThePairing,
    actor: TheActor,
    chosen: Chosen,
    seen: Seen,
    name: Names = [],  # noqa: B006  FastAPI copies it
    note: Remark = "",
    reviewer: Text = "",
) -> Response:
    """Decide on every chosen cluster, all or none."""
    signed, groups = actor.signs(reviewer), _groups(chosen)
    with database.write() as connection:
        clustering = _made(pairing, connection)
        plans = [plan(connection, group, clustering) for group in groups]
        _decide(connection, plans, clustering, seen, name, plain(note), signed)
    response = goto(f"/clusters?named={len(plans)}")
    remember(response, signed, actor)
    return response


@router.post("/clusters/reviews")
def put_up(
    database: TheDatabase,
    pairing: ThePairing,
    actor: TheActor,
    pair: Annotated[list[Pair], Form(max_length=500)],
    reviewer: Text = "",
) -> Response:
    """Put pairs up for review."""
    couples = [_couple(text) for text in pair]
    with database.write() as connection:
        new = pairing.put_up(connection, couples, actor.signs(reviewer))
    return goto(f"/clusters?asked={new}")


@router.post("/clusters/case")
def open_case(
    database: TheDatabase,
    actor: TheActor,
    chosen: Chosen,
    name: Annotated[Line, Form()],
    note: Remark = "",
) -> Response:
    """Open a case with the encounters of the chosen clusters and go to it."""
    numbers = [n for group in _groups(chosen) for n in group]
    with database.write() as connection:
        case = cases.add(connection, name, plain(note))
        cases.put(connection, case.id, numbers, actor.signs(""))
    return goto(f"/cases/{case.id}")


def _decide(
    connection: Connection,
    plans: list[NamingPlan],
    clustering: SortedEncounters | None,
    seen: list[str],
    names: list[str],
    note: str,
    reviewer: str,
) -> None:
    blank = [""] * len(plans)
    for planned, then, name in zip(plans, [*seen, *blank], [*names, *blank], strict=False):
        carry_out(
            connection, planned, clustering, seen=then, name=name, note=note, reviewer=reviewer
        )


def _made(pairing: Pairing, connection: Connection) -> SortedEncounters | None:
    newest = pairing.latest(connection)
    return newest.content if newest else None


def _groups(chosen: list[str]) -> list[list[int]]:
    return [[int(number) for number in numbers.split(",")] for numbers in chosen]


def _couple(text: str) -> Couple:
    first, second = sorted(int(number) for number in text.split(","))
    return first, second


def _said(request: Request) -> str:
    """What the action before did."""
    done = {
        "named": ngettext(
            "%(num)s cluster got an identity.",
            "%(num)s clusters got an identity.",
            _number(request, "named"),
        ),
        "asked": ngettext(
            "%(num)s pair was put up for review.",
            "%(num)s pairs were put up for review.",
            _number(request, "asked"),
        ),
    }
    for name, words in done.items():
        if name in request.query_params:
            return words % {"num": _number(request, name)}
    return ""


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
