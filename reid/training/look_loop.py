"""Training of the one look: long, resumable, the same on two CPU cores and on a GPU.

The learning rate is constant after a warm-up, and a slowly moving average of the weights is what is
used. A separate run from a checkpoint lets the rate fall to nothing and writes finished weights.
"""

import copy
import math
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from reid.describe.look_network import LookNetwork
from reid.training.compose import BatchRecipe, LookBatch, compose
from reid.training.look_losses import (
    body_losses,
    crowd,
    descriptor_loss,
    matches,
    on_device,
    trust_loss,
)
from reid.training.look_validation import validate
from reid.training.stock import Stock


@dataclass(frozen=True, slots=True)
class LookRecipe:
    """rate: of AdamW, after `warmup` steps. average: what a step leaves of the moving average.

    save_every: minutes between checkpoints; check_every, log_every: steps. half: bfloat16 where
    it does no harm. threads: at most; 0 leaves the number alone. composers: threads that compose.
    """

    rate: float = 4e-4
    weight_decay: float = 0.02
    warmup: int = 100
    average: float = 0.999
    save_every: float = 10.0
    check_every: int = 500
    log_every: int = 20
    half: bool = True
    threads: int = 0
    composers: int = 1
    seed: int = 1
    widths: tuple[int, int, int] = (24, 40, 80)


@dataclass(slots=True)
class LookState:
    """What a checkpoint holds. mean: moving average of the network, what is used. seconds: spent
    so far."""

    network: LookNetwork
    mean: LookNetwork
    optimiser: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0


def train_look(
    stock: Stock,
    batch: BatchRecipe,
    recipe: LookRecipe,
    folder: Path,
    *,
    minutes: float = math.inf,
    steps: float = math.inf,
    finish: bool = False,
    start: Mapping[str, Tensor] | None = None,
    glance: Mapping[str, Tensor] | None = None,
    device: str = "cpu",
    report: Callable[[str], object] = print,
    stop: Callable[[], bool] = lambda: False,
) -> LookNetwork:
    """Train for some minutes or steps more, from folder/checkpoint.pt if there is one; returns the
    moving average.

    start: weights to begin with where there is no checkpoint, of this network or one like it; what
    does not fit begins anew. glance: public weights for a new network, see `Glance.load_public`; a
    start that has some comes first. stop: asked before every step; what was learned is not lost.
    finish: the rate falls to nothing over these minutes; the checkpoint stays as it is, and the
    weights go to folder/finished.safetensors.
    """
    state = _resumed(folder / "checkpoint.pt", recipe, device, start or {}, glance)
    report(f"from step {state.step}, {state.seconds / 3600:.2f} h so far")
    began = last = time.monotonic()
    before, until = state.seconds, state.step + steps
    for views in _ahead(stock, batch, state.step, recipe.composers):
        now = time.monotonic() - began
        state.seconds = before + now
        if now > minutes * 60 or state.step >= until or stop():
            break
        if not finish and time.monotonic() - last > recipe.save_every * 60:
            _save(folder / "checkpoint.pt", state)
            last = time.monotonic()
        fall = 1 - now / (minutes * 60) if finish else 1.0
        _choose_threads(recipe.threads if device == "cpu" else 0)
        line = _step(state, views, recipe, rate=fall * _rate(recipe, state.step))
        at = f"{state.step} {state.seconds / 3600:.3f} h"
        if state.step % recipe.log_every == 0:
            report(f"step {at} {line}")
        if state.step % recipe.check_every == 0:
            shown = replace(batch, groups=4, relatives=2, mosaics=0, empty=4)
            report(f"check {at} {validate(state.mean, stock, shown)}")
    if finish:
        _write(state.mean, folder / "finished.safetensors")
    else:
        _save(folder / "checkpoint.pt", state)
    return state.mean


def _resumed(
    path: Path,
    recipe: LookRecipe,
    device: str,
    start: Mapping[str, Tensor],
    glance: Mapping[str, Tensor] | None,
) -> LookState:
    """From a checkpoint, or a new network with what fits of the start."""
    torch.manual_seed(recipe.seed)
    network = LookNetwork(widths=recipe.widths)
    if glance is not None:
        network.glance.load_public(glance)
    network = network.to(device).to(memory_format=torch.channels_last)
    own = network.state_dict()
    fits = {k: v for k, v in start.items() if k in own and own[k].shape == v.shape}
    network.load_state_dict(fits, strict=False)
    mean = copy.deepcopy(network).eval().requires_grad_(False)
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(learning, 1e-9, weight_decay=recipe.weight_decay)
    state = LookState(network, mean, optimiser)
    if path.is_file():
        stored = torch.load(path, map_location=device, weights_only=True)
        network.load_state_dict(stored["network"])
        mean.load_state_dict(stored["mean"])
        optimiser.load_state_dict(stored["optimiser"])
        state.step, state.seconds = stored["step"], stored["seconds"]
    return state


def _ahead(stock: Stock, recipe: BatchRecipe, step: int, composers: int) -> Iterator[LookBatch]:
    """The batches from a step on, composed while those before are learned from."""
    cv2.setNumThreads(1)
    with ThreadPoolExecutor(composers) as pool:
        coming = deque(pool.submit(compose, stock, recipe, step + n) for n in range(composers))
        while True:
            step += 1
            coming.append(pool.submit(compose, stock, recipe, step + composers - 1))
            yield coming.popleft().result()


def _choose_threads(most: int) -> None:
    """So many threads for torch, or one where others keep the cores busy: threads that wait for
    each other lose more than they bring. 0 leaves the number alone."""
    if most:
        busy = os.getloadavg()[0] > (os.cpu_count() or 1) + 2
        torch.set_num_threads(1 if busy else most)


def _rate(recipe: LookRecipe, step: int) -> float:
    return recipe.rate * min(1.0, (step + 1) / recipe.warmup)


def _step(state: LookState, batch: LookBatch, recipe: LookRecipe, *, rate: float) -> str:
    """One step of the optimiser and of the average; a line for people."""
    network = state.network.train()
    for group in state.optimiser.param_groups:
        group["lr"] = rate
    loss, line = look_loss(network, batch, np.random.default_rng((recipe.seed, state.step)), recipe)
    state.optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    for part in network.children():  # apart, so that no head can shout the others down
        if weights := [weight for weight in part.parameters() if weight.requires_grad]:
            nn.utils.clip_grad_norm_(weights, 1.0)
    state.optimiser.step()
    state.step += 1
    _averaged(state, min(recipe.average, (1 + state.step) / (10 + state.step)))
    return line


def look_loss(
    network: LookNetwork, batch: LookBatch, rng: np.random.Generator, recipe: LookRecipe
) -> tuple[Tensor, str]:
    """The loss of one batch, and a line for people."""
    device = next(network.parameters()).device
    truth = on_device(batch, device)
    n = batch.pairs
    with torch.autocast(device.type, torch.bfloat16, enabled=recipe.half):
        look = network(truth.images, truth.grey)
    m = matches(truth, n, rng)
    dense = descriptor_loss(look.descriptors, m, crowd(truth, n, rng), truth)
    body = body_losses(look, truth)
    trust = trust_loss(look.trust, m, dense.right)
    loss = dense.loss + body.coat + 0.15 * body.chart + 0.1 * body.part + 0.1 * body.view
    loss = loss + 0.1 * trust
    line = (
        f"dense {dense.loss.item():.3f} ({dense.accuracy.item():.3f} of {len(m.pair)}) "
        f"coat {body.coat.item():.3f} chart {body.chart.item():.3f} part {body.part.item():.3f} "
        f"view {body.view.item():.3f} trust {trust.item():.3f}"
    )
    return loss, line


@torch.no_grad()
def _averaged(state: LookState, share: float) -> None:
    """The moving average takes in the network: weights slowly, statistics of batches as well."""
    ours = state.network.state_dict()
    for name, value in state.mean.state_dict().items():
        if value.is_floating_point():
            value.lerp_(ours[name], 1 - share)
        else:
            value.copy_(ours[name])


def _save(path: Path, state: LookState) -> None:
    """Whole or not at all."""
    stored = {
        "network": state.network.state_dict(),
        "mean": state.mean.state_dict(),
        "optimiser": state.optimiser.state_dict(),
        "step": state.step,
        "seconds": state.seconds,
    }
    part = path.with_suffix(".part")
    torch.save(stored, part)
    part.replace(path)
    _write(state.mean, path.with_name("mean.safetensors"))


def _write(network: LookNetwork, path: Path) -> None:
    """The weights alone, whole or not at all."""
    part = path.with_suffix(".part")
    save_file({name: x.contiguous() for name, x in network.state_dict().items()}, part)
    part.replace(path)
