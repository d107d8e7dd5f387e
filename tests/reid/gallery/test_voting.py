"""Votes of single cells: by hand, and the index that counts them."""

import numpy as np
import pytest

from reid.describe.packing import pack_features, unpack_features, unpack_some
from reid.gallery.galleries import Galleries, in_turn
from reid.gallery.voting import (
    CELLS,
    NEIGHBOURS,
    CellIndex,
    Voter,
    Voting,
    cells,
    votes,
    voting_rows,
)
from reid.types import AnnotationFeatures, Box, Embedding, Flank, GalleryRow, LocalFeatures


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def coat(seed, count=30, size=16):
    """Cells of one animal."""
    return unit(np.random.default_rng(seed).normal(size=(count, size)))


def seen_again(held, noise=0.2, seed=0):
    return unit(held + noise * np.random.default_rng(seed).normal(size=held.shape))


def photo(descriptors, weight=None, coarse=0, flank=Flank.LEFT, vector=(1, 0)):
    n = len(descriptors)
    weight = np.ones(n) if weight is None else weight
    points, weight = np.zeros((n, 2), np.float32), np.asarray(weight, np.float32)
    local = LocalFeatures(points, descriptors, weight, "m@1", coarse)
    return AnnotationFeatures(
        Embedding(unit(np.array(vector)), "m@1"), local, local, flank, Box(0, 0, 9, 9)
    )


def lefts(numbers, edition=1):
    return {n: Voter(Flank.LEFT, edition) for n in numbers}


def read(held):
    return lambda numbers: {n: held[n] for n in numbers}


def test_votes_are_those_of_a_naive_loop():
    rng = np.random.default_rng(1)
    cosines = -np.sort(-rng.uniform(size=(40, 8)), axis=1).astype(np.float32)
    annotations = rng.integers(-1, 5, size=(40, 8))
    naive = {}
    for row, who in zip(cosines, annotations, strict=True):
        real = [(float(c), int(a)) for c, a in zip(row, who, strict=True) if a >= 0]
        level = min((c for c, _ in real), default=0.0)
        for a in {a for _, a in real}:
            naive[a] = naive.get(a, 0.0) + max(c for c, b in real if b == a) - level
    assert votes(cosines, annotations) == pytest.approx(naive, abs=1e-5)


def test_votes_of_nobody_are_none():
    assert votes(np.empty((3, 0), np.float32), np.empty((3, 0), np.int64)) == {}
    assert Voting().votes(coat(1), Flank.LEFT) == []
    assert Voting().updated(lefts([1]), read({1: coat(1)[:0]})).votes(coat(1), Flank.LEFT) == []


def test_who_is_taken_out_gets_no_votes_and_may_come_back():
    held = {1: coat(1), 2: coat(2)}
    nobody = Voting().updated(lefts(held), read(held)).updated({}, read(held))
    assert (len(nobody), nobody.votes(coat(1), Flank.LEFT)) == (0, [])
    assert nobody.updated(lefts([2]), read(held)).votes(coat(2), Flank.LEFT)[0][0] == 2


def test_the_annotation_whose_cells_are_repeated_has_most_votes():
    held = {n: coat(n) for n in range(1, 9)}
    index = Voting().updated(lefts(held), read(held))
    for n in held:
        assert index.votes(seen_again(held[n]), Flank.LEFT)[0][0] == n


def test_what_all_animals_share_is_worth_nothing():
    common, own = coat(99, 20), coat(5, 10)
    held = {n: np.concatenate([common, coat(n, 10)]) for n in range(1, NEIGHBOURS + 5)}
    held[5] = np.concatenate([common, own])
    index = Voting().updated(lefts(held), read(held))
    (first, most), (_, next_best) = index.votes(np.concatenate([common, own]), Flank.LEFT)[:2]
    assert first == 5
    assert most > 3 * next_best


def test_a_flank_never_sees_the_other_and_unknown_sees_both():
    held = {1: coat(1), 2: coat(1), 3: coat(1)}
    voters = {1: Voter(Flank.LEFT, 1), 2: Voter(Flank.RIGHT, 1), 3: Voter(Flank.UNKNOWN, 1)}
    index = Voting().updated(voters, read(held))
    pointed = {flank: {n for n, _ in index.votes(coat(1), flank)} for flank in Flank}
    assert pointed[Flank.LEFT] == {1, 3}
    assert pointed[Flank.RIGHT] == {2, 3}
    assert pointed[Flank.UNKNOWN] == {1, 2, 3}


@pytest.mark.parametrize("exact", [1000, 100], ids=["exact", "inverted lists"])
def test_built_step_by_step_or_at_once_the_votes_are_the_same(exact):
    held = {n: coat(n) for n in range(1, 13)}
    whole = Voting(exact=exact).updated(lefts(held), read(held))
    steps = Voting(exact=exact).updated(lefts([*range(1, 11), 20]), read({**held, 20: coat(20)}))
    steps = steps.updated(lefts(range(1, 12)), read(held)).updated(lefts(held), read(held))
    assert len(steps) == len(whole) == 12
    query = seen_again(held[12])
    found, wanted = steps.votes(query, Flank.LEFT), whole.votes(query, Flank.LEFT)
    assert found[0][0] == wanted[0][0] == 12
    assert 20 not in dict(found)
    if exact > 12 * 30:
        assert dict(found) == pytest.approx(dict(wanted))


def test_only_what_is_new_is_read_and_the_former_state_stays_as_it_was():
    asked = []
    held = {n: coat(n) for n in range(1, 6)}

    def noted(numbers):
        asked.append(list(numbers))
        return read(held)(numbers)

    first = Voting().updated(lefts([1, 2, 3]), noted)
    second = first.updated({**lefts([1, 2, 4]), **lefts([3], edition=2)}, noted)
    assert second.updated(lefts([1, 2, 4]) | lefts([3], edition=2), noted).votes(
        held[4], Flank.LEFT
    )
    assert asked == [[1, 2, 3], [3, 4]]
    assert {n for n, _ in first.votes(held[4], Flank.LEFT)} <= {1, 2, 3}
    assert second.votes(held[4], Flank.LEFT)[0][0] == 4


def test_an_index_that_outgrows_its_room_is_built_anew_from_all_cells():
    held = {n: coat(n) for n in range(1, 41)}
    small = Voting(exact=100).updated(lefts(range(1, 4)), read(held))  # 90 cells: exact
    grown = small.updated(lefts(held), read(held))
    at_once = Voting(exact=100).updated(lefts(held), read(held))
    query = seen_again(held[33])
    assert grown.votes(query, Flank.LEFT) == at_once.votes(query, Flank.LEFT)
    assert grown.votes(query, Flank.LEFT)[0][0] == 33


def test_the_most_trusted_coarse_cells_vote_and_fine_ones_where_there_are_no_coarse():
    many = coat(1, 2 * CELLS)
    weight = np.arange(2 * CELLS)
    np.testing.assert_array_equal(cells(photo(many, weight).dense), many[: CELLS - 1 : -1])
    np.testing.assert_array_equal(cells(photo(many, weight, coarse=3).dense), many[[2, 1, 0]])


@pytest.mark.parametrize("coarse", [0, 200])
def test_voting_cells_can_be_read_without_unpacking_the_others(coarse):
    rng = np.random.default_rng(3)
    many = photo(coat(1, 2 * CELLS), rng.integers(0, 256, 2 * CELLS) / 255, coarse=coarse)
    alone = unpack_some(pack_features(many.dense), voting_rows)
    np.testing.assert_array_equal(alone, cells(unpack_features(pack_features(many.dense))))


def galleries(held, **options):
    """Animal n is annotation n of encounter 10 n; the embedding of all is the same but for one."""
    items = [(GalleryRow(n, 10 * n, n), f.flank, f.embedding.vector) for n, f in enumerate(held, 1)]
    return Galleries.build(items, model="m@1", **options)


PHOTOS = [photo(coat(n), vector=(1, n / 100)) for n in range(1, 9)]
CELLS_OF = {n: cells(f.dense) for n, f in enumerate(PHOTOS, 1)}


@pytest.mark.parametrize("late", [False, True])
def test_votes_and_embedding_each_name_half_of_the_shortlist(late):
    voters = lefts(CELLS_OF)
    index = (
        {"read_cells": read(CELLS_OF)}
        if late
        else {"voting": Voting().updated(voters, read(CELLS_OF))}
    )
    query = photo(seen_again(coat(6)), vector=(1, 0))  # the embedding says 1, 2, 3
    found = [row.annotation for row in galleries(PHOTOS, **index).to_compare(query, 4)]
    assert found[:2] == [6, 1]
    assert len(set(found)) == 4
    hidden = galleries(PHOTOS, **index).to_compare(query, 8, exclude_encounters=frozenset({60, 10}))
    assert sorted(row.annotation for row in hidden) == [2, 3, 4, 5, 7, 8]


def test_without_cells_the_embedding_shortlists_alone():
    query = photo(coat(6), vector=(1, 0))
    assert [r.annotation for r in galleries(PHOTOS).to_compare(query, 3)] == [1, 2, 3]


def test_two_lists_in_turn_name_everybody_once():
    a, b, c = (GalleryRow(n, n, n) for n in (1, 2, 3))
    assert in_turn([a, b], [b, c, a]) == [a, b, c]
    assert in_turn([], [c]) == [c]


def test_cells_of_a_hidden_annotation_take_no_neighbours():
    held = {1: coat(1), **{n: seen_again(coat(1), 0.05, n) for n in range(2, NEIGHBOURS + 2)}}
    index = CellIndex.build(held)
    _, ids = index.nearest(coat(1), hidden=range(2, NEIGHBOURS + 2))
    assert (ids == 1).all()
