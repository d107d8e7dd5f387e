"""How fast is the rosette network beside the networks of other projects?

Crops per second in a batch and milliseconds for a single crop on two threads: one look of the
network alone; both looks at a crop; all that is kept of an annotation, with RootSIFT and quality.
Beside them torchvision's swin_t at 224 pixels and efficientnet_v2_m at 440, which are the shapes of
MegaDescriptor-T and MiewID, with random weights. All in one run, in channels-last memory; every
round asks each in turn, so that a load on the machine meets all alike; medians over the rounds.
Prints one table; exit code 1 where fewer than 10 crops a second are described, or the weights have
more than 20 MB.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from results import keep
from torch import Tensor, nn
from torchvision.models import efficientnet_v2_m, swin_t
from tqdm import tqdm

from reid.describe.embed import Embedder, reduced_precision
from reid.describe.look_network import LookNetwork
from reid.describe.window import SIZE
from reid.synthetic.coat import CoatStyle, draw_coat
from reid.synthetic.view import Camera, colourised, render
from reid.types import Box, Crop, Flank

LOOK, LOOKS, DESCRIBE = "one look", "both looks", "all that is kept"
SWIN, EFFICIENTNET = "swin_t", "efficientnet_v2_m"
PEERS = (SWIN, EFFICIENTNET)
PROMISED = 10.0  # crops a second, with all that is kept
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
    contrast, grey = (1, *SIZE), (1, SIZE[0] // 2, SIZE[1] // 2)
    return {
        LOOK: _timed(_Look(embedder.network), (contrast, grey), batch),
        LOOKS: Subject("crops", batch, lambda count: embedder.sights(crops[:count])),
        DESCRIBE: Subject("crops", batch, lambda count: embedder.describe(crops[:count])),
        SWIN: _timed(_shape(swin_t), ((3, 224, 224),), peers),
        EFFICIENTNET: _timed(_shape(efficientnet_v2_m), ((3, 440, 440),), peers),
    }


class _Look(nn.Module):
    """One window after the other through the network, as precisely as it is used."""

    def __init__(self, network: LookNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, contrast: Tensor, grey: Tensor) -> object:
        """contrast: (B, 1, H, W); grey: (B, 1, H / 2, W / 2)."""
        with reduced_precision():
            return self.network(contrast, grey)


def _shape(make: Callable[..., nn.Module]) -> nn.Module:
    """A network with random weights, ready to be timed."""
    return make(weights=None).eval().to(memory_format=torch.channels_last)


def _timed(
    call: Callable[..., object], shapes: Sequence[tuple[int, int, int]], batch: int
) -> Subject:
    """A network alone, on tensors that lie ready."""
    parts = [
        torch.randn(batch, *shape).contiguous(memory_format=torch.channels_last) for shape in shapes
    ]
    ready = {count: [part[:count] for part in parts] for count in (1, batch)}
    _, height, width = shapes[0]
    return Subject(f"{height} x {width}", batch, lambda count: call(*ready[count]))


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
    ratios = "".join(f"{f'x {name}, batch / one':>34}" for name in PEERS)
    print(f"{'what':<24}{'sees':>10}{'batch':>7}{'crops/s':>10}{'ms for one':>12}{ratios}")
    for name, speed in speeds.items():
        subject = by_name[name]
        print(f"{name:<24}{subject.pixels:>10}{subject.batch:>7}", end="")
        print(f"{speed.crops_per_s:>10.1f}{speed.one_ms:>12.1f}", end="")
        for many, single in (faster(speed, speeds[other]) for other in PEERS):
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
    parser.add_argument("--batch", type=int, default=16, help="crops at a time, ours")
    parser.add_argument("--peer-batch", type=int, default=8, help="crops at a time, theirs")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--weights", type=Path, help="folder of weights and cards")
    parser.add_argument("--out", type=Path, metavar="CSV", help="append the figures here instead")
    return parser.parse_args()


def main() -> int:
    """Print the table."""
    options = arguments()
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(options.threads)
    embedder = Embedder.load(options.weights)
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
    enough = speeds[DESCRIBE].crops_per_s >= PROMISED
    return int(not enough or size > LARGEST_MB)


if __name__ == "__main__":
    sys.exit(main())
