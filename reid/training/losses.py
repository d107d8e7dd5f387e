"""What the network is asked for: find the same place of the coat, the same coat, and the coat."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F


def correspondences(
    places0: Tensor, places1: Tensor, seen0: Tensor, seen1: Tensor, *, radius: float
) -> tuple[Tensor, Tensor]:
    """Cells of two views that show the same place of a coat.

    places: (B, K, 2) coat coordinates; seen: (B, K) bool. Returns the nearest cell of view 1 for
    each cell of view 0, (B, K) int64, and whether it is a correspondence: mutually nearest, seen
    in both views and nearer than `radius`.
    """
    distance = torch.cdist(places0, places1)
    distance = distance.masked_fill(~seen1[:, None, :], 1e3).masked_fill(~seen0[:, :, None], 1e3)
    nearest, partner = distance.min(2)
    back = distance.argmin(1).gather(1, partner)
    mutual = back == torch.arange(partner.shape[1], device=partner.device)
    return partner, mutual & (nearest < radius)


class DenseLoss(NamedTuple):
    """What became of the Q cells asked for: loss and accuracy (scalars); owner (Q,) image and cell
    (Q,) index of each; right (Q,) float, 1 where its true partner was found."""

    loss: Tensor
    accuracy: Tensor
    owner: Tensor
    cell: Tensor
    right: Tensor


def dense_loss(
    descriptors0: Tensor,
    descriptors1: Tensor,
    partner: Tensor,
    valid: Tensor,
    places1: Tensor,
    *,
    queries: int = 640,
    temperature: float = 0.07,
    ignore: float = 0.06,
) -> DenseLoss:
    """InfoNCE (Oord 2018) of the right cell against all cells of all views 1 of the batch, and
    against the same pixel of all other views 0.

    descriptors: (B, C, K); partner, valid: (B, K) of `correspondences`; places1: (B, K, 2).
    `queries` cells are drawn. Cells of the own view within `ignore` coat units of the right one are
    no negatives: they show nearly the same rosette. Relatives share their scene, so the same place
    of the body in the same light is among the negatives: only rosettes help.
    """
    cells = partner.shape[1]
    chosen = valid.flatten().nonzero()[:, 0]
    chosen = chosen[torch.randperm(len(chosen), device=chosen.device)[:queries]]
    owner, cell = chosen // cells, chosen % cells
    right = partner.flatten()[chosen]
    query = descriptors0.transpose(1, 2).reshape(-1, descriptors0.shape[1])[chosen]
    crowd = descriptors1.transpose(1, 2).reshape(-1, descriptors1.shape[1])
    logits = query @ crowd.T / temperature
    target = owner * cells + right
    at = places1.reshape(-1, 2)[target]
    near = torch.cdist(at[:, None], places1[owner])[:, 0] < ignore  # (Q, K) in the own view
    near.scatter_(1, right[:, None], False)
    blocked = torch.zeros_like(logits, dtype=torch.bool)
    blocked.view(len(chosen), -1, cells).scatter_(
        1, owner[:, None, None].expand(-1, 1, cells), near[:, None]
    )
    logits = logits.masked_fill(blocked, -1e4)
    twins = torch.einsum("qc,bcq->qb", query, descriptors0[:, :, cell]) / temperature
    twins = twins.scatter(1, owner[:, None], -1e4)
    logits = torch.cat([logits, twins], 1)
    hits = (logits.argmax(1) == target).float()
    return DenseLoss(F.cross_entropy(logits, target), hits.mean(), owner, cell, hits)


def embedding_loss(
    embedding0: Tensor, embedding1: Tensor, *, temperature: float = 0.08
) -> tuple[Tensor, Tensor]:
    """NT-Xent (Chen 2020): find the other view of a coat among all other views of the batch.

    embedding: (B, D) of norm 1. Returns the loss and how often view 1 is found among the views 1.
    """
    both = torch.cat([embedding0, embedding1])
    n = len(embedding0)
    logits = (both @ both.T / temperature).fill_diagonal_(-1e4)
    target = torch.arange(2 * n, device=both.device).roll(n)
    right = logits[:n, n:].argmax(1) == target[:n] - n
    return F.cross_entropy(logits, target), right.float().mean()


def coat_loss(coat: Tensor, animal: Tensor) -> Tensor:
    """Cross-entropy of "this cell shows coat"; coat: (B, H, W) log odds, animal: [0, 1]."""
    return F.binary_cross_entropy_with_logits(coat, animal)


def reliability_loss(reliability: Tensor, dense: DenseLoss) -> Tensor:
    """Cross-entropy of "the descriptor of this cell finds its place"; reliability: (B, K)."""
    return F.binary_cross_entropy_with_logits(reliability[dense.owner, dense.cell], dense.right)


def place_loss(place: Tensor, target: Tensor, animal: Tensor) -> Tensor:
    """How far the estimated place on the body is off, where coat is seen (smooth L1).

    place: (B, 2, h, w) in coat units; target: (B, n h, n w, 2), animal: (B, n h, n w).
    """
    n = animal.shape[1] // place.shape[2]
    weight = F.avg_pool2d(animal[:, None], n)
    at = F.avg_pool2d(target.permute(0, 3, 1, 2) * animal[:, None], n) / weight.clamp(min=1e-3)
    visible = weight * (weight > 0.5)
    off = F.smooth_l1_loss(place, at, beta=0.05, reduction="none").sum(1, keepdim=True)
    return (off * visible).sum() / visible.sum().clamp(min=1)


def pose_loss(pose: Tensor, faces_left: Tensor, yaw: Tensor) -> Tensor:
    """Cross-entropy of the side the animal faces, and squared error of yaw; pose: (B, 2)."""
    side = F.binary_cross_entropy_with_logits(pose[:, 0], faces_left)
    return side + F.mse_loss(pose[:, 1], yaw)
