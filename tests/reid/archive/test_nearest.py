"""Which animals of an archive are compared: those that look alike, then every group with others."""

import numpy as np
import pytest

from reid.archive import nearest
from reid.archive.nearest import unheard
from reid.archive.units import AnimalUnit
from reid.identify.clusters import UNDECIDED, DecidedPairs, sort, table
from reid.types import AnnotationFeatures, Box, Embedding, Flank, LocalFeatures

LEFT, RIGHT = frozenset({Flank.LEFT}), frozenset({Flank.RIGHT})


def unit(n, sides=LEFT, photos=1):
    return AnimalUnit(f"encounter {n}", tuple(f"{n}.{k}" for k in range(photos)), sides)


def table_of(n, **llrs):
    """table_of(3, ab=2.0): encounters a and b were compared; of the others nothing is known."""
    known = {(ord(name[0]) - 97, ord(name[1]) - 97): llr for name, llr in llrs.items()}
    return table(known, ~np.eye(n, dtype=bool))


def asked(units, known, decided=UNDECIDED):
    return unheard(units, known, sort(known, decided), decided)


def test_groups_that_were_never_compared_are_compared_by_their_clearest_members():
    units = [unit(0), unit(1, photos=4), unit(2, photos=2), unit(3, photos=3), unit(4)]
    known = table_of(5, ab=2.0, ac=2.0, bc=2.0, ad=2.0, bd=2.0, cd=2.0)
    assert asked(units, known) == [(1, 4), (2, 4), (3, 4)]


def test_pairs_that_were_compared_are_not_asked_for_again():
    units = [unit(n) for n in range(3)]
    assert asked(units, table_of(3, ab=-1.0, ac=-1.0)) == [(1, 2)]
    assert asked(units, table_of(3, ab=-1.0, ac=-1.0, bc=-1.0)) == []


def test_nothing_is_asked_of_two_flanks_or_of_animals_that_one_picture_shows():
    units = [unit(0), unit(1, RIGHT), unit(2)]
    assert asked(units, table_of(3)) == [(0, 2)]
    assert asked(units, table_of(3), DecidedPairs(different=frozenset({(0, 2)}))) == []


def test_each_of_many_groups_is_compared_with_some_of_the_others(monkeypatch):
    monkeypatch.setattr(nearest, "OTHERS", 2)
    pairs = asked([unit(n) for n in range(12)], table_of(12))
    assert all(any(n in pair for pair in pairs) for n in range(12))
    assert len(pairs) <= 24


@pytest.fixture
def kept(monkeypatch):
    """Features by key; two photos of one animal have nearly the same cells."""
    rng = np.random.default_rng(1)
    cells = rng.normal(size=(40, 30, 16)).astype(np.float32)

    def features(folder, key):
        n, photo = map(int, key.split("."))
        near = cells[n // 2] + 0.05 * np.random.default_rng(97 * n + photo).normal(size=(30, 16))
        near = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)
        local = LocalFeatures(
            np.zeros((30, 2), np.float32), near, np.ones(30, np.float32), "fake@1", 30
        )
        vector = np.eye(16, dtype=np.float32)[n % 16]  # says nothing of the animal
        return AnnotationFeatures(
            Embedding(vector, "fake@1"), local, local, Flank.LEFT, Box(0, 0, 9, 9)
        )

    monkeypatch.setattr(nearest, "read_features", features)
    monkeypatch.setattr(
        nearest, "read_vector", lambda folder, key: features(folder, key).embedding.vector
    )


def test_cells_bring_the_encounters_of_an_animal_together_where_embeddings_do_not(
    kept, monkeypatch, tmp_path
):
    monkeypatch.setattr(nearest, "NEAREST", 2)
    monkeypatch.setattr(nearest, "PORTION", 16)  # the index grows
    units = [unit(n, photos=2) for n in range(40)]
    pairs = nearest.nearest(units, tmp_path, "fake@1")
    assert {(n, n + 1) for n in range(0, 40, 2)} <= set(pairs)
    assert len(pairs) <= 80


def test_units_without_cells_do_not_end_a_run(kept, monkeypatch, tmp_path):
    full = nearest.read_features

    def some_empty(folder, key):
        photo = full(folder, key)
        if key.startswith("3."):
            empty = LocalFeatures(
                np.zeros((0, 2), np.float32),
                np.zeros((0, 16), np.float32),
                np.zeros(0, np.float32),
                "fake@1",
                0,
            )
            return AnnotationFeatures(photo.embedding, empty, empty, photo.flank, photo.box)
        return photo

    monkeypatch.setattr(nearest, "read_features", some_empty)
    pairs = nearest.nearest([unit(n) for n in range(6)], tmp_path, "fake@1")
    assert {(0, 1), (4, 5)} <= set(pairs)
