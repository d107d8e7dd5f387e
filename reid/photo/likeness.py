"""Whether two files hold one exposure: a copy that was saved again, or the next frame of a burst.

A sketch finds what may be a copy: the middle of the photo as 12 x 12 grey levels, which stays alike
when a photo is compressed, brightened or scaled; for one that was cropped, it is looked up as it
would lie in the uncropped photo. (A hash of frequencies, such as pHash, differs in half of its bits
once a tenth is cropped.) Then two pictures are laid over each other and compared, block by block,
in what no second exposure repeats: the animal to the pixel, print, and the noise of the sensor.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.types import Float32, Image

GRID, AROUND = 12, 0.14  # cells of a sketch; share of every side that is left out of it
WHOLE = (0.0, 0.0, 0.0, 0.0)  # nothing is missing
CROPS = (0.0, 0.05, 0.1)  # shares of a side that may be missing
PADS = tuple(
    (a, b) for a in (0.0, 0.05, 0.1) for b in (0.0, 0.05, 0.1) if a + b
)  # shares of the height that a bar may add, above or below
ALIKE = 0.9  # cosine of two sketches; a copy has more
ALIKE_KEPT = 60  # of the most alike sketches, looked at again with finer ones
SEVERAL = 6  # of these, the most alike once more, are compared block by block
FINER = 48  # cells of a finer sketch: they tell the frames of one burst apart
ROWS = 10_000  # of sketches at once
LONGEST = 640  # pixels of the pictures that are compared
BLOCK = 20
FINE, COARSE = 0.8, 2.5  # pixels: the band in which noise survives compression
LEAST_CONTRAST = 0.35  # grey levels of a block; less is black or burnt out
CLEAR = ((3.0, 0.89), (1.5, 0.8))  # grey levels of blocks, and how well those of a copy agree
LEAST_CLEAR = 6  # blocks; where fewer are so clear, the next level counts
BURNT = 250  # grey levels
LEAST_OVERLAP = 0.7  # of the smaller picture
TURN = 0.012  # of a copy: none; of the frame after, a little
LEAST_BLOCKS = 30
LAID = 0.3  # noise of pictures of one scene that lie right
WEAK, WORST = 0.25, 0.01  # quantiles of the blocks, and of the clear ones
SAME_NOISE = 0.5  # correlation; this and CLEAR measured by `scripts/copies.py`

Sketches = NDArray[np.float16]  # (N, GRID * GRID), each of length 1


@dataclass(frozen=True, slots=True)
class SameExposure:
    """How alike two pictures are once laid over each other.

    noise: correlation of the weaker blocks. animal: of the worst clear block, or nearly. -1 to 1.
    needed: what `animal` must be in a copy. overlap: share of the smaller picture.
    """

    noise: float
    animal: float
    needed: float
    overlap: float

    @property
    def copy(self) -> bool:
        """Whether both hold one exposure."""
        alike = self.noise >= SAME_NOISE and self.animal >= self.needed
        return alike and self.overlap >= LEAST_OVERLAP


NOT_LAID = SameExposure(-1.0, -1.0, 1.0, 0.0)


def sketch(image: Image) -> bytes:
    """GRID x GRID grey levels of the middle of a picture, row by row."""
    return _sampled(_blurred(grey_of(image), GRID), WHOLE, GRID).round().astype(np.uint8).tobytes()


def unpacked(sketches: list[bytes]) -> Sketches:
    """Sketches as rows that can be looked up."""
    rows = np.frombuffer(b"".join(sketches), np.uint8).reshape(-1, GRID * GRID)
    return _unit(rows.astype(np.float32)).astype(np.float16)


def most_alike(sketches: Sketches, image: Image) -> list[int]:
    """Up to ALIKE_KEPT rows of sketches that may be of the exposure of this picture, the most alike
    first. Of more than SEVERAL, `finer_alike` says which."""
    views = _views(grey_of(image), GRID).T
    parts = [
        (sketches[at : at + ROWS].astype(np.float32) @ views).max(1)
        for at in range(0, len(sketches), ROWS)
    ]
    cosines = np.concatenate(parts) if parts else np.empty(0, np.float32)
    order = np.argsort(-cosines, kind="stable")[:ALIKE_KEPT]
    return [int(row) for row in order if cosines[row] >= ALIKE]


def finer_alike(others: Sequence[NDArray[np.uint8]], image: Image) -> list[int]:
    """Places of those SEVERAL of these pictures (of `grey_of`) that are most alike in finer
    sketches, the most alike first: frames of one burst have nearly one sketch of GRID cells."""
    if len(others) <= SEVERAL:
        return list(range(len(others)))
    views = _views(grey_of(image), FINER).T
    cosines = (
        _unit(np.stack([_sampled(_blurred(one, FINER), WHOLE, FINER) for one in others])) @ views
    ).max(1)
    return [int(row) for row in np.argsort(-cosines, kind="stable")[:SEVERAL]]


def _views(grey: NDArray[np.uint8], grid: int) -> Float32:
    """Sketches of the photos of which this picture may be a crop, or that a bar was added to."""
    crops = [(a, b, c, d) for a, b, c, d in product(CROPS, repeat=4)]
    crops += [(0.0, -above, 0.0, -below) for above, below in PADS]
    blurred = _blurred(grey, grid)
    return _unit(np.stack([_sampled(blurred, crop, grid) for crop in crops]))


def _blurred(grey: NDArray[np.uint8], grid: int) -> NDArray[np.uint8]:
    """(8 grid, 8 grid) grey levels, each the mean of about a cell."""
    small = cv2.resize(grey, (8 * grid, 8 * grid), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.blur(small, (7, 7)), np.uint8)


def _sampled(
    blurred: NDArray[np.uint8], missing: tuple[float, float, float, float], grid: int
) -> Float32:
    """(grid * grid,) the sketch of the photo of which this picture lacks such shares left, above,
    right and below."""
    left, above, right, below = missing
    side = len(blurred)
    cell = (1 - 2 * AROUND) / grid
    places = AROUND + cell * (np.arange(grid, dtype=np.float32) + 0.5)
    x = ((places - left) / (1 - left - right) * side - 0.5).astype(np.float32)
    y = ((places - above) / (1 - above - below) * side - 0.5).astype(np.float32)
    mesh = np.meshgrid(x, y)
    sampled = cv2.remap(blurred, mesh[0], mesh[1], cv2.INTER_LINEAR)
    return np.asarray(sampled.ravel(), np.float32)


def _unit(rows: Float32) -> Float32:
    """Rows without their mean, of length 1."""
    even = rows - rows.mean(1, keepdims=True)
    return np.asarray(even / np.maximum(np.linalg.norm(even, axis=1, keepdims=True), 1e-3))


def grey_of(image: Image) -> NDArray[np.uint8]:
    """(H, W) grey levels, no side above LONGEST."""
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    scale = LONGEST / max(grey.shape)
    if scale < 1:
        size = [max(1, round(side * scale)) for side in (grey.shape[1], grey.shape[0])]
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8)


def compared(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> SameExposure:
    """Two pictures of `grey_of`; NOT_LAID where one cannot be laid over the other."""
    if first.size > second.size:  # the smaller one has less to show
        first, second = second, first
    best = NOT_LAID
    for start in _starts(first, second):
        placed = _refined(first, second, start)
        if max(abs(placed[0, 1]), abs(placed[1, 0])) <= TURN * abs(placed[0, 0]):
            best = max(best, _over(first, second, placed), key=lambda laid: laid.noise)
        if best.noise > LAID:
            break  # it lies as it should, be it a copy or not
    return best


def _over(first: NDArray[np.uint8], second: NDArray[np.uint8], placed: Float32) -> SameExposure:
    """How alike they are so. placed: (2, 3), from pixels of the first to those of the second."""
    height, width = first.shape
    scale = float(np.sqrt(abs(np.linalg.det(placed[:, :2]))))
    source = second if scale < 1.2 else cv2.GaussianBlur(second, (0, 0), 0.5 * scale)
    back = cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(source, placed, (width, height), flags=cv2.INTER_CUBIC | back)
    ones = np.ones_like(second)
    inside = cv2.warpAffine(ones, placed, (width, height), flags=cv2.INTER_NEAREST | back)
    burnt = np.maximum(first, moved) > BURNT  # of which only one may still show something
    inside = cv2.erode(inside, np.ones((5, 5), np.uint8), borderValue=0)
    overlap = float(inside.mean())
    inside = inside & ~cv2.dilate(burnt.astype(np.uint8), np.ones((5, 5), np.uint8)) & 1
    correlations, contrasts = _blocks(first, moved, inside)
    if len(correlations) < LEAST_BLOCKS:
        return NOT_LAID
    noise = float(np.quantile(correlations, WEAK))
    for level, needed in CLEAR:
        clear = correlations[contrasts > level]
        if len(clear) >= LEAST_CLEAR:
            return SameExposure(noise, float(np.quantile(clear, WORST)), needed, overlap)
    return SameExposure(noise, -1.0, 1.0, overlap)  # too dark or too plain to tell


def _starts(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Iterator[Float32]:
    """(2, 3) maps to begin with: edge to edge, and by corners that are found in both."""
    sx, sy = second.shape[1] / first.shape[1], second.shape[0] / first.shape[0]
    yield np.array([[sx, 0, 0.5 * sx - 0.5], [0, sy, 0.5 * sy - 0.5]], np.float32)
    if (matched := _by_corners(first, second)) is not None:
        yield matched


def _by_corners(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Float32 | None:
    sift = cv2.SIFT.create(600, contrastThreshold=0.02)
    clahe = cv2.createCLAHE(2.0, (8, 8))
    here, of_first = sift.detectAndCompute(clahe.apply(first), None)
    there, of_second = sift.detectAndCompute(clahe.apply(second), None)
    if of_first is None or of_second is None or min(len(of_first), len(of_second)) < 8:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(of_first, of_second, k=2)
    good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < 0.8 * p[1].distance]
    if len(good) < 8:
        return None
    a = np.array([here[match.queryIdx].pt for match in good], np.float32)
    b = np.array([there[match.trainIdx].pt for match in good], np.float32)
    found, _ = cv2.estimateAffine2D(a, b, method=cv2.RANSAC, ransacReprojThreshold=1.5)
    return None if found is None else np.asarray(found, np.float32)


def _refined(first: NDArray[np.uint8], second: NDArray[np.uint8], start: Float32) -> Float32:
    """The map that brings them closest to each other; the start where none does."""
    stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 40, 1e-5)
    try:
        found = cv2.findTransformECC(first, second, start.copy(), cv2.MOTION_AFFINE, stop, None, 3)[
            1
        ]
    except cv2.error:
        return start
    return np.asarray(found, np.float32)


def _blocks(
    first: NDArray[np.uint8], second: NDArray[np.uint8], inside: NDArray[np.uint8]
) -> tuple[Float32, Float32]:
    """Correlations and contrasts of the fine parts, block by block, where both show something."""
    one, other = (_fine(grey) for grey in (first, second))

    def mean(values: Float32) -> Float32:
        size = values.shape[1] // BLOCK, values.shape[0] // BLOCK
        cut = values[: size[1] * BLOCK, : size[0] * BLOCK]
        return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), np.float32)

    whole = mean(inside.astype(np.float32)) > 0.999
    a, b = mean(one * one), mean(other * other)
    shows = whole & (np.maximum(a, b) > LEAST_CONTRAST**2)
    correlations = mean(one * other)[shows] / np.sqrt(np.maximum(a * b, 1e-6)[shows])
    return correlations.astype(np.float32), np.sqrt(np.maximum(a, b)[shows])


def _fine(grey: NDArray[np.uint8]) -> Float32:
    """What of a picture is neither grain of single pixels nor form, in grey levels."""
    levels = grey.astype(np.float32)
    fine = cv2.GaussianBlur(levels, (0, 0), FINE) - cv2.GaussianBlur(levels, (0, 0), COARSE)
    return np.asarray(fine, np.float32)
