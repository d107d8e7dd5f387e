"""On what grounds a form changes an identity: the fields that all such forms have."""

from typing import Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import Response

from service.catalogue.changes import Grounds
from service.web.page import goto, remember
from service.web.parameters import Remark, Text, TheActor, actor_of, plain

NewestSeen = Annotated[int | None, Form(ge=0, le=2**31 - 1)]
"""Number of the newest entry that the page showed, 0 for none; left out, no check is made."""


def form_grounds(
    actor: TheActor, reviewer: Text = "", reason: Remark = "", seen: NewestSeen = None
) -> Grounds:
    """Who does it and why, from the fields that every form of a change has."""
    return Grounds(actor.signs(reviewer), plain(reason), newest=seen)


FormGrounds = Annotated[Grounds, Depends(form_grounds)]


def signed_goto(request: Request, address: str, grounds: Grounds) -> Response:
    """Show another page next, and remember under which name the person signs."""
    response = goto(address)
    remember(response, grounds.reviewer, actor_of(request))
    return response
