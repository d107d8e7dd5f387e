"""The words in which a model tells the arrangement of a coat, found on synthetic coats."""

import csv
import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import faiss
import numpy as np
from safetensors.torch import load_file, save_file
from torch import from_numpy

from reid.describe.embed import Embedder
from reid.photo.crop import cut
from reid.photo.images import decode
from reid.types import Crop, Flank, Float32
from reid.weights import load_card

MAX_PIXELS = 80_000_000
EVERY = 4  # cell of a photo is used; neighbours are much alike


def close_look_descriptors(
    survey: Path, embedder: Embedder, done: Callable[[int], object] = lambda _: None
) -> Float32:
    """(N, C) descriptors of the close look at a survey's good photos.

    survey: its index.csv. `done` hears of each photo. The embedder's card must have a close look.
    """
    descriptors = []
    for crop in _good_photos(survey):
        [cells] = embedder.close_look([crop], embedder.flanks([crop]))
        descriptors.append(cells.descriptors[::EVERY])
        done(1)
    return np.ascontiguousarray(np.concatenate(descriptors))


def _good_photos(survey: Path) -> Iterator[Crop]:
    with survey.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["quality"] == "good":
                data = (survey.parent / row["path"]).read_bytes()
                yield cut(decode(data, max_pixels=MAX_PIXELS), Flank.UNKNOWN)


def words_of(descriptors: Float32, count: int, seed: int) -> Float32:
    """(count, C): centres of spherical k-means over (N, C) descriptors, rows of norm 1."""
    size = descriptors.shape[1]
    means = faiss.Kmeans(size, count, niter=20, seed=seed, spherical=True)
    means.train(descriptors)
    return np.asarray(means.centroids, np.float32).reshape(count, size)


def write_words(words: Float32, model: str, folder: Path) -> Path:
    """Write words (K, C) beside the other tensors of the model; the path of its card."""
    card = folder / f"{model}.toml"
    file = folder / load_card(model, folder).file
    tensors = load_file(file) | {"words": from_numpy(words)}
    save_file(tensors, file, metadata={"model": model, "license": "Apache-2.0"})
    file.chmod(0o644)  # the library writes it for the owner only
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    text = re.sub(r"(?m)^words = .*\n", "", card.read_text())
    text = re.sub(r"(?m)^sha256 = .*$", f'sha256 = "{digest}"', text)
    card.write_text(re.sub(r"(?m)^(grid = .*)$", rf"\1\nwords = {len(words)}", text))
    return card
