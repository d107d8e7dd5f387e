"""The answer to one query encounter: candidates in order, and whose verdict it has."""

from collections.abc import Mapping
from dataclasses import dataclass

from reid.types import Comparison, Evidence, GalleryRow, Verdict


def strength_of_evidence(verdict: Verdict, llr: float) -> tuple[bool, float]:
    """Sorts evidence for "same", the strongest last; what is not comparable is no evidence."""
    return verdict is not Verdict.NOT_COMPARABLE, llr


@dataclass(frozen=True, slots=True)
class PairResult:
    """One query photo beside one gallery annotation.

    query: position in the query encounter. evidence: of these two photos alone.
    agreement: what agrees in them, the number that orders candidates; see `reid.evidence.order`.
    """

    query: int
    row: GalleryRow
    comparison: Comparison
    evidence: Evidence
    agreement: float


@dataclass(frozen=True, slots=True)
class IdentityCandidate:
    """What a whole query encounter says about one identity.

    best: the pair of photos with the largest agreement, which places the identity.
    """

    identity: int
    evidence: Evidence
    best: PairResult


@dataclass(frozen=True, slots=True)
class Identification:
    """The answer to one query encounter.

    candidates: the one whose best pair has the largest agreement first, one an identity.
    timings: milliseconds per stage.
    compared: how many gallery annotations were compared in detail.
    """

    candidates: tuple[IdentityCandidate, ...]
    model: str
    compared: int
    timings: Mapping[str, float]

    @property
    def strongest(self) -> IdentityCandidate | None:
        """The candidate with the strongest evidence, which need not be the first; None of none."""

        def strength(candidate: IdentityCandidate) -> tuple[bool, float]:
            return strength_of_evidence(candidate.evidence.verdict, candidate.evidence.llr)

        return max(self.candidates, key=strength, default=None)

    @property
    def verdict(self) -> Verdict:
        """That of the strongest evidence; "not comparable" where no gallery flank fits."""
        return self.strongest.evidence.verdict if self.strongest else Verdict.NOT_COMPARABLE
