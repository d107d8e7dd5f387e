"""Crops to embeddings and local features: find the flank in the crop, then look at it closely."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor

from reid.describe import distant_look
from reid.describe.arrangement import arrangement
from reid.describe.flank import flank_window
from reid.describe.network import RosetteNetwork, body_place, folded, without_surround
from reid.describe.rootsift import rootsift
from reid.photo.contrast import local_contrast
from reid.photo.printed import on_bars
from reid.photo.quality import LOOK, QualityModel, load_quality, measure, without_animal
from reid.types import (
    AnnotationFeatures,
    Box,
    Crop,
    Embedding,
    Float32,
    LocalFeatures,
    Measures,
    Pose,
)
from reid.weights import FLANK, ModelCard, default_folder, latest, load_card, verified

MARGIN = 0.25  # of the flank's width and height, seen around it for dense descriptors
NEAR = 1.5  # look of the embedding, in sizes of the card's window
SCALES = ((1.0, 400), (2.0, 1000))  # looks of the descriptors, likewise, and cells kept of each
PATCH = 4  # cells of the first look
DOUBTFUL = (0.94, 0.975)  # probability of coat in the surest patch: below, no animal; above, one
NOBODY = 0.8  # the same, at and below which nobody is seen: far below what poor photos show
FAINT = 1e-6  # trust that is left where nobody is seen: too little to count, enough to keep order
LEAST_COAT = 0.3  # probability of coat below which a cell is dropped


@dataclass(frozen=True, slots=True)
class CropView:
    """A region of one crop as the network sees it; may reach over the crop's edge."""

    region: Box
    luminance: NDArray[np.uint8]


class Embedder:
    """The rosette network and RootSIFT; one loaded model, used from one thread at a time."""

    def __init__(
        self, network: RosetteNetwork, card: ModelCard, quality: QualityModel | None = None
    ) -> None:
        """network: read once, later changes of it are not seen. quality: grades what is described;
        without it nothing is graded."""
        self.network = network.eval().to(memory_format=torch.channels_last)
        self._eyes = folded(self.network)
        self._words = network.words.numpy()
        self.card = card
        self.model = card.id
        self.quality = quality

    @classmethod
    def load(cls, folder: Path | None = None, model: str | None = None) -> "Embedder":
        """The newest rosette model of `folder`, or the one named; its hash is checked first.

        Quality is graded by the newest card of `folder`, if there is one.
        """
        folder = default_folder() if folder is None else folder
        card = load_card(latest(folder) if model is None else model, folder)
        network = RosetteNetwork(
            widths=card.widths,
            descriptor_size=card.descriptor_size,
            embedding_size=card.embedding_size,
            grid=card.grid,
            words=card.words,
        )
        tensors = load_file(verified(card, folder))
        tensors.setdefault("words", network.words)  # weights that are older than words have none
        network.load_state_dict(tensors)
        return cls(network, card, load_quality(folder))

    def describe(
        self, crops: Sequence[Crop], *, batch: int = 16, distant_looks: bool = True
    ) -> list[AnnotationFeatures]:
        """Embedding, dense descriptors, RootSIFT, pose and quality of every crop, in order.

        distant_looks: good photos as seen from farther away, too, which takes as long again and
        helps where they meet a poor one.
        """
        described: list[AnnotationFeatures] = []
        for at in range(0, len(crops), batch):
            part = crops[at : at + batch]
            flanks, poses, surest = self._located(part)
            appearances, coats = self._appearance(part, flanks)
            dense = _trusted(self.local(part, flanks), surest)
            close = _trusted(self.close_look(part, flanks), surest)
            embeddings = self._whole(appearances, close)
            for crop, flank, pose, e, coat, d, patch in zip(
                part, flanks, poses, embeddings, coats, dense, surest, strict=True
            ):
                quality = None
                if self.quality:
                    quality = self.quality.grade(_measured(crop, flank, pose, coat, d))
                    quality = quality if patch > NOBODY else without_animal(quality)
                described.append(
                    AnnotationFeatures(e, d, rootsift(crop), crop.flank, crop.box, pose, quality)
                )
            for n, cells in enumerate(close, at):
                if not distant_look.is_poor(described[n]):
                    described[n] = replace(described[n], close_look=cells)
            if distant_looks:
                described[at:] = self._with_distant_looks(described[at:], part, flanks, surest)
        return described

    def _with_distant_looks(
        self,
        described: Sequence[AnnotationFeatures],
        crops: Sequence[Crop],
        flanks: Sequence[Box],
        surest: Sequence[float],
    ) -> list[AnnotationFeatures]:
        """Good photos with their cells as seen from farther away; poor ones as they are."""
        photos = list(described)
        for width, blur in zip(distant_look.WIDTHS, distant_look.BLUR, strict=True):
            wide = [
                n
                for n, photo in enumerate(photos)
                if not distant_look.is_poor(photo) and flanks[n].width > distant_look.WIDER * width
            ]
            if not wide:
                continue
            small = [distant_look.shrunk(crops[n], flanks[n], width, blur) for n in wide]
            cells = self.local([c for c, _ in small], [f for _, f in small])
            trusted = _trusted(cells, [surest[n] for n in wide])
            for n, (crop, _), features in zip(wide, small, trusted, strict=True):
                look = distant_look.in_photo_pixels(features, crop, crops[n])
                looks = (*photos[n].distant_looks, look)
                photos[n] = replace(photos[n], distant_looks=looks)
        return photos

    def measures(self, crops: Sequence[Crop]) -> list[Measures]:
        """What quality is graded by, of every crop, in order."""
        flanks, poses, surest = self._located(crops)
        coats = self._appearance(crops, flanks)[1]
        dense = _trusted(self.local(crops, flanks), surest)
        return [_measured(*parts) for parts in zip(crops, flanks, poses, coats, dense, strict=True)]

    def flanks(self, crops: Sequence[Crop]) -> list[Box]:
        """Where the flank lies in each crop, pixels of the crop."""
        return self.find(crops)[0]

    def find(self, crops: Sequence[Crop]) -> tuple[list[Box], list[Pose]]:
        """Where the flank lies in each crop (pixels of the crop), and the animal's pose.

        One coarse look at the whole crop; the window may reach over the crop's edge.
        """
        flanks, poses, _ = self._located(crops)
        return flanks, poses

    @torch.inference_mode()
    def _located(self, crops: Sequence[Crop]) -> tuple[list[Box], list[Pose], list[float]]:
        """Flanks (pixels of the crop) and poses, and the surest patch of coat in each crop."""
        height, width = self.card.window
        whole = [Box(0, 0, c.image.shape[1], c.image.shape[0]) for c in crops]
        looks = [look(c, b, (height, width)) for c, b in zip(crops, whole, strict=True)]
        features = self._trunk(looks)
        coat = torch.sigmoid(self._eyes.coat(features))[:, 0].numpy()
        place, pose = self._eyes.locate(features)
        places, pose = body_place(place).numpy(), pose.double()
        boxes = whole
        if self.card.sees == FLANK:
            boxes = [flank_window(c, p, b) for c, p, b in zip(coat, places, whole, strict=True)]
        left, yaw = torch.sigmoid(pose[:, 0]), torch.rad2deg(pose[:, 1])
        poses = [Pose(float(p), float(y)) for p, y in zip(left, yaw, strict=True)]
        return boxes, poses, [surest_patch(c) for c in coat]

    def _trunk(self, looks: Sequence[CropView]) -> Tensor:
        images = np.stack([local_contrast(look.luminance) for look in looks])[:, None]
        return self._eyes.features(torch.from_numpy(images))

    def embed(self, crops: Sequence[Crop], flanks: Sequence[Box]) -> list[Embedding]:
        """The embedding of each crop: half is the appearance of the flank, and sees nothing around
        it, half the arrangement of what is seen at the close look."""
        return self._whole(self._appearance(crops, flanks)[0], self.close_look(crops, flanks))

    def _whole(self, appearances: Float32, close: Sequence[LocalFeatures]) -> list[Embedding]:
        """Appearance and arrangement with equal weight, or what there is of them."""
        whole = appearances
        if close and len(self._words):
            parts = [arrangement(cells, self._words) for cells in close]
            whole = np.hstack([appearances, np.stack(parts)])
        return [Embedding(v / np.linalg.norm(v), self.model) for v in whole]

    @torch.inference_mode()
    def _appearance(
        self, crops: Sequence[Crop], flanks: Sequence[Box]
    ) -> tuple[Float32, list[Float32]]:
        """(N, D) appearance of each flank, rows of norm 1, and where in it coat is seen: (h, w)
        float32 in [0, 1]."""
        looks = [look(c, f, self.near) for c, f in zip(crops, flanks, strict=True)]
        features = self._trunk(looks)
        vectors = self._eyes.embed(features).numpy()
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        coat = torch.sigmoid(self._eyes.coat(features))[:, 0].numpy()
        return vectors, list(coat)

    @property
    def near(self) -> tuple[int, int]:
        """(H, W) pixels at which the embedding sees a flank."""
        return self._size(NEAR)

    def _size(self, scale: float) -> tuple[int, int]:
        """(H, W) pixels of a look at `scale` times the window of training, multiples of 32."""
        height, width = (round(scale * side / 32) * 32 for side in self.card.window)
        return height, width

    def local(self, crops: Sequence[Crop], flanks: Sequence[Box]) -> list[LocalFeatures]:
        """Dense descriptors of the flank with a margin, seen as in training and more closely.

        Rosettes of real leopards are finer than those of the generator: at twice the scale they
        have the size that the network knows, and their descriptors are far more distinctive. Where
        the photo has no such detail, the scale of training is the better one.
        """
        looks = [self._cells(crops, flanks, scale, most) for scale, most in SCALES]
        return [_joined(*parts) for parts in zip(*looks, strict=True)]

    def close_look(self, crops: Sequence[Crop], flanks: Sequence[Box]) -> list[LocalFeatures]:
        """Dense descriptors of each flank at the close look of the card; no list where it has none.

        It orders candidates and tells the arrangement, and is no evidence.
        """
        return self._cells(crops, flanks, *self.card.close_look) if self.card.close_look else []

    @torch.inference_mode()
    def _cells(
        self, crops: Sequence[Crop], flanks: Sequence[Box], scale: float, most: int
    ) -> list[LocalFeatures]:
        """The `most` cells of each crop that are to be trusted most, at one scale."""
        size = self._size(scale * (1 + 2 * MARGIN))
        regions = [grown(flank, MARGIN) for flank in flanks]
        looks = [look(c, r, size) for c, r in zip(crops, regions, strict=True)]
        features = self._trunk(looks)
        coat = torch.sigmoid(self._eyes.coat(features))
        trust = (coat * torch.sigmoid(self._eyes.reliability(features)))[:, 0].numpy()
        descriptors = without_surround(self._eyes.describe(features), coat).numpy()
        grids = [
            _Grid(d, c, t, look.region)
            for d, c, t, look in zip(descriptors, coat[:, 0].numpy(), trust, looks, strict=True)
        ]
        return [_surest_cells(g, c, most, self.model) for g, c in zip(grids, crops, strict=True)]


def _trusted(cells: Sequence[LocalFeatures], surest: Sequence[float]) -> list[LocalFeatures]:
    """Cells of each crop with their weight times how sure an animal is there at all, [0, 1]."""
    pairs = zip(cells, surest, strict=True)
    return [replace(d, weight=d.weight * presence(patch)) for d, patch in pairs]


def surest_patch(coat: Float32) -> float:
    """The largest mean probability of coat in a patch, [0, 1]; coat: (h, w) float32 of the first
    look.

    On an animal some patch is coat beyond doubt; ground and bush look a little like coat in many
    places, beyond doubt in none.
    """
    return float(cv2.blur(coat, (PATCH, PATCH), borderType=cv2.BORDER_REFLECT).max())


def presence(surest: float) -> np.float32:
    """How sure it is that a crop shows an animal at all, [FAINT, 1], by its surest patch.

    Never 0, so that the order of trust among the cells of a crop is kept.
    """
    low, high = DOUBTFUL
    return np.float32(np.clip((surest - low) / (high - low), FAINT, 1))


def _measured(crop: Crop, flank: Box, pose: Pose, coat: Float32, dense: LocalFeatures) -> Measures:
    """coat: (h, w) float32 in [0, 1], probability of coat over the flank."""
    return measure(
        look(crop, flank, LOOK).luminance,
        coat,
        flank=flank,
        crop=Box(0, 0, crop.image.shape[1], crop.image.shape[0]),
        pose=pose,
        trust=float(dense.weight.mean()) if len(dense) else 0.0,
    )


@dataclass(frozen=True, slots=True)
class _Grid:
    """All cells of one look: descriptors (C, h, w), coat and trust (h, w), over a region."""

    descriptors: Float32
    coat: Float32
    trust: Float32
    region: Box


def _joined(coarse: LocalFeatures, fine: LocalFeatures) -> LocalFeatures:
    return LocalFeatures(
        np.concatenate([coarse.points, fine.points]),
        np.concatenate([coarse.descriptors, fine.descriptors]),
        np.concatenate([coarse.weight, fine.weight]),
        fine.model,
        len(coarse),
    )


def grown(box: Box, share: float) -> Box:
    """The box with a margin of `share` of its width and height on every side."""
    dx, dy = share * box.width, share * box.height
    return Box(box.x0 - dx, box.y0 - dy, box.x1 + dx, box.y1 + dy)


def look(crop: Crop, region: Box, size: tuple[int, int]) -> CropView:
    """Luminance of a region of the crop at (H, W) pixels; what lies outside repeats the edge."""
    grey = cv2.cvtColor(crop.image, cv2.COLOR_RGB2GRAY)
    height, width = size
    sx, sy = region.width / width, region.height / height
    if (shrink := min(sx, sy)) > 1.5:  # an area average first, or fine hair becomes noise
        grey = cv2.resize(grey, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    fx, fy = grey.shape[1] / crop.image.shape[1], grey.shape[0] / crop.image.shape[0]
    x = (region.x0 + (np.arange(width) + 0.5) * sx) * fx - 0.5
    y = (region.y0 + (np.arange(height) + 0.5) * sy) * fy - 0.5
    grid = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
    edge = cv2.BORDER_REPLICATE
    luminance = cv2.remap(grey, grid[0], grid[1], cv2.INTER_LINEAR, borderMode=edge)
    return CropView(region, luminance)


def _surest_cells(grid: _Grid, crop: Crop, most: int, model: str) -> LocalFeatures:
    """The cells of coat inside the crop that are most to be trusted, in pixels of the photo."""
    size, h, w = grid.descriptors.shape
    region = grid.region
    x = region.x0 + (np.arange(w, dtype=np.float32) + 0.5) * region.width / w - 0.5
    y = region.y0 + (np.arange(h, dtype=np.float32) + 0.5) * region.height / h - 0.5
    points = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2).astype(np.float32)
    height, width = crop.image.shape[:2]
    inside = ((points >= 0) & (points <= (width - 1, height - 1))).all(1)
    corner = np.array([crop.box.x0, crop.box.y0], np.float32)
    inside &= ~on_bars(points + corner, crop.bars, margin=region.height / h)
    weight = grid.trust.reshape(-1) * (inside & (grid.coat.reshape(-1) > LEAST_COAT))
    order = np.argsort(-weight, kind="stable")[:most]
    order = np.sort(order[weight[order] > 0])
    flat = grid.descriptors.reshape(size, -1).T
    return LocalFeatures(
        points[order] + corner,
        np.ascontiguousarray(flat[order], np.float32),
        weight[order].astype(np.float32),
        model,
    )
