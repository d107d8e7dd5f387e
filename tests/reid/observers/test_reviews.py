"""What answers add up to: states of a pair as a table, and properties over every sequence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reid.observers.reviews import ANSWERS, OPEN, newest, review_progress

S, D, N, C = ANSWERS


def of(*answers, needed=2, closed=False):
    return review_progress(
        {f"o{i}": a for i, a in enumerate(answers)}, needed=needed, closed=closed
    )


@pytest.mark.parametrize(
    ("answers", "needed", "state", "answer", "missing"),
    [
        ((), 2, "waiting", None, 2),
        ((S,), 2, "waiting", None, 1),
        ((S,), 1, "agreed", S, 0),
        ((S, S), 2, "agreed", S, 0),
        ((C, C), 2, "agreed", C, 0),
        ((S, D), 2, "disagreed", None, 1),
        ((S, C), 2, "disagreed", None, 1),
        ((S, D, D), 2, "settled", D, 0),
        ((S, S, D), 2, "settled", S, 0),
        ((S, D, N), 2, "unsettled", None, 0),
        ((S, D), 1, "disagreed", None, 1),
        ((S, S), 3, "waiting", None, 1),
        ((S, S, D), 3, "settled", S, 0),
        ((S, S, D, D), 4, "unsettled", None, 0),
        ((S, S, D, D), 5, "waiting", None, 1),
        ((S, S, D, D, S), 5, "settled", S, 0),
    ],
)
def test_answers_add_up_to_a_state(answers, needed, state, answer, missing):
    found = of(*answers, needed=needed)
    assert (found.state, found.answer, found.missing) == (state, answer, missing)


def test_a_closed_pair_keeps_what_stood():
    found = of(S, S, closed=True)
    assert (found.state, found.answer, found.missing) == ("closed", S, 0)
    assert of(S, D, closed=True).answer is None


def test_no_observer_is_too_few():
    with pytest.raises(ValueError, match="0 observers"):
        review_progress({}, needed=0)


def test_the_newest_answer_of_an_observer_counts_and_withdrawing_takes_it_back():
    said = [("a", S), ("b", D), ("a", D), ("b", "withdrawn"), ("c", N), ("b", S)]
    assert newest(said) == {"a": D, "c": N, "b": S}
    assert newest([("a", S), ("a", "withdrawn")]) == {}


@given(st.permutations(range(5)), st.lists(st.sampled_from(ANSWERS), max_size=5), st.integers(1, 5))
def test_who_answers_first_makes_no_difference(order, answers, needed):
    numbered = {f"o{i}": a for i, a in enumerate(answers)}
    other = {f"o{i}": numbered[f"o{i}"] for i in order if f"o{i}" in numbered}
    assert review_progress(numbered, needed=needed) == review_progress(other, needed=needed)


@given(st.lists(st.sampled_from(ANSWERS), max_size=7), st.integers(1, 7))
def test_something_stands_only_with_enough_answers_and_a_majority(answers, needed):
    found = of(*answers, needed=needed)
    assert (found.missing > 0) == (found.state in OPEN)
    if found.answer is not None:
        assert len(answers) >= needed
        assert answers.count(found.answer) > len(answers) / 2
