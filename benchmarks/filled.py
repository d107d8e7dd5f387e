"""A catalogue of many encounters in a real database, filled through the service's own functions.

About 150 synthetic photos are painted and embedded once with the released network. Every encounter
then gets files of its own (the same photos with another JPEG comment, so another hash), taken in as
uploads are; its annotations get the features of their photo with small seeded noise: local features
a variant an identity and photo, embeddings one by one. What machines cost (file store, rows, blobs,
galleries, votes) is real; only painting and embedding 7,500 photos, and waiting for the disk, is
saved. The features of the painted photos are kept beside the survey.
"""

import os
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import event, update
from tqdm import tqdm

from reid.photo.crop import cut
from reid.photo.images import decode
from reid.synthetic.survey import write_survey
from reid.types import AnnotationFeatures, Embedding, LocalFeatures
from service.operations import demo
from service.photos.intake import Intake
from service.photos.statements import Statements
from service.recognition.comparing import maker_of
from service.recognition.engine import Engine
from service.store import cases, decisions, encounters, features, pairs, progress, reviews
from service.store.database import Database
from service.store.decisions import NewDecision
from service.store.files import digest
from service.store.reviews import NewPair
from service.store.tables.jobs import job
from service.store.tables.photos import photo

ANIMALS, WIDTH = 10, 640  # of the photos that are painted
STATIONS, CASES, PAIRS = 40, 40, 300
SAME, STRANGE, COMPARABLE = 3, 3, 0.6  # pairs of each encounter
DECIDED = 0.6  # of the encounters
FROM = datetime(2016, 3, 1, 18)  # noqa: DTZ001  wall clock of cameras
AT_ONCE = 200
NOISE = 0.05  # of a standard deviation


@dataclass(frozen=True, slots=True)
class Sample:
    """One painted photo: its bytes, its row of the survey's index, and what the network saw."""

    data: bytes
    row: demo.SurveyPhoto
    features: AnnotationFeatures


@dataclass(frozen=True, slots=True)
class Planned:
    """One encounter: whom it shows, and whether somebody decided that."""

    number: int
    identity: int
    decided: bool
    station: str
    at: datetime


def fill(
    database: Database,
    engine: Engine,
    intake: Intake,
    folder: Path,
    *,
    many: int,
    identities: int,
    seed: int,
) -> None:
    """`many` encounters and everything else; the database must be empty."""
    with unflushed(database):
        _fill(database, engine, intake, painted(engine, folder, seed), many, identities, seed)


@contextmanager
def unflushed(database: Database) -> Iterator[None]:
    """Nothing waits for the disk meanwhile: a power cut would cost this catalogue, no other."""
    waits, os.fsync = os.fsync, lambda _descriptor: None
    lazily = event.listens_for(database.engine, "connect")(_lazily)
    database.engine.dispose()  # connections made before wait still
    try:
        yield
    finally:
        os.fsync = waits
        database.engine.dispose()
        event.remove(database.engine, "connect", lazily)


def _lazily(connection: Any, _record: object) -> None:  # noqa: ANN401  of whichever driver
    connection.execute("PRAGMA synchronous=OFF")


def _fill(
    database: Database,
    engine: Engine,
    intake: Intake,
    samples: Sequence[Sample],
    many: int,
    identities: int,
    seed: int,
) -> None:
    by_animal: dict[str, list[Sample]] = {}
    for sample in samples:
        by_animal.setdefault(sample.row.individual, []).append(sample)
    animals = list(by_animal.values())
    plans = list(planned(many, identities, seed))
    rng = np.random.default_rng((seed, 2))
    shown: dict[int, tuple[int, Sample]] = {}  # annotation -> identity, sample
    numbers: dict[int, int] = {}  # plan -> encounter
    for plan in tqdm(plans, "encounters", disable=None):
        own = animals[plan.identity % len(animals)]
        taken = [own[n] for n in rng.integers(len(own), size=1 + plan.number % 2)]
        numbers[plan.number] = take_in(intake, plan, taken, shown)
    embed(database, shown, seed)
    decide(database, plans, numbers)
    open_cases(database, plans, numbers)
    put_up(database, numbers)
    measure(database, engine, plans, numbers, seed)


def painted(engine: Engine, folder: Path, seed: int) -> list[Sample]:
    """The photos of a small survey, each embedded."""
    survey = folder / "survey"
    demo.painted_once(
        survey, lambda path: write_survey(path, animals=ANIMALS, seed=seed, width=WIDTH)
    )
    rows = [row for row in demo.read_index(survey) if row.individual]
    data = [row.path.read_bytes() for row in rows]
    crops = [
        cut(decode(photo, max_pixels=10**8), row.flank)
        for photo, row in zip(data, rows, strict=True)
    ]
    embedder, described = engine.embedder(), []
    cache = folder / f"{embedder.model}-{digest(b''.join(data))[:12]}.pickle"
    if cache.exists():
        described = pickle.loads(cache.read_bytes())  # noqa: S301  written below
    else:
        for start in tqdm(range(0, len(crops), 8), "embed", disable=None):
            described += embedder.describe(crops[start : start + 8])
        cache.write_bytes(pickle.dumps(described))
    return [Sample(*parts) for parts in zip(data, rows, described, strict=True)]


def planned(many: int, identities: int, seed: int) -> Iterator[Planned]:
    """Whom each encounter shows, oldest first; every identity is decided at least once."""
    rng = np.random.default_rng((seed, 1))
    for number in range(many):
        first = number < identities
        identity = number if first else int(rng.integers(identities))
        yield Planned(
            number=number,
            identity=identity,
            decided=first or bool(rng.random() < DECIDED),
            station=f"Station {rng.integers(STATIONS) + 1:02d}",
            at=FROM + timedelta(hours=17 * number, minutes=int(rng.integers(600))),
        )


def take_in(
    intake: Intake, plan: Planned, taken: Sequence[Sample], shown: dict[int, tuple[int, Sample]]
) -> int:
    """Upload the photos of one encounter; returns its number."""
    number = 0
    for n, sample in enumerate(taken):
        data = commented(sample.data, f"encounter {plan.number} photo {n}")
        name = f"{plan.number:05d}-{n}.jpg"
        facts = Statements(
            station=plan.station,
            captured_at=plan.at + timedelta(seconds=20 * n),
            flank=sample.row.flank,
            camera=f"C{1 + n}",
            encounter=f"E{plan.number:05d}",
        )
        file = intake.accept([(name, data)], facts).files[0]
        if file.annotation_id is None or file.encounter_id is None:
            raise RuntimeError(f"{name}: {file.error_detail}")
        shown[file.annotation_id] = plan.identity, sample
        number = file.encounter_id
    return number


def commented(jpeg: bytes, words: str) -> bytes:
    """The same picture in other bytes."""
    comment = words.encode()
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]


def embed(database: Database, shown: dict[int, tuple[int, Sample]], seed: int) -> None:
    """Features for every annotation, and its job done."""

    @lru_cache(maxsize=2000)
    def local(identity: int, sample: int, kind: str) -> LocalFeatures:
        own: LocalFeatures = getattr(known[sample].features, kind)
        return noisy(own, np.random.default_rng((seed, 3, identity, sample % 2**31)))

    known = {id(sample): sample for _, sample in shown.values()}
    rng, every = np.random.default_rng((seed, 4)), list(shown)
    for start in tqdm(range(0, len(every), AT_ONCE), "features", disable=None):
        with database.write() as connection:
            for number in every[start : start + AT_ONCE]:
                identity, sample = shown[number]
                of_annotation = replace(
                    sample.features,
                    embedding=turned(sample.features.embedding, identity, rng, seed),
                    dense=local(identity, id(sample), "dense"),
                    rootsift=local(identity, id(sample), "rootsift"),
                )
                features.add(connection, number, of_annotation)
    with database.write() as connection:
        connection.execute(update(job).values(state="done"))
        connection.execute(update(photo).values(latitude=43.0, longitude=54.0))


def noisy(local: LocalFeatures, rng: np.random.Generator) -> LocalFeatures:
    """Descriptors moved a little and made unit vectors again; no cells stay none."""
    if not len(local):
        return local
    moved = local.descriptors + NOISE * local.descriptors.std() * rng.standard_normal(
        local.descriptors.shape, np.float32
    )
    norms = np.linalg.norm(moved, axis=1, keepdims=True)
    return replace(local, descriptors=(moved / np.maximum(norms, 1e-6)).astype(np.float32))


def turned(embedding: Embedding, identity: int, rng: np.random.Generator, seed: int) -> Embedding:
    """A unit vector of its own: away from the photo's by its identity, and a little by itself."""
    size = embedding.vector.size
    own = np.random.default_rng((seed, 5, identity)).standard_normal(size)
    moved = embedding.vector + (0.6 * own + 0.2 * rng.standard_normal(size)) / np.sqrt(size)
    return replace(embedding, vector=(moved / np.linalg.norm(moved)).astype(np.float32))


def decide(database: Database, plans: Sequence[Planned], numbers: dict[int, int]) -> None:
    """The decisions of people, as the encounter page records them."""
    named: dict[int, int] = {}
    with database.write() as connection:
        for plan in tqdm([plan for plan in plans if plan.decided], "decisions", disable=None):
            known = named.get(plan.identity)
            new = (
                NewDecision("new", name=f"L{plan.identity + 1:03d}", reviewer="bench")
                if known is None
                else NewDecision("same", identity_id=known, llr=1.7, reviewer="bench")
            )
            decision = decisions.add(connection, numbers[plan.number], new)
            named[plan.identity] = decision.identity_id or 0


def open_cases(database: Database, plans: Sequence[Planned], numbers: dict[int, int]) -> None:
    """Cases of three to eight encounters that nobody has decided."""
    waiting = [numbers[plan.number] for plan in plans if not plan.decided]
    with database.write() as connection:
        for n in range(min(CASES, len(waiting) // 8)):
            case = cases.add(connection, f"Case {n + 1}", "how many?")
            cases.put(connection, case.id, waiting[8 * n : 8 * n + 3 + n % 6], "bench")


def measure(
    database: Database, engine: Engine, plans: Sequence[Planned], numbers: dict[int, int], seed: int
) -> None:
    """Evidence of every encounter and some others, as a worker leaves it: nothing is to be done."""
    rng, maker = np.random.default_rng((seed, 6)), maker_of(engine)
    if maker is None:
        raise RuntimeError("there is no calibrator for this network")
    by_identity: dict[int, list[Planned]] = {}
    for plan in plans:
        by_identity.setdefault(plan.identity, []).append(plan)
    with database.write() as connection:
        newest = pairs.newest_of(connection, maker.model)
        measured: dict[tuple[int, int], pairs.PairMeasurement] = {}
        for plan in plans:
            own = by_identity[plan.identity]
            near = [own[n] for n in rng.integers(len(own), size=SAME)]
            for other in [*near, *(plans[n] for n in rng.integers(len(plans), size=STRANGE))]:
                couple = sorted((numbers[plan.number], numbers[other.number]))
                if couple[0] < couple[1]:
                    first, second = couple
                    llr = float(rng.normal(1.5 if other.identity == plan.identity else -1.5, 0.6))
                    known = (newest[first], newest[second])
                    comparable = bool(rng.random() < COMPARABLE)
                    measurement = pairs.PairMeasurement(
                        (first, second), llr * comparable, comparable, known
                    )
                    measured[first, second] = measurement
        pairs.put(connection, maker, list(measured.values()))
        for number, last in newest.items():
            pairs.searched(connection, maker, number, last)


def put_up(database: Database, numbers: dict[int, int]) -> None:
    """Pairs for review: every encounter of the first ones with the next."""
    reviewed = sorted(numbers.values())[: PAIRS + 1]
    with database.write() as connection:
        new = [NewPair(a, b, blind=n % 3 > 0) for n, (a, b) in enumerate(pairwise(reviewed))]
        reviews.put(connection, new, "bench")


def rows(database: Database) -> dict[str, int]:
    """How much there is, counted in the database."""
    with database.read() as connection:
        counts = encounters.counts(connection)
        return {
            "encounters": counts.waiting + counts.decided,
            "decided": counts.decided,
            "identities": progress.catalogued(connection),
            "photos": progress.photos(connection),
        }
