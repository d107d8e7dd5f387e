"""How many bytes are kept of an annotation, on disk and in memory?

Takes photos into a catalogue on disk as uploads are, describes them with the released network, and
counts: the bytes of what is kept of each (embedding, cells, RootSIFT), how much the database file
grew by it, and the arrays of the features that stay in memory after a question, with the voting
cells. Paints a small synthetic survey, or takes the photos of a folder. Exit code 1 where more than
150 KB (10^3 bytes) on disk or 300 KB in memory are kept.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from filled import commented
from sqlalchemy import func, select, text
from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.evaluation.data.photos import Condition, Sample, shown
from reid.evaluation.data.protocol import numbers_of, read_dataset
from reid.gallery.voting import cells
from reid.synthetic.survey import write_survey
from service.app import build
from service.photos.intake import Intake
from service.photos.statements import Statements
from service.settings import Settings
from service.store import features
from service.store.database import Database
from service.store.tables.features import embedding, local_features

DISK_KB, MEMORY_KB = 150.0, 300.0
VOTING = 75  # bytes a voting cell, see reid.gallery.voting


def samples_of(dataset: str, folder: Path) -> list[Sample]:
    """The photos of a folder, or of synthetic:ANIMALS:SEED."""
    if not dataset.startswith("synthetic:"):
        return read_dataset(Path(dataset))
    animals, seed = numbers_of(dataset)
    return read_dataset(write_survey(folder / "survey", animals=animals, seed=seed).parent)


def kept(samples: list[Sample], folder: Path) -> dict[str, float]:
    """Mean bytes an annotation, by name; photos of one file are taken in once."""
    components = build(Settings(_env_file=None, data_dir=folder / "var"))
    database, embedder = components[Database], Embedder.load()
    database.migrate()
    numbers = []
    for n, sample in enumerate(samples):
        data = sample.path.read_bytes()
        data = commented(data, f"photo {n}") if data[:2] == b"\xff\xd8" else data
        file = components[Intake].accept([(sample.path.name, data)], Statements()).files[0]
        numbers.append(file.annotation_id)
    before = file_size(database)
    for number, sample in tqdm(list(zip(numbers, samples, strict=True)), "describe", disable=None):
        if number is not None:
            [described] = embedder.describe([shown(sample, Condition(0))])
            with database.write() as connection:
                features.add(connection, number, described)
    count = sum(number is not None for number in numbers)
    with database.read() as connection:
        of_model = [number for number in numbers if number is not None]
        packed = features.packed(connection, of_model, embedder.model).values()
        payload = select(func.sum(func.length(local_features.c.payload)), local_features.c.kind)
        rows = connection.execute(payload.group_by(local_features.c.kind)).all()
        vector = connection.scalar(select(func.sum(func.length(embedding.c.vector)))) or 0
        voting = [VOTING * len(cells(each.dense.unpacked())) for each in packed]
    found = {f"{row.kind} cells on disk": row[0] / count for row in rows}
    found["embedding on disk"] = vector / count
    found["kept on disk"] = sum(found.values())
    found["growth of the database file"] = (file_size(database) - before) / count
    found["features in memory"] = float(np.mean([each.size for each in packed]))
    found["voting cells in memory"] = float(np.mean(voting))
    found["kept in memory"] = found["features in memory"] + found["voting cells in memory"]
    database.close()
    return found


def file_size(database: Database) -> int:
    """Bytes of the database, with nothing left in its log."""
    with database.read() as connection:
        pages = connection.scalar(text("PRAGMA page_count")) or 0
        return int(pages) * int(connection.scalar(text("PRAGMA page_size")) or 0)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", nargs="?", default="synthetic:2:5")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        samples = samples_of(options.dataset, Path(folder))
        found = kept(samples, Path(folder))
    print(f"{options.dataset}: {len(samples)} photos; KB (1,000 bytes) an annotation, mean")
    for name, size in found.items():
        print(f"{name:30}{size / 1000:10.1f}")
    enough = found["kept on disk"] <= 1000 * DISK_KB
    return int(not enough or found["kept in memory"] > 1000 * MEMORY_KB)


if __name__ == "__main__":
    sys.exit(main())
