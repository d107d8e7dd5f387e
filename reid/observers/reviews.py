"""What several observers' answers on a pair add up to.

Each observer looks for themself. Where the first ones disagree a third is asked, and what more than
half of all say stands. The result does not depend on who answered first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Answer = Literal["same", "different", "not_comparable", "cannot_tell"]
AnswerOrWithdrawal = Literal["same", "different", "not_comparable", "cannot_tell", "withdrawn"]
State = Literal["waiting", "agreed", "disagreed", "settled", "unsettled", "closed"]
VisibleState = State | Literal["answered"]
"""A state as it is told; `answered` where only that may be known: no answer is wanted any more."""
Truth = Literal["same", "different"]

ANSWERS: tuple[Answer, ...] = get_args(Answer)
THIRD = 3
OPEN: tuple[State, ...] = ("waiting", "disagreed")
"""States in which an answer is still wanted."""


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    """How far a pair is.

    answer: what stands by now; None as long as nothing does. missing: observers who must still
    answer. answers: how many observers' answers count. dissent: not all of them say the same.
    """

    state: State
    answer: Answer | None
    missing: int
    answers: int
    dissent: bool


def newest(opinions: Iterable[tuple[str, AnswerOrWithdrawal]]) -> dict[str, Answer]:
    """What each observer says now. opinions: (observer, answer), oldest first.

    `withdrawn` takes back what that observer said before.
    """
    now: dict[str, Answer] = {}
    for observer, answer in opinions:
        now.pop(observer, None)
        if answer != "withdrawn":
            now[observer] = answer
    return now


def review_progress(
    answers: Mapping[str, Answer], *, needed: int, closed: bool = False
) -> ReviewProgress:
    """What the answers of different observers add up to.

    needed: observers who must answer before anything stands. If these do not all say the same,
    at least three are asked, and what more than half say stands. ValueError below one.
    """
    if needed < 1:
        raise ValueError(f"{needed} observers cannot answer")
    state, answer, missing = _open_progress(list(answers.values()), needed)
    dissent = len(set(answers.values())) > 1
    if closed:
        state, missing = "closed", 0
    return ReviewProgress(state, answer, missing, len(answers), dissent)


def _open_progress(answers: list[Answer], needed: int) -> tuple[State, Answer | None, int]:
    if len(answers) < needed:
        return "waiting", None, needed - len(answers)
    if len(set(answers)) == 1:
        return "agreed", answers[0], 0
    if len(answers) < THIRD:
        return "disagreed", None, THIRD - len(answers)
    for answer in ANSWERS:
        if 2 * answers.count(answer) > len(answers):
            return "settled", answer, 0
    return "unsettled", None, 0
