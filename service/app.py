"""Build the application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from threading import Thread

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from reid.weights import default_folder
from service import errors
from service.ahead import Ahead
from service.calibration import Calibration
from service.casework import Casework
from service.csrf import SameOrigin, SecurityHeaders
from service.deps import Parts
from service.engine import Engine, Loader, load_recognition
from service.gate import Gate
from service.intake import Intake
from service.limits import BodyLimit
from service.metrics import Metrics
from service.overlay import Overlays
from service.pairing import Pairing
from service.pictures import Pictures
from service.routes import (
    account_pages,
    accounts,
    accounts_page,
    calibration,
    calibration_page,
    case_pages,
    cases,
    cluster_pages,
    clusters,
    compare_page,
    conflicts,
    encounters,
    identify,
    identities,
    identity_pages,
    operations,
    pages,
    parting_pages,
    photos,
    review_batches,
    review_pages,
    reviews,
)
from service.settings import Settings
from service.speech import Speech
from service.store.database import Database
from service.store.files import PhotoFiles

STATIC = Path(__file__).with_name("static")
API = (
    identify.router,
    photos.router,
    encounters.router,
    identities.router,
    conflicts.router,
    cases.router,
    reviews.router,
    calibration.router,
    clusters.router,
    accounts.router,
)
ROOT = (
    operations.router,
    pages.router,
    identity_pages.router,
    parting_pages.router,
    compare_page.router,
    case_pages.router,
    calibration_page.router,
    cluster_pages.router,
    review_batches.router,  # before review_pages: /reviews/put is no number of a pair
    review_pages.router,
    account_pages.router,
    accounts_page.router,
)


def create_app(settings: Settings, *, load: Loader = load_recognition) -> FastAPI:
    """No module-level app: tests and commands build their own. load: brings the network."""
    parts = build_parts(settings, load=load)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        parts.database.migrate()
        loading = Thread(target=parts.engine.preload, name="preload", daemon=True)
        loading.start()
        yield
        loading.join()
        parts.ahead.close()
        parts.database.close()

    app = FastAPI(
        routes=_routes(),
        title="Leopard re-identification",
        description="Do these photographs show the same leopard, and how sure can one be?",
        version="1",
        lifespan=lifespan,
        docs_url=None,  # its page needs scripts of another site
        redoc_url=None,
        form_limits={"max_files": 10_000, "max_fields": 10_000},  # ours are lower, and say more
    )
    app.state.parts = parts
    app.add_middleware(Speech)  # added first: the innermost
    app.add_middleware(Gate, database=parts.database, settings=settings, page=pages.error_page)
    app.add_middleware(BodyLimit, max_bytes=settings.max_upload_bytes)
    app.add_middleware(SameOrigin, host=settings.host, public=settings.public_host)
    app.add_middleware(SecurityHeaders)
    errors.install(app, pages.error_page)
    return app


def build_parts(settings: Settings, *, load: Loader = load_recognition) -> Parts:
    """Everything a process needs; nothing is opened or loaded yet."""
    database, files, metrics = Database(settings.database), PhotoFiles(settings.photos), Metrics()
    engine = Engine(database, settings, metrics, load=load)
    pictures = Pictures(database, files, settings)
    return Parts(
        settings=settings,
        database=database,
        files=files,
        engine=engine,
        calibration=Calibration(database, engine, settings),
        casework=Casework(database, engine, settings.weights_dir or default_folder()),
        pairing=Pairing(database, engine),
        intake=Intake(database, files, settings),
        pictures=pictures,
        overlays=Overlays(database, engine, pictures),
        ahead=Ahead(settings.page_wait_s),
        metrics=metrics,
    )


@cache
def _routes() -> list[BaseRoute]:
    """The same for every app of a process: the models of all parameters take a moment to make."""
    api, every = APIRouter(prefix="/api/v1"), APIRouter()
    for router in API:
        api.include_router(router)
    for router in (api, *ROOT):
        every.include_router(router)
    every.mount("/static", StaticFiles(directory=STATIC), name="static")
    return every.routes
