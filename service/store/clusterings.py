"""All encounters sorted into animals, as a background job last found them: a cache with its age."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, insert, select

from service.store import jobs, reviews
from service.store.database import newest_number, value_of
from service.store.pairs import Couple, Maker
from service.store.tables.corrections import correction
from service.store.tables.encounters import decision
from service.store.tables.reviews import clustering, pair_search

KIND = "clusters"


@dataclass(frozen=True, slots=True)
class EncounterLink:
    """Two encounters. llr: log10; compared: that was measured, and is not only assumed."""

    couple: Couple
    llr: float
    compared: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    """Encounters that are one animal, as far as photos and people say. encounters: lowest first.

    identity_id: of those of its encounters that have one. unidentified: how many have none.
    together: probability that all of them are one animal, None for one encounter or more than can
    be weighed. belongs: the same of the encounter that belongs least. weakest: the pair inside that
    agrees least. doubtful: pairs inside that nobody has judged, the most doubtful first.
    near_identity, near_encounter: the identity it most probably is, an encounter of that identity,
    and near: how probable that is.
    """

    encounters: tuple[int, ...]
    identity_id: int | None
    unidentified: int
    together: float | None
    belongs: float | None
    weakest: EncounterLink | None
    doubtful: tuple[EncounterLink, ...]
    counted: bool
    near_identity: int | None = None
    near_encounter: int | None = None
    near: float = 0.0

    def veiled(self, hidden: Collection[Couple]) -> "Cluster":
        """Without what the photos of some pairs say, which are being reviewed blind."""
        weakest = self.weakest if self.weakest and self.weakest.couple not in hidden else None
        doubtful = tuple(link for link in self.doubtful if link.couple not in hidden)
        return replace(self, weakest=weakest, doubtful=doubtful)


@dataclass(frozen=True, slots=True)
class Worth(EncounterLink):
    """A pair that a person should look at. gain: expected change of the number of animals.

    together: probability that both are one animal. joined: whether they are in one cluster now.
    """

    together: float
    joined: bool
    gain: float


@dataclass(frozen=True, slots=True)
class SortedEncounters:
    """Everything sorted. animals: how many are to be expected; unplaced: encounters not counted.

    least, most: how many there are for certain, and if every group is an animal of its own.
    left_only, right_only: groups of which that flank alone is known, which may be one animal.

    measured: pairs compared in detail. prior: probability that two groups are one animal before
    any photo is looked at. conflicts: pairs that people judged against what other people decided.
    waiting: encounters whose pairs were not compared yet. seconds: what it took.
    """

    model: str
    calibrator: str
    prior: float
    encounters: int
    measured: int
    animals: int
    unplaced: int
    waiting: int
    clusters: tuple[Cluster, ...]
    worth: tuple[Worth, ...]
    conflicts: tuple[Couple, ...]
    seconds: float
    least: int = 0
    most: int = 0
    left_only: int = 0
    right_only: int = 0


@dataclass(frozen=True, slots=True)
class KeptClusters:
    """A clustering with its number and age."""

    id: int
    version: str
    made_at: datetime
    content: SortedEncounters


CONTENT = TypeAdapter(SortedEncounters)


def version(connection: Connection, maker: Maker) -> str:
    """Changes whenever the clusters may have changed; cheap to ask."""
    decided, compared = (newest_number(connection, table) for table in (decision, pair_search))
    reviewed = reviews.version(connection)
    corrected = newest_number(connection, correction)
    made_from = f"{maker.model} {maker.calibrator} {decided} {compared} {reviewed}"
    return f"{made_from} {corrected}" if corrected else made_from


def newest(connection: Connection) -> tuple[int, str, datetime] | None:
    """Number, version and age of the newest, without its content."""
    columns = (clustering.c.id, clustering.c.version, clustering.c.made_at)
    row = connection.execute(select(*columns).order_by(clustering.c.id.desc()).limit(1)).first()
    return None if row is None else (row.id, row.version, row.made_at)


def get(connection: Connection, number: int) -> KeptClusters | None:
    """One of them; None where a newer one took its place."""
    row = connection.execute(select(clustering).where(clustering.c.id == number)).first()
    if row is None:
        return None
    return value_of(KeptClusters, row, content=CONTENT.validate_json(row.content))


def put(connection: Connection, version: str, content: SortedEncounters) -> None:
    """Keep it instead of the one before."""
    connection.execute(delete(clustering))
    text = CONTENT.dump_json(content).decode()
    connection.execute(insert(clustering).values(version=version, content=text))


def enqueue(connection: Connection) -> bool:
    """Ask for a new one, unless somebody has."""
    if jobs.payloads(connection, KIND, "queued"):
        return False
    jobs.enqueue(connection, KIND, {})
    return True
