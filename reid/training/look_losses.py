"""What the one look is asked for, and how a batch becomes tensors."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from reid.describe.look_network import LookOutput
from reid.synthetic.skeleton import Part
from reid.training.compose import LookBatch

COAT = 0.6  # share of coat from which a cell counts as the animal's
IGNORE = 0.045  # body lengths around the right place that are no negatives
VIEW_EDGES = (-65.0, -25.0, 25.0, 65.0)  # degrees of yaw between the five views
TEMPERATURE = 0.07


class Targets(NamedTuple):
    """A batch on the device, fields as in `LookBatch`; view: (N,) int64.

    present: (N,) float, 1 where an animal is seen, 0 where none is, -1 where it does not matter.
    """

    images: Tensor
    grey: Tensor
    coat: Tensor
    fur: Tensor
    chart: Tensor
    part: Tensor
    side: Tensor
    yaw: Tensor
    right: Tensor
    view: Tensor
    present: Tensor
    whole: Tensor
    group: Tensor


def on_device(batch: LookBatch, device: torch.device) -> Targets:
    """The tensors of a batch."""
    view = np.digitize(np.degrees(batch.yaw), VIEW_EDGES)
    area = batch.coat.sum((1, 2))
    present = np.where(area > 12, 1.0, np.where((area == 0) & batch.whole, 0.0, -1.0))
    present = np.where(batch.whole, present, -1.0).astype(np.float32)
    arrays = (
        batch.images[:, None], batch.grey[:, None], batch.coat, batch.fur, batch.chart,
        batch.part, batch.side,
        batch.yaw, batch.right.astype(np.float32), view, present, batch.whole, batch.group,
    )  # fmt: skip
    return Targets(*(torch.from_numpy(np.ascontiguousarray(a)).to(device) for a in arrays))


class Matches(NamedTuple):
    """Q cells of first views and the cells of second views that show the same place of the coat.

    pair: (Q,) which pair of views. query, target: (Q,) cells, row after row. fur: (Q, 2) the place.
    pitch: (Q,) body lengths between neighbouring cells there.
    """

    pair: Tensor
    query: Tensor
    target: Tensor
    fur: Tensor
    pitch: Tensor


def matches(
    truth: Targets, pairs: int, rng: np.random.Generator, *, queries: tuple[int, int] = (96, 288)
) -> Matches:
    """Up to so many correspondences a pair of whole views, of mosaics; exact to half a cell."""
    fur, coat = truth.fur[: 2 * pairs].flatten(1, 2), truth.coat[: 2 * pairs].flatten(1)
    width = truth.coat.shape[2]
    listed: list[Matches] = []
    for b in range(pairs):
        cells = (coat[b] > COAT).nonzero()[:, 0]
        if not len(cells):
            continue
        drawn = torch.from_numpy(rng.integers(0, len(cells), queries[int(not truth.whole[b])])).to(
            cells.device
        )
        query = cells[drawn]
        distance = _distance(fur[b, query], fur[pairs + b])
        nearest, target = distance.masked_fill(coat[pairs + b] <= COAT, 1e3).min(1)
        beside = torch.where(target % width < width - 1, target + 1, target - 1)
        pitch = (fur[pairs + b, target] - fur[pairs + b, beside]).norm(dim=1).clamp(0.006, 0.04)
        keep = nearest < (0.65 * pitch).clamp(min=0.008)
        parts = (torch.full_like(query, b), query, target, fur[b, query], pitch)
        listed.append(Matches(*(part[keep] for part in parts)))
    if not listed:
        empty = torch.zeros(0, dtype=torch.int64, device=fur.device)
        return Matches(empty, empty, empty, fur.new_zeros(0, 2), fur.new_zeros(0))
    return Matches(*(torch.cat(column) for column in zip(*listed, strict=True)))


def _distance(a: Tensor, b: Tensor) -> Tensor:
    """(K, M) between points of the plane; exact, as the places of tiles are large numbers."""
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")


class Crowd(NamedTuple):
    """M cells that are no partners. cell: in the whole batch; animal: -1 is none; fur: place."""

    cell: Tensor
    animal: Tensor
    fur: Tensor


def crowd(
    truth: Targets, pairs: int, rng: np.random.Generator, *, coat: int = 256, ground: int = 72
) -> Crowd:
    """Some cells of every view: of the coat, and of what lies around it."""
    cells = truth.coat.shape[1] * truth.coat.shape[2]
    shares = truth.coat.flatten(1)
    index, animal = [], []
    for n in range(len(shares)):
        for chosen, number, owner in (
            (shares[n] > COAT, coat, n % pairs if n < 2 * pairs else -1),
            (shares[n] < 0.05, ground if n < 2 * pairs else coat, -1),
        ):
            where = chosen.nonzero()[:, 0]
            if len(where):
                drawn = torch.from_numpy(rng.integers(0, len(where), number)).to(where.device)
                index.append(n * cells + where[drawn])
                animal.append(torch.full_like(drawn, owner))
    flat = torch.cat(index)
    return Crowd(flat, torch.cat(animal), truth.fur.reshape(-1, 2)[flat])


class LookDenseLoss(NamedTuple):
    """Loss and accuracy (scalars), and right (Q,) float: the true partner was the most alike."""

    loss: Tensor
    accuracy: Tensor
    right: Tensor


def descriptor_loss(
    descriptors: Tensor, m: Matches, others: Crowd, truth: Targets
) -> LookDenseLoss:
    """InfoNCE (Oord 2018): the right cell against the crowd, and against the same pixels of
    relatives in both views, which only rosettes tell apart. descriptors: (N, C, h, w)."""
    pairs = len(truth.group)
    cells = descriptors.shape[2] * descriptors.shape[3]
    flat = descriptors.permute(0, 2, 3, 1).reshape(-1, descriptors.shape[1])
    query = flat.index_select(0, m.pair * cells + m.query)
    target = flat.index_select(0, (m.pair + pairs) * cells + m.target)
    right = (query * target).sum(1, keepdim=True)
    logits = query @ flat.index_select(0, others.cell).T
    same = others.animal[None] == m.pair[:, None]
    reach = (2.0 * m.pitch).clamp(min=IGNORE)[:, None]
    near = _distance(m.fur, others.fur) < reach
    logits = logits.masked_fill(same & near, -1.0)
    logits = torch.cat([right, logits, *_relatives(flat, query, m, truth, cells)], 1) / TEMPERATURE
    label = torch.zeros(len(query), dtype=torch.int64, device=query.device)
    best = (logits.detach().argmax(1) == 0).float()
    return LookDenseLoss(F.cross_entropy(logits, label), best.mean(), best)


def _relatives(flat: Tensor, query: Tensor, m: Matches, truth: Targets, cells: int) -> list[Tensor]:
    """Cosines with the same cells of every relative, (Q, 1) each, in both views."""
    pairs = len(truth.group)
    size = int((truth.group == truth.group[0]).sum())
    first = m.pair - m.pair % size
    columns = []
    for k in range(1, size):
        other = first + (m.pair - first + k) % size
        for view, cell in ((0, m.query), (pairs, m.target)):
            twin = flat.index_select(0, (other + view) * cells + cell)
            columns.append((query * twin).sum(1, keepdim=True))
    return columns


class BodyLosses(NamedTuple):
    """Scalars: of coat, chart, part and side, view."""

    coat: Tensor
    chart: Tensor
    part: Tensor
    view: Tensor


def body_losses(look: LookOutput, truth: Targets) -> BodyLosses:
    """Where coat is, where on the body each cell lies (negative log-likelihood of a Laplace
    distribution, so that the network states its own doubt), and from where the body is seen."""
    coat = F.binary_cross_entropy_with_logits(look.coat, truth.coat)
    visible = (truth.coat > COAT) & truth.whole[:, None, None]
    off = (look.chart - truth.chart.permute(0, 3, 1, 2)).abs()
    laplace = (off * torch.exp(-look.doubt) + look.doubt).sum(1)
    chart = laplace[visible].mean()
    logits = look.part.permute(0, 2, 3, 1)[visible]
    part = F.cross_entropy(logits, truth.part[visible])
    limbs = visible & (truth.part != Part.TAIL)
    part = part + F.binary_cross_entropy_with_logits(look.side[limbs], truth.side[limbs].float())
    there = truth.present > 0
    angle = torch.stack([torch.cos(truth.yaw), torch.sin(truth.yaw)], 1)
    view = F.cross_entropy(look.view[there], truth.view[there])
    view = view + 2 * F.smooth_l1_loss(look.yaw[there], angle[there], beta=0.1)
    clear = there & (truth.yaw.abs() < 1.2)
    view = view + F.binary_cross_entropy_with_logits(look.right[clear], truth.right[clear])
    known = truth.present >= 0
    presence = F.binary_cross_entropy_with_logits(look.present[known], truth.present[known])
    return BodyLosses(coat, chart, part, view + presence)


def trust_loss(trust: Tensor, m: Matches, right: Tensor) -> Tensor:
    """Cross-entropy of "this cell finds its partner"; trust: (N, h, w) log odds."""
    return F.binary_cross_entropy_with_logits(trust.flatten(1)[m.pair, m.query], right)
