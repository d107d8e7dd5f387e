"""Random errors of cameras' clocks, corrected from known photos: are encounters the true ones?"""

import argparse

from tqdm import tqdm

from reid.evaluation.trials.clock_errors import as_text, clock_trials


def main() -> None:
    """Print how many surveys have the encounters of the truth, before and after."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--surveys", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tqdm(total=options.surveys, unit="survey", disable=None) as bar:
        trials = clock_trials(options.surveys, options.seed, tick=bar.update)
    print(as_text(trials))


if __name__ == "__main__":
    main()
