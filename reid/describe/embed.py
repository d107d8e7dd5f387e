"""Crops to embeddings and local features: find the animal in the crop, then look at its flank."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from reid.describe.finder import ProposedBox, boxes_of_coat
from reid.describe.flank import animal_box, flank_box, of_the_animal
from reid.describe.look_network import LookNetwork, LookOutput, without_surround
from reid.describe.packing import as_kept
from reid.describe.rootsift import rootsift
from reid.describe.window import STRIDE, Window, softened, window_on
from reid.photo.printed import on_bars
from reid.photo.quality import LOOK, QualityModel, load_quality, measure, without_animal
from reid.types import (
    AnnotationFeatures,
    Box,
    Crop,
    Embedding,
    Flank,
    Float32,
    Image,
    LocalFeatures,
    Measures,
    Pose,
)
from reid.weights import FLANK, ModelCard, default_folder, latest, load_card, verified

CELLS = 1200  # kept of either look
LOOSE = 0.55  # share of a crop's sides: an animal that fills less is looked at again, alone
NOBODY = 0.0  # log odds that an animal is seen, at and below which nobody is
LEAST_COAT = 0.3  # probability of coat below which a cell is dropped
TOGETHER = 4  # windows looked at in one pass


@dataclass(frozen=True, slots=True)
class SeenWindow:
    """One window of a crop and what the network says of it.

    descriptors: (C, h, w). coat, trust: (h, w) in [0, 1]. places: (2, h, w), (u, v) on the body.
    embedding: (D,). present: log odds that an animal is seen.
    """

    window: Window
    descriptors: Float32
    coat: Float32
    trust: Float32
    places: Float32
    pose: Pose
    present: float
    embedding: Float32


@dataclass(frozen=True, slots=True)
class Sights:
    """Both looks at a crop: at the whole animal, and at its flank (a box of the crop's pixels)."""

    whole: SeenWindow
    near: SeenWindow
    flank: Box


class Embedder:
    """The rosette network and RootSIFT; one loaded model, used from one thread at a time."""

    def __init__(
        self, network: LookNetwork, card: ModelCard, quality: QualityModel | None = None
    ) -> None:
        """quality: grades what is described; without it nothing is graded."""
        self.network = network.eval().to(memory_format=torch.channels_last)
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
        network = LookNetwork(
            widths=card.widths,
            descriptor_size=card.descriptor_size,
            embedding_size=card.embedding_size,
        )
        stored = load_file(verified(card, folder))
        network.load_state_dict({name: tensor.float() for name, tensor in stored.items()})
        return cls(network, card, load_quality(folder))

    def describe(self, crops: Sequence[Crop]) -> list[AnnotationFeatures]:
        """Embedding, dense descriptors, RootSIFT, pose and quality of every crop, in order.

        Descriptors are as a database keeps them, so that a question and an answer that was kept
        speak of the same numbers.
        """
        return [
            as_kept(self._described(crop, sights))
            for crop, sights in zip(crops, self.sights(crops), strict=True)
        ]

    def _described(self, crop: Crop, sights: Sights) -> AnnotationFeatures:
        dense = self._dense(crop, sights)
        quality = None
        if self.quality:
            quality = self.quality.grade(_measured(crop, sights, dense))
            quality = quality if sights.whole.present > NOBODY else without_animal(quality)
        return AnnotationFeatures(
            embedding=Embedding(sights.whole.embedding, self.model),
            dense=dense,
            rootsift=rootsift(crop, coat=lambda points: coat_at(sights, points)),
            flank=crop.flank,
            box=crop.box,
            pose=sights.whole.pose,
            quality=quality,
        )

    def _dense(self, crop: Crop, sights: Sights) -> LocalFeatures:
        """The surest cells of both looks; they weigh as much as it is sure that an animal is there
        at all."""
        present = np.float32(1 / (1 + np.exp(-sights.whole.present)))
        whole = _surest_cells(sights.whole, crop)
        near = _surest_cells(sights.near, crop)
        points, descriptors, weight, places = (
            np.concatenate(pair) for pair in zip(whole, near, strict=True)
        )
        return LocalFeatures(
            points, descriptors, weight * present, self.model, len(whole[0]), places
        )

    def measures(self, crops: Sequence[Crop]) -> list[Measures]:
        """What quality is graded by, of every crop, in order."""
        measured = []
        for crop, sights in zip(crops, self.sights(crops), strict=True):
            dense = self._dense(crop, sights)
            measured.append(_measured(crop, sights, dense))
        return measured

    def animals(self, image: Image) -> list[ProposedBox]:
        """Where coat is seen in a full frame, see `reid.describe.finder`; one look at all of it.

        image: (H, W, 3) uint8 RGB.
        """
        frame = Crop(image, Box(0, 0, image.shape[1], image.shape[0]), Flank.UNKNOWN)
        [sight] = self._seen([window_on(frame, frame.box)], everything=True)
        if sight.present <= NOBODY:
            return []
        return boxes_of_coat(_coat_on(sight, frame.box), image.shape[1], image.shape[0])

    def flanks(self, crops: Sequence[Crop]) -> list[Box]:
        """Where the flank lies in each crop, pixels of the crop."""
        return self.find(crops)[0]

    def looked_at(self, crops: Sequence[Crop]) -> list[Box]:
        """What the first look, from which the embedding comes, shows of each crop."""
        return [region for _, region in self._wholes(crops)]

    def find(self, crops: Sequence[Crop]) -> tuple[list[Box], list[Pose]]:
        """Where the flank lies in each crop (pixels of the crop), and the animal's pose."""
        wholes = [sight for sight, _ in self._wholes(crops)]
        return [self._flank(crop, sight) for crop, sight in zip(crops, wholes, strict=True)], [
            sight.pose for sight in wholes
        ]

    def sights(self, crops: Sequence[Crop]) -> list[Sights]:
        """Both looks at every crop, in order."""
        found = self._wholes(crops)
        flanks = [self._flank(crop, sight) for crop, (sight, _) in zip(crops, found, strict=True)]
        wholes = self._softened(crops, found)
        windows = [window_on(crop, flank) for crop, flank in zip(crops, flanks, strict=True)]
        nears = self._seen(windows)
        return [Sights(*parts) for parts in zip(wholes, nears, flanks, strict=True)]

    def _softened(
        self, crops: Sequence[Crop], found: Sequence[tuple[SeenWindow, Box]]
    ) -> list[SeenWindow]:
        """The same looks with the descriptors of a softer picture, as poor photos have them."""
        softness = self.card.softness
        if not softness:
            return [sight for sight, _ in found]
        sights = []
        for crop, (sight, region) in zip(crops, found, strict=True):
            contrast = torch.from_numpy(softened(crop, region, softness))[None, None]
            coat = torch.from_numpy(sight.coat)[None, None]
            with torch.inference_mode(), reduced_precision():
                descriptors = self.network.describe(contrast)
            [soft] = without_surround(descriptors.float(), coat).numpy()
            sights.append(replace(sight, descriptors=soft))
        return sights

    def _flank(self, crop: Crop, sight: SeenWindow) -> Box:
        """The flank in pixels of the crop; all of the crop where none is seen, or where the model
        takes no part of it for one."""
        everything = _all_of(crop)
        if self.card.sees != FLANK:
            return everything
        return flank_box(sight.coat, sight.places, sight.window) or everything

    def _wholes(self, crops: Sequence[Crop]) -> list[tuple[SeenWindow, Box]]:
        """The look at each crop, or at the animal in it where that fills little of the crop and the
        model does not take whole crops; and what it shows, pixels of the crop."""
        regions = [_all_of(crop) for crop in crops]
        sights = self._seen([window_on(*pair) for pair in zip(crops, regions, strict=True)])
        for n, crop in enumerate(crops if self.card.sees == FLANK else ()):
            box = animal_box(sights[n].coat, sights[n].window)
            if box and max(box.width / crop.image.shape[1], box.height / crop.image.shape[0]) < (
                LOOSE
            ):
                regions[n] = box
                [sights[n]] = self._seen([window_on(crop, box)])
        return list(zip(sights, regions, strict=True))

    def _seen(self, windows: Sequence[Window], *, everything: bool = False) -> list[SeenWindow]:
        """everything: coat of several animals, and of what looks a little like it."""
        sights: list[SeenWindow] = []
        for at in range(0, len(windows), TOGETHER):
            sights += self._pass(windows[at : at + TOGETHER], everything)
        return sights

    @torch.inference_mode()
    def _pass(self, windows: Sequence[Window], everything: bool) -> Iterable[SeenWindow]:
        """One pass of the network."""
        contrast, grey = (
            torch.from_numpy(np.stack([getattr(w, name) for w in windows])[:, None])
            for name in ("contrast", "grey")
        )
        with reduced_precision():
            output: LookOutput = self.network(contrast, grey)
        coat = torch.sigmoid(output.coat.float())
        if not everything:
            coat = torch.from_numpy(np.stack([of_the_animal(each) for each in coat.numpy()]))
        trust = coat * torch.sigmoid(output.trust.float())
        descriptors = without_surround(output.descriptors.float(), coat[:, None])
        yaw = torch.rad2deg(torch.atan2(output.yaw[:, 1].float(), output.yaw[:, 0].float()))
        left = torch.sigmoid(-output.right.float())
        chart = output.chart.float()
        embedding = self.network.embed_cells(descriptors, coat, trust, chart)
        parts = (descriptors, coat, trust, chart, embedding)
        arrays = [part.numpy() for part in parts]
        return [
            SeenWindow(
                window=window,
                descriptors=arrays[0][n],
                coat=arrays[1][n],
                trust=arrays[2][n],
                places=arrays[3][n],
                pose=Pose(float(left[n]), float(yaw[n])),
                present=float(output.present[n]),
                embedding=arrays[4][n],
            )
            for n, window in enumerate(windows)
        ]


def reduced_precision() -> AbstractContextManager[object]:
    """Numbers of 16 bits where the processor multiplies them, twice as fast."""
    return torch.autocast("cpu", torch.bfloat16, enabled=multiplies_bfloat16())


def multiplies_bfloat16() -> bool:
    """Whether this processor has instructions for bfloat16; others would only be slower."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def _all_of(crop: Crop) -> Box:
    return Box(0, 0, crop.image.shape[1], crop.image.shape[0])


def coat_at(sights: Sights, points: Float32) -> Float32:
    """(N,) probability of coat at (N, 2) pixels of the crop: of the look at the flank where that
    reaches."""
    coat = _read(sights.whole, points)
    near = _read(sights.near, points)
    return np.asarray(np.where(near >= 0, near, np.maximum(coat, 0)), np.float32)


def _read(sight: SeenWindow, points: Float32) -> Float32:
    """(N,) coat at pixels of the crop; -1 beyond the window."""
    at = sight.window.cells(points)
    x, y = (np.ascontiguousarray(at[:, n : n + 1], np.float32) for n in (0, 1))
    values = cv2.remap(
        sight.coat, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=-9
    )
    return np.where(values[:, 0] < 0, -1, values[:, 0]).astype(np.float32)


def _measured(crop: Crop, sights: Sights, dense: LocalFeatures) -> Measures:
    return measure(
        _luminance(crop, sights.flank),
        _coat_on(sights.near, sights.flank),
        flank=sights.flank,
        crop=_all_of(crop),
        pose=sights.whole.pose,
        trust=float(dense.weight.mean()) if len(dense) else 0.0,
    )


def _luminance(crop: Crop, region: Box) -> NDArray[np.uint8]:
    """(H, W) of LOOK: the region; what lies outside the crop repeats its edge."""
    grey = cv2.cvtColor(crop.image, cv2.COLOR_RGB2GRAY)
    height, width = LOOK
    sx, sy = region.width / width, region.height / height
    if (shrink := min(sx, sy)) > 1.5:
        grey = cv2.resize(grey, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    fx, fy = grey.shape[1] / crop.image.shape[1], grey.shape[0] / crop.image.shape[0]
    x = (region.x0 + (np.arange(width) + 0.5) * sx) * fx - 0.5
    y = (region.y0 + (np.arange(height) + 0.5) * sy) * fy - 0.5
    columns, rows = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
    edge = cv2.BORDER_REPLICATE
    return np.asarray(cv2.remap(grey, columns, rows, cv2.INTER_LINEAR, borderMode=edge), np.uint8)


def _coat_on(sight: SeenWindow, region: Box) -> Float32:
    """(h, w) probability of coat over a region of the crop, one number a cell of the window."""
    h, w = sight.coat.shape
    x = region.x0 + (np.arange(w) + 0.5) * region.width / w - 0.5
    y = region.y0 + (np.arange(h) + 0.5) * region.height / h - 0.5
    points = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2).astype(np.float32)
    return np.maximum(_read(sight, points), 0).reshape(h, w)


def _surest_cells(sight: SeenWindow, crop: Crop) -> tuple[Float32, Float32, Float32, Float32]:
    """The cells of coat inside the crop that are most to be trusted: points (pixels of the photo),
    descriptors, weight, places."""
    size, h, w = sight.descriptors.shape
    columns, rows = np.meshgrid(np.arange(w), np.arange(h))
    points = sight.window.on_crop(np.stack([columns, rows], -1).reshape(-1, 2).astype(np.float32))
    height, width = crop.image.shape[:2]
    inside = ((points >= 0) & (points <= (width - 1, height - 1))).all(1)
    corner = np.array([crop.box.x0, crop.box.y0], np.float32)
    inside &= ~on_bars(points + corner, crop.bars, margin=STRIDE / sight.window.scale)
    weight = sight.trust.reshape(-1) * (inside & (sight.coat.reshape(-1) > LEAST_COAT))
    order = np.argsort(-weight, kind="stable")[:CELLS]
    order = np.sort(order[weight[order] > 0])
    flat = sight.descriptors.reshape(size, -1).T
    return (
        points[order] + corner,
        np.ascontiguousarray(flat[order], np.float32),
        weight[order].astype(np.float32),
        np.ascontiguousarray(sight.places.reshape(2, -1).T[order], np.float32),
    )
