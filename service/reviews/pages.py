"""Pages of reviews for observers: the queue, one pair, how well observers agree."""

from dataclasses import dataclass
from typing import Annotated, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import TypeAdapter, ValidationError

from reid.errors import InputError
from reid.observers.agreement import MISCLASSIFIED
from reid.observers.reviews import ANSWERS, OPEN
from reid.types import Flank
from service.encounters.pair_evidence import PairEvidence, ThePairEvidence
from service.encounters.pair_view import pair_view
from service.recognition.engine import Engine, TheEngine
from service.reviews import observers, reviewing
from service.reviews import view as views
from service.reviews.reviewing import Incomplete, Reviewed, Tally, Wanted
from service.reviews.to_wire import machine, new_opinion
from service.reviews.wire import OpinionIn, RegionWire
from service.store import cases, progress, reviews
from service.store.database import Database
from service.store.people import ANONYMOUS, Actor, Role
from service.store.reviews import Source
from service.viewer.look import parse_pair
from service.viewer.overlay import Overlays, TheOverlays
from service.web.page import goto, page, remember
from service.web.parameters import RowNumber, TheActor, TheDatabase
from service.web.words import sentence

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
PAGE = 50
Typed = Annotated[str, Form(max_length=100_000)]
Asked = Annotated[str, Query(max_length=200)]
REGIONS = TypeAdapter(list[RegionWire])


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
    answer: Typed,
    certainty: Typed = "",
    reason: Typed = "",
    note: Typed = "",
    regions: Typed = "[]",
    seconds: Typed = "",
    llr: Typed = "",
    model: Typed = "",
    calibrator: Typed = "",
    reviewer: Typed = "",
) -> AnswerForm:
    """The fields of the form."""
    return AnswerForm(
        answer, certainty, reason, note, regions, seconds, llr, model, calibrator, reviewer
    )


def wanted(
    state: Asked = "open",
    source: Asked = "",
    station: Asked = "",
    flank: Asked = "",
    whose: Asked = "mine",
    disagreeing: Asked = "",
) -> Wanted:
    """Read an address; what makes no sense is taken as its default."""
    return Wanted(
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
    asked: Annotated[Wanted, Depends(wanted)],
    number: Annotated[str, Query(alias="page", max_length=6)] = "1",
) -> Response:
    """What waits, by default for who looks."""
    with database.read() as connection:
        every = reviewing.tallies(connection, closed=asked.state in {"closed", "all"})
        at = max(1, int(number) if number.isascii() and number.isdecimal() else 1)
        part = slice((at - 1) * PAGE, at * PAGE)
        found, total = reviewing.queue(connection, every, asked, actor, actor.name, part)
        chosen = _address(asked)
        values = {
            "nav": "reviews",
            "rows": [views.queue_row(one, actor, actor.name) for one in found],
            "total": total,
            "wanted": asked,
            "far": reviewing.progress(connection, every, actor.name),
            "settled": sum(_to_apply(one) for one in every),
            "page": at,
            "pages": max(1, -(-total // PAGE)),
            "page_url": lambda n: "/reviews?" + urlencode({**chosen, "page": n}),
            "stations": progress.stations(connection),
            "states": views.STATES,
            "sources": views.SOURCES,
            "cases": [one for one in cases.every(connection) if one.closed_at is None],
            "curator": actor.role.may(Role.CURATOR),
            "any": bool(every) or reviews.there(connection),
        }
        return page(request, "reviews/reviews.html", connection, **values)


@router.get("/reviews/next")
def next_pair(database: TheDatabase, actor: TheActor, after: int | None = None) -> Response:
    """Go to the pair that waits for who asks."""
    with database.read() as connection:
        number = reviewing.following(reviewing.tallies(connection, closed=False), actor.name, after)
    return goto(f"/reviews/{number}" if number else "/reviews")


@router.get("/reviews/agreement")
def agreement_page(request: Request, database: TheDatabase, actor: TheActor) -> Response:
    """Kappa of every two observers, and one's own errors on hidden known pairs."""
    with database.read() as connection:
        values = {
            "nav": "reviews",
            "report": observers.report(connection, actor, actor.name),
            "answers": [(one, views.ANSWERS[one]) for one in ANSWERS],
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
    return _pair(request, database, engine, pair_evidence, overlays, actor, pair_id)


@router.post("/reviews/{pair_id}/opinions")
def answer(
    pair_id: RowNumber,
    request: Request,
    database: TheDatabase,
    engine: TheEngine,
    pair_evidence: ThePairEvidence,
    overlays: TheOverlays,
    actor: TheActor,
    typed: Annotated[AnswerForm, Depends(answer_form)],
) -> Response:
    """Record an answer; what cannot be used comes back as it was typed."""
    name = actor.signs(typed.reviewer)
    try:
        said = new_opinion(_read(typed, name))
        with database.write() as connection:
            reviewing.answer(connection, pair_id, name, said)
    except InputError as error:
        if error.code == "not_found":
            raise
        status = 409 if error.code == "conflict" else 422
        return _pair(
            request,
            database,
            engine,
            pair_evidence,
            overlays,
            actor,
            pair_id,
            typed,
            f"{sentence(str(error))}.",
            status,
        )
    response = goto(f"/reviews/{pair_id}?said=1")
    remember(response, name, actor)
    return response


def _pair(
    request: Request,
    database: Database,
    engine: Engine,
    pair_evidence: PairEvidence,
    overlays: Overlays,
    actor: Actor,
    pair_id: int,
    typed: AnswerForm | None = None,
    refused: str = "",
    status: int = 200,
) -> Response:
    with database.read() as connection:
        every = reviewing.tallies(connection, closed=False)
        one = reviewing.get(connection, pair_id)
        far = reviewing.progress(connection, every, actor.name)
    seen = one.open_to(actor, actor.name)
    look = parse_pair(request.query_params, path=f"/reviews/{pair_id}")
    values = {
        "nav": "reviews",
        "one": views.queue_row(one, actor, actor.name),
        "pair": pair_view(
            database, engine, pair_evidence, overlays, *one.pair.couple, look, blind=not seen
        ),
        "answered": one.answer_of(actor.name) is not None,
        "may_answer": actor.role.may(Role.OBSERVER),
        "signing": "" if actor.name == ANONYMOUS else actor.name,
        "typed": typed or _typed(one, actor.name),
        "refused": refused,
        "far": far,
        "following": reviewing.following(every, actor.name, pair_id),
        "certainties": views.CERTAINTIES,
        "reasons": views.REASONS,
        "words": views.ANSWERS,
        "wanted": one.standing.state in OPEN,
        **(_told(pair_evidence, one, actor.name) if seen else {"open": False, "machine": None}),
    }
    with database.read() as connection:
        changes = reviews.history(connection, pair_id) if _keeps(one, actor) else ()
        values["changes"] = [(change, views.change_words(change)) for change in changes]
        response = page(request, "reviews/review.html", connection, **values)
    response.status_code = status
    return response


def _keeps(one: Reviewed, actor: Actor) -> bool:
    """Whether they see what curators changed of the pair; that more were asked is a hint.

    A hidden known one is told to nobody.
    """
    told = actor.role.may(Role.CURATOR) and one.pair.source != "known"
    return told and one.open_to(actor, actor.name)


def _told(pair_evidence: PairEvidence, one: Reviewed, observer: str) -> dict[str, object]:
    """What only those see to whom the pair is open."""
    said = machine(one, pair_evidence)
    message, kind = views.outcome(one, observer)
    return {
        "open": True,
        "machine": said,
        "opinions": views.opinion_views(one, observer),
        "message": message,
        "kind": kind,
        "note": one.pair.note,
    }


def _typed(one: Reviewed, observer: str) -> AnswerForm:
    """What this observer said before, so that taking it back loses nothing."""
    own = [said for said in one.opinions if said.observer == observer]
    before = next((said for said in reversed(own) if said.answer != "withdrawn"), None)
    if before is None:
        return AnswerForm("")
    marks = [RegionWire.model_validate(mark) for mark in before.regions]
    regions = REGIONS.dump_json(marks).decode()
    return AnswerForm("", before.certainty or "", before.reason or "", before.note, regions)


def _read(typed: AnswerForm, name: str) -> OpinionIn:
    """The answer that was typed. Incomplete: with a sentence that says what to do."""
    if name == ANONYMOUS:
        raise Incomplete("write your name: two observers are told apart by their names")
    try:
        return OpinionIn(
            answer=typed.answer,
            certainty=typed.certainty or None,
            reason=typed.reason or None,
            note=typed.note.replace("\x00", "").strip(),
            regions=REGIONS.validate_json(typed.regions or "[]"),
            llr=float(typed.llr) if typed.llr else None,
            model=typed.model or None,
            calibrator=typed.calibrator or None,
            seconds=float(typed.seconds) if typed.seconds else None,
            observer=name,
        )
    except ValidationError as error:
        said = error.errors()[0]
        where = "/".join(map(str, said["loc"])) or "marked places"
        raise Incomplete(f"{where}: {said['msg']}; correct it and answer again") from error
    except ValueError as error:
        raise Incomplete("seconds and llr are numbers: reload the page and answer again") from error


def _to_apply(one: Tally) -> bool:
    return one.standing.state in reviewing.SETTLED and one.pair.source != "known"


def _address(asked: Wanted) -> dict[str, str]:
    """The filters as they stand in the address."""
    return {
        "state": asked.state,
        "source": asked.source,
        "station": asked.station,
        "flank": asked.flank,
        "whose": asked.whose,
        "disagreeing": "1" if asked.disagreeing else "",
    }
