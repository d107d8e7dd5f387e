"""Pages where identities are merged and split, each with a preview, and where conflicts are."""

from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from reid.errors import Conflict, ReidError
from service.catalogue import changes, conflicts
from service.catalogue.changes import Grounds
from service.catalogue.conflicts import ConflictKind
from service.encounters.pair_evidence import PairEvidence, ThePairEvidence
from service.identities.conflicts_view import conflict_list
from service.identities.merge_split_view import (
    Choice,
    choice,
    decisions_in_view,
    merge_view,
    split_view,
)
from service.identities.pages import FormGrounds, signed_goto
from service.identities.splitting import Cut, likeliest_cut, merge_evidence, split_off
from service.recognition.comparing import machine_of
from service.recognition.engine import Engine, TheEngine
from service.reviews import settling
from service.settings import Settings
from service.store.database import Database
from service.store.history import NOTHING, Evidence
from service.web.ahead import Ahead
from service.web.answer_cache import NotYet
from service.web.languages import gettext as _
from service.web.page import page
from service.web.parameters import RowNumber, TheAhead, TheDatabase, TheSettings
from service.web.sentences import in_full

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Number = Annotated[int, Form(ge=1, le=2**31 - 1)]
Other = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Reviews = Annotated[list[Annotated[int, Query(ge=1, le=2**31 - 1)]], Query(max_length=100)]
ReviewsForm = Annotated[list[Number], Form(max_length=100)]


async def form_fields(request: Request) -> dict[str, str]:
    """The fields of a form whose names depend on its encounters."""
    return {name: str(value)[:5000] for name, value in (await request.form()).items()}


Fields = Annotated[dict[str, str], Depends(form_fields)]


@router.get("/identities/{identity_id}/merge")
def merge_page(
    identity_id: RowNumber,
    request: Request,
    database: TheDatabase,
    ahead: TheAhead,
    pair_evidence: ThePairEvidence,
    other: Other = None,
    review: Reviews = [],  # noqa: B006  FastAPI copies it
) -> Response:
    """Choose another identity, and see what a merge would move and what speaks for it."""
    return _merge(request, database, ahead, pair_evidence, identity_id, other, review)


def _merge(
    request: Request,
    database: Database,
    ahead: Ahead,
    pair_evidence: PairEvidence,
    identity_id: int,
    other: int | None,
    review: list[int],
    refused: str = "",
) -> Response:
    other = other if other != identity_id else None
    evidence, still = (
        _evidence_ahead(database, ahead, pair_evidence, identity_id, other, review)
        if other
        else (NOTHING, False)
    )
    with database.read() as connection:
        view = merge_view(connection, identity_id, other, evidence)
        values = {name: getattr(view, name) for name in view.__slots__}
        reviewer = unquote(request.cookies.get("reviewer", ""))
        values |= {"nav": "catalogue", "problem": refused, "reviewer": reviewer, "reviews": review}
        values |= {"busy": still, "still": still}
        response = page(request, "identities/merge.html", connection, **values)
    response.status_code = 409 if refused else 200
    return response


def _evidence_ahead(
    database: Database,
    ahead: Ahead,
    pair_evidence: PairEvidence,
    identity_id: int,
    other: int,
    review: list[int],
) -> tuple[Evidence, bool]:
    """What speaks for a merge, and whether photos are still being compared for it."""
    quick = pair_evidence.at_once()
    try:
        evidence = ahead.answer(
            ("joining", identity_id, other, *review),
            lambda: _merge_evidence(database, quick, identity_id, other, review),
            lambda: _merge_evidence(database, pair_evidence, identity_id, other, review),
        )
    except NotYet:
        return NOTHING, True
    return evidence, False


def _merge_evidence(
    database: Database,
    pair_evidence: PairEvidence,
    identity_id: int,
    other: int,
    review: list[int],
) -> Evidence:
    """What is known of pairs across both, with what these reviews say of them."""
    known = merge_evidence(database, pair_evidence, identity_id, other)
    with database.read() as connection:
        return settling.with_reviews(connection, known, review, (identity_id, other))


@router.post("/identities/{identity_id}/merge")
def merge(
    identity_id: RowNumber,
    request: Request,
    database: TheDatabase,
    ahead: TheAhead,
    pair_evidence: ThePairEvidence,
    other: Number,
    grounds: FormGrounds,
    fields: Fields,
    review: ReviewsForm = [],  # noqa: B006  FastAPI copies it
) -> Response:
    """Merge the other identity in, if its encounters are still those of the preview."""
    evidence = (
        _merge_evidence(database, pair_evidence, identity_id, other, review)
        if other != identity_id
        else NOTHING
    )
    with_evidence = Grounds(grounds.reviewer, grounds.reason, evidence, decisions_in_view(fields))
    try:
        with database.write() as connection:
            change = changes.merge(connection, identity_id, other, with_evidence)
    except Conflict as error:
        return _merge(
            request,
            database,
            ahead,
            pair_evidence,
            identity_id,
            other,
            review,
            in_full(error),
        )
    return signed_goto(request, f"/identities/{identity_id}?said={change.id}", grounds)


@router.get("/identities/{identity_id}/split")
def split_page(
    identity_id: RowNumber,
    request: Request,
    database: TheDatabase,
    ahead: TheAhead,
    engine: TheEngine,
    pair_evidence: ThePairEvidence,
) -> Response:
    """Sort the encounters of an identity into those that stay and those that leave."""
    return _split(
        request, database, ahead, engine, pair_evidence, identity_id, choice(request.query_params)
    )


def _split(
    request: Request,
    database: Database,
    ahead: Ahead,
    engine: Engine,
    pair_evidence: PairEvidence,
    identity_id: int,
    chosen: Choice,
    refused: str = "",
    status: int = 200,
) -> Response:
    query = request.query_params
    cut, problem, still = None, "", False
    if "suggest" in query:
        cut, problem, still = _suggested(database, ahead, engine, pair_evidence, identity_id)
    with database.read() as connection:
        view = split_view(connection, identity_id, chosen, cut)
        values = {name: getattr(view, name) for name in view.__slots__}
        values |= {
            "nav": "catalogue",
            "problem": refused or problem,
            "busy": still,
            "still": still,
            "preview": "preview" in query or status != 200,
            "followed": query.get("followed", "") == "1" or cut is not None,
            "reviewer": unquote(request.cookies.get("reviewer", "")),
        }
        response = page(request, "identities/split.html", connection, **values)
    response.status_code = status
    return response


def _suggested(
    database: Database, ahead: Ahead, engine: Engine, pair_evidence: PairEvidence, identity_id: int
) -> tuple[Cut | None, str, bool]:
    """A suggested cut, why there is none, and whether photos are still being compared for it."""
    quick = pair_evidence.at_once()
    try:
        return *ahead.answer(
            ("cut", identity_id),
            lambda: _cut(database, engine, quick, identity_id),
            lambda: _cut(database, engine, pair_evidence, identity_id),
        ), False
    except NotYet:
        return None, "", True


def _cut(
    database: Database, engine: Engine, pair_evidence: PairEvidence, identity_id: int
) -> tuple[Cut | None, str]:
    """The suggestion, or why there is none."""
    if engine.loaded is None:
        return None, _("The network is still being loaded: ask for a suggestion again in a moment.")
    try:
        cut = likeliest_cut(database, pair_evidence, identity_id)
    except ReidError as error:
        return None, in_full(error)
    return cut, "" if cut else _("There is nothing to split: it has fewer than two encounters.")


@router.post("/identities/{identity_id}/split")
def split(
    identity_id: RowNumber,
    request: Request,
    database: TheDatabase,
    ahead: TheAhead,
    engine: TheEngine,
    pair_evidence: ThePairEvidence,
    grounds: FormGrounds,
    fields: Fields,
) -> Response:
    """Let the chosen encounters leave, if nobody decided on them since the preview."""
    chosen = choice(fields)
    if not chosen.leaving():
        words = _("Choose the encounters that leave.")
        return _split(
            request, database, ahead, engine, pair_evidence, identity_id, chosen, words, 422
        )
    followed = (
        _cut(database, engine, pair_evidence, identity_id)[0]
        if fields.get("followed") == "1"
        else None
    )
    evidence = followed.rests(chosen.groups) if followed else NOTHING
    with_evidence = Grounds(grounds.reviewer, grounds.reason, evidence, decisions_in_view(fields))
    try:
        with database.write() as connection:
            entries = split_off(
                connection, pair_evidence, identity_id, chosen.leaving(), with_evidence
            )
    except Conflict as error:
        return _split(
            request,
            database,
            ahead,
            engine,
            pair_evidence,
            identity_id,
            chosen,
            in_full(error),
            409,
        )
    return signed_goto(request, f"/identities/{identity_id}?said={entries[-1].id}", grounds)


@router.get("/conflicts")
def conflict_page(
    request: Request,
    settings: TheSettings,
    database: TheDatabase,
    engine: TheEngine,
    number: Annotated[str, Query(alias="page", max_length=6)] = "1",
) -> Response:
    """What contradicts the catalogue, until it is resolved."""
    return _conflicts(request, settings, database, engine, int(number) if number.isdecimal() else 1)


def _conflicts(
    request: Request,
    settings: Settings,
    database: Database,
    engine: Engine,
    number: int = 1,
    refused: str = "",
    status: int = 200,
) -> Response:
    with database.read() as connection:
        contradictions = conflict_list(connection, machine_of(settings, engine), number)
        values = {
            "nav": "catalogue",
            "list": contradictions,
            "problem": refused,
            "kept": "kept" in request.query_params,
            "reviewer": unquote(request.cookies.get("reviewer", "")),
        }
        response = page(request, "identities/conflicts.html", connection, **values)
    response.status_code = status
    return response


@router.post("/conflicts/keep")
def keep(
    request: Request,
    settings: TheSettings,
    database: TheDatabase,
    engine: TheEngine,
    one: Number,
    other: Number,
    kind: Annotated[ConflictKind, Form()],
    grounds: FormGrounds,
) -> Response:
    """Resolve a contradiction by a reason, which stands in the history from now on."""
    machine = machine_of(settings, engine)
    try:
        with database.write() as connection:
            conflicts.keep(connection, kind, (one, other), machine, grounds, grounds.newest or 0)
    except Conflict as error:
        return _conflicts(request, settings, database, engine, 1, in_full(error), 409)
    return signed_goto(request, "/conflicts?kept=1", grounds)
