"""Synthetic flanks beside real ones: a table of statistics, and a contact sheet for people."""

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.errors import ReidError
from reid.evaluation.data.protocol import read_distractors
from reid.evaluation.trials.realism import (
    Centre,
    CountsBelowOne,
    flank_of,
    gap_as_text,
    measure,
    real_crops,
    sheet,
    synthetic_crops,
)
from reid.photo.images import encode_jpeg
from reid.types import Crop, Image


def look(options: argparse.Namespace) -> None:
    """Print the table, and write the sheet where asked."""
    if options.count < 1 or options.shown < 1:
        raise CountsBelowOne()
    finder = Centre() if options.centre else Embedder.load(options.weights)
    sets: dict[str, list[Crop]] = {"synthetic": list(synthetic_crops(options.count, options.seed))}
    for folder in options.folders:
        samples = [s for s in read_distractors(folder) if not s.mirrored]
        name = folder.resolve().name
        sets[name] = list(
            tqdm(real_crops(samples, options.count, options.seed), name, disable=None)
        )
    flanks = {name: [flank_of(crop, finder) for crop in crops] for name, crops in sets.items()}
    print(f"flanks of 256 x 128 pixels; seed {options.seed}; distance from synthetic")
    print(
        gap_as_text(
            {name: [measure(flank) for flank in crops_of] for name, crops_of in flanks.items()}
        )
    )
    if options.out:
        pictures: dict[str, list[Image]] = {}
        for name, crops in sets.items():
            pictures[name] = [crop.image for crop in crops[: options.shown]]
            pictures[f"{name}, flank"] = [
                flank[..., None].repeat(3, 2) for flank in flanks[name][: options.shown]
            ]
        options.out.write_bytes(encode_jpeg(sheet(pictures)))


def main() -> int:
    """Exit code 0, or 2 where the data cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("folders", type=Path, nargs="*", metavar="FOLDER", help="real photos, with an index.csv")
    add("--count", type=int, default=200, help="flanks of each set that are measured, at most")
    add("--shown", type=int, default=16, help="of each set on the sheet")
    add("--seed", type=int, default=1)
    add("--centre", action="store_true", help="a fixed window; needs no network")
    add("--weights", type=Path, help="folder of weights and cards")
    add("--out", type=Path, metavar="FILE.jpg", help="contact sheet; real photos: do not pass on")
    try:
        look(parser.parse_args())
    except ReidError as error:
        print(f"realism.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
