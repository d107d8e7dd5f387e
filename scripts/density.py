"""Simulated surveys of known density: does the interval hold the truth, and is it biased?"""

import argparse
import json
import shlex
import sys
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from reid.density.combining import DRAWS
from reid.errors import ReidError
from reid.evaluation.trials import density
from reid.evaluation.trials.simulated_nights import SurveyDesign
from reid.evidence.calibrator import released
from reid.evidence.tested import load_tested
from reid.weights import default_folder


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    design = SurveyDesign()
    parser.add_argument("--surveys", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--draws", type=int, default=DRAWS, help="of who is who, of every survey")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--per-100-km2", type=float, default=100 * design.density)
    parser.add_argument("--poor-nights", type=float, default=design.poor_nights, help="share")
    parser.add_argument("--both", type=float, default=design.both, help="share with both flanks")
    parser.add_argument("--alike", type=float, default=design.alike, help="see SurveyDesign")
    parser.add_argument("--side", type=int, default=design.side, help="stations along a side")
    parser.add_argument("--out", type=Path, help="folder for density.json")
    parser.add_argument("--weights", type=Path, help="folder of weights and cards")
    return parser.parse_args()


def main() -> int:
    """Exit code 0, or 2 where the command cannot work."""
    o = arguments()
    design = replace(
        SurveyDesign(),
        density=o.per_100_km2 / 100,
        poor_nights=o.poor_nights,
        both=o.both,
        alike=o.alike,
        side=o.side,
    )
    try:
        calibrator = released(o.weights).id
        tested = load_tested(calibrator, o.weights or default_folder())
        if tested is None:
            raise density.NotTested(calibrator=calibrator)
    except ReidError as error:
        print(f"density.py: {error}", file=sys.stderr)
        return 2
    print(f"{o.surveys} surveys, seed {o.seed}, {o.draws} draws each; llrs of {calibrator}'s test")
    rows = density.surveys(
        design, tested, number=o.surveys, seed=o.seed, draws=o.draws, workers=o.workers
    )
    estimated = list(tqdm(rows, "surveys", o.surveys, disable=None))
    print(density.as_text(estimated, design))
    if o.out:
        o.out.mkdir(parents=True, exist_ok=True)
        head = {"command": "scripts/density.py " + shlex.join(sys.argv[1:])}
        text = json.dumps(head | density.as_json(estimated, design), indent=1)
        (o.out / "density.json").write_text(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
