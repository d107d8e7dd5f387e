"""A catalogue for archive runs that knows animals by the brightness of the photo.

Run as a program it is an archive run whose photos take a moment, made to be killed:
`python fake_catalogue.py FOLDER OUT LOG`; LOG gets a line for each photo asked about.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # else tests/reid stands before reid

from reid.archive.run import CatalogueAnswer, NamedCandidate, identify_archive
from reid.photo.crop import cut
from reid.photo.images import decode
from reid.types import Flank, Verdict


class FakeCatalogue:
    model = "fake@1"
    state = "1"

    def __init__(self, *, takes_s=0.0, log=None):
        self.asked, self._takes_s, self._log = 0, takes_s, log

    def identify(self, photo, flank):
        self.asked += 1
        if self._log:
            with self._log.open("a") as file:
                file.write("asked\n")
        time.sleep(self._takes_s)
        crop = cut(decode(photo, max_pixels=10**6), flank)
        llr = 1.2 if crop.image.mean() > 90 else 0.1
        verdict = Verdict.SAME if llr > 1 else Verdict.INCONCLUSIVE
        named = [NamedCandidate(f"L{n:03}", llr - n, 1.5, verdict) for n in range(5)]
        return CatalogueAnswer(verdict, tuple(named), self.model, "fake@1")


if __name__ == "__main__":
    catalogue = FakeCatalogue(takes_s=0.05, log=Path(sys.argv[3]))
    identify_archive(Path(sys.argv[1]), Path(sys.argv[2]), catalogue, flank=Flank.LEFT)
