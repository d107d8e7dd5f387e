"""The training loop: resumable, bounded by processor time, the same on two CPU cores or a GPU."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from reid.network import RosetteNetwork
from reid.training.data import Bank, Pairs, batches
from reid.training.losses import (
    coat_loss,
    correspondences,
    crowd_loss,
    dense_loss,
    embedding_loss,
)


@dataclass(frozen=True, slots=True)
class TrainingRecipe:
    """minutes: of processor time a thread (wall clock where nothing else runs); the learning rate
    follows a cosine over it. styles x coats: pairs in a step.

    radius: how near two cells must be on the coat to show the same place, coat units.
    alone: share of the run in which a cell competes with the cells of two views only; then with
    those of the whole batch.
    """

    minutes: float = 45.0
    styles: int = 6
    coats: int = 4
    peak_rate: float = 2e-3
    weight_decay: float = 0.02
    warmup: float = 0.03
    radius: float = 0.022
    alone: float = 0.4
    seed: int = 1


def train(
    bank: Bank,
    recipe: TrainingRecipe,
    folder: Path,
    *,
    device: str = "cpu",
    report: Callable[[str], None] = print,
) -> RosetteNetwork:
    """Train until the minutes are spent; continues from folder/checkpoint.pt if there is one."""
    torch.manual_seed(recipe.seed)
    network = RosetteNetwork().to(device).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), 1e-9, weight_decay=recipe.weight_decay)
    checkpoint = folder / "checkpoint.pt"
    step, spent, threads = 0, 0.0, torch.get_num_threads() if device == "cpu" else 1
    if checkpoint.is_file():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        step, spent = state["step"], state["spent"]
    source = batches(
        bank, np.random.default_rng((recipe.seed, step)), styles=recipe.styles, coats=recipe.coats
    )
    network.train()
    while spent < recipe.minutes * 60:
        began = time.process_time()
        for group in optimiser.param_groups:
            group["lr"] = recipe.peak_rate * _schedule(spent / recipe.minutes / 60, recipe.warmup)
        crowd = spent / recipe.minutes / 60 > recipe.alone
        loss, line = _step(network, next(source), recipe, crowd=crowd)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        for part in network.children():  # apart, so that no head can shout the others down
            if weights := list(part.parameters()):
                nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        step, spent = step + 1, spent + (time.process_time() - began) / threads
        if step % 25 == 0:
            report(f"step {step} {spent / 60:.1f} min {line}")
        if step % 100 == 0:
            _save(checkpoint, network, optimiser, step, spent)
    _save(checkpoint, network, optimiser, step, spent)
    return network.eval()


def _schedule(progress: float, warmup: float) -> float:
    """Linear warm-up, then half a cosine."""
    if progress < warmup:
        return max(progress / warmup, 0.02)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - warmup) / (1 - warmup)))) + 1e-3


def _step(
    network: RosetteNetwork, pairs: Pairs, recipe: TrainingRecipe, *, crowd: bool
) -> tuple[Tensor, str]:
    """Loss of one batch, and a line for people."""
    device = next(network.parameters()).device
    images = torch.from_numpy(pairs.images)[:, None].to(device)
    places = torch.from_numpy(pairs.places).to(device).flatten(1, 2)
    animal = torch.from_numpy(pairs.animal).to(device).float() / 255
    out = network(images.contiguous(memory_format=torch.channels_last))
    half = len(images) // 2
    seen = animal.flatten(1) > 0.6
    partner, valid = correspondences(
        places[:half], places[half:], seen[:half], seen[half:], radius=recipe.radius
    )
    d = out.descriptors.flatten(2)
    ask = crowd_loss if crowd else dense_loss
    dense, found = ask(d[:half], d[half:], partner, valid, places[half:])
    whole, right = embedding_loss(out.embedding[:half], out.embedding[half:])
    coat = coat_loss(out.coat, animal)
    loss = dense + 0.5 * whole + 0.3 * coat
    line = (
        f"dense {dense.item():.3f} ({found.item():.3f}) "
        f"global {whole.item():.3f} ({right.item():.3f}) coat {coat.item():.3f}"
    )
    return loss, line


def _save(
    path: Path, network: nn.Module, optimiser: torch.optim.Optimizer, step: int, spent: float
) -> None:
    """Whole or not at all."""
    state = {
        "network": network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "step": step,
        "spent": spent,
    }
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)
