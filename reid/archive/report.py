"""An archive run as one printable page that needs no other file: report.html."""

from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from reid.archive import printed_times
from reid.archive.describing import picture_file
from reid.archive.doubtful_clocks import DoubtfulClock
from reid.archive.doubtful_flanks import DoubtfulFlank
from reid.archive.journal import replaced
from reid.archive.looking import FrameLook
from reid.archive.printed_clocks import UnlikeClock
from reid.archive.rows import MEANINGS, Status
from reid.archive.stages import AnimalSeen, Desk
from reid.archive.table import EyesRow, ProposedAnimal, animal_count, times_of

PAIRS_SHOWN, UNREAD_SHOWN, ENCOUNTERS_SHOWN, PICTURES = 60, 200, 60, 6
QUESTIONS = {
    "join": "Sorted as two animals. Are they one?",
    "part": "Sorted as one animal. Are they two?",
    "may_be": "Not enough evidence for this identity. Is it?",
    "confirm": "The machine gives this identity. Is it right?",
}


@dataclass(frozen=True, slots=True)
class ShownSighting:
    """An encounter of the report: where, when, and a picture as a data address."""

    name: str
    station: str
    first: str
    frames: int
    picture: str


@dataclass(frozen=True, slots=True)
class ShownPair:
    """A pair for people: the question and both sides."""

    question: str
    sides: tuple[ShownSighting, ...]
    identity: str
    llr: float
    together: float


@dataclass(frozen=True, slots=True)
class ShownAnimal:
    """An animal of the report. first, last: text."""

    name: str
    known: bool
    encounters: int
    stations: str
    flanks: str
    first: str
    last: str
    pictures: tuple[ShownSighting, ...]
    sightings: tuple[ShownSighting, ...]


@dataclass(frozen=True, slots=True)
class NeedsEyes:
    """What a person should look at: pairs, cameras that print another time than is stated, clocks
    that look wrong by themselves, and stated flanks that the network contradicts."""

    pairs: Sequence[EyesRow]
    clocks: Sequence[UnlikeClock]
    doubts: Sequence[DoubtfulClock]
    flanks: Sequence[DoubtfulFlank]


def write_report(
    desk: Desk,
    statuses: Mapping[Status, int],
    animals: Sequence[ProposedAnimal],
    needed: NeedsEyes,
    title: str,
    seen: Sequence[AnimalSeen],
) -> None:
    """Write report.html; pictures are in it."""
    environment = Environment(
        loader=PackageLoader("reid.archive"), autoescape=True, undefined=StrictUndefined
    )
    environment.trim_blocks = environment.lstrip_blocks = True
    by_name = {animal.name: animal for animal in seen}
    unread, by_finder = _unread(desk)
    printed, ambiguous = printed_times.counts(desk.looks_at_frames(), desk.forms)
    eyes = needed.pairs
    shown_pairs = [_pair(desk, row, by_name) for row in eyes[:PAIRS_SHOWN]]
    page = environment.get_template("report.html").render(
        title=title,
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        frames=len(desk.source),
        statuses=[(s, MEANINGS[s], statuses[s]) for s in Status if statuses.get(s)],
        animals=[_animal(desk, animal) for animal in animals],
        count=animal_count(animals),
        grid=_grid(animals),
        stations=sorted({place for animal in animals for place in animal.stations}),
        eyes=shown_pairs,
        clocks=needed.clocks,
        doubts=needed.doubts,
        flanks=[(one, _picture(desk, one.key)) for one in needed.flanks[:PAIRS_SHOWN]],
        flanks_hidden=max(0, len(needed.flanks) - PAIRS_SHOWN),
        untimed=_untimed(seen),
        others=", ".join(f"{end} {n}" for end, n in sorted(desk.source.others.items())),
        kinds=Counter(row.kind for row in eyes),
        hidden=max(0, len(eyes) - PAIRS_SHOWN),
        unread=unread[:UNREAD_SHOWN],
        unread_hidden=max(0, len(unread) - UNREAD_SHOWN),
        by_finder=by_finder,
        printed=printed if desk.plan.banners else 0,
        ambiguous=ambiguous if desk.plan.banners else 0,
        refused=[(one.place, str(one.why)) for one in desk.source.refused[:UNREAD_SHOWN]],
        source=desk.source,
        plan=desk.plan,
        gap=round(desk.plan.gap.total_seconds() / 60, 1),
        recogniser=desk.recogniser,
        encounters=len(seen),
    )
    with replaced(desk.out / "report.html") as file:
        file.write(page.encode())


def _untimed(seen: Sequence[AnimalSeen]) -> int:
    """Frames with animals whose time nobody knows."""
    frames = {
        frame.path
        for animal in seen
        for frame in (animal.encounter.frames[f] for f, _ in animal.sightings)
        if frame.moment is None
    }
    return len(frames)


def _unread(desk: Desk) -> tuple[list[tuple[str, str]], int]:
    """Files that could not be read, with the reason; how many frames the own finder looked at."""
    unread: list[tuple[str, str]] = []
    by_finder = 0
    for photo in desk.source.frames:
        if photo.file is None:
            unread.append((photo.path, str(photo.missing or "it is not there")))
            continue
        line = desk.looks.get(photo.path)
        if line is None:
            continue
        look = FrameLook.of(line)
        by_finder += look.by_finder
        if look.status in (Status.UNREADABLE, Status.FAILED):
            unread.append((photo.path, look.reason))
        elif look.damage:
            unread.append((photo.path, f"used as far as it can be read: {look.damage}"))
    return unread, by_finder


def _animal(desk: Desk, animal: ProposedAnimal) -> ShownAnimal:
    members = sorted(animal.members, key=lambda one: ([*times_of(one)][:1] == [], _first(one)))
    shown = [member for member in members if member.best]
    step = max(1, len(shown) // PICTURES)
    return ShownAnimal(
        animal.name,
        animal.known,
        len(animal.members),
        ", ".join(animal.stations),
        " and ".join(animal.flanks),
        _time(animal.first),
        _time(animal.last),
        tuple(_sighting(desk, one) for one in shown[::step][:PICTURES]),
        tuple(_sighting(desk, one, picture=False) for one in members[:ENCOUNTERS_SHOWN]),
    )


def _pair(desk: Desk, row: EyesRow, by_name: Mapping[str, AnimalSeen]) -> ShownPair:
    names = [name for name in (row.encounter, row.other) if name]
    sides = tuple(_sighting(desk, by_name[name]) for name in names)
    return ShownPair(QUESTIONS[row.kind], sides, row.identity, row.llr, row.together)


def _sighting(desk: Desk, animal: AnimalSeen, *, picture: bool = True) -> ShownSighting:
    frames = len({f for f, _ in animal.sightings})
    data = _picture(desk, animal.best) if picture and animal.best else ""
    return ShownSighting(animal.name, animal.encounter.station, _first(animal), frames, data)


def _picture(desk: Desk, key: str) -> str:
    """The small picture of a described box, as a data address."""
    data = picture_file(desk.out, key).read_bytes()
    return f"data:image/jpeg;base64,{b64encode(data).decode()}"


def _grid(animals: Sequence[ProposedAnimal]) -> dict[tuple[str, str], int]:
    """(animal, station) -> encounters there."""
    return Counter(
        (animal.name, member.encounter.station) for animal in animals for member in animal.members
    )


def _first(animal: AnimalSeen) -> str:
    times = times_of(animal)
    return _time(times[0]) if times else ""


def _time(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment else ""
