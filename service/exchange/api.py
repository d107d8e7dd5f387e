"""The catalogue as tables, in one ZIP file."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from service.exchange.zipped import TheZip
from service.web.errors import documented

router = APIRouter(tags=["exchange"], responses=documented(400, 403, 422))
ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {}}, "description": "the tables, see docs/export.md"}
}


@router.get("/export", response_class=Response, responses=ZIP)
def export_tables(archive: TheZip) -> Response:
    """Tables for statisticians and other programs: see docs/export.md; no photos."""
    return archive
