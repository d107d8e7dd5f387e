"""Pages on which curators act on several pairs: each act is previewed, then done."""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from reid.errors import Conflict, InputError
from service.reviews import reviewing, rounds, settling
from service.reviews.errors import NoPairNamed
from service.reviews.reviewing import ReviewWithEncounters
from service.reviews.rounds import NothingToHideIn
from service.store import reviews as review_pairs
from service.store.reviews import NewPair, ReviewUpdate
from service.web.languages import gettext as _
from service.web.languages import ngettext, pgettext
from service.web.page import goto, goto_signed, page, refuse
from service.web.parameters import TheActor, TheDatabase, plain, whole_number
from service.web.sentences import in_full

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Act = Literal["close", "reopen", "third", "blind", "seen"]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Chosen = Annotated[list[Number], Query(max_length=5000, default_factory=list)]
ChosenForm = Annotated[list[Number], Form(max_length=5000, default_factory=list)]
Text = Annotated[str, Field(max_length=2000)]
Name = Annotated[str, Form(max_length=100)]


class PairsToPut(BaseModel):
    """The pairs that a form names: among these encounters and those of a case."""

    encounters: Text = ""
    case: Text = ""
    needed: Annotated[int, Field(ge=1, le=9)] = 2
    blind: Literal["0", "1"] = "1"
    note: Text = ""


class PairsToPutForm(PairsToPut):
    """The same with the name of who puts them up."""

    reviewer: Annotated[str, Field(max_length=100)] = ""


class NoPairChosen(
    InputError, code="no_pair_chosen", message="No pair was chosen: go back and tick at least one."
): ...


@router.get("/reviews/settling")
def settling_page(
    request: Request, database: TheDatabase, pair: Chosen, done: int | None = None
) -> Response:
    """What applying the settled pairs would change."""
    with database.read() as connection:
        values = {
            "nav": "reviews",
            "plan": settling.plan(connection, pair or None),
            "chosen": pair,
            "done": done,
        }
        return page(request, "reviews/settling.html", connection, **values)


@router.post("/reviews/settling")
def apply_settled(
    request: Request,
    database: TheDatabase,
    actor: TheActor,
    pair: ChosenForm,
    digest: Annotated[str, Form(max_length=2000)] = "",
    reviewer: Name = "",
) -> Response:
    """Apply them, unless they would change something else by now."""
    name = actor.signs(reviewer)
    try:
        with database.write() as connection:
            applied = settling.apply(connection, name, pair or None, digest)
    except Conflict as error:
        refuse(request, in_full(error))
        return settling_page(request, database, pair)
    return goto_signed(f"/reviews/settling?done={len(applied.decisions)}", name, actor)


@router.get("/reviews/batch")
def batch_page(
    request: Request,
    database: TheDatabase,
    pair: Chosen,
    act: Act | Literal["apply"] | None = None,
) -> Response:
    """What an act on the chosen pairs would do; without an act, the list to choose them from."""
    if act is None:
        return goto("/reviews?whose=all")
    if act == "apply":
        return goto("/reviews/settling?" + "&".join(f"pair={number}" for number in pair))
    with database.read() as connection:
        chosen = _chosen(connection, pair)
        concerned = [review for review in chosen if _edit(review, act)]
        skipped = len(chosen) - len(concerned)
        numbers = ", ".join(str(review.pair.id) for review in concerned)
        names = {"numbers": numbers or pgettext("pairs", "none")}
        lines = [_("Pairs it concerns: %(numbers)s") % names]
        if skipped:
            lines.append(_left_out(act, skipped))
        fields = [("act", act), *(("pair", review.pair.id) for review in concerned)]
        possible = bool(concerned)
        return _preview(request, connection, _words(act), lines, fields, possible=possible)


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
            if edit := _edit(review, act):
                review_pairs.edit(connection, review.pair.id, edit, name)
    return goto_signed("/reviews?whose=all", name, actor)


@router.get("/reviews/put")
def put_page(
    request: Request, database: TheDatabase, named: Annotated[PairsToPut, Query()]
) -> Response:
    """Which pairs would be put up."""
    heading = _("Put pairs up"), _("Ask for a review")
    with database.read() as connection:
        if not (named.encounters or named.case):
            return _nothing(request, connection, heading, NoPairNamed())
        preview = rounds.preview(connection, _named_pairs(connection, named))
        words = {"fresh": preview.fresh, "again": preview.again, "already": preview.already}
        lines = [
            _("New pairs: %(fresh)s") % words,
            _("Closed pairs that are opened again: %(again)s") % words,
            _("Pairs that are up already and stay as they are: %(already)s") % words,
            _("blind: what the machine says is hidden until one has answered")
            if named.blind == "1"
            else _("not blind: what the machine says is shown at once"),
        ]
        fields, possible = named.model_dump().items(), preview.fresh + preview.again > 0
        return _preview(request, connection, heading, lines, fields, possible=possible)


@router.post("/reviews/put")
def put_up(
    database: TheDatabase, actor: TheActor, named: Annotated[PairsToPutForm, Form()]
) -> Response:
    """Put them up."""
    name = actor.signs(named.reviewer)
    with database.write() as connection:
        review_pairs.put(connection, _named_pairs(connection, named), name)
    return goto_signed("/reviews?whose=all", name, actor)


@router.get("/reviews/round")
def round_page(
    request: Request,
    database: TheDatabase,
    share: Annotated[int, Query(ge=1, le=50)] = 10,
    seed: Annotated[int, Query(ge=0, le=2**31 - 1)] = 1,
) -> Response:
    """How many hidden known pairs would be mixed in, not which."""
    heading = _("Mix in hidden known pairs"), _("Mix them in")
    with database.read() as connection:
        try:
            known = rounds.known_pairs(connection, share=share / 100, seed=seed)
        except NothingToHideIn as nothing:
            return _nothing(request, connection, heading, nothing)
        words = {"waiting": known.waiting, "wanted": known.target}
        kinds = {"same": known.count("same"), "different": known.count("different")}
        lines = [
            _("Blind pairs that wait: %(waiting)s; known ones to add: %(wanted)s") % words,
            _("Drawn: %(same)s of one leopard, %(different)s of two") % kinds,
        ]
        if len(known.pairs) < known.target:
            lines.append(_("The catalogue holds no more pairs that people are certain of."))
        fields, possible = [("share", share), ("seed", seed)], bool(known.pairs)
        return _preview(request, connection, heading, lines, fields, possible=possible)


@router.post("/reviews/round")
def mix_in(
    database: TheDatabase,
    actor: TheActor,
    share: Annotated[int, Form(ge=1, le=50)],
    seed: Annotated[int, Form(ge=0, le=2**31 - 1)],
    reviewer: Name = "",
) -> Response:
    """Mix them in."""
    name = actor.signs(reviewer)
    with database.write() as connection:
        known = rounds.known_pairs(connection, share=share / 100, seed=seed)
        review_pairs.put(connection, known.pairs, name)
    return goto_signed("/reviews?whose=all", name, actor)


def _nothing(
    request: Request, connection: Connection, words: tuple[str, str], why: InputError
) -> Response:
    """There is nothing to act on, which is nobody's fault: why, and what to do next."""
    lines = [in_full(why), _("Ask for reviews on the list of reviews, then come back.")]
    return _preview(request, connection, words, lines, (), possible=False)


def _preview(
    request: Request,
    connection: Connection,
    words: tuple[str, str],
    lines: Sequence[str],
    fields: Iterable[tuple[str, object]],
    *,
    possible: bool,
) -> Response:
    """What an act would do. words: its heading and its button. fields: what the form sends on."""
    values = {
        "nav": "reviews",
        "heading": words[0],
        "button": words[1],
        "action": request.url.path,
        "lines": lines,
        "possible": possible,
        "fields": fields,
    }
    return page(request, "reviews/review_batch.html", connection, **values)


def _chosen(connection: Connection, ids: list[int]) -> list[ReviewWithEncounters]:
    chosen = reviewing.with_encounters(connection, reviewing.every(connection, ids=ids))
    if not chosen:
        raise NoPairChosen()
    return chosen


def _edit(review: ReviewWithEncounters, act: Act) -> ReviewUpdate | None:
    """What the act changes of this pair; None where it changes nothing, or may not."""
    closed = review.pair.closed_at is not None
    if act == "third":
        needed = min(9, max(review.pair.needed, review.progress.answers) + 1)
        return None if closed else ReviewUpdate(needed=needed)
    if act in {"close", "reopen"}:
        return ReviewUpdate(closed=act == "close") if closed == (act == "reopen") else None
    if review.opinions or review.pair.blind == (act == "blind"):
        return None
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


def _named_pairs(connection: Connection, named: PairsToPut) -> list[NewPair]:
    """The pairs that a form names."""
    numbers = re.findall(r"\b\d{1,9}\b", named.encounters)
    return rounds.pairs_to_put_up(
        connection,
        encounters=[int(number) for number in numbers],
        case_id=whole_number(named.case),
        needed=named.needed,
        blind=named.blind == "1",
        note=plain(named.note),
    )
