"""What all forms have that change an identity: on what grounds, and where it leads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from reid.errors import Conflict
from service.catalogue.changes import Grounds
from service.store.history import IdentityChange
from service.web.page import goto_signed, refuse
from service.web.parameters import Remark, Text, TheActor, TheDatabase
from service.web.sentences import in_full

NewestSeen = Annotated[int | None, Form(ge=0, le=2**31 - 1)]
"""Number of the newest entry that the page showed, 0 for none; left out, no check is made."""


def form_grounds(
    actor: TheActor, reviewer: Text = "", reason: Remark = "", seen: NewestSeen = None
) -> Grounds:
    """Who does it and why, from the fields that every form of a change has."""
    return Grounds(actor.signs(reviewer), reason, newest=seen)


@dataclass(frozen=True, slots=True)
class FormChange:
    """A change that a form asks for, as a dependency of its route."""

    request: Request
    database: TheDatabase
    actor: TheActor
    grounds: Annotated[Grounds, Depends(form_grounds)]

    def goto(self, address: str) -> Response:
        """Show another page next, and remember under which name the person signs."""
        return goto_signed(address, self.grounds.reviewer, self.actor)

    def carry_out(
        self,
        identity_id: int,
        act: Callable[[Connection], IdentityChange],
        page: Callable[[], Response],
    ) -> Response:
        """Do it and show the identity with a message, or the page with why it is refused."""
        try:
            with self.database.write() as connection:
                change = act(connection)
        except Conflict as error:
            refuse(self.request, in_full(error))
            return page()
        return self.goto(f"/identities/{identity_id}?said={change.id}")


TheChange = Annotated[FormChange, Depends()]
