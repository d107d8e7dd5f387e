"""Adapt a released network to the confirmed identities of one catalogue."""

import copy
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from reid.describe.look_network import LookNetwork, LookOutput
from reid.errors import BadDataset
from reid.photo.contrast import half_luminance, window_contrast
from reid.training.losses import embedding_loss
from reid.training.photos import Flanks, another_view, looks
from reid.training.split import apart
from reid.types import Flank, Float32, Image

TRUNK = ("stem.", "trunk.")
EMBEDDING = ("layout.",)
SHARES = (0.25, 0.5, 0.75)  # of the way from the released weights, tried at the end
BATCH = 16

Views = tuple[Tensor, Tensor]
Rank = Callable[[Float32], tuple[float, float]]
"""(N, D) embeddings of the validation flanks -> (top-1, mean average precision)."""


class NoFlanks(BadDataset, message="none of {photos} photos can be used: {why}"): ...


class NothingToAsk(
    BadDataset, message="no photo can be asked about: too many could not be read"
): ...


@dataclass(frozen=True, slots=True)
class FinetuneRecipe:
    """minutes: of processor time a thread at most; the learning rate follows a cosine over it.

    steps: so many at most instead of the minutes, which then count for nothing: what is learned
    does not depend on the speed of the machine.
    pairs: units (individual and flank) in a step, each in two photos.
    trunk_from: share of the minutes or steps after which stem and trunk learn too; 1: never, and
    everything but the embedding stays as released, to the bit. trunk_rate: their share of the rate.
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
    steps: int | None = None

    def progress(self, step: int, seconds: float) -> float:
        """Share of the run, 1 at its end, after so many steps and seconds of processor time."""
        done, most = (step, self.steps) if self.steps is not None else (seconds, self.minutes * 60)
        return done / most if most else 1.0


@dataclass(frozen=True, slots=True)
class Finetuned:
    """The best state on validation, which is the released one (step 0) where nothing was better.

    history: (step, top-1, mean average precision) of each validation.
    """

    network: LookNetwork
    step: int
    history: list[tuple[int, float, float]]


def finetune(
    released: LookNetwork,
    learning: Flanks,
    validation: Flanks,
    rank: Rank,
    recipe: FinetuneRecipe,
    *,
    report: Callable[[str], None] = print,
) -> Finetuned:
    """Learn until minutes or steps are spent or validation gets no better; `released` stays so.

    The embedding learns by NT-Xent over two photos of a flank from different occasions, where
    there are two. Where the trunk learns too, all other heads are held to what the released model
    says of the same views (Li & Hoiem 2016). Batch normalisation keeps the released statistics, but
    for the centring of the embedding, which learns the catalogue's.
    """
    torch.manual_seed(recipe.seed)
    threads = torch.get_num_threads()
    plain = torch.contiguous_format  # gradients of weights in the other order end the process
    network = copy.deepcopy(released).to(memory_format=plain)
    optimiser = torch.optim.AdamW(_groups(network), 1e-9, weight_decay=0.0)
    best = _Best(rank, looks(validation), report)
    best.ask(network, 0, "released")
    step, spent = 0, 0.0
    with ThreadPoolExecutor(threads) as pool:
        source = pairs(learning, recipe.pairs, recipe.seed, pool)
        while (progress := recipe.progress(step, spent)) < 1:
            began = time.process_time()
            trunk = progress >= recipe.trunk_from
            _set_rate(optimiser, recipe, progress, trunk=trunk)
            network.eval().layout.centre.train()
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
    if best.history[-1][0] < step:
        best.ask(network, step, f"{spent / 60:.1f} min, the end")
    best.ask_between(network, released)
    network.load_state_dict(best.state)
    return Finetuned(network.eval(), best.step, best.history)


@dataclass(slots=True)
class _Best:
    """The state of highest standing on validation so far; of equals the earlier."""

    rank: Rank
    images: Image
    report: Callable[[str], None]
    history: list[tuple[int, float, float]] = field(default_factory=list)
    standing: tuple[float, float] = (-1.0, -1.0)
    step: int = 0
    state: dict[str, Tensor] = field(default_factory=dict)

    def ask(self, network: LookNetwork, step: int, line: str) -> None:
        """Validate a state, and keep it if it is the best."""
        top1, precision = self.rank(embed(network, self.images))
        self.history.append((step, top1, precision))
        self.report(f"step {step} {line} top-1 {top1:.3f} mAP {precision:.3f}")
        if (top1, precision) > self.standing:
            state = network.state_dict().items()
            self.state = {name: value.detach().clone() for name, value in state}
            self.standing, self.step = (top1, precision), step

    def ask_between(self, network: LookNetwork, released: LookNetwork) -> None:
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


def _groups(network: LookNetwork) -> list[dict[str, object]]:
    """Parameters of the embedding, then those of stem and trunk; the other heads stay."""
    whole, local = list[nn.Parameter](), list[nn.Parameter]()
    for name, parameter in network.named_parameters():
        learns = name.startswith((*TRUNK, *EMBEDDING))
        parameter.requires_grad_(learns)
        if learns:
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
    for parameter in local["params"]:
        parameter.requires_grad_(trunk)


def _step(
    network: LookNetwork,
    released: LookNetwork,
    views: Views,
    recipe: FinetuneRecipe,
    *,
    trunk: bool,
) -> tuple[Tensor, str]:
    """Loss of one batch of pairs and a line for people."""
    contrast, grey = views
    glance = released.glance(grey.contiguous(memory_format=torch.channels_last))  # never changes
    output = network(contrast, grey, glance=glance)
    loss, right = embedding_loss(*network.embed(output).chunk(2))
    line = f"loss {float(loss.detach()):.3f} right {float(right):.2f}"
    if not trunk:
        return loss, line
    with torch.no_grad():
        before = released(contrast, grey, glance=glance)
    departure = _departure(output, before)
    return loss + recipe.keep * departure, f"{line} departed {float(departure.detach()):.3f}"


def _departure(now: LookOutput, before: LookOutput) -> Tensor:
    """How far the other heads have come from what the released model says of the same views."""
    departed = (1 - (now.descriptors * before.descriptors).sum(1)).mean()
    for ours, theirs in ((now.coat, before.coat), (now.chart, before.chart)):
        departed = departed + F.smooth_l1_loss(ours, theirs)
    return departed


@torch.inference_mode()
def embed(network: LookNetwork, images: Image) -> Float32:
    """(N, D) embeddings of norm 1; images: (N, H, W) uint8 of `looks`."""
    network.eval()
    vectors = [
        network.embed(network(*seen(images[at : at + BATCH]))).numpy()
        for at in range(0, len(images), BATCH)
    ]
    return np.concatenate(vectors)


def seen(luminance: Sequence[Image] | Image) -> Views:
    """Windows as the network takes them: (N, 1, H, W) contrast, (N, 1, H / 2, W / 2) luminance."""
    contrast, grey = (
        torch.from_numpy(np.stack([function(image) for image in luminance])[:, None])
        for function in (window_contrast, half_luminance)
    )
    return contrast, grey


def pairs(learning: Flanks, count: int, seed: int, pool: Executor) -> Iterator[Views]:
    """Endless batches of 2B views: first one photo of each of B units, then another of each.

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
        yield seen(list(views))


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
