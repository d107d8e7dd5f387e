"""A network and a catalogue for archive runs, which know animals by their painted spots.

Run as a program it is an archive run whose photos take a moment, made to be killed:
`python fake_catalogue.py FOLDER OUT LOG`; LOG gets a line for each encounter asked about.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # else tests/reid stands before reid

from fake_embedder import CALIBRATOR, MODEL, FakeEmbedder

from reid.archive.plan import ArchiveRecogniser, CatalogueAnswer, NamedCandidate, RunPlan
from reid.archive.run import run_archive
from reid.archive.sources import open_source
from reid.describe.finder import ProposedBox
from reid.types import Box, Flank, Verdict


class FakeNetwork(FakeEmbedder):
    """Sees one animal wherever a full frame is not plain."""

    def animals(self, image):
        height, width = image.shape[:2]
        if image.std() < 2:
            return []
        return [ProposedBox(Box(0.1 * width, 0.2 * height, 0.6 * width, 0.7 * height), 0.8)]


def recogniser():
    """What an archive run describes and compares with."""
    return ArchiveRecogniser(MODEL, FakeNetwork, CALIBRATOR)


class FakeCatalogue:
    """Knows whoever is bright as L000."""

    model = MODEL
    state = "1"

    def __init__(self, *, takes_s=0.0, log=None):
        self.asked, self._takes_s, self._log = 0, takes_s, log

    def identify_encounter(self, photos):
        self.asked += 1
        if self._log:
            with self._log.open("a") as file:
                file.write("asked\n")
        time.sleep(self._takes_s)
        llr = 1.2 if all(photo.features.quality.value > 0.2 for photo in photos) else 0.1
        return self.answer(llr)

    def answer(self, llr):
        verdict = Verdict.SAME if llr > 1 else Verdict.INCONCLUSIVE
        named = [NamedCandidate(f"L{n:03}", llr - n, 1.5, verdict, n + 1) for n in range(5)]
        return CatalogueAnswer(verdict, tuple(named), self.model, "fake@1")


class Strangers(FakeCatalogue):
    """Knows nobody."""

    def identify_encounter(self, photos):
        self.asked += 1
        return self.answer(0.1)


def archive(folder, out, catalogue=None, *, plan=None, engine=None, **options):
    """Run an archive, by the fake network."""
    source = open_source(folder, **options)
    catalogue, plan = catalogue or FakeCatalogue(), plan or RunPlan()
    return run_archive(source, out, recogniser(), catalogue, plan, engine=engine)


if __name__ == "__main__":
    archive(
        Path(sys.argv[1]),
        Path(sys.argv[2]),
        FakeCatalogue(takes_s=0.05, log=Path(sys.argv[3])),
        plan=RunPlan(flank=Flank.LEFT),
    )
