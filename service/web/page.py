"""The frame of every page: templates, error page, language, and where to go next."""

from functools import cached_property
from pathlib import Path
from urllib.parse import quote, unquote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from jinja2 import StrictUndefined
from sqlalchemy import Connection

from reid.sentences import Sentence
from service.settings import Settings
from service.store import encounters, jobs, progress
from service.store.encounters import EncounterCounts
from service.store.people import ANONYMOUS, Actor
from service.web import languages
from service.web import person_words as people
from service.web.advice import advice
from service.web.languages import NP_
from service.web.languages import gettext as _
from service.web.parameters import component_of
from service.web.permissions import SECTIONS
from service.web.quantities import percent
from service.web.request_log import NUMBER
from service.web.sentences import in_full, translated
from service.web.species import Species
from service.web.wire import Problem
from service.web.words import FILTERS, KINDS, SIGNS, general

YEAR_S = 31_536_000
THEME_COOKIE = "theme"
THEMES = {
    "": NP_("theme", "as the system"),
    "light": NP_("theme", "light"),
    "dark": NP_("theme", "dark"),
}
"""What the cookie holds, and what it is called. Without one the system's wish counts."""
WORKER_SILENT_S = 60.0


class Counts:
    """The state of the whole catalogue; each is counted when a page first names it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def _encounters(self) -> EncounterCounts:
        return encounters.counts(self._connection)

    @property
    def waiting(self) -> int:
        """Encounters nobody has decided."""
        return self._encounters.waiting

    @property
    def decided(self) -> int:
        """Encounters that were decided."""
        return self._encounters.decided

    @cached_property
    def identities(self) -> int:
        """Identities that have an encounter."""
        return progress.catalogued(self._connection)

    @cached_property
    def photos(self) -> int:
        """Photos in use."""
        return progress.photos(self._connection)

    @cached_property
    def _annotations(self) -> dict[str, int]:
        return progress.annotations(self._connection)

    @property
    def annotations(self) -> int:
        """Animals in photos, in every state."""
        return sum(self._annotations.values())

    @property
    def pending(self) -> int:
        """Animals in photos that are being analysed."""
        return self._annotations.get("pending", 0)

    @property
    def failed(self) -> int:
        """Animals in photos that cannot be used."""
        return self._annotations.get("failed", 0)

    @cached_property
    def worker(self) -> bool:
        """Whether a worker was seen lately."""
        return bool(jobs.workers(self._connection, within_s=WORKER_SILENT_S))


def here(request: Request) -> str:
    """Where to come back to after another language is chosen: this page, with its query."""
    if request.method not in {"GET", "HEAD"}:
        return "/"
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def theme(request: Request) -> str:
    """The theme that was chosen on this browser, "" for that of the system."""
    code = request.cookies.get(THEME_COOKIE, "")
    return code if code in THEMES else ""


templates = Jinja2Templates(Path(__file__).parent.parent / "templates")
languages.install(templates.env)
templates.env.filters.update(
    FILTERS, browser=people.browser, percent=percent, translated=translated
)
templates.env.globals.update(signs=SIGNS, kinds=KINDS, here=here, sections=SECTIONS)
templates.env.globals.update(theme=theme, themes=THEMES)
templates.env.globals.update(role_words=people.role_words, role_says=people.role_says)
templates.env.undefined = StrictUndefined
templates.env.trim_blocks = templates.env.lstrip_blocks = True


def refuse(request: Request, words: str, status: int = 409) -> None:
    """Let the page that answers a form say why it was not carried out."""
    request.state.refused = words, status


def page(request: Request, name: str, connection: Connection, /, **values: object) -> Response:
    """A template with what every page needs; `refused` says why a form was, "" where none was."""
    settings = component_of(request, Settings)
    refused, status = getattr(request.state, "refused", ("", 200))
    reviewer = unquote(request.cookies.get("reviewer", ""))
    facts = {**_frame(request), "counts": Counts(connection), **values}
    facts |= {"reviewer": reviewer, "refused": refused}
    facts["gap_minutes"] = general(settings.encounter_gap_minutes)
    facts["species"] = Species(settings.species)
    response = templates.TemplateResponse(request, name, facts, status)
    response.headers["cache-control"] = "no-cache"
    return response


def _frame(request: Request) -> dict[str, object]:
    """What the frame shows unless a page says otherwise. actor None: somebody who must log in."""
    actor = getattr(request.state, "actor", None)
    return {"counts": None, "actor": actor, "busy": False, "nav": "", "searched": ""}


def error_page(request: Request, error: Problem, text: Sentence) -> Response:
    """A problem for a person. It asks nothing of the database, which may be what failed."""
    titles = {
        403: _("Not allowed"),
        404: _("Not found"),
        409: _("Somebody was faster"),
        422: _("This could not be used"),
        429: _("Too many requests"),
        500: _("Internal Server Error"),
        503: _("Service Unavailable"),
        507: _("The disk is full"),
    }
    facts = {
        **_frame(request),
        "status": error.status,
        "title": titles.get(error.status, error.title),
        "detail": in_full(text),
        "advice": advice(error.code),
        "code": error.code,
        "number": NUMBER.get(),
    }
    return templates.TemplateResponse(request, "web/error.html", facts, status_code=error.status)


def local(address: str) -> str:
    """The address if it is one of this service, else the start page."""
    elsewhere = not address.startswith("/") or address[1:2] in {"/", "\\"}
    return "/" if elsewhere or any(ord(character) < 32 for character in address) else address


def goto(address: str) -> RedirectResponse:
    """Show this page next."""
    return RedirectResponse(address, status_code=303)


def goto_signed(address: str, reviewer: str, actor: Actor) -> Response:
    """Show this page next, and remember the reviewer's name."""
    response = goto(address)
    remember(response, reviewer, actor)
    return response


def remember(response: Response, reviewer: str, actor: Actor) -> None:
    """The reviewer's name for the next decision, on this browser only, where nobody logs in."""
    if actor.single and reviewer != ANONYMOUS:
        response.set_cookie(
            "reviewer", quote(reviewer), max_age=YEAR_S, httponly=True, samesite="strict"
        )
