"""Everything the app was built from."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from service.calibration.study import Calibration
from service.cases.report import Casework
from service.catalogue.conflicts import Machine
from service.clusters.pairing import Pairing
from service.photos.intake import Intake
from service.photos.pictures import Pictures
from service.recognition.comparing import in_force
from service.recognition.engine import Engine
from service.settings import Settings
from service.store.database import Database
from service.store.files import PhotoFiles
from service.viewer.overlay import Overlays
from service.web.ahead import Ahead
from service.web.metrics import Metrics


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
    ahead: Ahead
    metrics: Metrics


def parts_of(request: Request) -> Parts:
    """The parts of the app that answers."""
    value = request.app.state.parts
    assert isinstance(value, Parts)  # noqa: S101
    return value


def machine_of(parts: Parts) -> Machine:
    """What of the machine counts now: its network, its calibrator and its threshold."""
    return Machine(parts.settings.same_llr, in_force(parts.engine))


Service = Annotated[Parts, Depends(parts_of)]
