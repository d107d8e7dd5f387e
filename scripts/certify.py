"""Print the validity certificate of a folder of photos, or of synthetic:ANIMALS:SEED."""

import argparse
import datetime
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.errors import ReidError
from reid.evaluation.report.certifying import encounters_of
from reid.evaluation.report.html_report import write_certificate
from reid.evaluation.trials.encounter_evidence import known, weigh_pairs
from reid.evidence.calibrator import released
from reid.evidence.certificate import Certificate, certified_strata, write_json
from reid.evidence.certificate_text import as_text
from reid.evidence.controls import across_flanks, without_animals


def progress(what: str, total: int) -> Callable[[int], object]:
    """A bar on the terminal."""
    return tqdm(desc=what, total=total, disable=None).update


def certify(o: argparse.Namespace) -> None:
    """Print the certificate, and write it where asked."""
    embedder, calibrator = Embedder.load(o.weights), released(o.weights)
    encounters, pairs = encounters_of(
        o.dataset, embedder, impostors=o.impostors, seed=o.seed, progress=progress
    )
    photos = [encounter.features for encounter in encounters]
    done = progress("compare", len(pairs))
    weighed = weigh_pairs(encounters, encounters, pairs, calibrator, done=done)
    done = progress("background", o.crops)
    background = without_animals(
        photos, embedder, calibrator, crops=o.crops, seed=o.seed, done=done
    )
    certificate = Certificate(
        data=o.dataset,
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        model=calibrator.model,
        calibrator=calibrator.id,
        command="scripts/certify.py " + shlex.join(sys.argv[1:]),
        seed=o.seed,
        same=calibrator.same,
        encounters=len(encounters),
        strata=certified_strata(known(weighed), same=calibrator.same, seed=o.seed),
        background=background,
        flanks=across_flanks(photos, calibrator),
    )
    print(as_text(certificate))
    if o.json:
        write_json(certificate, o.json)
    if o.report:
        print(write_certificate(certificate, o.report))


def main() -> int:
    """Exit code 0, or 2 where the data cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("dataset", help="folder with index.csv, or synthetic:ANIMALS:SEED")
    add("--impostors", type=int, default=4000, help="pairs of strangers of a synthetic survey")
    add("--crops", type=int, default=200, help="generated crops without an animal")
    add("--seed", type=int, default=0, help="of crops without an animal and intervals")
    add("--json", type=Path, metavar="FILE", help="write the certificate as JSON")
    add("--report", type=Path, metavar="FOLDER", help="write certificate.html")
    add("--weights", type=Path, help="folder of weights and cards")
    try:
        certify(parser.parse_args())
    except ReidError as error:
        print(f"certify.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
