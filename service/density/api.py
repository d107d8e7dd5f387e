"""The density of the catalogue: the newest estimate, and the wish for a new one."""

from typing import Annotated

from fastapi import APIRouter, Depends

from service.density.estimating import Densities, DensityWish
from service.density.record import DensityRecord
from service.density.to_wire import density_out
from service.density.wire import DensityIn, DensityOut
from service.store.tables.base import now
from service.web.errors import documented
from service.web.parameters import TheDatabase, component
from service.web.places import ToldPlaces

router = APIRouter(tags=["density"], responses=documented(400, 403, 422))

TheDensities = Annotated[Densities, Depends(component(Densities))]


@router.get("/density")
def get_density(database: TheDatabase, densities: TheDensities, telling: ToldPlaces) -> DensityOut:
    """The newest estimate with its interval; `made_at` is null before the first."""
    return _out(database, densities, exact=telling.exact)


@router.post("/density", status_code=202)
def ask_density(
    wish: DensityIn, database: TheDatabase, densities: TheDensities, telling: ToldPlaces
) -> DensityOut:
    """Ask a worker for a new estimate, unless one is asked already; the newest one until then."""
    densities.ask(DensityWish(wish.draws, wish.seed, wish.by_photos))
    return _out(database, densities, exact=telling.exact)


def _out(database: TheDatabase, densities: Densities, *, exact: bool) -> DensityOut:
    newest = densities.newest()
    with database.read() as connection:
        waiting = densities.waiting(connection)
    nothing = DensityRecord(now(), "", 0, 0, by_photos=False)
    return density_out(newest or nothing, made=newest is not None, waiting=waiting, exact=exact)
