"""Pages on which curators act on several pairs: each act is previewed, then done."""

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field
from sqlalchemy import Connection

from reid.errors import Conflict, InputError
from service.reviews import reviewing, rounds, settling
from service.reviews.reviewing import ReviewWithEncounters
from service.store import reviews as review_pairs
from service.store.database import Database
from service.store.reviews import NewPair, ReviewUpdate
from service.web.languages import gettext as _
from service.web.languages import ngettext, pgettext
from service.web.page import goto, page, remember
from service.web.parameters import TheActor, TheDatabase
from service.web.sentences import in_full

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Act = Literal["close", "reopen", "third", "blind", "seen"]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Chosen = Annotated[list[Number], Query(max_length=5000, default_factory=list)]
ChosenForm = Annotated[list[Number], Form(max_length=5000, default_factory=list)]
QueryText = Annotated[str, Query(max_length=2000)]
FormText = Annotated[str, Form(max_length=2000)]
Name = Annotated[str, Form(max_length=100)]


class NoPairChosen(
    InputError, code="no_pair_chosen", message="No pair was chosen: go back and tick at least one."
): ...


@router.get("/reviews/settling")
def settling_page(
    request: Request,
    database: TheDatabase,
    pair: Chosen,
    done: int | None = None,
) -> Response:
    """What applying the settled pairs would change."""
    return _settling(request, database, pair, done=done)


@router.post("/reviews/settling")
def apply_settled(
    request: Request,
    database: TheDatabase,
    actor: TheActor,
    pair: ChosenForm,
    digest: FormText = "",
    reviewer: Name = "",
) -> Response:
    """Apply them, unless they would change something else by now."""
    name = actor.signs(reviewer)
    try:
        with database.write() as connection:
            applied = settling.apply(connection, name, pair or None, digest)
    except Conflict as error:
        return _settling(request, database, pair, refused=in_full(error))
    response = goto(f"/reviews/settling?done={len(applied.decisions)}")
    remember(response, name, actor)
    return response


@router.get("/reviews/batch")
def batch_page(
    request: Request, database: TheDatabase, act: Act | Literal["apply"], pair: Chosen
) -> Response:
    """What an act on the chosen pairs would do."""
    if act == "apply":
        return goto("/reviews/settling?" + "&".join(f"pair={number}" for number in pair))
    with database.read() as connection:
        chosen = _chosen(connection, pair)
        concerned = [review for review in chosen if _applies(review, act)]
        skipped = len(chosen) - len(concerned)
        heading, button = _words(act)
        numbers = ", ".join(str(review.pair.id) for review in concerned)
        names = {"numbers": numbers or pgettext("pairs", "none")}
        lines = [_("Pairs it concerns: %(numbers)s") % names]
        if skipped:
            lines.append(_left_out(act, skipped))
        values = {
            "nav": "reviews",
            "heading": heading,
            "button": button,
            "action": "/reviews/batch",
            "lines": lines,
            "possible": bool(concerned),
            "fields": [("act", act), *(("pair", review.pair.id) for review in concerned)],
        }
        return page(request, "reviews/review_batch.html", connection, **values)


@router.post("/reviews/batch")
def do_batch(
    database: TheDatabase,
    actor: TheActor,
    act: Annotated[Act, Form()],
    pair: ChosenForm,
    reviewer: Name = "",
) -> Response:
    """Do it to all of them, or to none."""
    name = actor.signs(reviewer)
    with database.write() as connection:
        for review in _chosen(connection, pair):
            if _applies(review, act):
                review_pairs.edit(connection, review.pair.id, _edit(review, act), name)
    return goto("/reviews?whose=all")


@router.get("/reviews/put")
def put_page(
    request: Request,
    database: TheDatabase,
    encounters: QueryText = "",
    case: QueryText = "",
    needed: Annotated[int, Query(ge=1, le=9)] = 2,
    blind: Literal["0", "1"] = "1",
    note: QueryText = "",
) -> Response:
    """Which pairs would be put up."""
    with database.read() as connection:
        pairs = _named_pairs(connection, encounters, case, needed, blind, note)
        preview = rounds.preview(connection, pairs)
        words = {"fresh": preview.fresh, "again": preview.again, "already": preview.already}
        lines = [
            _("New pairs: %(fresh)s") % words,
            _("Closed pairs that are opened again: %(again)s") % words,
            _("Pairs that are up already and stay as they are: %(already)s") % words,
            _("blind: what the machine says is hidden until one has answered")
            if blind == "1"
            else _("not blind: what the machine says is shown at once"),
        ]
        fields = [("encounters", encounters), ("case", case), ("needed", needed), ("blind", blind)]
        values = {
            "nav": "reviews",
            "heading": _("Put pairs up"),
            "button": _("Put up"),
            "action": "/reviews/put",
            "lines": lines,
            "possible": preview.fresh + preview.again > 0,
            "fields": [*fields, ("note", note)],
        }
        return page(request, "reviews/review_batch.html", connection, **values)


@router.post("/reviews/put")
def put_up(
    database: TheDatabase,
    actor: TheActor,
    encounters: FormText = "",
    case: FormText = "",
    needed: Annotated[int, Form(ge=1, le=9)] = 2,
    blind: Annotated[Literal["0", "1"], Form()] = "1",
    note: FormText = "",
    reviewer: Name = "",
) -> Response:
    """Put them up."""
    with database.write() as connection:
        new = _named_pairs(connection, encounters, case, needed, blind, note)
        review_pairs.put(connection, new, actor.signs(reviewer))
    return goto("/reviews?whose=all")


@router.get("/reviews/round")
def round_page(
    request: Request,
    database: TheDatabase,
    share: Annotated[int, Query(ge=1, le=50)] = 10,
    seed: Annotated[int, Query(ge=0, le=2**31 - 1)] = 1,
) -> Response:
    """How many hidden known pairs would be mixed in, not which."""
    with database.read() as connection:
        known = rounds.known_pairs(connection, share=share / 100, seed=seed)
        words = {"waiting": known.waiting, "wanted": known.target}
        kinds = {"same": known.count("same"), "different": known.count("different")}
        lines = [
            _("Blind pairs that wait: %(waiting)s; known ones to add: %(wanted)s") % words,
            _("Drawn: %(same)s of one leopard, %(different)s of two") % kinds,
        ]
        if len(known.pairs) < known.target:
            lines.append(_("The catalogue holds no more pairs that people are certain of."))
        values = {
            "nav": "reviews",
            "heading": _("Mix in hidden known pairs"),
            "button": _("Mix them in"),
            "action": "/reviews/round",
            "lines": lines,
            "possible": bool(known.pairs),
            "fields": [("share", share), ("seed", seed)],
        }
        return page(request, "reviews/review_batch.html", connection, **values)


@router.post("/reviews/round")
def mix_in(
    database: TheDatabase,
    actor: TheActor,
    share: Annotated[int, Form(ge=1, le=50)],
    seed: Annotated[int, Form(ge=0, le=2**31 - 1)],
    reviewer: Name = "",
) -> Response:
    """Mix them in."""
    with database.write() as connection:
        known = rounds.known_pairs(connection, share=share / 100, seed=seed)
        review_pairs.put(connection, known.pairs, actor.signs(reviewer))
    return goto("/reviews?whose=all")


def _settling(
    request: Request,
    database: Database,
    chosen: list[int],
    refused: str = "",
    done: int | None = None,
) -> Response:
    with database.read() as connection:
        values = {
            "nav": "reviews",
            "plan": settling.plan(connection, chosen or None),
            "chosen": chosen,
            "refused": refused,
            "done": done,
        }
        response = page(request, "reviews/settling.html", connection, **values)
    response.status_code = 409 if refused else 200
    return response


def _chosen(connection: Connection, ids: list[int]) -> list[ReviewWithEncounters]:
    chosen = reviewing.load(connection, ids=ids)
    if not chosen:
        raise NoPairChosen()
    return chosen


def _applies(review: ReviewWithEncounters, act: Act) -> bool:
    """Whether the act changes this pair, and may."""
    closed = review.pair.closed_at is not None
    if act in {"close", "reopen"}:
        return closed == (act == "reopen")
    if act == "third":
        return not closed
    return review.pair.blind != (act == "blind") and not review.opinions


def _edit(review: ReviewWithEncounters, act: Act) -> ReviewUpdate:
    if act == "third":
        return ReviewUpdate(needed=min(9, max(review.pair.needed, review.progress.answers) + 1))
    if act in {"close", "reopen"}:
        return ReviewUpdate(closed=act == "close")
    return ReviewUpdate(blind=act == "blind")


def _words(act: Act) -> tuple[str, str]:
    """Heading and button."""
    return {
        "close": (_("Close pairs"), _("Close")),
        "reopen": (_("Open pairs again"), pgettext("act on pairs", "Open again")),
        "third": (_("Ask one more observer"), pgettext("act on pairs", "Ask")),
        "blind": (_("Make pairs blind"), _("Make blind")),
        "seen": (_("Show at once what the machine says"), _("Show at once")),
    }[act]


def _left_out(act: Act, number: int) -> str:
    if act in {"blind", "seen"}:
        text = ngettext(
            "%(num)s pair stays as it is: it was answered, or is so already",
            "%(num)s pairs stay as they are: they were answered, or are so already",
            number,
        )
    else:
        text = ngettext("%(num)s pair stays as it is", "%(num)s pairs stay as they are", number)
    return text % {"num": number}


def _named_pairs(
    connection: Connection, encounters: str, case: str, needed: int, blind: str, note: str
) -> list[NewPair]:
    """The pairs that a form names."""
    numbers = [int(word) for word in re.findall(r"\b\d{1,9}\b", encounters)]
    return rounds.pairs_to_put_up(
        connection,
        encounters=numbers,
        case_id=int(case) if case.isascii() and case.isdecimal() and len(case) < 10 else None,
        needed=needed,
        blind=blind == "1",
        note=note.replace("\x00", "").strip(),
    )
