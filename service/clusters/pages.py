"""Pages of clusters: what the machine sorts together, and what people make of it."""

from itertools import chain, repeat
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from reid.errors import InputError
from service.clusters import naming, view
from service.clusters.pairing import ThePairing
from service.store import cases, stations
from service.store.people import Role
from service.web.languages import ngettext
from service.web.page import goto, goto_signed, page
from service.web.parameters import Remark, Text, TheActor, TheDatabase, whole_number
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
    message="No animal was chosen: tick one on the page of suggested animals first.",
): ...


@router.get("/clusters")
def clusters(
    request: Request,
    database: TheDatabase,
    pairing: ThePairing,
    filters: Annotated[view.ClusterFilters, Depends(view.cluster_filters)],
) -> Response:
    """Clusters of encounters, by default those without an identity."""
    with database.read() as connection:
        newest, current = pairing.state(connection)
        listed = newest.content.clusters if newest else ()
        views, part = view.cluster_list(connection, listed, filters)
        worth = pairing.worth(connection, limit=WORTH) if filters.page == 1 else ()
        return page(
            request,
            "clusters/clusters.html",
            connection,
            nav="encounters",
            made=newest,
            current=current,
            views=views,
            part=part,
            filters=filters,
            whos=view.WHO,
            sizes=view.SIZES,
            stations=stations.names(connection),
            worth=view.worth_views(connection, worth),
            said=_said(request),
        )


@router.get("/clusters/preview")
def preview(
    request: Request,
    database: TheDatabase,
    pairing: ThePairing,
    what: What | None = None,
    chosen: Annotated[list[Numbers], Query(max_length=MOST)] = [],  # noqa: B006  FastAPI copies it
    best: Annotated[int, Query(ge=0, le=200)] = 0,
) -> Response:
    """What an action would do, before anything is done; without one, the list to choose from.

    best: pairs most worth a decision.
    """
    if what is None:
        return goto("/clusters")
    with database.read() as connection:
        groups = _groups(chosen)
        plans = [naming.plan(connection, group, pairing.maker(connection)) for group in groups]
        pairs = pairing.to_review(connection, groups, best) if what == "reviews" else []
        if not groups and not best:
            raise NoCluster()
        return page(
            request,
            "clusters/clusters_preview.html",
            connection,
            nav="encounters",
            what=what,
            chosen=chosen,
            plans=list(zip(plans, naming.next_names(connection, plans), strict=True)),
            pairs=view.worth_views(connection, pairs),
            encounters=list(dict.fromkeys(n for group in groups for n in group)),
            largest=cases.LARGEST,
            possible=what != "identities" or not any(group.problem for group in plans),
            needs=Role.CURATOR if what != "case" else Role.OBSERVER,
        )


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
        maker = pairing.maker(connection)
        plans, blank = [naming.plan(connection, group, maker) for group in groups], repeat("")
        for planned, then, called in zip(
            plans, chain(seen, blank), chain(name, blank), strict=False
        ):
            naming.carry_out(
                connection, planned, maker, seen=then, name=called, note=note, reviewer=signed
            )
    return goto_signed(f"/clusters?named={len(plans)}", signed, actor)


@router.post("/clusters/reviews")
def put_up(
    database: TheDatabase,
    pairing: ThePairing,
    actor: TheActor,
    pair: Annotated[list[Pair], Form(max_length=500)],
    reviewer: Text = "",
) -> Response:
    """Put pairs up for review."""
    couples = [(min(group), max(group)) for group in _groups(pair)]
    name = actor.signs(reviewer)
    with database.write() as connection:
        new = pairing.put_up(connection, couples, name)
    return goto_signed(f"/clusters?asked={new}", name, actor)


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
        case = cases.add(connection, name, note)
        cases.put(connection, case.id, numbers, actor.signs(""))
    return goto(f"/cases/{case.id}")


def _groups(chosen: list[str]) -> list[list[int]]:
    return [[int(number) for number in numbers.split(",")] for numbers in chosen]


def _said(request: Request) -> str:
    """What the action before did, from the address to which it led."""
    text = request.query_params.get("named", request.query_params.get("asked", ""))
    number = whole_number(text) or 0
    words = ""
    if "named" in request.query_params:
        words = ngettext(
            "%(num)s suggested animal got an identity.",
            "%(num)s suggested animals got an identity.",
            number,
        )
    elif "asked" in request.query_params:
        words = ngettext(
            "A review of %(num)s pair was asked for.",
            "A review of %(num)s pairs was asked for.",
            number,
        )
    return words % {"num": number}
