"""A density estimate as the API says it."""

from dataclasses import asdict

from reid.density.combining import DensityInterval
from service.density.record import DensityRecord
from service.density.wire import (
    DensityCellOut,
    DensityIntervalOut,
    DensityOut,
    DensityStationOut,
    NotUsedOut,
)

PER = 100.0  # km² in which people count animals


def density_out(record: DensityRecord, *, made: bool, waiting: bool, exact: bool) -> DensityOut:
    """made: False for a record that stands for none. exact: whether places may be told."""
    return DensityOut(
        made_at=record.made_at if made else None,
        waiting=waiting,
        refused=record.refused,
        answer=_interval(record.answer),
        photos=_interval(record.photos),
        probable=_interval(record.probable),
        draws=record.draws,
        failed=record.failed,
        seed=record.seed,
        by_photos=record.by_photos,
        calibrator=record.calibrator,
        encounters=record.encounters,
        first_day=record.first_day,
        occasions=record.occasions,
        area_km2=record.area_km2,
        buffer_km=record.buffer_km,
        cell_km=record.cell_km,
        stations=[DensityStationOut(**asdict(one)) for one in record.stations] if exact else [],
        cells=[
            DensityCellOut(
                latitude=one.latitude, longitude=one.longitude, density=one.density * PER
            )
            for one in record.cells
        ]
        if exact
        else [],
        not_used=[NotUsedOut(**asdict(one)) for one in record.not_used],
    )


def _interval(found: DensityInterval | None) -> DensityIntervalOut | None:
    if found is None:
        return None
    return DensityIntervalOut(
        density=found.density * PER,
        low=found.low * PER,
        high=found.high * PER,
        of_identity=found.of_identity,
        animals=found.animals,
        fewest=found.fewest,
        most=found.most,
        g0=found.g0,
        sigma_km=found.sigma_km,
    )
