"""A crop squashed to a square, normalised, through a network: how every peer wants to see it."""

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image as Pillow
from torch import Tensor, nn
from torch.nn import functional as F

from reid.types import Crop, Embedding, Image


class SquashedEmbedder:
    """A peer: the whole crop, squashed to the network's size without regard to its shape.

    size: (H, W) pixels; mean, spread: per channel, of values in 0..1; batch: crops at a time.
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        model: str,
        licence: str,
        size: tuple[int, int],
        mean: tuple[float, float, float],
        spread: tuple[float, float, float],
        batch: int = 8,
    ) -> None:
        self.network = network.eval().to(memory_format=torch.channels_last)
        self.model, self.licence, self.size, self.batch = model, licence, size, batch
        self._mean, self._spread = (torch.tensor(v).view(1, 3, 1, 1) for v in (mean, spread))

    @torch.inference_mode()
    def embed(self, crops: Sequence[Crop]) -> list[Embedding]:
        """One embedding a crop, in order."""
        embeddings: list[Embedding] = []
        for at in range(0, len(crops), self.batch):
            vectors = self.network(self.normalised([c.image for c in crops[at : at + self.batch]]))
            embeddings += [Embedding(v, self.model) for v in F.normalize(vectors, dim=1).numpy()]
        return embeddings

    def normalised(self, images: Sequence[Image]) -> Tensor:
        """(B, 3, H, W) float32 of (h, w, 3) uint8 images, resized bilinearly with antialiasing."""
        height, width = self.size
        squashed = [
            np.asarray(Pillow.fromarray(image).resize((width, height), Pillow.Resampling.BILINEAR))
            for image in images
        ]
        batch = torch.from_numpy(np.stack(squashed)).permute(0, 3, 1, 2)  # channels last in memory
        return (batch.float() / 255 - self._mean) / self._spread
