"""What a route may ask for."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Request

from service.admission import Browser
from service.calibration import Calibration
from service.casework import Casework
from service.comparing import in_force
from service.engine import Engine
from service.errors import PlacesHidden
from service.intake import Intake
from service.metrics import Metrics
from service.overlay import Overlays
from service.pairing import Pairing
from service.people import Actor
from service.pictures import Pictures
from service.settings import Settings
from service.store.conflicts import Machine
from service.store.database import Database
from service.store.files import PhotoFiles


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the app was built from; `app.state.parts`."""

    settings: Settings
    database: Database
    files: PhotoFiles
    engine: Engine
    calibration: Calibration
    casework: Casework
    pairing: Pairing
    intake: Intake
    pictures: Pictures
    overlays: Overlays
    metrics: Metrics


def parts_of(request: Request) -> Parts:
    """The parts of the app that answers."""
    value = request.app.state.parts
    assert isinstance(value, Parts)  # noqa: S101
    return value


def actor_of(request: Request) -> Actor:
    """Who sends this request, as the gate found out; nobody came so far who may not."""
    found = getattr(request.state, "actor", None)
    assert isinstance(found, Actor), "an open route cannot ask who acts"  # noqa: S101
    return found


def machine_of(parts: Parts) -> Machine:
    """What of the machine counts now: its network, its calibrator and its threshold."""
    return Machine(parts.settings.same_llr, in_force(parts.engine))


def browser_of(request: Request) -> Browser:
    """Address and name of the program that asks."""
    address = request.client.host if request.client else "unknown"
    return Browser(address, request.headers.get("user-agent", ""))


Service = Annotated[Parts, Depends(parts_of)]
Who = Annotated[Actor, Depends(actor_of)]
From = Annotated[Browser, Depends(browser_of)]
RowNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
PhotoId = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes")]
Longest = Annotated[
    int | None, Query(ge=32, le=4096, description="longest side in pixels; left out, full size")
]
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]


def exactly(
    who: Who,
    positions: Annotated[
        Literal["rounded", "exact"],
        Query(description="of stations; rounded ones to a tenth of a degree"),
    ] = "rounded",
) -> bool:
    """Whether exact positions are asked for; refused to those who may not see them."""
    if positions == "exact" and not who.sees_places:
        raise PlacesHidden(PlacesHidden.__doc__ or "")
    return positions == "exact"


Exactly = Annotated[bool, Depends(exactly)]
