"""One look at a photo: coat, descriptors, trust, place on the body, view and embedding at once."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models.resnet import BasicBlock

from reid.describe.glance import CHANNELS, Glance, GlanceFeatures

PARTS, VIEWS = 5, 5
WHOLE = (3, 5)  # rows and columns of the glance from which the whole is told
U_CENTRE, U_SCALE, V_CENTRE, V_SCALE = 0.6, 0.4, 0.5, 0.5
BINS_U, BINS_V = (0.12, 0.27, 0.4, 0.53, 0.66, 0.79, 0.92), (0.12, 0.42, 0.75)
TRUNK_SHARE = 0.2  # of the embedding's gradient: the trunk serves the descriptors
SURROUND = 2.0  # cells: standard deviation of the neighbourhood that is subtracted
SEEN = 0.3  # probability of coat below which a cell is no part of a neighbourhood
REACH_U, REACH_V = 0.065, 0.16  # standard deviations of the bins' weights


class LookOutput(NamedTuple):
    """What the network says about B windows of (H, W) pixels; h = H / 8, w = W / 8.

    descriptors: (B, C, h, w), norm 1 over C. coat: (B, h, w), log odds that a cell shows coat.
    trust: (B, h, w), log odds that its descriptor finds its place in another photo. chart: (B, 2,
    h, w), place (u, v) on the body, see `reid.synthetic.surface.Geometry`. doubt: (B, 2, h, w),
    logarithm of the mean error of the place. part: (B, 5, h, w) logits. side: (B, h, w), log odds
    that a cell lies on the animal's right side. yaw: (B, 2), cosine and sine, positive where the
    rear is nearer. right: (B,), log odds that the animal faces right. view: (B, 5) logits of front,
    oblique front, side, oblique rear, rear. present: (B,), log odds that an animal is seen at all.
    embedding: (B, D), norm 1.
    """

    descriptors: Tensor
    coat: Tensor
    trust: Tensor
    chart: Tensor
    doubt: Tensor
    part: Tensor
    side: Tensor
    yaw: Tensor
    right: Tensor
    view: Tensor
    present: Tensor
    embedding: Tensor


class Guide(NamedTuple):
    """What the embedding is pooled by in training, of R of the B windows.

    chart: (R, 2, h, w), the true place; coat: (R, h, w) in [0, 1]; rows: (R,) int64, which windows.
    """

    chart: Tensor
    coat: Tensor
    rows: Tensor


class LookNetwork(nn.Module):
    """A residual trunk that gives descriptors at stride 8, and a glance that gives the context.

    The trunk learns from painted coats alone. What is coat and from where the body is seen is told
    from the glance's features, which come from photographs and stay as they are.
    """

    def __init__(
        self,
        *,
        widths: tuple[int, int, int, int] = (24, 40, 80, 128),
        descriptor_size: int = 64,
        embedding_size: int = 256,
    ) -> None:
        """widths: channels of the trunk at strides 2, 4 and 8, of the embedding at stride 16."""
        super().__init__()
        a, b, c, d = widths
        self.widths = widths
        self.stem = nn.Sequential(
            nn.Conv2d(1, a, 5, 2, 2, bias=False), nn.BatchNorm2d(a), nn.ReLU(inplace=True)
        )
        self.trunk = nn.Sequential(
            _residual(a, b, 2), _residual(b, b), _residual(b, c, 2), _residual(c, c),
            _residual(c, c),
        )  # fmt: skip
        self.descriptor = nn.Conv2d(c, descriptor_size, 1)
        self.glance = Glance()
        near, middle, far = CHANNELS
        self.scale = nn.ModuleList(nn.BatchNorm2d(size, affine=False) for size in CHANNELS)
        self.unsure = nn.Dropout2d(0.1)
        self.from_far = nn.Conv2d(far, c, 1)
        self.from_middle, self.from_near = nn.Conv2d(middle, c, 1), nn.Conv2d(near, c, 1)
        self.merge_far, self.merge_middle = _merged(c, c), _merged(c, c)
        self.merge_near, self.merge = _merged(c, c), _merged(c, c)
        self.cells = nn.Conv2d(c, 2 + 4 + PARTS + 1, 1)
        self.whole = nn.Sequential(
            nn.Conv2d(far + middle, 64, 1), nn.ReLU(), nn.Conv2d(64, 48, 3, padding=1), nn.ReLU(),
            nn.AdaptiveAvgPool2d(WHOLE), nn.Flatten(), nn.Dropout(0.3),
            nn.Linear(48 * WHOLE[0] * WHOLE[1], 2 + 1 + VIEWS + 1),
        )  # fmt: skip
        self.rosettes = nn.Sequential(_residual(c, d, 2), nn.Conv2d(d, c, 1))
        self.power = nn.Parameter(torch.tensor(3.0))
        self.project = nn.Linear(c * len(BINS_U) * len(BINS_V), embedding_size, bias=False)
        self.centre = nn.BatchNorm1d(embedding_size, affine=False)

    def forward(
        self,
        windows: Tensor,
        grey: Tensor,
        guide: Guide | None = None,
        glance: GlanceFeatures | None = None,
    ) -> LookOutput:
        """windows: (B, 1, H, W) float32 local contrast in [-1, 1], H and W multiples of 64.

        grey: (B, 1, H / 2, W / 2) float32, luminance of the same windows in [0, 1], for the glance.
        glance: its features of this grey, where a network with the same glance has them already.
        """
        packed = windows.contiguous(memory_format=torch.channels_last)
        features = self.trunk(self.stem(packed))
        if glance is None:
            glance = self.glance(grey.contiguous(memory_format=torch.channels_last))
        context, whole = self._glanced(glance)
        context = self.merge(_larger(context, features) + features)
        cells, whole = self.cells(context).float(), whole.float()
        chart = torch.stack([cells[:, 2] * U_SCALE + U_CENTRE, cells[:, 3] * V_SCALE + V_CENTRE], 1)
        coat = cells[:, 0]
        if guide is None:
            every = torch.arange(len(coat), device=coat.device)
            guide = Guide(chart.detach(), torch.sigmoid(coat.detach()), every)
        return LookOutput(
            descriptors=F.normalize(self.descriptor(features).float(), dim=1),
            coat=coat,
            trust=cells[:, 1],
            chart=chart,
            doubt=cells[:, 4:6].clamp(-6, 2),
            part=cells[:, 6 : 6 + PARTS],
            side=cells[:, 6 + PARTS],
            yaw=whole[:, :2],
            right=whole[:, 2],
            view=whole[:, 3 : 3 + VIEWS],
            present=whole[:, 3 + VIEWS],
            embedding=self.embed(features, guide),
        )

    def _glanced(self, glance: GlanceFeatures) -> tuple[Tensor, Tensor]:
        """(B, C, H / 16, W / 16) context of the glance, and (B, 9) what it says of the whole."""
        near, middle, far = (
            self.unsure(scale(taken)) for scale, taken in zip(self.scale, glance, strict=True)
        )
        context = self.merge_far(self.from_far(far))
        context = self.merge_middle(_larger(context, middle) + self.from_middle(middle))
        context = self.merge_near(_larger(context, near) + self.from_near(near))
        return context, self.whole(torch.cat([far, F.avg_pool2d(middle, 2)], 1))

    def embed(self, features: Tensor, guide: Guide) -> Tensor:
        """(R, D): features pooled over the bins of the body's chart, wherever they lie in the
        window; generalised mean (Radenovic 2018)."""
        chosen = features.index_select(0, guide.rows)
        chosen = TRUNK_SHARE * chosen + (1 - TRUNK_SHARE) * chosen.detach()
        x = F.softplus(self.rosettes(chosen)).float().flatten(2).clamp(min=1e-4)
        chart, coat = F.avg_pool2d(guide.chart, 2).flatten(2), F.avg_pool2d(guide.coat, 2)
        u, v = (chart.new_tensor(bins) for bins in (BINS_U, BINS_V))
        near_u = torch.exp(-(((chart[:, :1] - u[:, None]) / REACH_U) ** 2) / 2)
        near_v = torch.exp(-(((chart[:, 1:] - v[:, None]) / REACH_V) ** 2) / 2)
        weight = (near_u[:, :, None] * near_v[:, None]).flatten(1, 2) * coat.flatten(1)[:, None]
        total = weight.sum(2, keepdim=True)
        pooled = (weight @ (x**self.power).transpose(1, 2)) / (total + 1e-3)
        pooled = pooled.clamp(min=1e-6) ** (1 / self.power) * (total / (total + 1))
        projected = self.project(pooled.flatten(1))
        if self.centre.training:  # only its statistics move: a batch is too small to be used
            with torch.no_grad():
                self.centre(projected)
        centre = self.centre
        centred = F.batch_norm(projected, centre.running_mean, centre.running_var, eps=centre.eps)
        return F.normalize(centred, dim=1)


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


def _larger(x: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(x, size=like.shape[2:], mode="nearest")


def _merged(channels_in: int, channels_out: int) -> nn.Sequential | BasicBlock:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, 1, 1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )


def _residual(channels_in: int, channels_out: int, stride: int = 1) -> nn.Sequential | BasicBlock:
    """A residual block of torchvision's ResNet."""
    if stride == 1 and channels_in == channels_out:
        return BasicBlock(channels_in, channels_out)
    shortcut = nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 1, stride, bias=False), nn.BatchNorm2d(channels_out)
    )
    return BasicBlock(channels_in, channels_out, stride, shortcut)
