"""What the page of the density says: the numbers in words, and a map of cells and stations."""

from collections.abc import Sequence
from dataclasses import dataclass

from reid.density.combining import DensityInterval
from service.density.record import DensityCell, DensityRecord, DensityStation
from service.web.grid_map import (
    HEIGHT,
    INSIDE,
    WIDTH,
    GridLine,
    Projection,
    Scale,
    fitted,
    grid,
    name_cut,
    scale_bar,
)
from service.web.labels import Corner, Frame, free_spot
from service.web.languages import gettext as _
from service.web.quantities import percent
from service.web.words import decimal, number

SHADES = 5
PALEST, DARKEST = 0.08, 0.85
PER = 100.0  # km² in which people count animals


@dataclass(frozen=True, slots=True)
class DensityRow:
    """One way to estimate, in words. main: the one that counts."""

    name: str
    density: str
    interval: str
    animals: str
    sigma: str
    g0: str
    main: bool


@dataclass(frozen=True, slots=True)
class DensityShade:
    """One shade of the key of the map. words: from which to which density."""

    opacity: str
    words: str


@dataclass(frozen=True, slots=True)
class MapCell:
    """A square of the map by its upper left corner."""

    x: float
    y: float
    opacity: str


@dataclass(frozen=True, slots=True)
class DensityMark:
    """A station on the map, its name written at label."""

    x: float
    y: float
    name: str
    label: Corner


@dataclass(frozen=True, slots=True)
class DensityMap:
    """Cells shaded by how many activity centres are expected there, and stations."""

    cells: tuple[MapCell, ...]
    side: float
    key: tuple[DensityShade, ...]
    marks: tuple[DensityMark, ...]
    meridians: tuple[GridLine, ...]
    parallels: tuple[GridLine, ...]
    scale: Scale
    frame: Frame = INSIDE
    width: float = WIDTH
    height: float = HEIGHT


@dataclass(frozen=True, slots=True)
class DensityView:
    """An estimate as its page shows it. map: None where places may not be shown.

    headline: the density with its interval; of_identity: the share of doubt about who is who.
    """

    record: DensityRecord
    headline: str
    rows: tuple[DensityRow, ...]
    of_identity: str
    area: str
    buffer: str
    cell: str
    station_days: str
    map: DensityMap | None


def density_view(record: DensityRecord, *, exact: bool) -> DensityView:
    """exact: whether places may be shown; peaks of the map would lead to cameras."""
    answer = record.answer
    return DensityView(
        record=record,
        headline=_headline(answer) if answer else "",
        rows=tuple(_rows(record)),
        of_identity=percent(answer.of_identity) if answer else "",
        area=number(round(record.area_km2)),
        buffer=decimal(record.buffer_km, 1),
        cell=decimal(record.cell_km, 1),
        station_days=number(round(record.station_days)),
        map=density_map(record.cells, record.stations, record.cell_km)
        if exact and record.cells
        else None,
    )


def as_text(record: DensityRecord) -> str:
    """The same for a terminal."""
    if record.refused:
        return f"no density: {record.refused}"
    lines = [f"{'':42}{'per 100 km²':>12}  {'95 % interval':16}{'animals met':>13}{'sigma km':>10}"]
    lines += [
        f"{row.name:42}{row.density:>12}  {row.interval:16}{row.animals:>13}{row.sigma:>10}"
        for row in _rows(record)
    ]
    lines.append(
        f"{record.encounters} encounters at {len(record.stations)} stations, "
        f"{record.station_days:.0f} station days; {len(record.not_used)} encounters left out"
    )
    return "\n".join([*lines, "A first look, beside the files for secr."])


def _headline(answer: DensityInterval) -> str:
    return _("%(density)s animals per 100 km² (95 %% interval %(low)s to %(high)s)") % {
        "density": _per(answer.density),
        "low": _per(answer.low),
        "high": _per(answer.high),
    }


def _rows(record: DensityRecord) -> list[DensityRow]:
    ways = (
        (_("Draws by photos and places"), record.answer),
        (_("Draws by photos alone"), record.photos),
        (_("Most probable history, taken for true"), record.probable),
    )
    return [
        _row(name, found, main=found is record.answer) for name, found in ways if found is not None
    ]


def _row(name: str, found: DensityInterval, *, main: bool) -> DensityRow:
    span = found.fewest != found.most
    return DensityRow(
        name=name,
        density=_per(found.density),
        interval=_("%(low)s to %(high)s") % {"low": _per(found.low), "high": _per(found.high)},
        animals=_("%(low)s to %(high)s") % {"low": found.fewest, "high": found.most}
        if span
        else number(found.fewest),
        sigma=decimal(found.sigma_km, 2),
        g0=decimal(found.g0, 4),
        main=main,
    )


def _per(density: float) -> str:
    """Animals per 100 km², with two or three figures."""
    value = density * PER
    return decimal(value, 2 if value < 10 else 1)


def density_map(
    cells: Sequence[DensityCell], stations: Sequence[DensityStation], side_km: float
) -> DensityMap:
    """The cells in SHADES shades from none to the densest, and the stations over them."""
    project = fitted([(cell.latitude, cell.longitude) for cell in cells], exact=True)
    most = max(cell.density for cell in cells) or 1.0
    side = side_km * project.pixels
    meridians, parallels = grid(project, INSIDE, exact=True)
    squares = []
    for cell in cells:
        x, y = project((cell.latitude, cell.longitude))
        shade = min(int(SHADES * cell.density / most), SHADES - 1)
        squares.append(MapCell(x - side / 2, y - side / 2, _opacity(shade)))
    return DensityMap(
        cells=tuple(squares),
        side=side * 1.03,  # no seams
        key=tuple(_shade(n, most) for n in range(SHADES)),
        marks=_marks(stations, project),
        meridians=tuple(meridians),
        parallels=tuple(parallels),
        scale=scale_bar(project.pixels, (INSIDE.x1 - INSIDE.x0) / 4),
    )


def _opacity(shade: int) -> str:
    return f"{PALEST + (DARKEST - PALEST) * shade / (SHADES - 1):.2f}"


def _shade(n: int, most: float) -> DensityShade:
    low, high = (_per(most * k / SHADES) for k in (n, n + 1))
    return DensityShade(_opacity(n), _("%(low)s to %(high)s") % {"low": low, "high": high})


def _marks(stations: Sequence[DensityStation], project: Projection) -> tuple[DensityMark, ...]:
    spots = [project((one.latitude, one.longitude)) for one in stations]
    taken = [Frame(x - 8, y - 8, x + 8, y + 8) for x, y in spots]
    marks = []
    for station, spot in zip(stations, spots, strict=True):
        words = name_cut(station.name)
        marks.append(DensityMark(*spot, words, free_spot(spot, words, INSIDE, taken)))
    return tuple(marks)
