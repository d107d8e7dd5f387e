"""What the network is asked for: find the same place of the coat, the same coat, and the coat."""

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


def dense_loss(
    descriptors0: Tensor,
    descriptors1: Tensor,
    partner: Tensor,
    valid: Tensor,
    places1: Tensor,
    *,
    temperature: float = 0.07,
    ignore: float = 0.06,
) -> tuple[Tensor, Tensor]:
    """InfoNCE of the right cell against all cells of the same view and of the next view.

    descriptors: (B, C, K); places1: (B, K, 2). Cells within `ignore` coat units of the right one
    are no negatives: they show nearly the same rosette. Returns loss and accuracy, both scalars.
    """
    own = torch.bmm(descriptors0.transpose(1, 2), descriptors1) / temperature  # (B, K, K)
    other = torch.bmm(descriptors0.transpose(1, 2), descriptors1.roll(1, 0)) / temperature
    right = own.gather(2, partner[..., None])[..., 0]
    at = places1.gather(1, partner[..., None].expand(-1, -1, 2))
    near = torch.cdist(at, places1) < ignore
    own = own.masked_fill(near, -1e4)
    everything = torch.cat([right[..., None], own, other], 2)
    count = valid.sum().clamp(min=1)
    loss = ((everything.logsumexp(2) - right) * valid).sum() / count
    accuracy = ((right >= everything.amax(2)) & valid).sum() / count
    return loss, accuracy


def crowd_loss(
    descriptors0: Tensor,
    descriptors1: Tensor,
    partner: Tensor,
    valid: Tensor,
    places1: Tensor,
    *,
    queries: int = 768,
    temperature: float = 0.07,
    ignore: float = 0.06,
) -> tuple[Tensor, Tensor]:
    """InfoNCE of the right cell against all cells of all views of the batch.

    Arguments as in `dense_loss`; `queries` cells are drawn. The same place of the body on every
    other coat is among the negatives, so knowing the place on the body no longer helps.
    """
    cells = partner.shape[1]
    chosen = valid.flatten().nonzero()[:, 0]
    chosen = chosen[torch.randperm(len(chosen), device=chosen.device)[:queries]]
    owner = chosen // cells
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
    accuracy = (logits.argmax(1) == target).float().mean()
    return F.cross_entropy(logits, target), accuracy


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
