"""Which embeddings belong together."""

import torch
from torch import Tensor
from torch.nn import functional as F


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
