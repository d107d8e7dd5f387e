"""Every error as application/problem+json; the only place where exceptions become responses.

* InputError (reid.errors)
  + NothingAccepted          an upload of which no file could be kept
  + TooManyFiles
  + WrongLogin
  + TooManyAttempts          to log in; it says how long to wait
  + PlacesHidden             exact positions, asked for by somebody who may not see them
  + RoleNeeded               for one field of a request that others may send
  + FileTooLarge             a photo whose bytes are announced, before they are sent
  + UnknownParameters        in an address; NoParameters where the route has none
  + NoSuchChoice             a filter of a page that does not exist
"""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reid.errors import Conflict, GalleryError, InputError, NotFound, ReidError, WeightsError
from reid.sentences import Sentence
from service.store.errors import DiskFull, StorageTrouble, TooMuchArriving
from service.store.trouble import TROUBLES, trouble_of
from service.web.faults import invalid
from service.web.request_log import HEADER, NUMBER
from service.web.speech import Speech, later
from service.web.wire import Problem

log = logging.getLogger(__name__)
ErrorPage = Callable[[Request, Problem, Sentence], Response]
"""Draws a refusal for a browser: the problem as programs get it, and what a person reads."""


class NothingAccepted(
    InputError, code="no_photo_accepted", message="No file of the upload could be kept."
): ...


class TooManyFiles(
    InputError, code="too_many_files", message="More files in one request than this service takes."
): ...


class WrongLogin(
    InputError, code="wrong_login", message="Name or password is wrong, or the account was closed."
): ...


class TooManyAttempts(
    InputError,
    code="too_many_attempts",
    message="too many attempts to log in: try again in {wait_s} s",
):
    """Too many attempts to log in; wait before the next one."""

    wait_s: int


class PlacesHidden(
    InputError,
    code="forbidden",
    message="Exact positions need the role observer: ask for rounded ones.",
): ...


class RoleNeeded(
    InputError, code="forbidden", message="this needs the role {needed}; yours is {role}"
): ...


class UnknownParameters(
    InputError,
    code="unknown_parameter",
    message="no parameter {unknown} here: there are {known}",
): ...


class NoParameters(
    InputError, code="unknown_parameter", message="no parameter {unknown} here: there are none"
): ...


class NoSuchChoice(
    InputError,
    code="unknown_parameter",
    message="{parameter} cannot be {value} here: there are {known}",
): ...


class InternalError(
    Sentence, code="internal_error", message="an error of the service itself; its log says which"
): ...


class NoSuchPage(Sentence, code="not_found", message="Not Found"): ...


class WrongMethod(Sentence, code="method_not_allowed", message="Method Not Allowed"): ...


class UnreadableBody(
    Sentence, code="bad_request", message="There was an error parsing the body"
): ...


class FileTooLarge(
    InputError, code="image_too_large", message="{bytes} bytes; at most {limit} a photo"
): ...


class BodyTooLarge(Sentence, code="too_large", message="the body is larger than {limit} bytes"): ...


class TooSlow(
    Sentence, code="too_slow", message="the rest of the request did not come in time"
): ...


class ServiceBusy(
    Sentence,
    code="busy",
    message="too many requests are being answered: try again in {wait_s} s",
):
    """More requests at once than are taken; wait before the next one."""

    wait_s: int


class TooManyRequests(
    Sentence,
    code="too_many_requests",
    message="this account sent {limit} requests in a minute, which is its limit: "
    "try again in {wait_s} s",
):
    """More requests of an account than are taken in a minute; wait before the next one."""

    limit: int
    wait_s: int


class TooManyOfStrangers(
    Sentence,
    code="too_many_requests",
    message="{limit} requests without a login came from this address in a minute, which is the "
    "limit: try again in {wait_s} s",
):
    """More requests of one address, without a login, than are taken in a minute."""

    limit: int
    wait_s: int


class AnotherRefusal(Sentence, code="http_error", message="the request is refused: {reason}"): ...


class HttpRefusal(HTTPException):
    """Refused while a request is read, where the web framework lets no other error through."""

    def __init__(self, status: int, sentence: Sentence) -> None:
        super().__init__(status, str(sentence))
        self.sentence = sentence


STATUS: dict[type[ReidError], int] = {
    TooManyAttempts: 429,
    DiskFull: 507,
    TooMuchArriving: 507,
    StorageTrouble: 503,
    PlacesHidden: 403,
    RoleNeeded: 403,
    FileTooLarge: 413,
    NotFound: 404,
    Conflict: 409,
    InputError: 422,
    GalleryError: 409,
    WeightsError: 503,
    ReidError: 500,
}

GATE_CODES = frozenset({"login_required", "forbidden", "password_change_required"})

OF_STATUS = {400: UnreadableBody, 404: NoSuchPage, 405: WrongMethod}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` for a router: FastAPI itself would promise application/json."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {s: {"description": HTTPStatus(s).phrase, "content": content} for s in statuses}


def problem(status: int, sentence: Sentence, detail: str = "") -> Problem:
    """An error every client can read. detail: in place of the English sentence."""
    title, text = HTTPStatus(status).phrase, detail or str(sentence)
    text = text.encode("utf-8", "backslashreplace").decode()  # what a stranger typed stands in it
    return Problem(type="about:blank", title=title, status=status, detail=text, code=sentence.code)


def response(error: Problem) -> JSONResponse:
    """A problem on the wire."""
    return JSONResponse(error.model_dump(), error.status, media_type="application/problem+json")


def from_error(error: ReidError) -> Problem:
    """Errors of the core keep their code."""
    status = next(STATUS[c] for c in type(error).__mro__ if c in STATUS)
    return problem(status, error)


def refusal(scope: Scope, status: int, sentence: Sentence, page: ErrorPage | None) -> ASGIApp:
    """What a middleware answers: a page for a browser that asks for one, else a problem."""
    request, refused = Request(scope), problem(status, sentence)
    if page is None or not _wants_page(request):
        return response(refused)
    return Speech(later(lambda: page(request, refused, sentence)))


def trouble_answer(scope: Scope, error: Exception, page: ErrorPage | None) -> ASGIApp:
    """What a middleware answers where disk or database fail; raises any other error again."""
    trouble = trouble_of(error)
    if trouble is None:
        raise error
    log.error("%s: %s", trouble.code, error)
    answer = refusal(scope, from_error(trouble).status, trouble, page)
    return Retried(answer, trouble.retry_s)


class Retried:
    """An answer that says when to ask again."""

    def __init__(self, answer: ASGIApp, retry_s: int) -> None:
        self._answer, self._retry_s = answer, retry_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The same answer, with Retry-After."""

        async def with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["retry-after"] = str(self._retry_s)
            await send(message)

        await self._answer(scope, receive, with_header)


def install(app: FastAPI, page: ErrorPage | None = None) -> None:
    """Answer every error; `page` draws it for a browser that asked for a page."""

    def on_error(request: Request, error: Exception) -> Response:
        refused, sentence = _of_error(error)
        if page is not None and _wants_page(request):
            answer = page(request, refused, sentence)
        else:
            answer = response(refused)
        answer.headers[HEADER] = NUMBER.get()  # of one that no middleware of ours sees
        if isinstance(sentence, TooManyAttempts | ServiceBusy):
            answer.headers["retry-after"] = str(sentence.wait_s)
        if isinstance(sentence, StorageTrouble):
            answer.headers["retry-after"] = str(sentence.retry_s)
        if isinstance(error, HTTPException):
            answer.headers.update(error.headers or {})
        return answer

    def on_trouble(request: Request, error: Exception) -> Response:
        if trouble_of(error) is None:
            raise error
        return on_error(request, error)

    for kind in (ReidError, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, on_error)
    for kind in TROUBLES:
        app.add_exception_handler(kind, on_trouble)


def _of_error(error: Exception) -> tuple[Problem, Sentence]:
    """The problem that programs get, and what a person reads."""
    # the web framework hides a full disk, on which it cannot keep a body, in a refusal of its own
    hidden = error.__cause__ if isinstance(error, HTTPException) else None
    if trouble := trouble_of(error) or (trouble_of(hidden) if hidden else None):
        log.error("%s: %s", trouble.code, hidden or error)
        return from_error(trouble), trouble
    if isinstance(error, ReidError):
        return from_error(error), error
    if isinstance(error, HTTPException):
        sentence = _of_http(error)
        return problem(error.status_code, sentence, str(error.detail)), sentence
    if isinstance(error, RequestValidationError):
        sentence = invalid(error.errors())
        return problem(422, sentence), sentence
    return problem(500, InternalError()), InternalError()


def _wants_page(request: Request) -> bool:
    accepted = "text/html" in request.headers.get("accept", "")
    return accepted and not request.url.path.startswith("/api/")


def _of_http(error: HTTPException) -> Sentence:
    if isinstance(error, HttpRefusal):
        return error.sentence
    kind = OF_STATUS.get(error.status_code)
    return kind() if kind else AnotherRefusal(reason=str(error.detail))
