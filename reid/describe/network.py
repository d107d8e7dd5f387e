"""The rosette network: luminance in, one global embedding and dense local descriptors out."""

import copy
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.models.resnet import BasicBlock

STRIDE = 8
SURROUND = 2.0  # cells: standard deviation of the neighbourhood that is subtracted
SEEN = 0.3  # probability of coat below which a cell is no part of a neighbourhood


class Output(NamedTuple):
    """What the network says about a batch of B crops of (H, W) pixels.

    embedding: (B, D), rows of norm 1.
    descriptors: (B, C, H / 8, W / 8), norm 1 over C.
    coat: (B, H / 8, W / 8), log odds that a cell shows the animal's coat.
    reliability: (B, H / 8, W / 8), log odds that a cell's descriptor finds its place elsewhere.
    place: (B, 2, H / 32, W / 32), where on the body a cell lies, see `body_place`.
    pose: (B, 2), log odds that the animal faces left, and its yaw in radians (positive where the
    rear is nearer to the camera).
    """

    embedding: Tensor
    descriptors: Tensor
    coat: Tensor
    reliability: Tensor
    place: Tensor
    pose: Tensor


PLACE_CENTRE, PLACE_SCALE = (1.0, 0.35), (0.5, 0.25)


def body_place(place: Tensor) -> Tensor:
    """(B, 2, h, w) output of the network to (u, v) on the body's outline in coat units.

    u runs from the head (0) to the tail (2), v from the back to the feet (1).
    """
    centre, scale = (place.new_tensor(c)[:, None, None] for c in (PLACE_CENTRE, PLACE_SCALE))
    return place * scale + centre


class RosetteNetwork(nn.Module):
    """A small residual trunk to stride 8 with local heads; branches for the whole and the pose."""

    def __init__(
        self,
        *,
        widths: tuple[int, int, int, int] = (24, 40, 80, 160),
        descriptor_size: int = 64,
        embedding_size: int = 256,
        grid: tuple[int, int] = (3, 6),
        words: int = 0,
    ) -> None:
        """words: how many of `reid.describe.arrangement` lie here; nothing reads them."""
        super().__init__()
        a, b, c, d = widths
        self.trunk_share = 0.2  # of the embedding's gradient: the trunk serves the descriptors
        self.widths, self.grid = widths, grid
        self.stem = nn.Sequential(
            nn.Conv2d(1, a, 5, 2, 2, bias=False), nn.BatchNorm2d(a), nn.ReLU(inplace=True)
        )
        self.trunk = nn.Sequential(
            _block(a, b, 2), _block(b, b, 1), _block(b, c, 2), _block(c, c, 1), _block(c, c, 1)
        )
        self.descriptor = nn.Conv2d(c, descriptor_size, 1)
        self.coat = nn.Conv2d(c, 1, 1)
        self.reliability = nn.Conv2d(c, 1, 1)
        self.deep = nn.Sequential(_block(c, d, 2), _block(d, d, 1))
        self.power = nn.Parameter(torch.tensor(3.0))
        self.project = nn.Linear(d * grid[0] * grid[1], embedding_size, bias=False)
        self.centre = nn.BatchNorm1d(embedding_size, affine=False)
        self.posture = nn.Sequential(_block(c, c, 2), _block(c, d, 2), _block(d, d, 1))
        self.place = nn.Conv2d(d, 2, 1)
        self.pose = nn.Linear(d, 2)
        self.words: Tensor
        self.register_buffer("words", torch.zeros(words, descriptor_size))

    def forward(self, crops: Tensor) -> Output:
        """crops: (B, 1, H, W) float32 in [-1, 1], H and W multiples of 32."""
        features = self.features(crops)
        apart = features.detach()
        return Output(
            self.embed(self.trunk_share * features + (1 - self.trunk_share) * apart),
            self.describe(features),
            self.coat(features)[:, 0],
            self.reliability(apart)[:, 0],
            *self.locate(apart),
        )

    def features(self, crops: Tensor) -> Tensor:
        """(B, C, H / 8, W / 8) features of the trunk, on which every head looks."""
        packed = crops.contiguous(memory_format=torch.channels_last)
        features: Tensor = self.trunk(self.stem(packed))
        return features

    def describe(self, features: Tensor) -> Tensor:
        """(B, C, h, w) local descriptors, norm 1 over C, of features of the trunk."""
        return F.normalize(self.descriptor(features), dim=1)

    def embed(self, features: Tensor) -> Tensor:
        """Generalised-mean pooling (Radenovic 2018) in a coarse grid, projected, centred."""
        raised = self.deep(features).clamp(min=1e-4) ** self.power
        pooled = F.adaptive_avg_pool2d(raised, self.grid) ** (1 / self.power)
        embedding: Tensor = F.normalize(self.centre(self.project(pooled.flatten(1))), dim=1)
        return embedding

    def locate(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Place and pose, as in `Output`, of features of the trunk."""
        x = self.posture(features)
        return self.place(x), self.pose(x.mean((2, 3)))


def folded(network: RosetteNetwork) -> RosetteNetwork:
    """A copy to look with, whose batch normalisations are part of the convolutions before them.

    It says the same but for rounding, a tenth faster for a single crop, and cannot be trained.
    """
    copied = copy.deepcopy(network).eval()
    for part in copied.modules():
        if isinstance(part, BasicBlock):
            part.conv1, part.bn1 = fuse_conv_bn_eval(part.conv1, part.bn1), nn.Identity()
            part.conv2, part.bn2 = fuse_conv_bn_eval(part.conv2, part.bn2), nn.Identity()
        elif isinstance(part, nn.Sequential):
            for at, (before, after) in enumerate(pairwise([*part])):
                if isinstance(before, nn.Conv2d) and isinstance(after, nn.BatchNorm2d):
                    part[at], part[at + 1] = fuse_conv_bn_eval(before, after), nn.Identity()
    return copied.to(memory_format=torch.channels_last)


def without_surround(descriptors: Tensor, coat: Tensor) -> Tensor:
    """What a cell says beyond its neighbourhood: the rosettes, not the place on the body.

    descriptors: (B, C, h, w); coat: (B, 1, h, w) in [0, 1]. The place on the body changes slowly
    over the flank and is the same on every leopard, so its share is a smooth field; the pattern
    changes from cell to cell. Returns (B, C, h, w), norm 1 over C.
    """
    visible = (coat > SEEN).to(descriptors.dtype)
    smooth = _blurred(torch.cat([descriptors * visible, visible], 1))
    return F.normalize(descriptors - smooth[:, :-1] / (smooth[:, -1:] + 1e-6), dim=1)


def _blurred(field: Tensor) -> Tensor:
    """Gaussian of SURROUND cells over each channel, zero outside."""
    reach = torch.arange(-5.0, 6.0, device=field.device)
    kernel = torch.exp(-(reach**2) / (2 * SURROUND**2))
    kernel = (kernel / kernel.sum()).expand(field.shape[1], 1, 1, 11)
    across = F.conv2d(field, kernel, padding=(0, 5), groups=field.shape[1])
    return F.conv2d(across, kernel.transpose(2, 3), padding=(5, 0), groups=field.shape[1])


def _block(channels_in: int, channels_out: int, stride: int) -> nn.Module:
    """A residual block of torchvision's ResNet."""
    if stride == 1 and channels_in == channels_out:
        return BasicBlock(channels_in, channels_out)
    down = nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 1, stride, bias=False), nn.BatchNorm2d(channels_out)
    )
    return BasicBlock(channels_in, channels_out, stride, down)
