"""Find the words in which a rosette model tells the arrangement of a coat, on synthetic coats."""

import argparse
import tempfile
from pathlib import Path

from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.synthetic.survey import write_survey
from reid.training.words import close_look_descriptors, words_of, write_words
from reid.weights import default_folder, latest


def main() -> None:
    """Render, look, find, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", metavar="MODEL", help="whose words these are; newest rosette")
    parser.add_argument("--words", type=int, default=1024)
    parser.add_argument("--animals", type=int, default=80)
    parser.add_argument("--seed", type=int, default=103, help="not a seed of a test")
    parser.add_argument("--weights", type=Path, default=default_folder())
    o = parser.parse_args()
    model = o.model or latest(o.weights)
    embedder = Embedder.load(o.weights, model)
    if not embedder.card.close_look:
        parser.error(f"{model} has no closer look: write closer = [SCALE, CELLS] into its card")
    with tempfile.TemporaryDirectory() as folder:
        survey = write_survey(Path(folder), animals=o.animals, seed=o.seed, encounters=2)
        with tqdm(desc=f"survey {o.seed}", unit="photo", disable=None) as bar:
            descriptors = close_look_descriptors(survey, embedder, bar.update)
    print(write_words(words_of(descriptors, o.words, o.seed), model, o.weights).read_text())


if __name__ == "__main__":
    main()
