"""Fine-tuning: who is split how, what is learned, what is refused, and what is written."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
from painted_package import FULL, write_package, write_weights

from reid.describe.embed import Embedder
from reid.describe.window import framed
from reid.errors import BadDataset, BadSettings
from reid.evaluation.trials.individuals import (
    LeaveOneOutQuery,
    before_and_after,
    leave_one_out,
    mean_figures,
)
from reid.interchange.catalogue import read_catalogue
from reid.interchange.named import NamedAnnotation
from reid.training.finetune import FinetuneRecipe, embed, finetune, pairs
from reid.training.finetuned import (
    check_name,
    inherit_calibrator,
    same_descriptors,
    write_finetuned,
)
from reid.training.photos import another_view, crops, cut_flanks, looks
from reid.training.split import split, usable
from reid.types import Flank
from reid.weights import load_card


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A folder with index.csv."""
    return write_package(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A folder with a tiny model."""
    return write_weights(tmp_path_factory.mktemp("weights"))


SMALL = (128, 256)


def one(individual, path, flank=Flank.LEFT, *occasions):
    return NamedAnnotation(Path(path), individual, flank, None, frozenset(occasions))


# who is split how


def test_individuals_lie_in_one_part_with_both_flanks_and_the_seed_decides(package):
    known = usable(read_catalogue(package).annotations)
    parts = split(known, validation=0.25, test=0.25, seed=3)
    of = [{a.individual for a in some} for some in (parts.learning, parts.validation, parts.test)]
    assert [len(names) for names in of] == [6, 3, 3]
    assert set.union(*of) == {a.individual for a in known}
    assert all(
        {a.flank for a in parts.test if a.individual == n} == {"left", "right"} for n in of[2]
    )
    assert split(known[::-1], validation=0.25, test=0.25, seed=3).test == parts.test[::-1]
    assert split(known, validation=0.25, test=0.25, seed=4).test != parts.test


def test_too_few_individuals_with_two_encounters_is_an_error_that_says_how_many():
    burst = [
        one(f"A{n}", f"{n}-{k}.jpg", Flank.LEFT, "encounter 1") for n in range(9) for k in "ab"
    ]
    with pytest.raises(BadDataset, match="0 of 9 individuals have photos of one flank from two"):
        split(burst, validation=0.3, test=0.3, seed=1)


def test_unknown_flanks_are_used_only_where_no_flank_is_known():
    some = [one("a", "1"), one("a", "2", Flank.UNKNOWN), one("b", "3", Flank.UNKNOWN), one("", "4")]
    assert [a.path.name for a in usable(some)] == ["1", "3"]


# what counts


def test_a_genuine_pair_needs_another_occasion_and_the_same_flank():
    vectors = np.array([[1, 0], [1, 0], [0.6, 0.8], [0.8, 0.6], [1, 0]], np.float32)
    annotations = [
        one("a", "1", Flank.LEFT, "encounter 1"),
        one("a", "2", Flank.LEFT, "encounter 1"),  # the same burst: not counted
        one("a", "3", Flank.LEFT, "encounter 2"),
        one("b", "4", Flank.LEFT, "encounter 2"),
        one("a", "5", Flank.RIGHT, "encounter 3"),  # the other flank: not compared
    ]
    found = leave_one_out(vectors, annotations)
    assert [(a.individual, a.first) for a in found] == [("a", False), ("a", False), ("a", False)]
    assert mean_figures(found)[1] == pytest.approx((1 / 2 + 1 / 2 + (1 / 2 + 2 / 3) / 2) / 3)


def test_equal_cosines_are_ordered_against_us():
    vectors = np.ones((3, 1), np.float32)
    annotations = [one("a", "1"), one("a", "2"), one("b", "3")]
    assert [a.first for a in leave_one_out(vectors, annotations)] == [False, False]


def test_the_table_counts_by_flank_and_the_gain_has_an_interval():
    before = [
        LeaveOneOutQuery(f"a{n // 2}", Flank.LEFT if n % 2 else Flank.RIGHT, n < 4, 0.5)
        for n in range(8)
    ]
    after = [LeaveOneOutQuery(a.individual, a.flank, True, 1.0) for a in before]
    table = before_and_after(before, after, seed=1)
    assert "| all | 4 | 4/8 (0.00 to 1.00) | 8/8 (1.00 to 1.00) | 0.500 | 1.000 | +50.0" in table
    assert "| left | 4 | 2/4" in table
    assert "| unknown" not in table


# what is learned


@pytest.fixture(scope="module")
def parts(package, weights):
    """Embedder, learning flanks, validation flanks."""
    torch.set_num_threads(1)
    embedder = Embedder.load(weights)
    known = usable(read_catalogue(package).annotations)
    divided = split(known, validation=0.25, test=0.25, seed=1)
    parts = (divided.learning, divided.validation)
    return embedder, *(cut_flanks(s, embedder, window=SMALL)[0] for s in parts)


def test_flanks_are_cut_once_as_the_embedder_sees_them(parts):
    embedder, learning, _ = parts
    assert learning.luminance.shape == (36, 192, 384)
    (crop,) = next(iter_crops(learning.annotations[0]))
    direct = framed(crop, embedder.looked_at([crop])[0], SMALL).luminance
    assert np.corrcoef(looks(learning)[0].ravel(), direct.ravel())[0, 1] > 0.99


def iter_crops(one):
    for _, cuts, _ in crops([one]):
        yield cuts


def test_the_embeddings_of_cut_flanks_are_those_that_the_service_keeps(parts):
    embedder, learning, _ = parts
    flanks, _ = cut_flanks(learning.annotations[:3], embedder)
    ours = embed(embedder.network, looks(flanks))
    kept = [
        embedder.describe(cuts)[0] for n in range(3) for cuts in iter_crops(learning.annotations[n])
    ]
    assert ours == pytest.approx(np.stack([k.embedding.vector for k in kept]), abs=5e-3)


def test_a_batch_pairs_one_flank_over_two_encounters_and_all_face_one_way(parts):
    _, learning, _ = parts
    plain_map = type("Pool", (), {"map": staticmethod(map)})()
    seen = []

    def record(luminance, window, mirrored, rng):
        at = next(
            n
            for n, one in enumerate(learning.luminance)
            if one is luminance or (one == luminance).all()
        )
        seen.append((at, mirrored))
        return np.zeros(window, np.uint8)

    plain_map.map = lambda _, *columns: map(record, *columns)
    contrast, grey = next(pairs(learning, 8, 1, plain_map))
    assert contrast.shape == (16, 1, *learning.window)
    assert grey.shape == (16, 1, 64, 128)
    for (a, flipped), (b, also) in zip(seen[:8], seen[8:], strict=True):
        one, other = learning.annotations[a], learning.annotations[b]
        assert (one.individual, one.flank, flipped) == (other.individual, other.flank, also)
        assert not one.occasions & other.occasions
    facing = {(learning.annotations[a].flank is Flank.LEFT) != flipped for a, flipped in seen}
    assert len(facing) == 1


def test_a_view_is_in_range_differs_each_time_and_keeps_the_pattern(parts):
    _, learning, _ = parts
    source = learning.luminance[0]
    views = [
        another_view(source, learning.window, False, np.random.default_rng(n)) for n in range(8)
    ]
    assert all(v.shape == learning.window and v.dtype == np.uint8 for v in views)
    assert np.abs(views[0].astype(float) - views[1]).max() > 20
    straight = looks(learning)[0]
    assert np.median([np.corrcoef(v.ravel(), straight.ravel())[0, 1] for v in views]) > 0.2
    turned = another_view(source, learning.window, True, np.random.default_rng(0))
    assert np.corrcoef(turned[:, ::-1].ravel(), views[0].ravel())[0, 1] > 0.5


def standings(*of):
    """A validation that says these things in turn, and the last one for ever."""
    told = list(of)
    return lambda _: told.pop(0) if len(told) > 1 else told[0]


QUICK = FinetuneRecipe(steps=50, pairs=6, every=1, patience=3)


def test_the_best_state_on_validation_is_kept_and_patience_ends_the_run(parts):
    embedder, learning, validation = parts
    rank = standings((0.1, 0.1), (0.3, 0.2), (0.3, 0.4), (0.2, 0.9))
    said = []
    found = finetune(embedder.network, learning, validation, rank, QUICK, report=said.append)
    assert (found.step, len(found.history)) == (2, 6 + 3)  # three between released and best
    assert said[0] == "step 0 released top-1 0.100 mAP 0.100"


def test_without_a_better_validation_the_released_weights_come_back(parts):
    embedder, learning, validation = parts
    found = finetune(
        embedder.network, learning, validation, standings((0.5, 0.5)), QUICK, report=lambda _: None
    )
    released = embedder.network.state_dict()
    assert found.step == 0
    assert all(
        torch.equal(value, released[name]) for name, value in found.network.state_dict().items()
    )


def trained(parts, **changed):
    embedder, learning, validation = parts
    recipe = FinetuneRecipe(steps=50, pairs=6, every=1, patience=1, **changed)
    rank = standings((0, 0), (0.1, 0), (0.2, 0), (0.3, 0), (0.1, 0))
    found = finetune(embedder.network, learning, validation, rank, recipe, report=lambda _: None)
    before = embedder.network.state_dict()
    return {
        name.split(".")[0]
        for name, value in found.network.state_dict().items()
        if not torch.equal(value, before[name])
    }


def test_so_many_steps_are_made_whatever_the_minutes_and_two_runs_learn_the_same(parts):
    embedder, learning, validation = parts
    recipe = FinetuneRecipe(minutes=0, steps=3, pairs=4, every=9, trunk_from=0.4)
    one, other = (
        finetune(embedder.network, learning, validation, standings((0, 0), (1, 1)), recipe)
        for _ in range(2)
    )
    assert [step for step, *_ in one.history] == [0, 3, 3, 3, 3]
    states = (found.network.state_dict() for found in (one, other))
    assert all(torch.equal(*same) for same in zip(*(s.values() for s in states), strict=True))


def test_a_run_is_measured_in_minutes_or_in_steps():
    assert [FinetuneRecipe(minutes=2).progress(5, seconds) for seconds in (0, 60, 120)] == [
        0,
        0.5,
        1,
    ]
    assert [FinetuneRecipe(steps=4).progress(step, 999) for step in (0, 1, 4)] == [0, 0.25, 1]
    assert FinetuneRecipe(minutes=0).progress(0, 0) == FinetuneRecipe(steps=0).progress(0, 0) == 1


HEADS = {"descriptor", "glance", "cells", "merge", "whole"}


def test_only_the_embedding_changes_unless_the_trunk_is_let_go(parts):
    kept, let_go = trained(parts, trunk_from=1.0), trained(parts, trunk_from=0.0)
    assert "layout" in kept
    assert not kept & (HEADS | {"stem", "trunk"})
    assert let_go == kept | {"stem", "trunk"}


@pytest.mark.slow
def test_learning_makes_unseen_individuals_easier_to_find(parts):
    embedder, learning, validation = parts

    def rank(vectors):
        return mean_figures(leave_one_out(vectors, validation.annotations))

    recipe = FinetuneRecipe(
        steps=40, pairs=6, peak_rate=3e-3, trunk_from=0.0, trunk_rate=1.0, keep=0.0, every=10
    )
    found = finetune(embedder.network, learning, validation, rank, recipe, report=print)
    best = max(found.history, key=lambda one: one[1:])
    assert best[1:] > found.history[0][1:]


# what is written


def test_a_fine_tuned_model_loads_like_any_other_and_says_that_it_is_private(weights, tmp_path):
    network, base = Embedder.load(weights).network, load_card("rosette@9", weights)
    write_finetuned(
        network,
        base,
        "nyala@1",
        tmp_path,
        trained_on="9 photographs",
        recipe='a "b"',
        seed=4,
        page="p",
    )
    card = load_card("nyala@1", tmp_path)
    assert Embedder.load(tmp_path, "nyala@1").model == "nyala@1"
    assert "private photographs, not for release" in card.license
    assert "private photographs, not for release" in card.trained_on
    assert (card.widths, card.recipe, card.seed) == (base.widths, 'a "b"', 4)


def test_the_calibrator_is_inherited_unless_it_looks_at_the_cosine(weights, tmp_path):
    made = inherit_calibrator("rosette@9", "nyala@1", weights, tmp_path)
    card = tomllib.loads(made.read_text())
    assert (card["name"], card["version"], card["model"]) == ("evidence-nyala", 1, "nyala@1")
    assert card["full"] == FULL
    released = Embedder.load(weights).network
    assert same_descriptors(released, Embedder.load(weights).network)
    torch.nn.init.zeros_(released.descriptor.bias)
    assert not same_descriptors(released, Embedder.load(weights).network)
    made.write_text(made.read_text().replace("[-2.5, 0.0,", "[-2.5, 0.7,"))
    assert inherit_calibrator("nyala@1", "other@1", tmp_path, tmp_path) is None


@pytest.mark.parametrize("name", ["nyala", "Nyala@1", "../nyala@1", "nyala@x", "rosette@7", "n@1"])
def test_a_name_that_cannot_be_used_is_refused_before_anything_is_computed(name, tmp_path):
    (tmp_path / "n@1.md").write_text("taken")
    with pytest.raises(BadSettings):
        check_name(name, tmp_path)
