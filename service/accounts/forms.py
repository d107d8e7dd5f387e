"""What forms with passwords share: the field, and two that differ."""

from typing import Annotated

from fastapi import Form

from reid.errors import InputError

Password = Annotated[str, Form(max_length=1000)]


class NotTheSame(
    InputError,
    code="passwords_differ",
    message="The two new passwords differ: type the same one twice.",
): ...
