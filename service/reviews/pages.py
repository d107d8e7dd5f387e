"""Pages of reviews for observers: the queue, one pair, how well observers agree."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from reid.errors import InputError
from reid.observers.agreement import MISCLASSIFIED
from reid.observers.reviews import ANSWERS
from reid.types import Flank
from service.encounters.pair_evidence import PairEvidence
from service.reviews import observers, reviewing
from service.reviews import view as views
from service.reviews.errors import AnswerFieldUnfit, MarksUnfit, NameMissing, NumbersUnfit
from service.reviews.reviewing import QueueFilters, ReviewWithEncounters
from service.reviews.to_wire import machine
from service.reviews.view import PairViews, ThePairViews
from service.reviews.wire import OpinionIn, RegionWire
from service.store import cases, questions, stations
from service.store import reviews as review_pairs
from service.store.people import ANONYMOUS, Actor, Role
from service.store.reviews import Source
from service.viewer.look import parse_pair
from service.web.faults import fault
from service.web.page import goto, goto_signed, page, refuse
from service.web.paging import list_page, page_number
from service.web.parameters import (
    RowNumber,
    TheActor,
    TheDatabase,
    choice,
    known_parameters,
    plain,
)
from service.web.sentences import in_full

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
PAGE = 50
Typed = Annotated[str, Field(max_length=100_000)]
QueryText = Annotated[str, Query(max_length=200)]
REGIONS = TypeAdapter(list[RegionWire])
NOT_OPEN: Mapping[str, object] = {"open": False, "machine": None}


class AnswerForm(BaseModel):
    """What was typed, as it was typed; it comes back where it cannot be used."""

    answer: Typed
    certainty: Typed = ""
    reason: Typed = ""
    note: Typed = ""
    regions: Typed = "[]"
    seconds: Typed = ""
    llr: Typed = ""
    model: Typed = ""
    calibrator: Typed = ""
    reviewer: Typed = ""


def queue_filters(
    state: QueryText = "open",
    source: QueryText = "",
    station: QueryText = "",
    flank: QueryText = "",
    whose: QueryText = "mine",
    disagreeing: QueryText = "",
) -> QueueFilters:
    """Read an address; a filter that does not exist is an error."""
    return QueueFilters(
        state=choice("state", state, ("open", "all", *views.STATES), "open"),  # type: ignore[arg-type]
        source=choice("source", source, get_args(Source)),  # type: ignore[arg-type]
        station=station,
        flank=choice("flank", flank, Flank),
        whose="all" if choice("whose", whose, ("mine", "all"), "mine") == "all" else "mine",
        disagreeing=choice("disagreeing", disagreeing, ("1",)) == "1",
    )


@router.get("/reviews", dependencies=[Depends(known_parameters)])
def queue_page(
    request: Request,
    database: TheDatabase,
    actor: TheActor,
    filters: Annotated[QueueFilters, Depends(queue_filters)],
    number: Annotated[str, Query(alias="page", max_length=6)] = "1",
) -> Response:
    """What waits, by default for who looks."""
    at = max(1, page_number(number))
    with database.read() as connection:
        reviews = reviewing.every(connection, closed=filters.state in {"closed", "all"})
        part = slice((at - 1) * PAGE, at * PAGE)
        shown, total = reviewing.queue(connection, reviews, filters, actor, part)
        chosen = asdict(filters) | {"disagreeing": "1" if filters.disagreeing else ""}
        values = {
            "nav": "reviews",
            "rows": [views.queue_row(review, actor) for review in shown],
            "total": total,
            "filters": filters,
            "today": reviewing.progress(connection, reviews, actor.name),
            "asked": len(questions.search(connection)),
            "settled": sum(review.applicable for review in reviews),
            "page": at,
            "pages": list_page(total, at, PAGE).pages,
            "page_url": lambda n: "/reviews?" + urlencode({**chosen, "page": n}),
            "stations": stations.names(connection),
            "states": views.STATES,
            "sources": views.SOURCES,
            "cases": [case for case in cases.every(connection) if case.closed_at is None],
            "curator": actor.role.may(Role.CURATOR),
            "any": bool(reviews) or review_pairs.there(connection),
        }
        return page(request, "reviews/reviews.html", connection, **values)


@router.get("/reviews/next")
def next_pair(database: TheDatabase, actor: TheActor, after: int | None = None) -> Response:
    """Go to the pair that waits for who asks."""
    with database.read() as connection:
        number = reviewing.following(reviewing.every(connection, closed=False), actor.name, after)
    return goto(f"/reviews/{number}" if number else "/reviews")


@router.get("/reviews/agreement")
def agreement_page(request: Request, database: TheDatabase, actor: TheActor) -> Response:
    """Kappa of every two observers, and one's own errors on hidden known pairs."""
    with database.read() as connection:
        values = {
            "nav": "reviews",
            "report": observers.report(connection, actor),
            "answers": [(name, views.ANSWERS[name]) for name in ANSWERS],
            "certainties": views.CERTAINTIES,
            "published": MISCLASSIFIED,
            "all_errors": actor.role.may(Role.ADMIN),
        }
        return page(request, "reviews/agreement.html", connection, **values)


@router.get("/reviews/{pair_id}")
def pair_page(
    pair_id: RowNumber, request: Request, pairs: ThePairViews, actor: TheActor
) -> Response:
    """Two encounters in the viewer, and the answer."""
    return _pair(request, pairs, actor, pair_id)


@router.post("/reviews/{pair_id}/opinions")
def answer(
    pair_id: RowNumber,
    request: Request,
    pairs: ThePairViews,
    actor: TheActor,
    form: Annotated[AnswerForm, Form()],
) -> Response:
    """Record an answer; what cannot be used comes back as it was typed."""
    name = actor.signs(form.reviewer)
    try:
        opinion = _opinion_typed(form, name)
        with pairs.database.write() as connection:
            reviewing.answer(connection, pair_id, name, opinion.content)
    except InputError as error:
        if error.code == "not_found":
            raise
        refuse(request, in_full(error), 409 if error.code == "conflict" else 422)
        return _pair(request, pairs, actor, pair_id, form)
    return goto_signed(f"/reviews/{pair_id}?said=1", name, actor)


def _pair(
    request: Request, pairs: PairViews, actor: Actor, pair_id: int, form: AnswerForm | None = None
) -> Response:
    with pairs.database.read() as connection:
        waiting = reviewing.every(connection, closed=False)
        review = reviewing.get(connection, pair_id)
        today = reviewing.progress(connection, waiting, actor.name)
    is_open = review.open_to(actor)
    look = parse_pair(request.query_params, path=f"/reviews/{pair_id}")
    values = {
        "nav": "reviews",
        "review": review.pair,
        "pair": pairs.view(review.pair.couple, look, blind=not is_open),
        "answered": review.answer_of(actor.name) is not None,
        "may_answer": actor.role.may(Role.OBSERVER),
        "signing": "" if actor.name == ANONYMOUS else actor.name,
        "typed": form or _earlier_form(review, actor.name),
        "today": today,
        "following": reviewing.following(waiting, actor.name, pair_id),
        "certainties": views.CERTAINTIES,
        "reasons": views.REASONS,
        **(_opened(pairs.pair_evidence, review, actor.name) if is_open else NOT_OPEN),
    }
    with pairs.database.read() as connection:
        # That more observers were asked is a hint, and a hidden known pair is told to nobody.
        shown = is_open and actor.role.may(Role.CURATOR) and review.pair.source != "known"
        changes = review_pairs.history(connection, pair_id) if shown else ()
        values["changes"] = [(change, views.change_words(change)) for change in changes]
        return page(request, "reviews/review.html", connection, **values)


def _opened(
    pair_evidence: PairEvidence, review: ReviewWithEncounters, observer: str
) -> dict[str, object]:
    """What only those see to whom the pair is open."""
    message, kind = views.outcome(review, observer)
    return {
        "open": True,
        "machine": machine(review, pair_evidence),
        "opinions": views.opinion_views(review, observer),
        "message": message,
        "kind": kind,
        "note": review.pair.note,
    }


def _earlier_form(review: ReviewWithEncounters, observer: str) -> AnswerForm:
    """What this observer said before, so that taking it back loses nothing."""
    own = [opinion for opinion in review.opinions if opinion.observer == observer]
    before = next((opinion for opinion in reversed(own) if opinion.answer != "withdrawn"), None)
    if before is None:
        return AnswerForm(answer="")
    marks = [RegionWire.model_validate(mark) for mark in before.regions]
    return AnswerForm(
        answer="",
        certainty=before.certainty or "",
        reason=before.reason or "",
        note=before.note,
        regions=REGIONS.dump_json(marks).decode(),
    )


def _opinion_typed(form: AnswerForm, name: str) -> OpinionIn:
    """The answer that was typed. Incomplete: with a sentence that says what to do."""
    if name == ANONYMOUS:
        raise NameMissing()
    typed: dict[str, object] = {
        field: text for field, text in form.model_dump(exclude={"reviewer"}).items() if text
    }
    typed |= {"note": plain(form.note), "observer": name}
    try:
        typed["regions"] = REGIONS.validate_json(form.regions or "[]")
        for field, text in (("llr", form.llr), ("seconds", form.seconds)):
            if text:
                typed[field] = float(text)
        return OpinionIn.model_validate(typed)
    except ValidationError as error:
        problem = error.errors()[0]
        why, field = fault(problem), "/".join(map(str, problem["loc"]))
        unfit = AnswerFieldUnfit(field=field, why=why) if field else MarksUnfit(why=why)
        raise unfit from error
    except ValueError as error:
        raise NumbersUnfit() from error
