"""Encounters sorted into animals: by evidence, by decisions, and what is asked next."""

from itertools import combinations

import numpy as np
import pytest

from reid.errors import Conflict
from reid.identify.clusters import TOGETHER, DecidedPairs, Grouping, sort, suggest, table


def pairs(**llrs):
    """pairs(ab=2.0): the llr of encounters a and b is 2."""
    return {(ord(name[0]) - 97, ord(name[1]) - 97): value for name, value in llrs.items()}


def everybody(n):
    return ~np.eye(n, dtype=bool)


def known(n, **llrs):
    """All pairs compared: those not named have an llr of -1."""
    held = dict.fromkeys(combinations(range(n), 2), -1.0) | pairs(**llrs)
    return table(held, everybody(n))


def members(grouping):
    return {group.members for group in grouping.groups}


def decided(*, same=(), different=(), unsettled=()):
    def of(names):
        return frozenset(pair for name in names for pair in pairs(**{name: 0}))

    return DecidedPairs(of(same), of(different), of(unsettled))


def sorted_naively(held, together):
    """The same rule with plain loops over encounters."""
    groups = [[one] for one in range(len(held))]
    while len(groups) > 1:
        best = None
        for a, b in combinations(groups, 2):
            across = [(i, j) for i in a for j in b if held.comparable[i, j]]
            across = [p for p in across if held.compared[p] and abs(held.llr[p]) > 0.5] or across
            n = max(1, len(across))
            repeats = min(max(len(a), len(b)) / (len(a) + len(b)), n / (n + 1))
            llr = sum(held.llr[pair] for pair in across) / n * 2 * repeats
            if best is None or llr > best[0] + 1e-6:
                best = (llr, a, b)
        if 10 ** best[0] * together / (1 - together) <= 1:
            break
        groups = [g for g in groups if g not in best[1:]] + [best[1] + best[2]]
    return {tuple(sorted(group)) for group in groups}


def test_encounters_that_agree_are_one_animal_and_the_others_are_not():
    grouping = sort(known(5, ab=2.1, ac=1.8, bc=2.0, de=2.1))
    assert [group.members for group in grouping.groups] == [(0, 1, 2), (3, 4)]
    assert grouping.of == (0, 0, 0, 1, 1)
    assert (grouping.animals, grouping.unplaced) == (2, ())


@pytest.mark.parametrize("seed", range(20))
def test_sorting_is_what_plain_loops_give(seed):
    rng = np.random.default_rng(seed)
    n = 12
    whose = rng.integers(0, 4, n)
    comparable = np.triu(rng.random((n, n)) < 0.8, 1)
    llr = {
        (i, j): float(rng.normal(1.5 if whose[i] == whose[j] else -0.8, 0.7))
        for i, j in combinations(range(n), 2)
        if comparable[i, j] and rng.random() < 0.7
    }
    held = table(llr, comparable | comparable.T)
    assert members(sort(held)) == sorted_naively(held, TOGETHER)


def test_pairs_that_nobody_compared_do_not_speak_against_those_that_were():
    met_often = pairs(**{a + b: 2.0 for a, b in combinations("abcd", 2)})
    strangers = pairs(**{a + b: -1.0 for a in "abcde" for b in "fghij"})
    one_of_many = table(met_often | strangers | pairs(ae=2.0), everybody(10))
    assert one_of_many.llr[1, 4] == -1  # assumed
    assert (0, 1, 2, 3, 4) in members(sort(one_of_many))


def test_pairs_that_say_nothing_do_not_speak_against_those_that_do():
    both_flanks = known(5, ab=2.4, cd=2.4, ac=2.4, ad=-0.3, bc=-0.4, bd=-0.2)
    assert (0, 1, 2, 3) in members(sort(both_flanks))
    against = known(5, ab=2.4, cd=2.4, ac=2.4, ad=-1.3, bc=-1.4, bd=-1.2)
    assert members(sort(against)) == {(0, 1), (2, 3), (4,)}


def test_one_compared_pair_of_two_groups_speaks_once():
    two = pairs(**{a + b: 2.0 for a, b in [*combinations("abcd", 2), *combinations("efgh", 2)]})
    assert len(members(sort(table(two | pairs(ae=1.2), everybody(8))))) == 2
    assert len(members(sort(table(two | pairs(ae=1.4), everybody(8))))) == 1


def test_the_order_of_the_encounters_does_not_matter():
    held = known(6, ab=2.1, ac=1.7, bc=1.6, de=1.9, ef=0.4)
    order = [3, 5, 0, 4, 2, 1]
    turned = {(i, j): float(held.llr[order[i], order[j]]) for i, j in combinations(range(6), 2)}
    found = members(sort(table(turned, everybody(6))))
    assert {tuple(sorted(order[n] for n in group)) for group in found} == members(sort(held))


def test_one_good_pair_does_not_chain_two_animals_together():
    chain = known(6, ab=2.1, ac=2.1, bc=2.1, de=2.1, df=2.1, ef=2.1, cd=1.6)
    assert members(sort(chain)) == {(0, 1, 2), (3, 4, 5)}


def test_a_stronger_prior_joins_more():
    held = known(3, ab=1.0)
    assert members(sort(held, together=0.05)) == {(0,), (1,), (2,)}
    assert members(sort(held, together=0.2)) == {(0, 1), (2,)}


@pytest.mark.parametrize("together", [0.0, 1.0, -1.0, float("nan")])
def test_a_prior_that_settles_everything_is_refused(together):
    with pytest.raises(ValueError, match="between 0 and 1"):
        sort(known(2), together=together)


def test_a_pair_off_the_shortlist_says_what_the_near_misses_say():
    held = table(pairs(ab=2.0, ac=-1.0, ad=-1.5, bc=-0.4, bd=-0.6, cd=-0.2), everybody(5))
    assert not held.compared[0, 4]
    assert held.llr[0, 4] == 0.0  # encounter e was compared with nobody: nothing is known of it
    held = table(pairs(ab=2.0, ac=-1.0, ad=-1.5, be=-0.6, de=-0.8), everybody(5))
    assert held.llr[0, 4] == held.llr[4, 0] == pytest.approx(-0.7)  # of a -1, of e -0.7


def test_what_is_assumed_is_never_evidence_in_favour():
    held = table(pairs(ab=2.0, cd=2.0), everybody(4))
    assert held.llr[0, 2] == 0.0


def test_flanks_that_cannot_be_compared_say_nothing():
    comparable = everybody(3)
    comparable[0, 2] = comparable[2, 0] = False
    held = table(pairs(ab=2.0, bc=2.0, ac=-2.0), comparable)
    assert held.llr[0, 2] == 0.0
    assert members(sort(held)) == {(0, 1, 2)}


def test_a_table_that_is_not_symmetric_is_refused():
    lopsided = np.triu(everybody(3))
    with pytest.raises(ValueError, match="symmetric"):
        table({}, lopsided)
    with pytest.raises(ValueError, match="with itself"):
        table({}, np.ones((3, 3), bool))


def test_an_encounter_that_says_nothing_about_anybody_is_not_counted_as_an_animal():
    strangers = known(25)
    assert sort(strangers).animals == 25
    silent = {pair: 0.0 if 24 in pair else -2.0 for pair in combinations(range(25), 2)}
    grouping = sort(table(silent, everybody(25)))
    assert len(grouping.groups) == 25
    assert (grouping.animals, grouping.unplaced) == (24, (24,))


def test_a_decision_joins_what_the_photos_keep_apart():
    assert members(sort(known(3), decided(same=["ac"]))) == {(0, 2), (1,)}


def test_a_decision_parts_what_the_photos_join():
    held = known(3, ab=2.1, ac=2.0, bc=2.0)
    assert members(sort(held, decided(different=["ac"]))) == {(0, 1), (2,)}


def test_a_decision_also_holds_for_whom_the_animal_is_joined_with():
    held = known(4, ab=2.1, bc=2.1, cd=2.1, ac=2.0, ad=2.0, bd=2.0)
    found = sort(held, decided(same=["ab"], different=["bc"]))
    assert not any({0, 2} <= set(group) or {1, 2} <= set(group) for group in members(found))


def test_decisions_that_contradict_each_other_are_refused():
    with pytest.raises(Conflict, match="withdraw one of these decisions"):
        sort(known(3), decided(same=["ab", "bc"], different=["ac"]))


def test_the_pair_that_is_most_likely_to_change_the_count_is_suggested_first():
    held = known(6, ab=1.2, cd=0.5, ef=2.1)
    first, *rest = suggest(held, sort(held))
    assert (first.pair, first.joined) == ((0, 1), False)
    assert first.together == pytest.approx(10**1.2 / (10**1.2 + 19))
    assert first.expected_change == first.together
    gains = [one.expected_change for one in (first, *rest)]
    assert gains == sorted(gains, reverse=True)


def test_a_weak_member_of_a_group_is_suggested_too():
    held = known(3, ab=2.1, ac=1.1, bc=1.1)
    grouping = sort(held)
    assert members(grouping) == {(0, 1, 2)}
    first = suggest(held, grouping)[0]
    assert first.joined
    assert 2 in first.pair
    assert first.expected_change == pytest.approx(1 - first.together)


def test_what_was_decided_is_not_asked_again():
    held = known(3, ab=1.2)
    for answer in ("same", "different"):
        done = decided(**{answer: ["ab"]})
        assert (0, 1) not in {one.pair for one in suggest(held, sort(held, done), done)}


def test_where_a_pair_cannot_be_settled_another_pair_of_the_two_groups_is_asked():
    held = known(3, ab=2.1, ac=0.9, bc=0.8)
    done = decided(unsettled=["ac"])
    asked = [one.pair for one in suggest(held, sort(held, done), done) if not one.joined]
    assert asked == [(1, 2)]


def test_only_pairs_that_show_one_flank_are_suggested():
    comparable = everybody(3)
    comparable[0, 1] = comparable[1, 0] = False
    held = table({}, comparable)
    assert {one.pair for one in suggest(held, sort(held))} == {(0, 2), (1, 2)}


def test_the_list_of_suggestions_is_as_long_as_asked():
    held = known(8)
    assert len(suggest(held, sort(held), limit=3)) == 3


def test_answers_that_follow_the_suggestions_lead_to_the_truth():
    rng = np.random.default_rng(4)
    whose = np.repeat(np.arange(6), 4)
    llr = {
        (i, j): float(rng.normal(1.2 if whose[i] == whose[j] else -0.5, 0.9))
        for i, j in combinations(range(24), 2)
    }
    held, done = table(llr, everybody(24)), DecidedPairs()
    grouping = sort(held)
    assert wrong(grouping, whose) > 0
    while questions := suggest(held, grouping, done, limit=1):
        i, j = pair = questions[0].pair
        same = whose[i] == whose[j]
        done = (
            DecidedPairs(done.same | {pair}, done.different)
            if same
            else (DecidedPairs(done.same, done.different | {pair}))
        )
        grouping = sort(held, done)
    assert wrong(grouping, whose) == 0
    assert len(done) < len(llr) / 2


def wrong(grouping: Grouping, whose):
    """Pairs that are sorted otherwise than they should be."""
    of = grouping.of
    return sum(
        (of[i] == of[j]) != (whose[i] == whose[j]) for i, j in combinations(range(len(whose)), 2)
    )


def test_one_encounter_is_one_animal():
    grouping = sort(table({}, np.zeros((1, 1), bool)))
    assert (grouping.animals, grouping.of) == (1, (0,))
    assert suggest(table({}, np.zeros((1, 1), bool)), grouping) == []


def test_a_pair_is_suggested_once_even_if_both_of_its_encounters_are_in_doubt():
    held = known(3, ab=1.6)
    found = suggest(held, sort(held), limit=9)
    assert len({one.pair for one in found}) == len(found)
