"""Pages of reviews for observers: the queue, one pair, how well observers agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import TypeAdapter, ValidationError

from reid.errors import InputError
from reid.observers.agreement import MISCLASSIFIED
from reid.observers.reviews import ANSWERS
from reid.types import Flank
from service.encounters.pair_evidence import PairEvidence, ThePairEvidence
from service.encounters.pair_view import pair_view
from service.recognition.engine import Engine, TheEngine
from service.reviews import observers, reviewing
from service.reviews import view as views
from service.reviews.errors import AnswerFieldUnfit, MarksUnfit, NameMissing, NumbersUnfit
from service.reviews.reviewing import QueueFilters, Review, ReviewWithEncounters
from service.reviews.to_wire import machine, new_opinion
from service.reviews.wire import OpinionIn, RegionWire
from service.store import cases, progress
from service.store import reviews as review_pairs
from service.store.database import Database
from service.store.people import ANONYMOUS, Actor, Role
from service.store.reviews import Source
from service.viewer.look import parse_pair
from service.viewer.overlay import Overlays, TheOverlays
from service.web.faults import fault
from service.web.page import goto, page, remember
from service.web.parameters import RowNumber, TheActor, TheDatabase
from service.web.sentences import in_full

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
PAGE = 50
FormText = Annotated[str, Form(max_length=100_000)]
QueryText = Annotated[str, Query(max_length=200)]
REGIONS = TypeAdapter(list[RegionWire])
NOT_OPEN: Mapping[str, object] = {"open": False, "machine": None}


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """What was typed, as it was typed; it comes back where it cannot be used."""

    answer: str
    certainty: str = ""
    reason: str = ""
    note: str = ""
    regions: str = "[]"
    seconds: str = ""
    llr: str = ""
    model: str = ""
    calibrator: str = ""
    reviewer: str = ""


def answer_form(
    answer: FormText,
    certainty: FormText = "",
    reason: FormText = "",
    note: FormText = "",
    regions: FormText = "[]",
    seconds: FormText = "",
    llr: FormText = "",
    model: FormText = "",
    calibrator: FormText = "",
    reviewer: FormText = "",
) -> AnswerForm:
    """The fields of the form."""
    return AnswerForm(
        answer, certainty, reason, note, regions, seconds, llr, model, calibrator, reviewer
    )


def queue_filters(
    state: QueryText = "open",
    source: QueryText = "",
    station: QueryText = "",
    flank: QueryText = "",
    whose: QueryText = "mine",
    disagreeing: QueryText = "",
) -> QueueFilters:
    """Read an address; what makes no sense is taken as its default."""
    return QueueFilters(
        state=state if state in {"open", "all", *views.STATES} else "open",  # type: ignore[arg-type]
        source=source if source in get_args(Source) else "",  # type: ignore[arg-type]
        station=station,
        flank=flank if flank in set(Flank) else "",
        whose="all" if whose == "all" else "mine",
        disagreeing=disagreeing == "1",
    )


@router.get("/reviews")
def queue_page(
    request: Request,
    database: TheDatabase,
    actor: TheActor,
    filters: Annotated[QueueFilters, Depends(queue_filters)],
    number: Annotated[str, Query(alias="page", max_length=6)] = "1",
) -> Response:
    """What waits, by default for who looks."""
    with database.read() as connection:
        reviews = reviewing.every(connection, closed=filters.state in {"closed", "all"})
        at = max(1, int(number) if number.isascii() and number.isdecimal() else 1)
        part = slice((at - 1) * PAGE, at * PAGE)
        shown, total = reviewing.queue(connection, reviews, filters, actor, actor.name, part)
        chosen = _address(filters)
        values = {
            "nav": "reviews",
            "rows": [views.queue_row(review, actor, actor.name) for review in shown],
            "total": total,
            "filters": filters,
            "today": reviewing.progress(connection, reviews, actor.name),
            "settled": sum(_to_apply(review) for review in reviews),
            "page": at,
            "pages": max(1, -(-total // PAGE)),
            "page_url": lambda n: "/reviews?" + urlencode({**chosen, "page": n}),
            "stations": progress.stations(connection),
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
            "report": observers.report(connection, actor, actor.name),
            "answers": [(name, views.ANSWERS[name]) for name in ANSWERS],
            "certainties": views.CERTAINTIES,
            "published": MISCLASSIFIED,
            "all_errors": actor.role.may(Role.ADMIN),
        }
        return page(request, "reviews/agreement.html", connection, **values)


@router.get("/reviews/{pair_id}")
def pair_page(
    pair_id: RowNumber,
    request: Request,
    database: TheDatabase,
    engine: TheEngine,
    pair_evidence: ThePairEvidence,
    overlays: TheOverlays,
    actor: TheActor,
) -> Response:
    """Two encounters in the viewer, and the answer."""
    return _pair_response(request, database, engine, pair_evidence, overlays, actor, pair_id)


@router.post("/reviews/{pair_id}/opinions")
def answer(
    pair_id: RowNumber,
    request: Request,
    database: TheDatabase,
    engine: TheEngine,
    pair_evidence: ThePairEvidence,
    overlays: TheOverlays,
    actor: TheActor,
    form: Annotated[AnswerForm, Depends(answer_form)],
) -> Response:
    """Record an answer; what cannot be used comes back as it was typed."""
    name = actor.signs(form.reviewer)
    try:
        opinion = new_opinion(_opinion_typed(form, name))
        with database.write() as connection:
            reviewing.answer(connection, pair_id, name, opinion)
    except InputError as error:
        if error.code == "not_found":
            raise
        status = 409 if error.code == "conflict" else 422
        return _pair_response(
            request,
            database,
            engine,
            pair_evidence,
            overlays,
            actor,
            pair_id,
            form,
            in_full(error),
            status,
        )
    response = goto(f"/reviews/{pair_id}?said=1")
    remember(response, name, actor)
    return response


def _pair_response(
    request: Request,
    database: Database,
    engine: Engine,
    pair_evidence: PairEvidence,
    overlays: Overlays,
    actor: Actor,
    pair_id: int,
    form: AnswerForm | None = None,
    refused: str = "",
    status: int = 200,
) -> Response:
    with database.read() as connection:
        waiting = reviewing.every(connection, closed=False)
        review = reviewing.get(connection, pair_id)
        today = reviewing.progress(connection, waiting, actor.name)
    is_open = review.open_to(actor, actor.name)
    look = parse_pair(request.query_params, path=f"/reviews/{pair_id}")
    values = {
        "nav": "reviews",
        "review": views.queue_row(review, actor, actor.name),
        "pair": pair_view(
            database, engine, pair_evidence, overlays, *review.pair.couple, look, blind=not is_open
        ),
        "answered": review.answer_of(actor.name) is not None,
        "may_answer": actor.role.may(Role.OBSERVER),
        "signing": "" if actor.name == ANONYMOUS else actor.name,
        "typed": form or _earlier_form(review, actor.name),
        "refused": refused,
        "today": today,
        "following": reviewing.following(waiting, actor.name, pair_id),
        "certainties": views.CERTAINTIES,
        "reasons": views.REASONS,
        "words": views.ANSWERS,
        **(_opened(pair_evidence, review, actor.name) if is_open else NOT_OPEN),
    }
    with database.read() as connection:
        changes = review_pairs.history(connection, pair_id) if _sees_changes(review, actor) else ()
        values["changes"] = [(change, views.change_words(change)) for change in changes]
        response = page(request, "reviews/review.html", connection, **values)
    response.status_code = status
    return response


def _sees_changes(review: ReviewWithEncounters, actor: Actor) -> bool:
    """Whether they see what curators changed of the pair; that more were asked is a hint.

    A hidden known one is told to nobody.
    """
    curates = actor.role.may(Role.CURATOR) and review.pair.source != "known"
    return curates and review.open_to(actor, actor.name)


def _opened(
    pair_evidence: PairEvidence, review: ReviewWithEncounters, observer: str
) -> dict[str, object]:
    """What only those see to whom the pair is open."""
    statement = machine(review, pair_evidence)
    message, kind = views.outcome(review, observer)
    return {
        "open": True,
        "machine": statement,
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
        return AnswerForm("")
    marks = [RegionWire.model_validate(mark) for mark in before.regions]
    regions = REGIONS.dump_json(marks).decode()
    return AnswerForm("", before.certainty or "", before.reason or "", before.note, regions)


def _opinion_typed(form: AnswerForm, name: str) -> OpinionIn:
    """The answer that was typed. Incomplete: with a sentence that says what to do."""
    if name == ANONYMOUS:
        raise NameMissing()
    try:
        return OpinionIn(
            answer=form.answer,
            certainty=form.certainty or None,
            reason=form.reason or None,
            note=form.note.replace("\x00", "").strip(),
            regions=REGIONS.validate_json(form.regions or "[]"),
            llr=float(form.llr) if form.llr else None,
            model=form.model or None,
            calibrator=form.calibrator or None,
            seconds=float(form.seconds) if form.seconds else None,
            observer=name,
        )
    except ValidationError as error:
        problem = error.errors()[0]
        why, field = fault(problem), "/".join(map(str, problem["loc"]))
        unfit = AnswerFieldUnfit(field=field, why=why) if field else MarksUnfit(why=why)
        raise unfit from error
    except ValueError as error:
        raise NumbersUnfit() from error


def _to_apply(review: Review) -> bool:
    return review.progress.state in reviewing.SETTLED and review.pair.source != "known"


def _address(filters: QueueFilters) -> dict[str, str]:
    """The filters as they stand in the address."""
    return {
        "state": filters.state,
        "source": filters.source,
        "station": filters.station,
        "flank": filters.flank,
        "whose": filters.whose,
        "disagreeing": "1" if filters.disagreeing else "",
    }
