"""A density estimate on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from reid.density.combining import DRAWS
from service.density.estimating import SEED
from service.web.wire import Wire

MOST_DRAWS = 100


class DensityIn(Wire):
    """What is asked of a worker."""

    draws: Annotated[int, Field(strict=True, ge=2, le=MOST_DRAWS)] = DRAWS
    seed: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] = SEED
    by_photos: bool = Field(
        default=False, description="first and last photos stand for dates that nobody stated"
    )


class DensityIntervalOut(Wire):
    """A density with its 95 % interval, in animals per 100 km²."""

    density: float
    low: float
    high: float
    of_identity: float = Field(description="share of the doubt that is about who is who")
    animals: float = Field(description="met, mean of the draws")
    fewest: int
    most: int
    g0: float
    sigma_km: float


class DensityStationOut(Wire):
    """A station that the estimate uses."""

    name: str
    latitude: float
    longitude: float
    days: float = Field(description="on which a camera worked")


class DensityCellOut(Wire):
    """A square of the map by its centre. density: expected activity centres per 100 km²."""

    latitude: float
    longitude: float
    density: float


class NotUsedOut(Wire):
    """An encounter that has no part in the estimate."""

    encounter: str
    why: str


class DensityOut(Wire):
    """The newest estimate, a first look beside the files for secr."""

    made_at: datetime | None = Field(description="null: nothing was estimated yet")
    waiting: bool = Field(description="a worker is asked for a new one")
    refused: str = Field(description="why there is no density; empty where there is one")
    answer: DensityIntervalOut | None = Field(description="draws by photos and places")
    photos: DensityIntervalOut | None = Field(description="draws by photos alone")
    probable: DensityIntervalOut | None = Field(
        description="the most probable history, taken for true"
    )
    draws: int
    failed: int = Field(description="draws without a density")
    seed: int
    by_photos: bool
    calibrator: str
    encounters: int
    first_day: str
    occasions: int
    area_km2: float
    buffer_km: float
    cell_km: float
    stations: list[DensityStationOut] = Field(description="none for who may not see places")
    cells: list[DensityCellOut] = Field(description="none for who may not see places")
    not_used: list[NotUsedOut]
