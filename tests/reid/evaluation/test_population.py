"""Recall and left-right figures by hand, and animals that are drawn as they are described."""

import numpy as np
import pytest

from reid.evaluation.data.population import RELATIVES, SHOTS, Population, photograph
from reid.evaluation.trials.shortlist import (
    left_against_right,
    mirrors_as_text,
    recalls,
    recalls_as_text,
)
from reid.types import Embedding


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def population(vectors, cells=None):
    """All photos of a flank have the same cells, unless said."""
    animals = len(vectors)
    own = unit(np.random.default_rng(7).normal(size=(animals * 2, 10, 16))).astype(np.float32)
    return Population(
        np.asarray(vectors, np.float32),
        tuple(np.repeat(own, len(SHOTS), 0)) if cells is None else cells,
    )


def by_place(found):
    return {(r.way, r.quality, r.flank, r.depth): (r.hits, r.queries) for r in found}


def test_recall_counts_queries_whose_animal_is_among_the_first():
    vectors = np.broadcast_to(np.eye(30, 32)[:, None, None], (30, 2, len(SHOTS), 32)).copy()
    poor = [n for n, quality in enumerate(SHOTS) if quality == "poor"]
    vectors[0, 0, poor[0]] = vectors[1, 0, 0]  # one poor left photo is taken for the neighbour
    found = by_place(recalls(population(vectors)))
    assert found["embedding", "good", "both", 1] == (120, 120)
    assert found["embedding", "poor", "left", 1] == (59, 60)
    assert found["embedding", "poor", "right", 1] == (60, 60)
    assert found["embedding", "poor", "both", 20] == (119, 120)  # ties with 28 others: last
    for way in ("votes", "both"):
        assert found[way, "poor", "both", 1] == (120, 120)


def test_where_votes_and_embedding_disagree_each_has_its_turn():
    vectors = np.broadcast_to(np.eye(30, 32)[:, None, None], (30, 2, len(SHOTS), 32))
    cells = list(population(vectors).cells)
    cells[4] = cells[2 * len(SHOTS)]  # the last left photo of animal 0 has the cells of animal 1
    found = by_place(recalls(population(vectors, tuple(cells))))
    assert found["votes", "poor", "left", 1] == (59, 60)
    assert found["both", "poor", "left", 1] == (59, 60)
    assert found["both", "poor", "left", 5] == (60, 60)


def test_ties_in_the_gallery_are_counted_against_us():
    same = np.ones((25, 2, len(SHOTS), 4), np.float32) / 2
    nothing = (np.empty((0, 16), np.float32),) * (25 * 2 * len(SHOTS))
    assert all(r.hits == 0 for r in recalls(population(same, nothing)))


def test_left_against_right_of_independent_flanks_is_a_coin_and_of_equal_ones_is_not():
    rng = np.random.default_rng(0)
    vectors = unit(rng.normal(size=(300, 2, len(SHOTS), 16))).astype(np.float32)
    strangers, relatives = left_against_right(population(vectors))
    for mirror in (strangers, relatives):
        assert mirror.genuine == 300
        assert mirror.interval[0] < 0.5 < mirror.interval[1]
    assert (strangers.impostors, relatives.impostors) == (300 * 299, 300 * (RELATIVES - 1))
    vectors[:, 1] = vectors[:, 0]
    assert left_against_right(population(vectors))[0].auc == pytest.approx(1)


def test_the_tables_carry_counts_and_intervals():
    vectors = unit(np.random.default_rng(1).normal(size=(12, 2, len(SHOTS), 8)))
    some = population(vectors)
    text = recalls_as_text(recalls(some))
    header = ["way", "quality", "flank", "recall@1", "recall@5", "recall@20"]
    assert text.splitlines()[0].split() == header
    assert len(text.splitlines()) == 1 + 3 * 2 * 3
    assert "48/48 [1.000, 1.000]" in text  # 12 animals: the twentieth place is always enough
    assert mirrors_as_text(left_against_right(some)).count("[") == 2


@pytest.mark.slow
def test_animals_are_the_same_for_the_same_seed_and_every_photo_is_seen_once():
    def see(crops):
        assert all(crop.image.shape[1] in (640, 360) for crop in crops)
        small = [crop.image[::40, ::40, 0][:4, :8].ravel().astype(np.float32) for crop in crops]
        return [(Embedding(unit(one - 127.3), "m@1"), one[None]) for one in small]

    heard = []
    first = photograph(see, animals=2, seed=5, done=heard.append)
    assert first.vectors.shape == (2, 2, len(SHOTS), 32)
    assert sum(heard) == 2 * 2 * len(SHOTS)
    assert first.styles == [0, 0]
    assert unit(first.cells_of(1, 0, 3)[0] - 127.3) == pytest.approx(first.vectors[1, 0, 3])
    again = photograph(see, animals=1, seed=5)
    np.testing.assert_array_equal(again.vectors, first.vectors[:1])
    other = photograph(see, animals=1, seed=6)
    assert (other.vectors != first.vectors[:1]).any()
