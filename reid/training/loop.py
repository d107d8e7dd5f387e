"""The training loop: resumable, bounded by processor time, the same on two CPU cores or a GPU."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from reid.describe.network import Output, RosetteNetwork, body_place
from reid.training.data import Bank, Batch, Views, batches
from reid.training.losses import (
    coat_loss,
    correspondences,
    dense_loss,
    embedding_loss,
    place_loss,
    pose_loss,
    reliability_loss,
)


@dataclass(frozen=True, slots=True)
class TrainingRecipe:
    """minutes: of processor time a thread (wall clock where nothing else runs); the learning rate
    follows a cosine over it. styles: kinds of coat in a step; relatives: of each, in two views;
    bodies: loose views beside them. coarse: share of the steps at the size of the first look.

    radius: how near two cells must be on the coat to show the same place, coat units.
    """

    minutes: float = 75.0
    styles: int = 5
    relatives: int = 4
    bodies: int = 6
    coarse: float = 0.3
    peak_rate: float = 4e-4
    weight_decay: float = 0.02
    warmup: float = 0.05
    radius: float = 0.022
    seed: int = 1


def train(
    bank: Bank,
    recipe: TrainingRecipe,
    folder: Path,
    *,
    device: str = "cpu",
    start: dict[str, Tensor] | None = None,
    report: Callable[[str], None] = print,
) -> RosetteNetwork:
    """Train until the minutes are spent; continues from folder/checkpoint.pt if there is one.

    start: weights to begin with, of this network or one like it; what does not fit begins anew.
    """
    network = _begun(recipe, start, device, report)
    optimiser = torch.optim.AdamW(network.parameters(), 1e-9, weight_decay=recipe.weight_decay)
    checkpoint = folder / "checkpoint.pt"
    step, spent, threads = 0, 0.0, torch.get_num_threads() if device == "cpu" else 1
    if checkpoint.is_file():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        step, spent = state["step"], state["spent"]
    rng = np.random.default_rng((recipe.seed, step))
    source = batches(
        bank,
        rng,
        styles=recipe.styles,
        relatives=recipe.relatives,
        bodies=recipe.bodies,
        coarse=recipe.coarse,
    )
    while spent < recipe.minutes * 60:
        began = time.process_time()
        for group in optimiser.param_groups:
            group["lr"] = recipe.peak_rate * _schedule(spent / recipe.minutes / 60, recipe.warmup)
        loss, line = _step(network, next(source), recipe)
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


def _begun(
    recipe: TrainingRecipe,
    start: dict[str, Tensor] | None,
    device: str,
    report: Callable[[str], None],
) -> RosetteNetwork:
    """A network with random weights, or with those of the start where they fit."""
    torch.manual_seed(recipe.seed)
    network = RosetteNetwork()
    if start:
        own = network.state_dict()
        fits = {k: v for k, v in start.items() if k in own and own[k].shape == v.shape}
        network.load_state_dict(fits, strict=False)
        report(f"{len(fits)} of {len(own)} tensors from the start")
    return network.to(device).to(memory_format=torch.channels_last)


def _schedule(progress: float, warmup: float) -> float:
    """Linear warm-up, then half a cosine."""
    if progress < warmup:
        return max(progress / warmup, 0.02)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - warmup) / (1 - warmup)))) + 1e-3


def _step(network: RosetteNetwork, batch: Batch, recipe: TrainingRecipe) -> tuple[Tensor, str]:
    """Loss of one batch, and a line for people.

    Bodies are seen with the batch statistics that the flanks have left: they are few.
    """
    network.train()
    for part in (network.deep, network.centre):  # the embedding sees the bank's size only
        part.train(not batch.coarse)
    device = next(network.parameters()).device
    images, places, animal, mirrored, yaw = _on(device, batch.views)
    out = network(images)
    n = len(images) // 2
    coat_places, visible = places[..., :2].flatten(1, 2), animal.flatten(1) > 0.6
    partner, valid = correspondences(
        coat_places[:n], coat_places[n:], visible[:n], visible[n:], radius=recipe.radius
    )
    d = out.descriptors.flatten(2)
    dense = dense_loss(d[:n], d[n:], partner, valid, coat_places[n:])
    trust = reliability_loss(out.reliability.flatten(1), dense)
    whole, right = embedding_loss(out.embedding[:n], out.embedding[n:])
    coat, place, pose = _body_losses(out, places, animal, mirrored, yaw)
    network.eval()
    images, places, animal, mirrored, yaw = _on(device, batch.bodies)
    loose = _body_losses(network(images), places, animal, mirrored, yaw)
    if batch.coarse:  # place and pose are read off the first look only, the embedding off the other
        coat, place, pose = coat + loose[0], place + loose[1], pose + loose[2]
    else:
        coat, place, pose = coat + loose[0], 2 * loose[1], 2 * loose[2]
    loss = dense.loss + 0.15 * coat + 0.1 * trust + 1.5 * place + 0.05 * pose
    if not batch.coarse:
        loss = loss + 0.5 * whole
    line = (
        f"{'coarse' if batch.coarse else 'fine'} "
        f"dense {dense.loss.item():.3f} ({dense.accuracy.item():.3f}) "
        f"global {whole.item():.3f} ({right.item():.3f}) coat {coat.item():.3f} "
        f"trust {trust.item():.3f} place {place.item():.4f} pose {pose.item():.3f}"
    )
    return loss, line


def _on(device: torch.device, views: Views) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Images (N, 1, H, W), places, animal, mirrored and yaw of some views on the device."""
    images, places, animal, mirrored, yaw = (
        torch.from_numpy(a).to(device)
        for a in (views.images, views.places, views.animal, views.mirrored, views.yaw)
    )
    packed = images[:, None].contiguous(memory_format=torch.channels_last)
    return packed, places, animal, mirrored, yaw


def _body_losses(
    out: Output, places: Tensor, animal: Tensor, mirrored: Tensor, yaw: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """What is asked of every view: where the coat is, where on the body, which way it faces."""
    return (
        coat_loss(out.coat, animal),
        place_loss(body_place(out.place), places[..., [0, 2]], animal),
        pose_loss(out.pose, 1.0 - mirrored.float(), yaw),
    )


def _save(
    path: Path, network: nn.Module, optimiser: torch.optim.Optimizer, step: int, spent: float
) -> None:
    """Write the state of a run to a file, as a whole or not at all."""
    state = {
        "network": network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "step": step,
        "spent": spent,
    }
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)
