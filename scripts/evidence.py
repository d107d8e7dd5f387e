"""Test the calibrator on pairs of encounters: a folder of photos, or synthetic:ANIMALS:SEED."""

import argparse
import datetime
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from reid.describe.embed import Embedder
from reid.errors import ReidError
from reid.evaluation.data.degrade import EVERY
from reid.evaluation.report.certifying import ENCOUNTERS, encounters_of
from reid.evaluation.report.findings import EvaluationReport
from reid.evaluation.report.html_report import write_report
from reid.evaluation.trials import encounter_evidence, sanity
from reid.evaluation.trials.encounter_evidence import WeighedPair
from reid.evaluation.trials.testing import results
from reid.evidence.calibrator import Calibrator, released
from reid.evidence.controls import SILENT, across_flanks, without_animals
from reid.evidence.strata import PairStratum
from reid.evidence.tested import write_tested
from reid.weights import default_folder


def progress(what: str, total: int) -> Callable[[int], object]:
    """A bar on the terminal."""
    return tqdm(desc=what, total=total, disable=None).update


def synthetic(
    o: argparse.Namespace, embedder: Embedder, calibrator: Calibrator
) -> list[WeighedPair]:
    """Encounters of animals that nothing was fitted to, and what must be nothing."""
    encounters, pairs = encounters_of(
        o.dataset, embedder, impostors=o.impostors, seed=o.seed, progress=progress
    )
    done = progress("compare", len(pairs))
    heard = encounter_evidence.weigh_pairs(encounters, encounters, pairs, calibrator, done=done)
    photos = [encounter.features for encounter in encounters]
    crossed = across_flanks(photos[: 4 * ENCOUNTERS], calibrator)
    done = progress("background", o.crops)
    sizes = {"crops": o.crops, "seed": o.seed, "done": done}
    loud = without_animals(photos, embedder, calibrator, **sizes)
    weak, bad = sanity.unusable(heard)
    cost = sanity.shuffled(heard, calibrator, seed=o.seed)
    print(
        f"llr of left against right flank: not exactly 0 in {crossed.count} of {crossed.of} pairs"
    )
    print(f"|llr| <= {SILENT}: {loud.of - loud.count} of {loud.of} crops without an animal", end="")
    print(f", {weak} of {bad} pairs with an unusable encounter")
    print(f"Cllr of a link fitted to shuffled labels: {cost:.3f}")
    return heard


def photographed(
    o: argparse.Namespace, embedder: Embedder, calibrator: Calibrator
) -> dict[int, list[WeighedPair]]:
    """Every pair of a folder's encounters at each level; the query alone is degraded."""
    photos = encounter_evidence.photos_of(Path(o.dataset), mirror=o.mirror)
    heard = {}
    known = {"embedder": embedder, "seed": o.seed}
    gallery = encounter_evidence.described_at(
        photos, level=0, done=progress("describe", len(photos)), **known
    )
    for level in o.degrade:
        queries = gallery
        if level:
            done = progress(f"describe at level {level}", len(photos))
            queries = encounter_evidence.described_at(photos, level=level, done=done, **known)
        pairs = encounter_evidence.all_pairs(gallery, ordered=level > 0)
        done = progress(f"compare at level {level}", len(pairs))
        heard[level] = encounter_evidence.weigh_pairs(
            queries, gallery, pairs, calibrator, done=done
        )
        print(
            f"level {level}, {len(gallery)} encounters of {len({e.animal for e in gallery})}",
            end="",
        )
        print(" animals; " + encounter_evidence.verdicts(heard[level]).replace("\n", "; "))
    return heard


def evaluate(o: argparse.Namespace) -> None:
    """Print the table, and write the report and the test where asked."""
    embedder, calibrator = Embedder.load(o.weights), released(o.weights)
    print(
        f"{o.dataset}: {embedder.model}, {calibrator.id}, bound {calibrator.bound:.2f}", flush=True
    )
    if o.dataset.startswith("synthetic:"):
        heard = {0: synthetic(o, embedder, calibrator)}
        print(encounter_evidence.verdicts(heard[0]))
    else:
        heard = photographed(o, embedder, calibrator)
    strata = [s for level, weighed in heard.items() for s in kept(weighed, level)]
    print(encounter_evidence.as_text(strata, seed=o.seed))
    command = "scripts/evidence.py " + shlex.join(sys.argv[1:])
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    counts = f"{len(heard[min(heard)])} pairs of encounters"
    if o.report:
        names = {"model": embedder.model, "calibrator": calibrator.id, "date": today}
        about = {"title": "Evidence of encounters", "dataset": o.dataset, "description": counts}
        report = EvaluationReport(**about, **names, command=command, seed=o.seed, strata=strata)
        print(write_report(report, o.report))
    if o.tested:
        about = {"data": f"{o.dataset}, {counts}", "command": command, "date": today}
        tested = results(heard[0], calibrator=calibrator.id, **about)
        path = (o.weights or default_folder()) / f"{calibrator.id}.tested.json"
        write_tested(path, tested)
        print(path)


def kept(heard: list[WeighedPair], level: int) -> list[PairStratum]:
    """Strata with pairs of both kinds; none where nothing could be compared."""
    strata = encounter_evidence.strata(heard, level=level)
    return [stratum for stratum in strata if len(stratum.genuine) and len(stratum.impostor)]


def main() -> int:
    """Exit code 0, or 2 where the data cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("dataset", help="folder with index.csv, or synthetic:ANIMALS:SEED")
    add("--impostors", type=int, default=4000, help="pairs of strangers of a synthetic survey")
    add("--crops", type=int, default=200, help="without an animal, of a synthetic survey")
    add("--degrade", type=int, nargs="+", choices=EVERY, default=[0], help="levels of the query")
    add("--mirror", action="store_true", help="compare right flanks, turned round, with left ones")
    add("--seed", type=int, default=0, help="of grain, crops without an animal and intervals")
    add("--report", type=Path, help="folder for report.html and evaluation.json")
    add("--tested", action="store_true", help="keep the result beside the calibrator's card")
    add("--weights", type=Path, help="folder of weights and cards")
    try:
        evaluate(parser.parse_args())
    except ReidError as error:
        print(f"evidence.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
