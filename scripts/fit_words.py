"""Find the words in which a rosette model tells the arrangement of a coat, on synthetic coats."""

import argparse
import csv
import hashlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import faiss
import numpy as np
from safetensors.torch import load_file, save_file
from torch import from_numpy
from tqdm import tqdm

from reid.crop import cut
from reid.embed import Embedder
from reid.images import decode
from reid.synthetic.survey import write_survey
from reid.types import Crop, Flank, Float32
from reid.weights import default_folder, latest, load_card

MAX_PIXELS = 80_000_000
EVERY = 4  # cell of a photo is used; neighbours are much alike


def photos(folder: Path) -> Iterator[Crop]:
    """The good ones of a survey."""
    with (folder / "index.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["quality"] == "good":
                image = decode((folder / row["path"]).read_bytes(), max_pixels=MAX_PIXELS)
                yield cut(image, Flank.UNKNOWN)


def cells(embedder: Embedder, animals: int, seed: int) -> Float32:
    """(N, C) descriptors of the closer look."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        write_survey(Path(folder), animals=animals, seed=seed, encounters=2)
        for crop in tqdm(photos(Path(folder)), desc=f"survey {seed}", disable=None):
            [closer] = embedder.closer([crop], embedder.flanks([crop]))
            found.append(closer.descriptors[::EVERY])
    return np.ascontiguousarray(np.concatenate(found))


def words_of(descriptors: Float32, count: int, seed: int) -> Float32:
    """(count, C): centres of spherical k-means, rows of norm 1."""
    size = descriptors.shape[1]
    means = faiss.Kmeans(size, count, niter=20, seed=seed, spherical=True)
    means.train(descriptors)
    return np.asarray(means.centroids, np.float32).reshape(count, size)


def write(words: Float32, model: str, folder: Path) -> None:
    """Beside the other tensors of the model, and into its card."""
    card = folder / f"{model}.toml"
    file = folder / load_card(model, folder).file
    held = load_file(file) | {"words": from_numpy(words)}
    save_file(held, file, metadata={"model": model, "license": "Apache-2.0"})
    file.chmod(0o644)  # the library writes it for the owner only
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    text = re.sub(r"(?m)^words = .*\n", "", card.read_text())
    text = re.sub(r"(?m)^sha256 = .*$", f'sha256 = "{digest}"', text)
    text = re.sub(r"(?m)^(grid = .*)$", rf"\1\nwords = {len(words)}", text)
    card.write_text(text)
    print(text)


def main() -> None:
    """Render, look, find, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", metavar="MODEL", help="whose words these are; newest rosette")
    parser.add_argument("--words", type=int, default=1024)
    parser.add_argument("--animals", type=int, default=80)
    parser.add_argument("--seed", type=int, default=103, help="not a seed of a test")
    parser.add_argument("--weights", type=Path, default=default_folder())
    o = parser.parse_args()
    model = o.model or latest(o.weights)
    embedder = Embedder.load(o.weights, model)
    write(words_of(cells(embedder, o.animals, o.seed), o.words, o.seed), model, o.weights)


if __name__ == "__main__":
    main()
