"""Fields of forms with passwords."""

from typing import Annotated

from fastapi import Form

Password = Annotated[str, Form(max_length=1000)]
