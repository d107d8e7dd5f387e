"""Adapt a released network to the confirmed identities of one catalogue."""

import copy
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from reid.describe.network import RosetteNetwork
from reid.errors import BadDataset
from reid.training.losses import embedding_loss
from reid.training.photos import Flanks, Half, another_view, looks
from reid.training.split import apart
from reid.types import Flank, Float32

TRUNK = ("stem.", "trunk.")
KEPT = ("descriptor.", "coat.", "reliability.", "posture.", "place.", "pose.")
SHARES = (0.25, 0.5, 0.75)  # of the way from the released weights, tried at the end
BATCH = 16

Rank = Callable[[Float32], tuple[float, float]]
"""(N, D) embeddings of the validation flanks -> (top-1, mean average precision)."""


class NoFlanks(BadDataset, message="none of {photos} photos can be used: {why}"): ...


class NothingToAsk(
    BadDataset, message="no photo can be asked about: too many could not be read"
): ...


@dataclass(frozen=True, slots=True)
class FinetuneRecipe:
    """minutes: of processor time a thread at most; the learning rate follows a cosine over it.

    pairs: units (individual and flank) in a step, each in two photos.
    trunk_from: share of the minutes after which stem and trunk learn too; 1: never, and everything
    but the embedding stays as released, to the bit. trunk_rate: their share of the rate.
    keep: weight of staying with the released model in everything but the embedding, then.
    decay: of the learned weights towards the released ones, relative to the rate.
    every, patience: steps between validations, and how many without a better one end the run.
    """

    minutes: float = 20.0
    pairs: int = 32
    peak_rate: float = 5e-4
    decay: float = 1.0
    warmup: float = 0.05
    trunk_from: float = 0.2
    trunk_rate: float = 0.5
    keep: float = 1.0
    every: int = 20
    patience: int = 10
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Finetuned:
    """The best state on validation, which is the released one (step 0) where nothing was better.

    history: (step, top-1, mean average precision) of each validation.
    """

    network: RosetteNetwork
    step: int
    history: list[tuple[int, float, float]]


def finetune(
    released: RosetteNetwork,
    learning: Flanks,
    validation: Flanks,
    rank: Rank,
    recipe: FinetuneRecipe,
    *,
    report: Callable[[str], None] = print,
) -> Finetuned:
    """Learn until the minutes are spent or validation gets no better; `released` stays as it is.

    The embedding learns by NT-Xent over two photos of a flank from different occasions, where
    there are two. Where the trunk learns too, all other heads are held to what the released model
    says of the same views (Li & Hoiem 2016). Batch normalisation keeps the released statistics, but
    for the centring of the embedding, which learns the catalogue's.
    """
    torch.manual_seed(recipe.seed)
    network, threads = copy.deepcopy(released), torch.get_num_threads()
    optimiser = torch.optim.AdamW(_groups(network), 1e-9, weight_decay=0.0)
    best = _Best(rank, looks(validation), report)
    best.ask(network, 0, "released")
    step, spent = 0, 0.0
    with ThreadPoolExecutor(threads) as pool:
        source = pairs(learning, recipe.pairs, recipe.seed, pool)
        while spent < recipe.minutes * 60:
            began, progress = time.process_time(), spent / recipe.minutes / 60
            trunk = progress >= recipe.trunk_from
            _set_rate(optimiser, recipe, progress, trunk=trunk)
            network.eval().centre.train()
            loss, line = _step(network, released, next(source), recipe, trunk=trunk)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            _draw_back(optimiser, network, released, recipe.decay)
            step += 1
            if step % recipe.every == 0:
                best.ask(network, step, f"{spent / 60:.1f} min {line}")
                if step - best.step >= recipe.patience * recipe.every:
                    break
            spent += (time.process_time() - began) / threads
    best.ask_between(network, released)
    network.load_state_dict(best.state)
    return Finetuned(network.eval(), best.step, best.history)


@dataclass(slots=True)
class _Best:
    """The state of highest standing on validation so far; of equals the earlier."""

    rank: Rank
    images: Half
    report: Callable[[str], None]
    history: list[tuple[int, float, float]] = field(default_factory=list)
    standing: tuple[float, float] = (-1.0, -1.0)
    step: int = 0
    state: dict[str, Tensor] = field(default_factory=dict)

    def ask(self, network: RosetteNetwork, step: int, line: str) -> None:
        """Validate a state, and keep it if it is the best."""
        top1, precision = self.rank(embed(network, self.images))
        self.history.append((step, top1, precision))
        self.report(f"step {step} {line} top-1 {top1:.3f} mAP {precision:.3f}")
        if (top1, precision) > self.standing:
            state = network.state_dict().items()
            self.state = {name: value.detach().clone() for name, value in state}
            self.standing, self.step = (top1, precision), step

    def ask_between(self, network: RosetteNetwork, released: RosetteNetwork) -> None:
        """Validate weights on the way from the released to the best ones (Wortsman 2022)."""
        start, end = released.state_dict(), self.state
        for share in SHARES if self.step else ():
            between = {
                name: torch.lerp(start[name], end[name], share)
                if end[name].is_floating_point()
                else end[name]
                for name in end
            }
            network.load_state_dict(between)
            self.ask(network, self.step, f"{share:.0%} of the way")


def _groups(network: RosetteNetwork) -> list[dict[str, object]]:
    """Parameters of the embedding, then those of stem and trunk; the other heads stay."""
    whole, local = list[nn.Parameter](), list[nn.Parameter]()
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(not name.startswith(KEPT))
        if not name.startswith(KEPT):
            (local if name.startswith(TRUNK) else whole).append(parameter)
    return [{"params": whole}, {"params": local}]


@torch.no_grad()
def _draw_back(
    optimiser: torch.optim.Optimizer, network: nn.Module, released: nn.Module, decay: float
) -> None:
    """Weight decay towards the released weights instead of zero (Li 2018)."""
    start = dict(released.named_parameters())
    rates = {id(p): group["lr"] for group in optimiser.param_groups for p in group["params"]}
    for name, parameter in network.named_parameters():
        if rate := rates.get(id(parameter), 0.0):
            parameter.lerp_(start[name], rate * decay)


def _set_rate(
    optimiser: torch.optim.Optimizer, recipe: FinetuneRecipe, progress: float, *, trunk: bool
) -> None:
    """Linear warm-up, then half a cosine; stem and trunk a share of it."""
    if progress < recipe.warmup:
        share = max(progress / recipe.warmup, 0.05)
    else:
        share = 0.5 * (1 + math.cos(math.pi * min(1.0, progress))) + 1e-2
    whole, local = optimiser.param_groups
    whole["lr"] = recipe.peak_rate * share
    local["lr"] = whole["lr"] * recipe.trunk_rate if trunk else 0.0


def _step(
    network: RosetteNetwork,
    released: RosetteNetwork,
    images: Tensor,
    recipe: FinetuneRecipe,
    *,
    trunk: bool,
) -> tuple[Tensor, str]:
    """Loss of one batch of pairs, (2B, 1, H, W), and a line for people."""
    with torch.set_grad_enabled(trunk):
        features = network.trunk(network.stem(images))
    n, both = len(images) // 2, network.embed(features)
    loss, right = embedding_loss(both[:n], both[n:])
    line = f"loss {float(loss.detach()):.3f} right {float(right):.2f}"
    if not trunk:
        return loss, line
    departure = _departure(network, released, features, images)
    return loss + recipe.keep * departure, f"{line} departed {float(departure.detach()):.3f}"


def _departure(
    network: RosetteNetwork, released: RosetteNetwork, features: Tensor, images: Tensor
) -> Tensor:
    """How far the other heads have come from what the released model says of the same views."""
    with torch.no_grad():
        before = released.trunk(released.stem(images))
        descriptors, coat = released.describe(before), released.coat(before)
        place, pose = released.locate(before)
    now = network.locate(features)
    departed = (1 - (network.describe(features) * descriptors).sum(1)).mean()
    pairs = ((network.coat(features), coat), (now[0], place), (now[1], pose))
    for ours, theirs in pairs:
        departed = departed + F.smooth_l1_loss(ours, theirs)
    return departed


@torch.inference_mode()
def embed(network: RosetteNetwork, images: Half) -> Float32:
    """(N, D) embeddings of norm 1, as the embedder makes them; images: (N, H, W) of `looks`."""
    network.eval()
    vectors = []
    for at in range(0, len(images), BATCH):
        part = _tensor(images[at : at + BATCH].astype(np.float32))
        vectors.append(network.embed(network.features(part)).numpy())
    return np.concatenate(vectors)


def _tensor(images: Float32) -> Tensor:
    batch = torch.from_numpy(images)[:, None]
    return batch.contiguous(memory_format=torch.channels_last)


def pairs(learning: Flanks, count: int, seed: int, pool: Executor) -> Iterator[Tensor]:
    """Endless batches (2B, 1, H, W): first one photo of each of B units, then another of each.

    A unit is one flank of one individual; the two photos are of different occasions where it has
    such, else of one occasion, else two views of one photo. In a batch all animals face one way, as
    in a gallery of one flank, so that the way they face tells none from another: units that face
    the other way are mirrored, which makes them patterns of their own.
    """
    units = _units(learning)
    for step in range(2**31):
        rng = np.random.default_rng((seed, 21, step))
        drawn = rng.choice(len(units), min(count, len(units)), replace=False)
        facing = Flank.LEFT if rng.random() < 0.5 else Flank.RIGHT
        two = [_two(learning, units[u], rng) for u in drawn]
        flanks = [learning.annotations[a].flank for a, _ in two]
        coins = rng.random(len(two)) < 0.5
        mirrored = [
            bool(coin) if flank is Flank.UNKNOWN else flank is not facing
            for flank, coin in zip(flanks, coins, strict=True)
        ]
        chosen = [a for a, _ in two] + [b for _, b in two]
        streams = rng.spawn(len(chosen))
        window = [learning.window] * len(chosen)
        luminance = [learning.luminance[i] for i in chosen]
        views = pool.map(another_view, luminance, window, mirrored * 2, streams)
        yield _tensor(np.stack(list(views)))


def _units(learning: Flanks) -> list[list[int]]:
    """Positions of the annotations of each flank of each individual."""
    units: dict[tuple[str, Flank], list[int]] = defaultdict(list)
    for position, annotation in enumerate(learning.annotations):
        units[annotation.individual, annotation.flank].append(position)
    return [units[key] for key in sorted(units)]


def _two(learning: Flanks, members: list[int], rng: np.random.Generator) -> tuple[int, int]:
    """Two positions of a unit, independent of each other where that can be."""
    first = int(rng.choice(members))
    others = [m for m in members if m != first]
    annotation = learning.annotations[first]
    independent = [m for m in others if apart(annotation, learning.annotations[m])]
    return first, int(rng.choice(independent or others or [first]))
