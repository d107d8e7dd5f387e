"""How many animals a survey shows: by the machine alone, and with a reviewer who is never wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from reid.evaluation.data.surveys import Done, SurveyEncounter
from reid.evaluation.measures.sorting import ClusteringMeasures, clustering
from reid.gallery.galleries import Galleries
from reid.gallery.voting import Voter, Voting, cells
from reid.identify.clusters import (
    TOGETHER,
    DecidedPairs,
    Grouping,
    Pair,
    Table,
    sort,
    suggest,
    table,
)
from reid.types import Evidence, GalleryRow, Verdict

EACH = 12  # annotations that every photo is compared with
PEOPLE = 0.35  # too many: eight observers on 16 captive snow leopards (Johansson et al. 2020)
WITHIN = 0.05  # of the true number: a count that is good enough
SHOWN = (0, 1, 2, 5, 10, 20, 30, 50, 75, 100)  # decisions after which the table has a row


@dataclass(frozen=True, slots=True)
class CountStep:
    """How encounters are sorted after so many decisions.

    counted: animals, which are the groups less the encounters that could not be placed. error:
    (counted - animals) / animals, of all animals of the survey. sorted: all groups, with those of
    encounters that could not be placed.
    """

    decisions: int
    counted: int
    unplaced: int
    error: float
    sorted: ClusteringMeasures


@dataclass(frozen=True, slots=True)
class Count:
    """A survey counted. steps: after 0, 1, 2 ... decisions. answers: how often each was given."""

    encounters: int
    animals: int
    steps: tuple[CountStep, ...]
    answers: Mapping[str, int]

    def needed(self, within: float = WITHIN) -> int | None:
        """Decisions after which the count stays so near to the truth; None if it does not."""
        off = [step.decisions for step in self.steps if abs(step.error) > within]
        first = max(off, default=-1) + 1
        return first if first <= self.steps[-1].decisions else None


def count(
    encounters: Sequence[SurveyEncounter],
    evidence: Mapping[Pair, Evidence],
    *,
    decisions: int = 100,
    together: float = TOGETHER,
) -> Count:
    """Sort, then ask a reviewer who knows the truth about the best suggestion, again and again.

    The reviewer says `not comparable` where no photos show one flank, and is never wrong
    otherwise, not even about photos that show nothing. Raises MissingExtra without scikit-learn.
    """
    truth = [encounter.animal for encounter in encounters]
    known = evidence_table(encounters, evidence)
    decided = DecidedPairs()
    grouping = sort(known, decided, together=together)
    steps = [_step(0, grouping, truth)]
    while len(decided) < decisions:
        best = suggest(known, grouping, decided, together=together, limit=1)
        if not best:
            break
        decided = _with_answer(decided, best[0].pair, encounters)
        grouping = sort(known, decided, together=together)
        steps.append(_step(len(decided), grouping, truth))
    answers = {name: len(pairs) for name, pairs in asdict(decided).items()}
    return Count(len(encounters), len(set(truth)), tuple(steps), answers)


def evidence_table(
    encounters: Sequence[SurveyEncounter], evidence: Mapping[Pair, Evidence]
) -> Table:
    """The llrs of compared pairs among all pairs."""
    comparable = np.array(
        [[encounter.comparable_with(other) for other in encounters] for encounter in encounters]
    )
    np.fill_diagonal(comparable, False)
    llr = {
        pair: says.llr
        for pair, says in evidence.items()
        if says.verdict is not Verdict.NOT_COMPARABLE
    }
    return table(llr, comparable)


def _with_answer(
    decided: DecidedPairs, pair: Pair, encounters: Sequence[SurveyEncounter]
) -> DecidedPairs:
    """What the reviewer who knows the truth says on one more pair."""
    first, other = (encounters[n] for n in pair)
    same, different, unsettled = decided.same, decided.different, decided.unsettled
    if not first.comparable_with(other):
        return DecidedPairs(same, different, unsettled | {pair})
    if first.animal == other.animal:
        return DecidedPairs(same | {pair}, different, unsettled)
    return DecidedPairs(same, different | {pair}, unsettled)


def _step(decisions: int, grouping: Grouping, truth: Sequence[str]) -> CountStep:
    animals = len(set(truth))
    return CountStep(
        decisions=decisions,
        counted=grouping.animals,
        unplaced=len(grouping.unplaced),
        error=(grouping.animals - animals) / animals,
        sorted=clustering(truth, grouping.of),
    )


def as_text(counting: Count) -> str:
    """The count beside the truth, after some of the decisions, and how many it took."""
    heads = ["decisions", "groups", "unplaced", "counted", "error", "split", "combined"]
    heads += ["ARI", "AMI"]
    lines = ["".join(f"{head:>10}" for head in heads), *_rows(counting)]
    needed, per = counting.needed(), "not reached"
    if needed is not None:
        per = f"{needed} decisions, {100 * needed / counting.encounters:.1f} per 100 encounters"
    answers = ", ".join(f"{n} {name}" for name, n in counting.answers.items())
    return "\n".join(
        [
            *lines,
            f"true: {counting.animals} animals; people, in Johansson et al. 2020: {PEOPLE:+.1%}",
            f"answers of a reviewer who is never wrong: {answers}",
            f"count within {WITHIN:.0%} and staying there: {per}",
        ]
    )


def _rows(counting: Count) -> Iterator[str]:
    for step in counting.steps:
        if step.decisions in SHOWN or step is counting.steps[-1]:
            groups = step.sorted
            yield (
                f"{step.decisions:>10}{groups.groups:>10}{step.unplaced:>10}{step.counted:>10}"
                f"{step.error:>+10.1%}{groups.split[0]:>10}{groups.combined[0]:>10}"
                f"{groups.ari:>10.3f}{groups.ami:>10.3f}"
            )


def as_json(counting: Count) -> dict[str, Any]:
    """Every step, and what people reached."""
    needed = counting.needed()
    return {
        "encounters": counting.encounters,
        "true_animals": counting.animals,
        "prior_together": TOGETHER,
        "people_error": PEOPLE,
        "answers": dict(counting.answers),
        "decisions_needed": needed,
        "per_100_encounters": None if needed is None else 100 * needed / counting.encounters,
        "steps": [asdict(step) for step in counting.steps],
    }


def ready() -> None:
    """Raises MissingExtra now, and not after an hour of work, where `count` cannot be run."""
    clustering(["one", "other"], [0, 1])


def catalogue_of(encounters: Sequence[SurveyEncounter], identities: Sequence[int]) -> Galleries:
    """The searchable view of some encounters: annotations numbered photo by photo.

    identities: of each encounter. Encounters carry their position as their number.
    """
    items = [
        (GalleryRow(number, position, identities[position]), features)
        for number, (position, features) in enumerate(
            (position, features)
            for position, encounter in enumerate(encounters)
            for features in encounter.features
        )
    ]
    voters = {row.annotation: Voter(features.flank, 0) for row, features in items}
    cells_of = {row.annotation: cells(features.dense) for row, features in items}
    voting = Voting().updated(voters, lambda numbers: {n: cells_of[n] for n in numbers})
    rows = [(row, features.flank, features.embedding.vector) for row, features in items]
    model = items[0][1].embedding.model
    return Galleries.build(rows, model=model, voting=voting)


def shortlisted(
    encounters: Sequence[SurveyEncounter], *, each: int = EACH, done: Done = lambda _: None
) -> set[Pair]:
    """Pairs of encounters (positions, lower first) that any photo's shortlist brings together."""
    galleries = catalogue_of(encounters, range(len(encounters)))
    pairs = set()
    for position, encounter in enumerate(encounters):
        own = frozenset({position})
        for features in encounter.features:
            for row in galleries.to_compare(features, each, exclude_encounters=own):
                pairs.add((min(position, row.encounter), max(position, row.encounter)))
        done(1)
    return pairs
