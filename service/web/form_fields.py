"""Fields of plain forms that several pages have."""

from typing import Annotated

from fastapi import Form
from pydantic import AfterValidator


def plain(text: str) -> str:
    """Without NUL, which PostgreSQL refuses, and without white space around it."""
    return text.replace("\x00", "").strip()


Text = Annotated[str, Form(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line that may be empty, such as the name of a reviewer."""

Remark = Annotated[str, Form(max_length=5000), AfterValidator(plain)]
"""Several lines, made plain."""
