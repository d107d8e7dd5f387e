"""Many synthetic animals that trained nothing: near-duplicates in style, one gallery photo a flank.

Photos are rendered, seen and dropped; only the embeddings and the cells that vote are kept.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from reid.synthetic.coat import CoatStyle, draw_coat
from reid.synthetic.survey import HARDNESS
from reid.synthetic.view import Camera, colourised, render
from reid.types import Box, Crop, Embedding, Flank, Float32

FLANKS = (Flank.LEFT, Flank.RIGHT)
SHOTS = ("good", "good", "good", "poor", "poor")  # of every flank; the first is in the gallery
WIDTHS = {"good": 640, "poor": 360}  # pixels of a whole-body photo
RELATIVES = 10  # animals that share one style
STREAM = 2_718_281  # keeps these animals apart from those of any training bank or survey
CHUNK = 8  # flanks rendered before they are embedded

See = Callable[[Sequence[Crop]], Sequence[tuple[Embedding, Float32]]]


@dataclass(frozen=True, slots=True)
class Population:
    """vectors: (animals, 2, shots, D) float32; flanks left and right, all animals facing left.

    cells: (C, D) that vote, of every photo in the same order.
    """

    vectors: Float32
    cells: tuple[Float32, ...]

    @property
    def styles(self) -> list[int]:
        """Which style each animal wears."""
        return [animal // RELATIVES for animal in range(len(self.vectors))]

    def cells_of(self, animal: int, flank: int, shot: int) -> Float32:
        """(C, D) descriptors of the voting cells of one photo."""
        return self.cells[(animal * len(FLANKS) + flank) * len(SHOTS) + shot]


def photograph(
    see: See, *, animals: int, seed: int, done: Callable[[int], object] = lambda _: None
) -> Population:
    """Render and see all animals; `done` hears of finished photos.

    Both flanks are drawn in the animal's style and are independent otherwise. Right flanks are
    mirrored before they are embedded, as everywhere: the generator's animals face left.
    """
    flanks = [(animal, flank) for animal in range(animals) for flank in FLANKS]
    looks: list[tuple[Embedding, Float32]] = []
    with ThreadPoolExecutor(2) as pool:
        for at in range(0, len(flanks), CHUNK):
            part = flanks[at : at + CHUNK]
            for crops in pool.map(lambda side: list(_photos(side[0], side[1], seed)), part):
                looks += see(crops)
                done(len(crops))
    vectors = np.stack([embedding.vector for embedding, _ in looks])
    shape = (animals, len(FLANKS), len(SHOTS), -1)
    return Population(vectors.reshape(shape), tuple(cells for _, cells in looks))


def _photos(animal: int, flank: Flank, seed: int) -> Iterator[Crop]:
    """The shots of one flank: each another camera, day or night, and place."""
    side = FLANKS.index(flank) + 1
    style = CoatStyle.draw(np.random.default_rng((seed, STREAM, 1, animal // RELATIVES)))
    stream = np.random.default_rng((seed, STREAM, 2, animal, side))
    coat = draw_coat(style, int(stream.integers(2**62)))
    for number, quality in enumerate(SHOTS):
        rng = np.random.default_rng((seed, STREAM, 3, animal, side, number))
        camera = Camera.draw(rng, hardness=float(rng.uniform(*HARDNESS[quality])), loose=1.0)
        width = WIDTHS[quality]
        size = (round(width * float(rng.uniform(0.42, 0.52)) / 16) * 16, width)
        image = colourised(render(coat, camera, rng, size=size), infrared=camera.infrared)
        yield Crop(image, Box(0, 0, size[1], size[0]), Flank.UNKNOWN)
