"""MegaDescriptor, MiewID and any timm network, built so that their published weights fit strictly.

Nothing of the other projects is copied: architectures are timm's, the names of the tensors are
those in the published files.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from reid.describe.peers.errors import (
    NoSuchMegaDescriptor,
    NoSuchTimmNetwork,
    NoSwinWeights,
    WeightsOfAnotherNetwork,
)
from reid.errors import MissingExtra

# (channels of the first stage, blocks of the third, side of a window) of each MegaDescriptor
SWIN: Mapping[str, tuple[str, tuple[int, int, int]]] = {
    "T-224": ("swin_tiny_patch4_window7_224", (96, 6, 7)),
    "S-224": ("swin_small_patch4_window7_224", (96, 18, 7)),
    "B-224": ("swin_base_patch4_window7_224", (128, 18, 7)),
    "L-224": ("swin_large_patch4_window7_224", (192, 18, 7)),
    "L-384": ("swin_large_patch4_window12_384", (192, 18, 12)),
}
MIEWID_BACKBONE = "efficientnetv2_rw_m"
MIEWID_CHANNELS = 2152
NAMED_IN_ERRORS = 3


@dataclass(frozen=True, slots=True)
class TimmInput:
    """How a timm network wants to see an image. size: (H, W) pixels; mean, spread: of 0..1."""

    size: tuple[int, int]
    mean: tuple[float, float, float]
    spread: tuple[float, float, float]


class GeneralisedMean(nn.Module):
    """Pooling by the p-th mean over all places (Radenovic 2018), p learned; (B, C, h, w) to (B, C).

    least: values below it are raised to it first.
    """

    def __init__(self, *, p: float = 3.0, least: float = 1e-6) -> None:
        super().__init__()
        self.p = nn.Parameter(torch.full((1,), p))
        self.least = least

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, C, h, w)."""
        pooled: Tensor = (x.clamp(min=self.least) ** self.p).mean((2, 3)) ** (1 / self.p)
        return pooled


class MiewId(nn.Module):
    """EfficientNetV2-M of timm's own make, generalised mean, batch normalisation: (B, 2152)."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = create(MIEWID_BACKBONE, num_classes=0, global_pool="")
        self.pooling = GeneralisedMean()
        self.bn = nn.BatchNorm1d(MIEWID_CHANNELS)

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, 3, H, W), normalised."""
        features: Tensor = self.bn(self.pooling(self.backbone(x)))
        return features


def create(name: str, **options: Any) -> nn.Module:  # noqa: ANN401
    """A network of timm without weights."""
    network: nn.Module = _timm(name).create_model(name, pretrained=False, **options)
    return network


def _timm(name: str) -> ModuleType:
    """The optional package, where it is installed and knows a network of that name."""
    try:
        import timm
    except ImportError as error:
        raise MissingExtra(feature=name, needs="timm", extra="peers") from error
    if not timm.is_model(name):
        raise NoSuchTimmNetwork(version=timm.__version__, name=name)
    return timm


def megadescriptor(tensors: Mapping[str, Tensor]) -> tuple[nn.Module, str]:
    """A MegaDescriptor with these weights, and which of `SWIN` it is, told from their shapes."""
    variant = swin_variant(tensors)
    return fitted(lambda: create(SWIN[variant][0], num_classes=0), swin_names(tensors)), variant


def miewid(tensors: Mapping[str, Tensor]) -> nn.Module:
    """MiewID with these weights; the classifier it was trained with is left out."""
    return fitted(MiewId, {k: v for k, v in tensors.items() if not k.startswith("final.")})


def known_model(name: str, tensors: Mapping[str, Tensor]) -> tuple[nn.Module, TimmInput]:
    """A network of timm with these weights less their classifier, and what it wants to see."""
    described: Mapping[str, Any] = _timm(name).get_pretrained_cfg(name).to_dict()
    heads = described.get("classifier") or ()
    heads = (heads,) if isinstance(heads, str) else tuple(heads)
    body = {k: v for k, v in tensors.items() if not k.startswith(tuple(f"{h}." for h in heads))}
    network = fitted(lambda: create(name, num_classes=0), body)
    _, height, width = described["input_size"]
    return network, TimmInput((height, width), tuple(described["mean"]), tuple(described["std"]))


def swin_variant(tensors: Mapping[str, Tensor]) -> str:
    """Which MegaDescriptor has these shapes; a window of side w has (2w - 1)^2 biases."""
    try:
        channels = tensors["patch_embed.proj.weight"].shape[0]
        biases = tensors["layers.0.blocks.0.attn.relative_position_bias_table"].shape[0]
    except KeyError as error:
        raise NoSwinWeights(tensor=str(error)) from error
    blocks = {int(m[1]) for k in tensors if (m := re.match(r"layers\.2\.blocks\.(\d+)\.", k))}
    shape = (channels, len(blocks), (round(biases**0.5) + 1) // 2)
    for variant, (_, expected) in SWIN.items():
        if shape == expected:
            return variant
    raise NoSuchMegaDescriptor(channels=shape[0], blocks=shape[1], window=shape[2])


def swin_names(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors under the names of timm since 0.9.

    Before, a stage ended with its downsampling, now the next one begins with it; window indices
    and masks were stored, now they are computed. The classifier is left out.
    """
    old = any(key.startswith("layers.0.downsample.") for key in tensors)
    renamed = {}
    for key, value in tensors.items():
        if key.endswith(("relative_position_index", "attn_mask")) or key.startswith("head."):
            continue
        moved = re.match(r"layers\.(\d+)\.downsample\.(.*)", key) if old else None
        renamed[f"layers.{int(moved[1]) + 1}.downsample.{moved[2]}" if moved else key] = value
    return renamed


def fitted(build: Callable[[], nn.Module], tensors: Mapping[str, Tensor]) -> nn.Module:
    """The network with exactly these tensors: all of its own, no other, in the same shapes."""
    network = build()
    own = network.state_dict()
    faults = {
        "missing": [key for key in own if key not in tensors],
        "unknown": [key for key in tensors if key not in own],
        "of another shape": [k for k in own if k in tensors and own[k].shape != tensors[k].shape],
    }
    if any(faults.values()):
        reasons = [
            f"{len(keys)} {fault} ({', '.join(keys[:NAMED_IN_ERRORS])})"
            for fault, keys in faults.items()
            if keys
        ]
        raise WeightsOfAnotherNetwork(network=type(network).__name__, faults="; ".join(reasons))
    network.load_state_dict(tensors)
    return network
