"""The founding case with simulated animals, in all its variants; SIMULATED, nothing is real."""

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.errors import ReidError
from reid.evaluation.trials.founding import draw_answers
from reid.evidence.calibrator import calibrator_of
from reid.evidence.tested import load_tested
from reid.synthetic.answers import as_text, counts_as_text
from reid.synthetic.founding import SEPTEMBER, VARIANTS
from reid.weights import default_folder


def show(options: argparse.Namespace) -> None:
    """Print what is said of every draw, and how often that is right, inconclusive and wrong."""
    embedder = Embedder.load(options.weights)
    calibrator = calibrator_of(embedder.model, options.weights or default_folder())
    tested = load_tested(calibrator.id, options.weights or default_folder())
    print(f"SIMULATED records; {embedder.model}, {calibrator.id}, bound {calibrator.bound:.2f}")
    draws = []
    with tqdm(total=options.seeds * len(VARIANTS), unit="case", disable=None) as bar:
        for seed in range(options.seed, options.seed + options.seeds):
            known = {"tested": tested, "september": options.september, "tick": bar.update}
            draw = draw_answers(seed, embedder, calibrator, **known)
            draws.append(draw)
            bar.clear()
            print(f"\nseed {seed}\n{as_text(draw.single)}", flush=True)
            if draw.fused is not None:
                print(f"with September's frames as one picture\n{as_text(draw.fused)}", flush=True)
    single = [answer for draw in draws for answer in draw.single]
    fused = [answer for draw in draws for answer in draw.fused or ()]
    print(f"\n{options.seeds} draws\n{counts_as_text(single)}")
    if fused:
        print(f"\nwith September's frames as one picture\n{counts_as_text(fused)}")


def main() -> int:
    """Exit code 0, or 2 where the weights cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=2018, help="of the first draw")
    parser.add_argument("--seeds", type=int, default=1, help="draws, each of other animals")
    few = SEPTEMBER.photos
    parser.add_argument("--september", type=int, default=few, help="frames of each camera then")
    parser.add_argument("--weights", type=Path, help="folder of weights and cards")
    try:
        show(parser.parse_args())
    except ReidError as error:
        print(f"founding.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
