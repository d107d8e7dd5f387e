"""Printed times of photos: how many are read right, left unknown, and read wrong.

Paints banners of several makers on synthetic frames, or takes the photos of a folder and compares
with the times that their files state. Needs the extra `banner`.
"""

import argparse
import sys
from pathlib import Path
from statistics import median

from reid.errors import MissingExtra
from reid.evaluation.trials.banners import BannerOutcome, BannerTrials, banner_trials, real_banners
from reid.synthetic.banners import painted_banners

NAMES = {".jpg", ".jpeg", ".png"}


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=200, help="to paint, ten cameras in turns")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--photos", type=Path, help="a folder of photos of one camera, any depth")
    return parser.parse_args()


def print_painted(trials: BannerTrials) -> None:
    """A line a camera, and the sum."""
    print(f"{'':28} alone: right unknown WRONG   with the camera's others: right unknown WRONG")
    for camera, alone in trials.alone.items():
        both = (alone, trials.together[camera])
        print(f"{camera:28} " + "   ".join(str([c[o] for o in BannerOutcome]) for c in both))
    for name, counts in (("alone", trials.alone), ("with others", trials.together)):
        total = {o.value: sum(c[o] for c in counts.values()) for o in BannerOutcome}
        print(f"{name}: {total} of {len(trials.ms)}")
    print(f"ms a photo: median {median(trials.ms):.0f}, most {max(trials.ms):.0f}")
    for camera, text, moment in trials.mistakes:
        print(f"WRONG: {camera}: {text!r} is {moment}")


def print_real(folder: Path) -> None:
    """A line a photo, and the sum."""
    rows = real_banners(sorted(p for p in folder.rglob("*") if p.suffix.lower() in NAMES))
    for row in rows:
        print(f"{row.name}: file {row.stated}, banner {row.read}, {row.text!r}")
    stated = [row for row in rows if row.stated]
    same = sum(
        row.read is not None
        and row.stated is not None
        and row.read == row.stated.replace(tzinfo=None, microsecond=0)
        for row in stated
    )
    unknown = sum(row.read is None for row in rows)
    wrong = sum(row.read is not None for row in stated) - same
    print(
        f"{len(rows)} photos, {len(stated)} with a time of the file: {same} read the same, "
        f"{wrong} otherwise, {unknown} unknown; "
        f"ms a photo: median {median([row.ms for row in rows] or [0]):.0f}"
    )


def main() -> int:
    """Run it."""
    options = arguments()
    try:
        if options.photos:
            print_real(options.photos)
        else:
            print_painted(banner_trials(painted_banners(options.frames, options.seed)))
    except MissingExtra as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
