"""What the routes of neighbours ask for and answer with."""

from typing import Annotated

from fastapi import Path, Query, Response

from reid.identify.prior import STATED_LEAST, STATED_MOST
from reid.signatures.form import SUFFIX

NeighbourId = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$", description="as the list says")]
Shared = Annotated[
    float,
    Query(
        ge=STATED_LEAST,
        le=STATED_MOST,
        description="part of their animals taken to be among the own ones",
    ),
]


def signed_file(data: bytes, fingerprint: str) -> Response:
    """A file to be kept, under a name that tells nothing."""
    headers = {
        "content-disposition": f'attachment; filename="catalogue{SUFFIX}"',
        "x-fingerprint": fingerprint,
        "cache-control": "no-store",
    }
    return Response(data, media_type="application/octet-stream", headers=headers)
