"""What two encounters, or two photos, say: one account, which every page, dossier and answer shows.

Whoever shows a pair takes its numbers from here: weight, interval, verdict, the share that agrees
and how many marks there are are then the same everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reid.types import Comparison, Evidence, Overlap, Verdict
from service.encounters.pair_evidence import PairSays
from service.viewer.agreement import SpeakingMarks
from service.web.languages import gettext as _
from service.web.languages import ngettext
from service.web.words import limits, meaning, number, overlapping, sentence


@dataclass(frozen=True, slots=True)
class PairAccount:
    """evidence: of the two encounters. compared: whether any two of their photos could be.

    marks, comparison: of the two photos that are shown; None where nobody compared them.
    """

    evidence: Evidence
    compared: bool
    marks: SpeakingMarks
    comparison: Comparison | None

    @property
    def overlap(self) -> Overlap | None:
        """What both photos show of the flank; None where it was not measured."""
        return self.comparison.overlap if self.comparison else None

    @property
    def meaning(self) -> str:
        """The weight in words."""
        if not self.compared:
            return _("The photos show no flank that can be compared")
        if self.evidence.verdict is Verdict.NOT_COMPARABLE:
            return _("The photos show no coat that could agree")
        return sentence(meaning(self.evidence.llr))

    @property
    def limits(self) -> str:
        """What restricts the claim."""
        return limits(self.evidence.llr, self.evidence.bound) if self.compared else ""

    @property
    def seen(self) -> str:
        """What both photos show, and how many marks there are, as a sentence."""
        if not self.compared:
            return ""
        if self.comparison and self.comparison.still:
            return _(
                "What is alike lies at the same place of both frames: it is scenery, and does not "
                "count"
            )
        marked = ngettext(
            "%(num)s place is marked where they agree",
            "%(num)s places are marked where they agree",
            self.marks.agreeing,
        ) % {"num": number(self.marks.agreeing)}
        overlap = overlapping(self.overlap)
        return f"{overlap}; {marked}" if overlap else sentence(marked)


def account(says: PairSays) -> PairAccount:
    """Of two encounters, with the two photos that speak for them."""
    if says.best is None:
        return PairAccount(says.evidence, False, SpeakingMarks(), None)
    comparison, marks = says.best.in_order()
    return PairAccount(says.evidence, True, marks, comparison)


def fused_words(names: Sequence[str], behind: Sequence[int]) -> tuple[str, ...]:
    """Which of two photos stand for several frames. names: of them; behind: frames of each."""
    return tuple(
        ngettext(
            "%(photo)s: %(num)s frame as one picture",
            "%(photo)s: %(num)s poor frames of one burst, put together as one picture",
            frames,
        )
        % {"photo": name, "num": number(frames)}
        for name, frames in zip(names, behind, strict=True)
        if frames > 1
    )
