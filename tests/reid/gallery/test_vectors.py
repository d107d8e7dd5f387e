"""An index of embeddings: exact while it is small, 8 bits a number beyond, never another answer."""

import numpy as np
import pytest

from reid.errors import EmbeddingMismatch
from reid.gallery.galleries import Galleries
from reid.gallery.index_file import IndexFileDamaged, read_index, write_index
from reid.gallery.vectors import NEAREST, VectorIndex, keys_of
from reid.gallery.voting import Voter, Voting
from reid.types import Embedding, Flank, GalleryRow

SIZE = 32


def drawn(count, seed=0):
    """Unit vectors by number, from 1."""
    rows = np.random.default_rng(seed).standard_normal((count, SIZE)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return dict(enumerate(rows, 1))


def keys(numbers):
    """Annotation n has embedding n."""
    numbers = np.array(list(numbers), np.int64)
    return keys_of(numbers, numbers)


def reading(vectors):
    """What an index asks, and which numbers it asked for."""
    asked = []

    def read(numbers):
        asked.extend(numbers)
        return {n: vectors[n] for n in numbers}

    return read, asked


def nearest(vectors, query, k):
    return sorted(vectors, key=lambda n: -float(vectors[n] @ query))[:k]


def built(vectors, exact=10_000):
    return VectorIndex(exact=exact).updated(keys(vectors), reading(vectors)[0])


def test_a_small_index_names_the_nearest_as_a_plain_loop_does():
    vectors = drawn(200)
    cosines, numbers = built(vectors).search(vectors[7], 5)
    assert numbers.tolist() == nearest(vectors, vectors[7], 5)
    assert cosines[0] == pytest.approx(1, abs=1e-5)


def test_a_large_index_says_how_many_of_the_nearest_it_names_and_that_is_true():
    vectors = drawn(3000)
    index = built(vectors, exact=500)
    assert index.quantised
    shares = []
    for n in range(1, 3000, 100):
        _, numbers = index.search(vectors[n], NEAREST)
        shares.append(len(set(numbers.tolist()) & set(nearest(vectors, vectors[n], NEAREST))))
    assert index.recall == pytest.approx(np.mean(shares) / NEAREST, abs=0.03)
    assert index.recall > 0.9
    assert built(vectors).recall == 1


@pytest.mark.parametrize("exact", [10_000, 100])
def test_an_index_that_follows_reads_only_what_is_new_and_answers_like_one_built_anew(exact):
    vectors = drawn(300)
    first = built({n: vectors[n] for n in range(1, 201)}, exact)
    read, asked = reading(vectors)
    follows = first.updated(keys(range(11, 221)), read)
    assert sorted(asked) == list(range(201, 221))
    anew = built({n: vectors[n] for n in range(11, 221)})
    for n in (1, 50, 215):
        named, true = (one.search(vectors[n], 10)[1].tolist() for one in (follows, anew))
        assert len(set(named) & set(true)) >= (10 if exact > 300 else 8)
        assert not set(named) & set(range(1, 11))
    assert len(first) == 200


def test_an_annotation_that_was_embedded_again_is_found_by_its_new_vector():
    vectors = drawn(50)
    index = built(vectors)
    again = np.where(np.arange(1, 51) == 9, 60, np.arange(1, 51))
    changed = keys_of(np.arange(1, 51), again)
    index = index.updated(changed, lambda numbers: dict.fromkeys(numbers, -vectors[9]))
    assert index.search(-vectors[9], 1)[1].tolist() == [9]
    assert index.cosine(vectors[9], 9) == pytest.approx(-1, abs=1e-5)
    assert len(index) == 50


def test_an_index_changes_its_kind_when_it_grows_and_when_it_shrinks():
    vectors = drawn(300)
    small = built({n: vectors[n] for n in range(1, 101)}, exact=100)
    large = small.updated(keys(vectors), reading(vectors)[0])
    back = large.updated(keys(range(1, 91)), reading(vectors)[0])
    assert [one.quantised for one in (small, large, back)] == [False, True, False]
    assert back.updated(keys([]), reading(vectors)[0]).search(vectors[1], 3)[1].tolist() == []


def test_what_a_file_keeps_comes_back_and_follows_the_catalogue(tmp_path):
    vectors = drawn(400)
    file = tmp_path / "index" / "left.index"
    write_index(file, built({n: vectors[n] for n in range(1, 391)}, exact=100).kept, "leopards")
    read, asked = reading(vectors)
    index = VectorIndex.of_kept(read_index(file, "leopards"), exact=100).updated(
        keys(vectors), read
    )
    assert asked == list(range(391, 401))
    assert index.recall == built({n: vectors[n] for n in range(1, 391)}, exact=100).recall
    assert index.search(vectors[395], 1)[1].tolist() == [395]
    assert index.search(vectors[5], 1)[1].tolist() == [5]


def test_votes_come_back_from_files_as_they_were(tmp_path):
    held = {n: np.stack([*drawn(20, n).values()]) for n in range(1, 9)}
    voters = {n: Voter(Flank.LEFT if n < 6 else Flank.UNKNOWN, 100 + n) for n in held}
    voting = Voting().updated(voters, lambda numbers: {n: held[n] for n in numbers})
    for flank, kept in voting.kept().items():
        write_index(tmp_path / flank.value, kept, "m@1")
    files = {flank: read_index(tmp_path / flank.value, "m@1") for flank in voting.kept()}
    back = Voting.of_kept(files)
    assert back.votes(held[3], Flank.LEFT) == voting.votes(held[3], Flank.LEFT)
    assert back.updated(voters, lambda numbers: pytest.fail(f"read {numbers}")).votes(
        held[7], Flank.LEFT
    ) == voting.votes(held[7], Flank.LEFT)


def test_a_file_of_another_catalogue_or_network_is_not_used(tmp_path):
    write_index(tmp_path / "a", built(drawn(20)).kept, "m@1")
    assert read_index(tmp_path / "a", "m@2") is None
    assert read_index(tmp_path / "b", "m@1") is None


@pytest.mark.parametrize("at", [0, 30, 200, -3])
@pytest.mark.parametrize("how", ["a byte", "cut"])
def test_a_damaged_file_is_noticed_before_it_is_used(tmp_path, at, how):
    file = tmp_path / "a"
    write_index(file, built(drawn(50)).kept, "m@1")
    data = bytearray(file.read_bytes())
    if how == "cut":
        del data[at:]
    else:
        data[at] ^= 1
    file.write_bytes(data)
    with pytest.raises(IndexFileDamaged):
        read_index(file, "m@1")


def test_galleries_know_the_annotations_of_an_encounter_and_hide_them():
    vectors = drawn(30)
    items = [(GalleryRow(n, n % 5, n % 3), Flank.LEFT, v) for n, v in vectors.items()]
    galleries = Galleries.build(items, model="m@1")
    query = Embedding(vectors[10], "m@1")
    named = galleries.shortlist(query, Flank.LEFT, 30, exclude_encounters=frozenset({0, 3}))
    assert {c.row.encounter for c in named} == {1, 2, 4}
    assert len(named) == 18
    assert galleries.shortlist(query, Flank.RIGHT, 30) == []
    with pytest.raises(EmbeddingMismatch):
        galleries.shortlist(Embedding(vectors[10], "m@2"), Flank.LEFT, 3)
