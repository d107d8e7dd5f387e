"""The choice of a language."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from service.web import languages
from service.web.page import YEAR_S, goto, local, speak
from service.web.parameters import TheDatabase

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.post("/language")
def choose_language(
    request: Request,
    database: TheDatabase,
    code: Annotated[str, Form(max_length=10)],
    back: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Show the pages in this language from now on, on this browser and to this account."""
    response = goto(local(back))
    if code in languages.LANGUAGES:
        response.set_cookie(languages.COOKIE, code, max_age=YEAR_S, samesite="strict")
        speak(request, database, code)
    return response
