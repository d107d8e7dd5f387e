"""How long does one question take? Milliseconds per stage against a gallery of 1,000 annotations.

Paints a synthetic survey, takes it into a catalogue on disk as uploads are, embeds it with the
released network, decides all encounters but one of each animal, then asks about photos of the
undecided ones. The flank is given as unknown, so that every annotation is searched. Prints one
table; exit code 1 where the median total exceeds the promised 500 ms.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from results import keep
from tqdm import tqdm

from reid.synthetic.survey import write_survey
from reid.types import Flank
from service.app import build
from service.operations import demo
from service.operations.worker import Worker
from service.photos.intake import Intake
from service.recognition.engine import Engine, QueryUpload
from service.settings import Settings
from service.store.database import Database
from service.store.files import PhotoFiles
from service.web.parameters import Components

STAGES = ("decode", "crop", "embed", "search", "compare", "total")
PROMISE_MS = 500.0
PER_ANIMAL = 17  # annotations a decided animal leaves in the gallery, at least, on average


def catalogue(folder: Path, annotations: int, seed: int) -> tuple[Components, list[bytes]]:
    """A catalogue with at least `annotations` in its gallery, and photos that are not in it."""
    survey, animals = folder / "survey", -(-annotations // PER_ANIMAL)
    write_survey(survey, animals=animals, seed=seed, encounters=7)
    components = build(Settings(_env_file=None, data_dir=folder / "var"))
    components[Database].migrate()
    photos = demo.read_index(survey)
    for _ in tqdm(
        demo.load(components[Database], components[Intake], survey),
        "import",
        len(photos),
        disable=None,
    ):
        pass
    worker = Worker(
        components[Database],
        components[PhotoFiles],
        components[Settings],
        components[Engine].embedder(),
        name="latency",
    )
    with tqdm(desc="embed", total=len(photos), disable=None) as bar:
        while done := worker.work():
            bar.update(done)
    last = {photo.individual: photo for photo in photos}  # of an undecided encounter each
    return components, [photo.path.read_bytes() for photo in last.values()]


def measure(engine: Engine, queries: list[bytes]) -> dict[str, np.ndarray]:
    """Milliseconds of every query and stage, after one that warms up."""
    engine.identify_photos([QueryUpload(queries[0])], Flank.UNKNOWN)
    answers = [engine.identify_photos([QueryUpload(data)], Flank.UNKNOWN) for data in queries]
    return {stage: np.array([a.timings[stage] for a in answers]) for stage in STAGES}


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gallery", type=int, default=1000, help="annotations, at least")
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        components, queries = catalogue(Path(folder), options.gallery, options.seed)
        taken = measure(components[Engine], queries[: options.queries])
        size, settings = components[Engine].gallery_size, components[Settings]
        components[Database].close()
    count = len(taken["total"])
    print(f"{size} gallery annotations, {count} queries, shortlist {settings.shortlist}, ", end="")
    print(f"RootSIFT on {settings.verify}; milliseconds")
    print(f"{'stage':10}{'median':>10}{'95 %':>10}{'worst':>10}")
    for stage, ms in taken.items():
        print(f"{stage:10}{np.median(ms):10.1f}{np.quantile(ms, 0.95):10.1f}{ms.max():10.1f}")
    medians = {f"{stage}_ms": round(float(np.median(ms)), 1) for stage, ms in taken.items()}
    keep("latency", {"gallery": size, "queries": count, "seed": options.seed, **medians})
    return 0 if size >= options.gallery and medians["total_ms"] <= PROMISE_MS else 1


if __name__ == "__main__":
    sys.exit(main())
