"""An export as one ZIP file, for a page and the API."""

from pathlib import Path
from shutil import make_archive, rmtree
from tempfile import mkdtemp
from typing import Annotated, Literal

from fastapi import Depends, Query
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from service.exchange.errors import TooManyDraws
from service.exchange.export import ExportChoices, export
from service.exchange.survey_of import UNKNOWN
from service.recognition.engine import TheEngine
from service.store.files import PhotoFiles
from service.web.parameters import TheDatabase, TheSettings, component
from service.web.places import AskedPlaces

DRAWS = 20  # of the posterior at most: a page waits for them
NAME = "leopard-export.zip"


def choices(
    telling: AskedPlaces,
    days: Annotated[int, Query(ge=1, le=366, description="of one occasion")] = 1,
    effort: Annotated[
        Literal["stated", "photos"],
        Query(description="photos: first and last photo count where no times are stated"),
    ] = "stated",
    draws: Annotated[int, Query(ge=0, le=1000, description="of the posterior")] = 0,
    seed: Annotated[int, Query(ge=0, le=2**31 - 1, description="of the draws")] = 0,
    zone: Annotated[
        str, Query(max_length=40, description="of times whose zone is not known, e.g. +06:00")
    ] = "",
) -> ExportChoices:
    """What is asked for. Raises TooManyDraws for more than a page can wait for."""
    if draws > DRAWS:
        raise TooManyDraws(draws=draws, limit=DRAWS)
    return ExportChoices(
        days=days,
        by_photos=effort == "photos",
        draws=draws,
        seed=seed,
        telling=telling,
        zone=zone.strip() or UNKNOWN,
    )


def zip_of_tables(
    settings: TheSettings,
    database: TheDatabase,
    files: Annotated[PhotoFiles, Depends(component(PhotoFiles))],
    engine: TheEngine,
    chosen: Annotated[ExportChoices, Depends(choices)],
) -> Response:
    """All tables without photos, in a file that is deleted once it is sent."""
    place = Path(mkdtemp(prefix="leopard-export-"))
    try:
        export(settings, database, files, engine, place / "tables", chosen)
        archive = make_archive(str(place / "tables"), "zip", place / "tables")
    except BaseException:
        rmtree(place, ignore_errors=True)
        raise
    gone = BackgroundTask(rmtree, place, ignore_errors=True)
    return FileResponse(archive, media_type="application/zip", filename=NAME, background=gone)


TheZip = Annotated[Response, Depends(zip_of_tables)]
"""The file that answers a request for an export."""
