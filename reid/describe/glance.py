"""What ImageNet knows of animals: EfficientNet-Lite0 without its classifier, never trained further.

M. Tan and Q. Le (EfficientNet, ICML 2019); Lite0 and its weights are Apache-2.0. Heads that learn
on painted bodies from these features know head from rump on real animals better than those of a
network that never saw a photograph. Features that learn, too, would lose that (Hinterstoisser 2018,
on pre-trained features and synthetic images).
"""

from collections.abc import Mapping
from typing import NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

STAGES = (  # expansion, kernel, stride, channels, blocks
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
NEAR, MIDDLE, FAR = 4, 10, 15  # blocks whose features are given: strides 8, 16 and 32
CHANNELS = (40, 112, 320)
MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class GlanceFeatures(NamedTuple):
    """(B, 40, h/8, w/8), (B, 112, h/16, w/16) and (B, 320, h/32, w/32) of a picture of (h, w)."""

    near: Tensor
    middle: Tensor
    far: Tensor


class Glance(nn.Module):
    """Frozen: its weights and the statistics of its batches stay those of ImageNet."""

    def __init__(self) -> None:
        """Random weights; `load_public` or a state dict gives the real ones."""
        super().__init__()
        self.stem = _Normalised(3, 32, 3, 2)
        blocks, channels = [], 32
        for expansion, kernel, stride, out, count in STAGES:
            for n in range(count):
                blocks.append(_Block(channels, out, expansion, kernel, 1 if n else stride))
                channels = out
        self.blocks = nn.ModuleList(blocks)
        self.requires_grad_(False)
        self.train(False)

    def train(self, mode: bool = True) -> Self:  # noqa: ARG002
        """Always in evaluation mode."""
        return super().train(False)

    @torch.no_grad()
    def forward(self, grey: Tensor) -> GlanceFeatures:
        """grey: (B, 1, h, w) luminance in [0, 1], h and w multiples of 32."""
        mean, spread = (grey.new_tensor(three)[:, None, None] for three in (MEAN, SPREAD))
        x = F.relu6(self.stem((grey - mean) / spread))
        taken = []
        for n, block in enumerate(self.blocks):
            x = block(x)
            if n in (NEAR, MIDDLE, FAR):
                taken.append(x)
        return GlanceFeatures(*taken)

    def load_public(self, weights: Mapping[str, Tensor]) -> None:
        """The tensors of `efficientnet-lite0-57934424.pth`, whose names differ; its classifier is
        left out. Raises RuntimeError for other tensors."""
        self.load_state_dict(
            {_own_name(k): v for k, v in weights.items() if not k.startswith(_CLASSIFIER)}
        )


_CLASSIFIER = ("_conv_head", "_bn1", "_fc")


def _own_name(public: str) -> str:
    """What we call a tensor of the public file."""
    if public.startswith("_blocks."):
        block, part, rest = public.removeprefix("_blocks.").split(".", 2)
        norms = {"_bn0": "expand", "_bn1": "depthwise", "_bn2": "project"}
        if part in norms:
            return f"blocks.{block}.{norms[part]}.norm.{rest}"
        return f"blocks.{block}.{part.removeprefix('_').removesuffix('_conv')}.conv.{rest}"
    return public.replace("_conv_stem", "stem.conv").replace("_bn0", "stem.norm")


class _Normalised(nn.Module):
    """A convolution with TensorFlow's padding, and its batch normalisation."""

    def __init__(self, channels: int, out: int, kernel: int, stride: int, groups: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, kernel, stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(out, eps=1e-3)
        margin = kernel - stride if stride > 1 else kernel - 1
        self.margin = (margin // 2, margin - margin // 2) * 2

    def forward(self, x: Tensor) -> Tensor:
        normalised: Tensor = self.norm(self.conv(F.pad(x, self.margin)))
        return normalised


class _Block(nn.Module):
    """An inverted residual."""

    def __init__(self, channels: int, out: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        wide = channels * expansion
        self.expand = _Normalised(channels, wide, 1, 1) if expansion > 1 else None
        self.depthwise = _Normalised(wide, wide, kernel, stride, groups=wide)
        self.project = _Normalised(wide, out, 1, 1)
        self.shortcut = channels == out and stride == 1

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu6(self.expand(x)) if self.expand else x
        y = self.project(F.relu6(self.depthwise(y)))
        return torch.add(x, y) if self.shortcut else y
