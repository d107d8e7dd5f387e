"""The page of the density: the newest estimate, and the wish for a new one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from reid.density.combining import DRAWS
from service.density.estimating import SEED, Densities, DensityWish
from service.density.view import density_view
from service.density.wire import MOST_DRAWS
from service.web.page import goto, page
from service.web.parameters import TheDatabase, component
from service.web.places import ToldPlaces

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

TheDensities = Annotated[Densities, Depends(component(Densities))]


@router.get("/density")
def density(
    request: Request, database: TheDatabase, densities: TheDensities, telling: ToldPlaces
) -> Response:
    """The newest estimate with its interval, its map, and what it assumes."""
    newest = densities.newest()
    with database.read() as connection:
        return page(
            request,
            "density/density.html",
            connection,
            nav="stations",
            view=density_view(newest, exact=telling.exact) if newest else None,
            waiting=densities.waiting(connection),
            draws=newest.draws if newest else DRAWS,
            by_photos=newest.by_photos if newest else False,
            most_draws=MOST_DRAWS,
        )


@router.post("/density")
def ask_density(
    densities: TheDensities,
    draws: Annotated[int, Form(ge=2, le=MOST_DRAWS)] = DRAWS,
    by_photos: Annotated[bool, Form()] = False,
) -> Response:
    """Ask a worker for a new estimate."""
    densities.ask(DensityWish(draws, SEED, by_photos))
    return goto("/density")
