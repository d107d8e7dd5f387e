"""Every error as application/problem+json; the only place where exceptions become responses.

* InputError (reid.errors)
  + NothingAccepted          an upload of which no file could be kept
  + TooManyFiles
  + WrongLogin
  + TooManyAttempts          to log in; it says how long to wait
  + PlacesHidden             exact positions, asked for by somebody who may not see them
  + RoleNeeded               for one field of a request that others may send
"""

import math
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from reid.errors import (
    Conflict,
    GalleryError,
    InputError,
    NotFound,
    ReidError,
    WeightsError,
)
from service.store.people import Role
from service.web.wire import Problem

ErrorPage = Callable[[Request, Problem], Response]


class NothingAccepted(InputError):
    """No file of the upload could be kept."""

    code = "no_photo_accepted"


class TooManyFiles(InputError):
    """More files in one request than this service takes."""

    code = "too_many_files"


class WrongLogin(InputError):
    """Name or password is wrong, or the account was closed."""

    code = "wrong_login"


class TooManyAttempts(InputError):
    """Too many attempts to log in; wait before the next one."""

    code = "too_many_attempts"

    def __init__(self, wait_s: float) -> None:
        self.wait_s = max(math.ceil(wait_s), 1)
        super().__init__(f"too many attempts to log in: try again in {self.wait_s} s")


class PlacesHidden(InputError):
    """Exact positions need the role observer: ask for rounded ones."""

    code = "forbidden"


class RoleNeeded(InputError):
    """What was asked for needs a higher role."""

    code = "forbidden"

    def __init__(self, needed: Role, role: Role) -> None:
        super().__init__(f"this needs the role {needed}; yours is {role}")


STATUS: dict[type[ReidError], int] = {
    TooManyAttempts: 429,
    PlacesHidden: 403,
    RoleNeeded: 403,
    NotFound: 404,
    Conflict: 409,
    InputError: 422,
    GalleryError: 409,
    WeightsError: 503,
    ReidError: 500,
}

GATE_CODES = frozenset({"login_required", "forbidden", "password_change_required"})
HTTP_CODES = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` for a router: FastAPI itself would promise application/json."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {s: {"description": HTTPStatus(s).phrase, "content": content} for s in statuses}


def problem(status: int, detail: str, code: str) -> Problem:
    """An error every client can read."""
    title = HTTPStatus(status).phrase
    return Problem(type="about:blank", title=title, status=status, detail=detail, code=code)


def response(error: Problem) -> JSONResponse:
    """A problem on the wire."""
    return JSONResponse(error.model_dump(), error.status, media_type="application/problem+json")


def from_error(error: ReidError) -> Problem:
    """Errors of the core keep their code."""
    status = next(STATUS[c] for c in type(error).__mro__ if c in STATUS)
    return problem(status, str(error) or (type(error).__doc__ or ""), error.code)


def install(app: FastAPI, page: ErrorPage | None = None) -> None:
    """Answer every error; `page` draws it for a browser that asked for a page."""

    def answer(request: Request, error: Problem) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "")
        if page is not None and wants_page and not request.url.path.startswith("/api/"):
            return page(request, error)
        return response(error)

    def on_reid_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, ReidError)  # noqa: S101
        answered = answer(request, from_error(error))
        if isinstance(error, TooManyAttempts):
            answered.headers["retry-after"] = str(error.wait_s)
        return answered

    def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        code = HTTP_CODES.get(error.status_code, "http_error")
        answered = answer(request, problem(error.status_code, str(error.detail), code))
        answered.headers.update(error.headers or {})
        return answered

    def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        said = ["/".join(map(str, e["loc"])) + ": " + e["msg"] for e in error.errors()]
        return answer(request, problem(422, "; ".join(said), "invalid_request"))

    def on_bug(request: Request, _: Exception) -> Response:
        detail = "an error of the service itself; its log says which"
        return answer(request, problem(500, detail, "internal_error"))

    app.add_exception_handler(ReidError, on_reid_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(Exception, on_bug)
