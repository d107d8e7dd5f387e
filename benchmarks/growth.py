"""What does a question cost as the catalogue grows? 1 k, 10 k, 100 k and 1 M annotations.

Draws embeddings of individuals (two photos of one have a cosine of 0.84, of strangers 0.58, as real
photos do), all of one flank, so that every one is searched, and asks the product's own galleries:
which embeddings are nearest, and whom the cells point at. Up to REID_VOTING_LIMIT the cells of all
annotations are in an index; beyond it those of 300 are read from a SQLite database and unpacked
(600 different ones, used again and again, 92 KB each; they lie in memory after the first time).
Each size is a process of its own. Prints milliseconds of processor time, one thread, so that other
work at the machine hardly counts; a plain numpy product beside it; memory without the files that
are read; seconds to build, and to start from the index file. The shortlist is one part of a
question: embedding a photo and comparing fifty do not grow with the catalogue. Exit code 1 where a
whole question at the largest size costs more than three times one at the smallest.

    .venv/bin/python benchmarks/growth.py --annotations 1000 10000 100000 1000000
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import faiss
import numpy as np
from results import keep
from sqlalchemy import insert
from voting import SIZE, SPREAD, WORDS

from reid.describe.packing import pack_features
from reid.gallery.galleries import Galleries
from reid.gallery.index_file import read_index, write_index
from reid.gallery.vectors import NEAREST, VectorIndex
from reid.gallery.voting import Voter, Voting
from reid.types import AnnotationFeatures, Box, Embedding, Flank, Float32, GalleryRow, LocalFeatures
from service.recognition.query import of_other_flank
from service.settings import Settings
from service.store import features
from service.store.database import Database
from service.store.tables.features import local_features

DIMENSIONS, MODEL = 256, "drawn@1"
COMMON, OWN, NOISE = 0.75, 0.5, 0.4
PHOTOS_EACH, OF_ENCOUNTER = 12, 2
KEPT_COATS = 600
AT_ONCE = 50_000
SHORTLIST = 50
REST_MS = 547.0
"""Embedding and comparing, of a question to 1,000: medians in `results/latency.csv`, 2026-11-29."""
Made = TypeVar("Made")


def drawn(individuals: Sequence[int] | np.ndarray, seed: int) -> Float32:
    """(N, D) unit vectors, one photo of each of these individuals."""
    numbers, where = np.unique(np.asarray(individuals), return_inverse=True)
    common = np.random.default_rng(0).standard_normal(DIMENSIONS, np.float32)
    seeds = [np.random.default_rng((1, int(n))) for n in numbers]
    own = np.stack([seed.standard_normal(DIMENSIONS, np.float32) for seed in seeds])
    noise = np.random.default_rng((2, seed)).standard_normal((len(where), DIMENSIONS), np.float32)
    rows = COMMON * common + OWN * own[where] + NOISE * noise
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def individual(annotations: np.ndarray, count: int) -> np.ndarray:
    """Whose each annotation is; photos of one lie far apart."""
    return np.asarray(annotations % max(1, count // PHOTOS_EACH))


def write_vectors(file: Path, count: int) -> np.ndarray:
    """(N, D) of annotations 0 to N - 1, in a file that is read as needed."""
    vectors = np.lib.format.open_memmap(file, "w+", np.float32, (count, DIMENSIONS))
    for start in range(0, count, AT_ONCE):
        numbers = np.arange(start, min(start + AT_ONCE, count))
        vectors[start : start + len(numbers)] = drawn(individual(numbers, count), start)
    vectors.flush()
    return np.load(file, mmap_mode="r")


def coats(seed: int, count: int, words: Float32) -> Float32:
    """(count, SIZE) cells of one animal around shared words."""
    rng = np.random.default_rng((3, seed))
    cells = words[rng.integers(len(words), size=count)]
    cells = cells + SPREAD / np.sqrt(SIZE) * rng.standard_normal((count, SIZE), dtype=np.float32)
    return np.asarray(cells / np.linalg.norm(cells, axis=1, keepdims=True), np.float32)


def local(seed: int, words: Float32) -> LocalFeatures:
    """Cells of both looks, as many as are kept."""
    rng, count = np.random.default_rng((4, seed)), 1200
    points = rng.uniform(0, 1000, (2 * count, 2)).astype(np.float32)
    weight = rng.uniform(0, 1, 2 * count).astype(np.float32)
    cells = coats(seed, 2 * count, words)
    return LocalFeatures(points, cells, weight, MODEL, count, points / 1000)


def kept_coats(folder: Path, words: Float32) -> Database:
    """A database with the local features of some annotations, numbered from 1."""
    database = Database(f"sqlite:///{folder / 'coats.sqlite3'}")
    database.migrate()
    rows = [
        {"annotation_id": n, "kind": "rosette", "model": MODEL, "payload": data}
        for n, data in enumerate((pack_features(local(n, words)) for n in range(KEPT_COATS)), 1)
    ]
    with database.engine.connect() as connection:
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        with connection.begin():
            connection.execute(insert(local_features), rows)
    return database


def spent(work: Callable[[], Made]) -> tuple[Made, float]:
    """What the work gives, and the milliseconds of processor time it took."""
    began = time.process_time()
    result = work()
    return result, (time.process_time() - began) * 1000


def memory_mb() -> float:
    """Of this process, without files that it reads."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) / 1024


def question(number: int, vector: Float32, words: Float32) -> AnnotationFeatures:
    """A new photo. number: of its coat."""
    dense = local(number, words)
    return AnnotationFeatures(
        Embedding(vector, MODEL), dense, dense, Flank.LEFT, Box(0, 0, 1000, 1000)
    )


def measured(count: int, folder: Path, queries: int) -> dict[str, object]:
    """Everything about one size."""
    words = np.random.default_rng(5).standard_normal((WORDS, SIZE), dtype=np.float32)
    words /= np.linalg.norm(words, axis=1, keepdims=True)
    vectors, database = write_vectors(folder / "vectors.npy", count), kept_coats(folder, words)

    def read(numbers: Sequence[int]) -> Mapping[int, Float32]:
        return dict(zip(numbers, np.asarray(vectors[np.asarray(numbers)]), strict=True))

    def read_cells(numbers: Sequence[int]) -> Mapping[int, Float32]:
        with database.read() as connection:
            of = features.cells(connection, {n % KEPT_COATS + 1 for n in numbers}, MODEL)
        return {n: of[n % KEPT_COATS + 1] for n in numbers}

    whose = individual(np.arange(count), count).tolist()
    items = [(GalleryRow(n, n // OF_ENCOUNTER, who), Flank.LEFT, n) for n, who in enumerate(whose)]
    before, voting = memory_mb(), None
    if count <= Settings(_env_file=None).voting_limit:
        voters = {n: Voter(Flank.LEFT, n) for n in range(count)}
        voting, votes_built = spent(lambda: Voting().updated(voters, read_cells))
    else:
        votes_built = 0.0
    given = {"model": MODEL, "voting": voting, "read_cells": read_cells}
    galleries, built = spent(lambda: Galleries.of(items, read, **given))
    grown = memory_mb() - before
    index = galleries.indexes[Flank.LEFT]
    kept_s = started_from_file(folder, galleries, items, read, given)
    more = [*items, (GalleryRow(count, count, 0), Flank.LEFT, 0)]
    _, one_more = spent(lambda: Galleries.of(more, read, before=galleries.indexes, **given))
    figures: dict[str, object] = {"annotations": count, "kind": kind_of(index)}
    figures |= questions(galleries, vectors, words, queries)
    database.close()
    figures |= {"recorded": round(index.recall, 4), "memory_mb": round(grown)}
    figures |= {"built_s": round((built + votes_built) / 1000, 1), "started_s": round(kept_s, 2)}
    return figures | {"one_more_ms": round(one_more)}


def questions(
    galleries: Galleries, vectors: np.ndarray, words: Float32, queries: int
) -> dict[str, object]:
    """Milliseconds of each part, and what was named."""
    count = len(vectors)
    known = [(int(n), Flank.LEFT) for n in np.unique(individual(np.arange(count), count))]
    times: dict[str, list[float]] = {name: [] for name in ("near", "whole", "other", "numpy")}
    named, own = [], []
    asked = individual(np.arange(queries) * 7919, count)
    for number, vector in enumerate(drawn(asked, count + 1)):
        query = question(number, vector, words)
        best, near = spent(lambda: galleries.shortlist(query.embedding, Flank.LEFT, NEAREST))  # noqa: B023
        rows, whole = spent(lambda: galleries.to_compare(query, SHORTLIST))  # noqa: B023
        _, other = spent(lambda: of_other_flank([query], known))  # noqa: B023
        exact, plain = spent(lambda: plainly(vectors, vector))  # noqa: B023
        for name, value in (("near", near), ("whole", whole), ("other", other), ("numpy", plain)):
            times[name].append(value)
        named.append(len({c.row.annotation for c in best} & set(exact)) / len(exact))
        own.append(int(asked[number]) in {row.identity for row in rows})
    figures: dict[str, object] = {}
    for name, values in times.items():
        figures |= {f"{name}_ms": round(float(np.median(values)), 1)}
        figures |= {f"{name}_95_ms": round(float(np.quantile(values, 0.95)), 1)}
    figures |= {"recall": round(float(np.mean(named)), 4)}
    return figures | {"own_named": round(float(np.mean(own)), 3)}


def kind_of(index: VectorIndex) -> str:
    """In a word."""
    return "8 bits" if index.quantised else "exact"


def plainly(vectors: np.ndarray, query: Float32) -> list[int]:
    """The nearest by one product over everything."""
    cosines = vectors @ query
    count = min(NEAREST, len(cosines))
    return [int(n) for n in np.argpartition(-cosines, count - 1)[:count]]


def started_from_file(
    folder: Path,
    galleries: Galleries,
    items: Sequence[tuple[GalleryRow, Flank, int]],
    read: Callable[[Sequence[int]], Mapping[int, Float32]],
    given: dict[str, object],
) -> float:
    """Seconds of processor time from files to galleries that answer."""
    files = {"near": galleries.indexes[Flank.LEFT].kept}
    if galleries.voting:
        files["votes"] = galleries.voting.kept()[Flank.LEFT]
    for name, kept in files.items():
        if kept:
            write_index(folder / name, kept, MODEL)

    def start() -> Galleries:
        near = read_index(folder / "near", MODEL)
        votes = read_index(folder / "votes", MODEL)
        if near is None:
            raise ValueError("the file is not there")
        voting = Voting.of_kept({Flank.LEFT: votes}) if votes else None
        before = {Flank.LEFT: VectorIndex.of_kept(near)}
        return Galleries.of(items, read, before=before, **{**given, "voting": voting})

    return spent(start)[1] / 1000


COLUMNS = ("annotations", "kind", "near_ms", "near_95_ms", "whole_ms", "whole_95_ms", "other_ms")
COLUMNS += ("numpy_ms", "numpy_95_ms", "recall", "recorded", "own_named", "memory_mb", "built_s")
COLUMNS += ("started_s", "one_more_ms")


def main() -> int:
    """A process for each size, then the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    sizes = [1000, 10_000, 100_000, 1_000_000]
    parser.add_argument("--annotations", type=int, nargs="+", default=sizes)
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--one", type=int, help="this size, printed for the process that asked")
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    if options.one:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            print(json.dumps(measured(options.one, Path(scratch), options.queries)))
        return 0
    print(*(f"{name:>12}" for name in COLUMNS), flush=True)
    every = []
    for size in options.annotations:
        words = ["--one", str(size), "--queries", str(options.queries)]
        done = subprocess.run([sys.executable, __file__, *words], stdout=-1, text=True, check=True)
        figures = json.loads(done.stdout.splitlines()[-1])
        print(*(f"{figures[name]!s:>12}" for name in COLUMNS), flush=True)
        keep("growth", figures)
        every.append(figures)
    first, last = (
        [row[name] for name in ("whole_ms", "other_ms")] for row in (every[0], every[-1])
    )
    grown, of = (REST_MS + sum(last)) / (REST_MS + sum(first)), sum(last) / sum(first)
    print(f"a whole question at {every[-1]['annotations']} costs {grown:.2f} times one at ", end="")
    print(f"{every[0]['annotations']}, its shortlist {of:.1f} times")
    return 0 if grown <= 3 else 1


if __name__ == "__main__":
    sys.exit(main())
