"""Build the application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from threading import Thread

from anyio.to_thread import current_default_thread_limiter
from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from reid.weights import default_folder
from service.accounts import admin_pages as accounts_page
from service.accounts import api as accounts
from service.accounts import own_pages as account_pages
from service.accounts.gate import Gate
from service.archive import pages as archive_pages
from service.calibration import api as calibration
from service.calibration import pages as calibration_page
from service.calibration.certification import Certification
from service.calibration.study import Calibration
from service.cases import api as cases
from service.cases import pages as case_pages
from service.cases.report import Casework
from service.clusters import api as clusters
from service.clusters import pages as cluster_pages
from service.clusters.pairing import Pairing
from service.density import api as density
from service.density import pages as density_pages
from service.density.estimating import Densities
from service.dossier import api as dossier_api
from service.dossier import pages as dossier_pages
from service.dossier.record import Dossiers
from service.encounters import api as encounters
from service.encounters import pages as encounter_pages
from service.encounters import shaping_api, shaping_pages
from service.encounters.pair_evidence import PairEvidence
from service.exchange import api as exchange
from service.exchange import pages as export_pages
from service.home import pages as home_pages
from service.identities import api as identities
from service.identities import merge_split_pages
from service.identities import pages as identity_pages
from service.monitoring import api as operations
from service.neighbours import api as neighbours
from service.neighbours import pages as neighbour_pages
from service.neighbours.dealing import Neighbourhood
from service.photos import api as photos
from service.photos import arriving_api, correction_pages, many_pages
from service.photos import correction_api as corrections
from service.photos import pages as photo_pages
from service.photos.arriving import ArrivingFiles
from service.photos.intake import Intake
from service.photos.pictures import Pictures
from service.recognition import api as identify
from service.recognition.engine import Engine, Loader, load_recognition
from service.reviews import api as reviews
from service.reviews import batch_pages as review_batches
from service.reviews import compare_page
from service.reviews import pages as review_pages
from service.search import api as search
from service.search import pages as search_pages
from service.settings import Settings
from service.stations import api as stations
from service.stations import pages as station_pages
from service.store.claiming import claim
from service.store.database import BUSY_S, Database
from service.store.files import PhotoFiles
from service.viewer.overlay import Overlays
from service.web import errors
from service.web.ahead import Ahead
from service.web.crowd import AT_ONCE, SPARE_THREADS, RequestCrowd
from service.web.csrf import SameOrigin, SecurityHeaders
from service.web.limits import BodyLimit
from service.web.metrics import Metrics
from service.web.page import error_page
from service.web.parameters import Components, known_parameters
from service.web.places import PlaceLog
from service.web.request_log import RequestLog
from service.web.speech import Speech

STATIC = Path(__file__).with_name("static")
REQUEST_S = 5.0
"""A request waits so long for a database that is busy; commands and workers wait longer."""
API = (
    identify.router,
    identify.bursts_router,
    photos.router,
    arriving_api.router,
    stations.router,
    corrections.router,
    encounters.router,
    shaping_api.router,
    identities.router,
    search.router,
    cases.router,
    dossier_api.router,
    encounters.posterior_router,
    reviews.router,
    calibration.router,
    clusters.router,
    neighbours.router,
    accounts.router,
    exchange.router,
    density.router,
)
ROOT = (
    operations.router,
    home_pages.router,
    search_pages.router,
    photo_pages.router,
    archive_pages.router,
    station_pages.router,
    correction_pages.router,
    many_pages.router,
    encounter_pages.router,
    shaping_pages.router,
    identity_pages.router,
    merge_split_pages.router,
    compare_page.router,
    neighbour_pages.router,
    case_pages.router,
    dossier_pages.router,
    calibration_page.router,
    cluster_pages.router,
    density_pages.router,
    review_batches.router,  # before review_pages: /reviews/put is no number of a pair
    review_pages.router,
    account_pages.router,
    accounts_page.router,
    export_pages.router,
)


def create_app(
    settings: Settings, *, load: Loader = load_recognition, busy_s: float = REQUEST_S
) -> FastAPI:
    """No module-level app: tests and commands build their own. load: brings the network.

    busy_s: how long a request waits for a database that somebody else holds.
    """
    components = build(settings, load=load, busy_s=busy_s)
    database = components[Database]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        claim(database, components[PhotoFiles], settings.data_dir)
        components[ArrivingFiles].sweep(now=True)
        current_default_thread_limiter().total_tokens = AT_ONCE + SPARE_THREADS
        loading = Thread(target=components[Engine].preload, name="preload", daemon=True)
        loading.start()
        yield
        loading.join()
        components[Ahead].close()
        database.close()

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
    app.state.components = components
    app.add_middleware(Speech)  # added first: the innermost
    app.add_middleware(RequestCrowd, page=error_page)
    app.add_middleware(Gate, database=database, settings=settings, page=error_page)
    app.add_middleware(BodyLimit, max_bytes=settings.max_upload_bytes, page=error_page)
    app.add_middleware(SameOrigin, host=settings.host, public=settings.public_host, page=error_page)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLog)
    errors.install(app, error_page)
    return app


def build(
    settings: Settings, *, load: Loader = load_recognition, busy_s: float = BUSY_S
) -> Components:
    """Everything a process needs; nothing is opened or loaded yet."""
    database = Database(settings.database, gap=settings.encounter_gap, busy_s=busy_s)
    files, metrics = PhotoFiles(settings.photos), Metrics()
    engine = Engine(database, settings, metrics, load=load)
    pictures = Pictures(database, files, settings)
    weights = settings.weights_dir or default_folder()
    pair_evidence = PairEvidence(database, engine, weights)
    casework = Casework(database, engine, pair_evidence, weights)
    study = Calibration(database, engine, settings)
    certification = Certification(engine, study, settings)
    return Components(
        settings,
        database,
        files,
        metrics,
        engine,
        pictures,
        study,
        certification,
        pair_evidence,
        casework,
        Dossiers(settings, database, engine, casework, pictures, certification),
        Pairing(database, engine),
        Densities(database, engine, settings),
        Intake(database, files, settings),
        ArrivingFiles(database, files, settings),
        Overlays(database, engine, pictures),
        Ahead(settings.page_wait_s),
        Neighbourhood(database, engine, settings),
        PlaceLog(database),
    )


@cache
def _routes() -> list[BaseRoute]:
    """All routes, made once a process: the models of all parameters take a moment to make."""
    api, every = APIRouter(prefix="/api/v1"), APIRouter()
    for router in API:
        api.include_router(router, dependencies=[Depends(known_parameters)])
    for router in (api, *ROOT):
        every.include_router(router)
    every.mount("/static", StaticFiles(directory=STATIC), name="static")
    return every.routes
