"""Write a synthetic camera-trap survey with its truth, the same for the same seed."""

import argparse
from pathlib import Path

from reid.synthetic.survey import write_survey


def main() -> None:
    """Photos with EXIF, and index.csv with who is on each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--animals", type=int, default=8)
    parser.add_argument("--encounters", type=int, default=4, help="of each animal")
    parser.add_argument("--stations", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ustyurt", action="store_true", help="add the three-record case")
    o = parser.parse_args()
    index = write_survey(
        o.folder,
        animals=o.animals,
        seed=o.seed,
        encounters=o.encounters,
        stations=o.stations,
        ustyurt=o.ustyurt,
    )
    print(f"{sum(1 for _ in index.open()) - 1} photos, truth in {index}")


if __name__ == "__main__":
    main()
