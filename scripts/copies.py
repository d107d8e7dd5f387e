"""Photos that were saved again: how many are found, and how many frames of bursts pass for one.

Writes a small synthetic survey into a folder of its own, or takes the photos of a folder.
"""

import argparse
import tempfile
from pathlib import Path

from reid.evaluation.trials.copies import measured, real_bursts
from reid.synthetic.survey import write_survey

ANIMALS, WIDTH = 12, 640


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=300, help="photos to save again")
    parser.add_argument("--others", type=int, default=2000, help="pairs of frames of bursts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bursts", type=Path, help="a folder of frames in the order of time")
    return parser.parse_args()


def main() -> None:
    """Run it."""
    options = arguments()
    if options.bursts:
        for first, second, same in real_bursts(sorted(options.bursts.iterdir())):
            print(
                f"{first.name} {second.name}: copy {same.copy}, noise {same.noise:.2f},"
                f" animal {same.animal:.2f}"
            )
        return
    with tempfile.TemporaryDirectory() as folder:
        write_survey(Path(folder), animals=ANIMALS, seed=options.seed, width=WIDTH)
        photos = sorted((Path(folder) / "photos").iterdir())
        report = measured(photos, copies=options.copies, others=options.others, seed=options.seed)
    for way, count in report.copies.items():
        print(f"{way}: {report.found[way]} of {count} found ({report.listed[way]} looked at)")
    print(f"copies found: {report.found.total()} of {report.copies.total()}")
    print(f"false alarms: {report.alarms} of {report.others} pairs of bursts")


if __name__ == "__main__":
    main()
