"""The embedding of a flank: which kinds of marks lie where on the body.

Cells are counted by kind and by part of the body, softly in both (a bag of learned words, NetVLAD
of Arandjelovic 2016 without residuals, in parts of the body instead of parts of the picture), and
the counts are projected to what tells individuals apart.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WORDS = 384  # kinds of marks
COLUMNS, ROWS = (0.12, 0.98, 7), (0.12, 0.8, 3)  # first, last, number of the parts along, across
REACH = (0.07, 0.17)  # body lengths: standard deviations of a part
FEW = 1.0  # cells of full weight in a part that make it count half


class RosetteLayout(nn.Module):
    """Cells of a flank to a vector of norm 1; in any order, those of weight 0 do not matter."""

    u: Tensor
    v: Tensor

    def __init__(self, *, descriptor_size: int = 64, embedding_size: int = 256) -> None:
        super().__init__()
        self.words = nn.Parameter(F.normalize(torch.randn(WORDS, descriptor_size), dim=1))
        self.sharpness = nn.Parameter(torch.tensor(12.0))
        self.rarity = nn.Parameter(torch.zeros(WORDS))
        self.register_buffer("u", torch.linspace(*COLUMNS), persistent=False)
        self.register_buffer("v", torch.linspace(*ROWS), persistent=False)
        parts = COLUMNS[2] * ROWS[2]
        self.project = nn.Linear(WORDS * parts, embedding_size, bias=False)
        self.centre = nn.BatchNorm1d(embedding_size, affine=False)

    def forward(
        self, descriptors: Tensor, places: Tensor, weight: Tensor, *, left_out: float = 0.0
    ) -> Tensor:
        """(B, D). descriptors: (B, N, C), norm 1 over C, without their surround. places: (B, N, 2),
        (u, v) on the body. weight: (B, N) in [0, 1], how far a cell is to be trusted. left_out:
        share of the parts, and of the kinds, that a view is not shown while it learns."""
        words = F.normalize(self.words, dim=1)
        kinds = torch.softmax(self.sharpness * (descriptors @ words.T) + self.rarity, -1)
        along = torch.exp(-(((places[..., :1] - self.u) / REACH[0]) ** 2) / 2)
        across = torch.exp(-(((places[..., 1:] - self.v) / REACH[1]) ** 2) / 2)
        parts = (along[..., :, None] * across[..., None, :]).flatten(2) * weight[..., None]
        total = parts.sum(1)[..., None]
        shares = parts.transpose(1, 2) @ kinds / (total + 1e-3)
        seen = (shares + 1e-6).sqrt() * (total / (total + FEW))
        if left_out:
            for size in ((len(seen), seen.shape[1], 1), (len(seen), 1, WORDS)):
                seen = seen * (torch.rand(size) > left_out) / (1 - left_out)
        return F.normalize(self._centred(self.project(seen.flatten(1))), dim=1)

    def _centred(self, vectors: Tensor) -> Tensor:
        """Every number by its mean and spread over many flanks, those of a batch in training. Where
        only the centre learns, in fine-tuning with small batches, the running ones, which move."""
        centre = self.centre
        if self.training:
            return torch.as_tensor(centre(vectors))
        if centre.training:
            with torch.no_grad():
                centre(vectors)
        return F.batch_norm(vectors, centre.running_mean, centre.running_var, eps=centre.eps)
