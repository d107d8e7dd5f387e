"""The arrangement of a flank's rosettes as one vector: which words stand in which part of it.

A bag of visual words (Sivic & Zisserman, ICCV 2003) with soft words and soft parts. What a part
holds of a word is taken against that word's mean over all parts, so that a word that stands
everywhere says nothing: it is the style of a coat, and relatives share it.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from reid.types import Float32, LocalFeatures

SIZE = 768  # numbers of the vector
PARTS = (4, 8)  # of the flank, from back to belly and from one end to the other
REACH = (1.4, 1.6)  # standard deviations of the cells' places, to the outermost parts
WIDTH = 0.5  # standard deviation of a part, in such standard deviations
NEAREST = 4  # words of a cell
SHARP = 24.0  # how fast a word fades: exp(SHARP (cosine - 1))
LEAST = 30  # cells below which there is no arrangement
SIGNS = 4  # numbers of the vector to which one word in one part is added


def arrangement(cells: LocalFeatures, words: Float32) -> Float32:
    """(SIZE,) float32 of norm 1, or zeros where too little is seen.

    cells: of the close look. words: (K, C), rows of norm 1.
    """
    if len(cells) < LEAST or not len(words):
        return np.zeros(SIZE, np.float32)
    shares = np.sqrt(_parts(cells.points).T @ _words(cells, words))
    against = (shares - shares.mean(0)).ravel()
    vector = np.asarray(_projection(len(against)) @ against, np.float32)
    norm = float(np.linalg.norm(vector))
    return vector / np.float32(norm) if norm > 0 else vector


def _words(cells: LocalFeatures, words: Float32) -> Float32:
    """(N, K): how much each cell is each word, by its trust."""
    cosines = cells.descriptors @ words.T
    nearest = min(NEAREST, len(words))
    best = np.argpartition(-cosines, nearest - 1, axis=1)[:, :nearest]
    near = np.exp(SHARP * (np.take_along_axis(cosines, best, 1) - 1))
    weights = np.zeros_like(cosines)
    np.put_along_axis(weights, best, near * cells.weight[:, None], 1)
    return weights


def _parts(points: Float32) -> Float32:
    """(N, P): how far each place lies in each part, whatever the size and place of the flank."""
    placed = (points - points.mean(0)) / (points.std(0) + 1e-6)
    y, x = (np.linspace(-r, r, n) for r, n in zip(REACH, PARTS, strict=True))
    middles = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    apart = ((placed[:, None] - middles) ** 2).sum(-1)
    return np.asarray(np.exp(-apart / (2 * WIDTH**2)), np.float32)


@cache
def _projection(numbers: int) -> csr_array:
    """(SIZE, numbers): a sparse random projection, which keeps cosines (Kane & Nelson 2014).

    Drawn by a formula (splitmix64) and not by a library, so that it never changes.
    """
    drawn = _splitmix(numbers * SIGNS)
    row: NDArray[np.int64] = (drawn % np.uint64(SIZE)).astype(np.int64)
    sign = np.where(drawn >> np.uint64(63), 1, -1).astype(np.float32) / np.float32(SIGNS**0.5)
    column = np.repeat(np.arange(numbers), SIGNS)
    return csr_array((sign, (row, column)), shape=(SIZE, numbers))


def _splitmix(count: int) -> NDArray[np.uint64]:
    z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)), np.uint64)
