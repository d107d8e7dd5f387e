"""How fast is the rosette network beside the networks of other projects?

Crops per second in a batch and milliseconds for a single crop on two threads: the embedding of a
flank by the network alone, as it is used and as frozen TorchScript, which is used nowhere; the
whole embedder with its two looks; the same with RootSIFT. Beside them torchvision's swin_t at 224
pixels and efficientnet_v2_m at 440, which are the shapes of MegaDescriptor-T and MiewID, with
random weights. All in one run, in channels-last memory; every round asks each in turn, so that a
load on the machine meets all alike; medians over the rounds. Prints one table; exit code 1 where
the embedding is not 5 and 25 times as fast as those two, or the weights have more than 20 MB.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from reid.describe.network import RosetteNetwork, folded
from results import keep
from torch import Tensor, nn
from torchvision.models import efficientnet_v2_m, swin_t
from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.synthetic.coat import CoatStyle, draw_coat
from reid.synthetic.view import Camera, colourised, render
from reid.types import Box, Crop, Flank
from reid.weights import default_folder, latest, load_card

EMBEDDING, FROZEN = "appearance", "appearance, TorchScript"  # the network's half of an embedding
LOOKS, DESCRIBE = "embedding and cells", "all, with RootSIFT"
SWIN, EFFICIENTNET = "swin_t", "efficientnet_v2_m"
PROMISED = {SWIN: 5.0, EFFICIENTNET: 25.0}
LARGEST_MB = 20.0
CROP = (256, 512)  # height and width of the crops, pixels
COATS = 8  # different crops; a batch repeats them


@dataclass(frozen=True, slots=True)
class Subject:
    """What is timed. batch: crops at a time; run: embeds that many crops; pixels: pixels H x W."""

    pixels: str
    batch: int
    run: Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Speed:
    """Medians over the rounds: crops per second in a batch, milliseconds for a single crop."""

    crops_per_s: float
    one_ms: float


def load(folder: Path | None, *, untrained: bool) -> Embedder:
    """The newest released rosette model, or its shape with random weights."""
    if not untrained:
        return Embedder.load(folder)
    folder = folder or default_folder()
    card = load_card(latest(folder), folder)
    torch.manual_seed(0)
    network = RosetteNetwork(widths=card.widths, descriptor_size=card.descriptor_size)
    card = replace(card, name="untrained", version=0, grid=network.grid)
    return Embedder(network, card)


def flanks(count: int, seed: int) -> list[Crop]:
    """Synthetic flank crops, drawn by seed."""
    rng = np.random.default_rng(seed)
    height, width = CROP
    crops = []
    for n in range(count):
        coat = draw_coat(CoatStyle.draw(rng), seed + n, height=height)
        view = render(coat, Camera(noise=0.01), rng, size=CROP)
        image = colourised(view, infrared=True)
        crops.append(Crop(image, Box(0, 0, width, height), Flank.LEFT))
    return crops


def subjects(
    embedder: Embedder, crops: Sequence[Crop], batch: int, peers: int
) -> dict[str, Subject]:
    """Ours and the others by name."""
    network, (height, width) = folded(embedder.network), embedder.near

    def looks(count: int) -> object:
        part = crops[:count]
        windows = embedder.flanks(part)
        return embedder.embed(part, windows), embedder.local(part, windows)

    return {
        EMBEDDING: _timed(_Embedding(network), (1, height, width), batch),
        FROZEN: _timed(_frozen(network, (1, height, width)), (1, height, width), batch),
        LOOKS: Subject("crops", batch, looks),
        DESCRIBE: Subject(
            "crops", batch, lambda count: embedder.describe(crops[:count], batch=batch)
        ),
        SWIN: _timed(_shape(swin_t), (3, 224, 224), peers),
        EFFICIENTNET: _timed(_shape(efficientnet_v2_m), (3, 440, 440), peers),
    }


class _Embedding(nn.Module):
    """The part of the network that an embedding needs."""

    def __init__(self, network: RosetteNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, 1, H, W), local contrast."""
        return self.network.embed(self.network.trunk(self.network.stem(x)))


def _frozen(network: RosetteNetwork, shape: tuple[int, int, int]) -> Callable[[Tensor], Tensor]:
    """Traced and frozen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # torch would rather be compiled
        traced = torch.jit.trace(_Embedding(network).eval(), torch.zeros(2, *shape))
        return torch.jit.freeze(traced)


def _shape(make: Callable[..., nn.Module]) -> nn.Module:
    """A network with random weights, ready to be timed."""
    return make(weights=None).eval().to(memory_format=torch.channels_last)


def _timed(call: Callable[[Tensor], Tensor], shape: tuple[int, int, int], batch: int) -> Subject:
    """A network alone, on tensors that lie ready."""
    x = torch.randn(batch, *shape).contiguous(memory_format=torch.channels_last)
    ready = {count: x[:count] for count in (1, batch)}
    return Subject(f"{shape[1]} x {shape[2]}", batch, lambda count: call(ready[count]))


@torch.inference_mode()
def measure(by_name: Mapping[str, Subject], rounds: int) -> dict[str, Speed]:
    """Ask everybody in turn, after one round that warms up."""
    taken: dict[tuple[str, int], list[float]] = {}
    with tqdm(total=(rounds + 1) * len(by_name), desc="speed", disable=None) as bar:
        for number in range(rounds + 1):
            for name, subject in by_name.items():
                for count in (subject.batch, 1):
                    began = time.perf_counter()
                    subject.run(count)
                    if number:
                        taken.setdefault((name, count), []).append(time.perf_counter() - began)
                bar.update()
    return {
        name: Speed(
            s.batch / float(np.median(taken[name, s.batch])),
            1000 * float(np.median(taken[name, 1])),
        )
        for name, s in by_name.items()
    }


def size_mb(network: nn.Module) -> float:
    """Megabytes (10^6 bytes) of all tensors, which is what a weights' file holds."""
    return sum(t.numel() * t.element_size() for t in network.state_dict().values()) / 1e6


def report(by_name: Mapping[str, Subject], speeds: Mapping[str, Speed]) -> None:
    """Print the table; a ratio is how many times as fast, in a batch and for a single crop."""
    ratios = "".join(f"{f'x {name}, batch / one':>34}" for name in PROMISED)
    print(f"{'what':<24}{'sees':>10}{'batch':>7}{'crops/s':>10}{'ms for one':>12}{ratios}")
    for name, speed in speeds.items():
        subject = by_name[name]
        print(f"{name:<24}{subject.pixels:>10}{subject.batch:>7}", end="")
        print(f"{speed.crops_per_s:>10.1f}{speed.one_ms:>12.1f}", end="")
        for many, single in (faster(speed, speeds[other]) for other in PROMISED):
            print(f"{f'{many:.1f} / {single:.1f}':>34}", end="")
        print()


def faster(speed: Speed, other: Speed) -> tuple[float, float]:
    """How many times as fast, in a batch and for a single crop."""
    return speed.crops_per_s / other.crops_per_s, other.one_ms / speed.one_ms


def figures(speeds: Mapping[str, Speed]) -> dict[str, object]:
    """The table as columns of a file."""
    columns: dict[str, object] = {}
    for name, speed in speeds.items():
        key = name.replace(",", "").replace(" ", "_").lower()
        columns[f"{key}_per_s"] = round(speed.crops_per_s, 2)
        columns[f"{key}_one_ms"] = round(speed.one_ms, 2)
    return columns


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--batch", type=int, default=32, help="crops at a time, ours")
    parser.add_argument("--peer-batch", type=int, default=8, help="crops at a time, theirs")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--weights", type=Path, help="folder of weights and cards")
    parser.add_argument("--untrained", action="store_true", help="random weights of our shape")
    parser.add_argument("--out", type=Path, metavar="CSV", help="append the figures here instead")
    return parser.parse_args()


def main() -> int:
    """Print the table."""
    options = arguments()
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(options.threads)
    embedder = load(options.weights, untrained=options.untrained)
    different = flanks(min(COATS, options.batch), options.seed)
    crops = [different[n % len(different)] for n in range(options.batch)]
    by_name = subjects(embedder, crops, options.batch, options.peer_batch)
    speeds = measure(by_name, options.rounds)
    size = size_mb(embedder.network)
    print(f"{embedder.model}, {size:.1f} MB; {options.threads} threads, median of {options.rounds}")
    report(by_name, speeds)
    conditions: dict[str, object] = {"model": embedder.model, "threads": options.threads}
    conditions |= {
        "batch": options.batch,
        "peer_batch": options.peer_batch,
        "rounds": options.rounds,
    }
    keep("speed", {**conditions, **figures(speeds), "weights_mb": round(size, 2)}, path=options.out)
    slow = [
        other
        for other, least in PROMISED.items()
        if min(faster(speeds[EMBEDDING], speeds[other])) < least
    ]
    return 1 if slow or size > LARGEST_MB else 0


if __name__ == "__main__":
    sys.exit(main())
