"""One look at a photo: coat, descriptors, trust, place on the body and view at once."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models.resnet import BasicBlock

from reid.describe.glance import CHANNELS, Glance, GlanceFeatures
from reid.describe.layout import RosetteLayout

PARTS, VIEWS = 5, 5
WHOLE = (3, 5)  # rows and columns of the glance from which the whole is told
U_CENTRE, U_SCALE, V_CENTRE, V_SCALE = 0.6, 0.4, 0.5, 0.5
SURROUND = 2.0  # cells: standard deviation of the neighbourhood that is subtracted
SEEN = 0.3  # probability of coat below which a cell is no part of a neighbourhood


class LookOutput(NamedTuple):
    """What the network says about B windows of (H, W) pixels; h = H / 8, w = W / 8.

    descriptors: (B, C, h, w), norm 1 over C. coat: (B, h, w), log odds that a cell shows coat.
    trust: (B, h, w), log odds that its descriptor finds its place in another photo. chart: (B, 2,
    h, w), place (u, v) on the body, see `reid.synthetic.surface.Geometry`. doubt: (B, 2, h, w),
    logarithm of the mean error of the place. part: (B, 5, h, w) logits. side: (B, h, w), log odds
    that a cell lies on the animal's right side. yaw: (B, 2), cosine and sine, positive where the
    rear is nearer. right: (B,), log odds that the animal faces right. view: (B, 5) logits of front,
    oblique front, side, oblique rear, rear. present: (B,), log odds that an animal is seen at all.
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


class LookNetwork(nn.Module):
    """A residual trunk that gives descriptors at stride 8, and a glance that gives the context.

    The trunk learns from painted coats alone. What is coat and from where the body is seen is told
    from the glance's features, which come from photographs and stay as they are.
    """

    def __init__(
        self,
        *,
        widths: tuple[int, int, int] = (24, 40, 80),
        descriptor_size: int = 64,
        embedding_size: int = 256,
    ) -> None:
        """widths: channels of the trunk at strides 2, 4 and 8."""
        super().__init__()
        a, b, c = widths
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
        self.layout = RosetteLayout(descriptor_size=descriptor_size, embedding_size=embedding_size)

    def forward(
        self,
        windows: Tensor,
        grey: Tensor,
        glance: GlanceFeatures | None = None,
    ) -> LookOutput:
        """windows: (B, 1, H, W) float32 local contrast in [-1, 1], H and W multiples of 64.

        grey: (B, 1, H / 2, W / 2) float32, luminance of the same windows in [0, 1], for the glance.
        glance: its features of this grey, where a network with the same glance has them already.
        """
        features = self._features(windows)
        if glance is None:
            glance = self.glance(grey.contiguous(memory_format=torch.channels_last))
        context, whole = self._glanced(glance)
        context = self.merge(_larger(context, features) + features)
        cells, whole = self.cells(context).float(), whole.float()
        chart = torch.stack([cells[:, 2] * U_SCALE + U_CENTRE, cells[:, 3] * V_SCALE + V_CENTRE], 1)
        return LookOutput(
            descriptors=self._descriptors(features),
            coat=cells[:, 0],
            trust=cells[:, 1],
            chart=chart,
            doubt=cells[:, 4:6].clamp(-6, 2),
            part=cells[:, 6 : 6 + PARTS],
            side=cells[:, 6 + PARTS],
            yaw=whole[:, :2],
            right=whole[:, 2],
            view=whole[:, 3 : 3 + VIEWS],
            present=whole[:, 3 + VIEWS],
        )

    def describe(self, windows: Tensor) -> Tensor:
        """(B, C, h, w): the descriptors of windows alone, as `forward` gives them."""
        return self._descriptors(self._features(windows))

    def _features(self, windows: Tensor) -> Tensor:
        packed = windows.contiguous(memory_format=torch.channels_last)
        return torch.as_tensor(self.trunk(self.stem(packed)))

    def _descriptors(self, features: Tensor) -> Tensor:
        return F.normalize(self.descriptor(features).float(), dim=1)

    def _glanced(self, glance: GlanceFeatures) -> tuple[Tensor, Tensor]:
        """(B, C, H / 16, W / 16) context of the glance, and (B, 9) what it says of the whole."""
        near, middle, far = (
            self.unsure(scale(taken)) for scale, taken in zip(self.scale, glance, strict=True)
        )
        context = self.merge_far(self.from_far(far))
        context = self.merge_middle(_larger(context, middle) + self.from_middle(middle))
        context = self.merge_near(_larger(context, near) + self.from_near(near))
        return context, self.whole(torch.cat([far, F.avg_pool2d(middle, 2)], 1))

    def embed(self, look: LookOutput) -> Tensor:
        """(B, D), norm 1: how the rosettes lie on the body, see `reid.describe.layout`."""
        coat = torch.sigmoid(look.coat.float())
        descriptors = without_surround(look.descriptors.float(), coat[:, None])
        return self.embed_cells(descriptors, coat, coat * torch.sigmoid(look.trust), look.chart)

    def embed_cells(
        self, descriptors: Tensor, coat: Tensor, trust: Tensor, chart: Tensor
    ) -> Tensor:
        """(B, D), norm 1, from descriptors without their surround, coat, trust (both in [0, 1])
        and places of all cells of windows."""
        weight = (trust * (coat > SEEN)).flatten(1)
        places = chart.float().flatten(2).transpose(1, 2)
        cells = descriptors.flatten(2).transpose(1, 2)
        return torch.as_tensor(self.layout(cells, places, weight))


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
