"""What was said of the simulated founding case, beside the truth: right, inconclusive or wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from reid.synthetic.founding import QUALITIES, Truth, Variant
from reid.types import Evidence, Verdict

SURE = 0.95  # posterior above which a partition counts as an answer
RECORDS = ("record 1", "record 2")
PAIRS = ("1-2", "1-3", "2-3")


class Outcome(StrEnum):
    """How an answer stands to the truth."""

    RIGHT = "right"
    INCONCLUSIVE = "inconclusive"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class FoundingAnswer:
    """What was said of one variant.

    evidence: of the pairs in the order of PAIRS. partition: the leading one, the animal of each
    record; probability: its posterior. settle: what would settle the pair 1-2, "" where nothing
    was asked.
    """

    variant: Variant
    evidence: tuple[Evidence, Evidence, Evidence]
    partition: tuple[int, ...]
    probability: float
    settle: str = ""

    @property
    def misled(self) -> tuple[bool, bool, bool]:
        """Which pairs have the verdict "same" or "different" against the truth."""
        a, b, c = self.variant.truth.animals
        truly = (a == b, a == c, b == c)
        first, second, third = (
            evidence.verdict is (Verdict.DIFFERENT if same else Verdict.SAME)
            for evidence, same in zip(self.evidence, truly, strict=True)
        )
        return first, second, third

    @property
    def outcome(self) -> Outcome:
        """Wrong: the verdict of 1-2, or a partition above SURE, is against the truth.

        Right: neither is, and at least one of them gives the truth. Else inconclusive.
        """
        sure = self.probability > SURE
        true = self.partition == self.variant.truth.animals
        if self.misled[0] or (sure and not true):
            return Outcome.WRONG
        decided = self.evidence[0].verdict in (Verdict.SAME, Verdict.DIFFERENT)
        return Outcome.RIGHT if decided or sure else Outcome.INCONCLUSIVE


def as_text(answers: Sequence[FoundingAnswer]) -> str:
    """One line a variant; what would settle it comes last, where it was asked."""
    settle = "what would settle it" if any(answer.settle for answer in answers) else ""
    llrs = [f"llr {pair}" for pair in PAIRS]
    lines = [_line("truth", "September", *llrs, "animals", "posterior", "answer", settle)]
    for answer in answers:
        verdicts = [f"{e.llr:+.2f} {e.verdict.value}" for e in answer.evidence]
        animals, probability = _animals(answer.partition), f"{answer.probability:.3f}"
        known = (answer.variant.truth.value, answer.variant.september)
        lines.append(
            _line(*known, *verdicts, animals, probability, answer.outcome.value, answer.settle)
        )
    return "\n".join(lines)


def _line(*cells: str) -> str:
    widths = (11, 9, 19, 19, 19, 11, 9, 12, 0)
    return "  ".join(f"{cell:<{wide}}" for cell, wide in zip(cells, widths, strict=True)).rstrip()


def counts_as_text(answers: Sequence[FoundingAnswer]) -> str:
    """How often an answer was right, inconclusive and wrong, by truth and quality of September.

    misled: verdicts of each pair that are against the truth.
    """
    outcomes = "right  inconclusive  wrong  misled 1-2  1-3  2-3"
    lines = [f"{'truth':<11}  {'September':<9}  cases  {outcomes}"]
    for truth, quality in product(Truth, QUALITIES):
        part = [answer for answer in answers if answer.variant == Variant(truth, quality)]
        if part:
            results = [answer.outcome for answer in part]
            right, open_, wrong = (results.count(outcome) for outcome in Outcome)
            misled = [sum(answer.misled[pair] for answer in part) for pair in range(len(PAIRS))]
            line = f"{truth:<11}  {quality:<9}  {len(part):>5}  {right:>5}  {open_:>12}  {wrong:>5}"
            lines.append(f"{line}  {misled[0]:>10}  {misled[1]:>3}  {misled[2]:>3}")
    return "\n".join(lines)


def _animals(partition: Sequence[int]) -> str:
    """(0, 1, 1) as "{1} {2 3}"."""
    members = (
        [str(n) for n, animal in enumerate(partition, 1) if animal == of]
        for of in dict.fromkeys(partition)
    )
    return " ".join("{" + " ".join(numbers) + "}" for numbers in members)
