"""Photos of one encounter that contradict each other are cut into two animals, and no others."""

from itertools import combinations, permutations
from random import Random
from time import process_time

import pytest
from conftest import paint
from corrected import CASES
from fake_embedder import CALIBRATOR, FakeEmbedder

from reid.describe.embed import Embedder
from reid.evidence.calibrator import calibrator_of
from reid.identify.two_animals import MOST, PhotoOfEncounter, grouped_in_two, suspected
from reid.photo.crop import cut_photo
from reid.photo.images import decode_photo
from reid.types import Flank
from reid.weights import default_folder


def features(data, flank=Flank.LEFT, embedder=None):
    crop = cut_photo(decode_photo(data, max_pixels=10_000_000), flank, None)
    return (embedder or FakeEmbedder()).describe([crop])[0]


def burst(*animals, flank=Flank.LEFT):
    """One photo a number, in this order of time; equal numbers are one animal."""
    return [
        PhotoOfEncounter(n, f"frame {n}", features(paint(animal, n), flank))
        for n, animal in enumerate(animals, 1)
    ]


def leaving(photos, references=None):
    cut = suspected(photos, references or {}, CALIBRATOR)
    return cut and cut.leaving


def test_a_burst_of_one_animal_is_not_suspected():
    assert leaving(burst(1, 1, 1, 1)) is None
    assert leaving(burst(1)) is None
    assert leaving([]) is None


def test_the_animal_that_came_later_is_cut_off():
    assert leaving(burst(1, 1, 2, 2, 2)) == (3, 4, 5)
    assert leaving(burst(1, 2)) == (2,)


def test_animals_that_come_in_turns_are_sorted_by_what_agrees_and_not_by_time():
    assert leaving(burst(1, 2, 1, 2, 1)) == (2, 4)


def test_the_llr_of_a_cut_is_that_of_its_two_parts_as_encounters():
    cut = suspected(burst(1, 1, 2), {}, CALIBRATOR)
    assert cut.llr == pytest.approx(-CALIBRATOR.bound, abs=0.5)


def test_a_thousand_photos_of_two_animals_are_cut_in_seconds():
    one, other = (features(paint(animal)) for animal in (1, 2))
    photos = [PhotoOfEncounter(n, f"frame {n}", one if n <= 500 else other) for n in range(1, 1001)]
    begun = process_time()
    cut = suspected(photos, {}, CALIBRATOR)
    assert process_time() - begun < 20
    assert cut.leaving == tuple(range(501, 1001))


def test_two_flanks_do_not_contradict_each_other():
    left, right = burst(1), burst(1, 2, flank=Flank.RIGHT)[1:]
    assert leaving([*left, *right]) is None


def test_photos_that_are_not_embedded_go_with_the_next_in_time():
    photos = burst(1, 1, 2, 2)
    waiting = [PhotoOfEncounter(9, "frame 9", None), PhotoOfEncounter(8, "frame 8", None)]
    assert leaving([waiting[0], *photos, waiting[1]]) == (3, 4, 8)


def test_two_animals_of_one_frame_are_two_whatever_is_measured():
    photos = burst(1, 1, 1)
    twin = PhotoOfEncounter(4, "frame 3", photos[0].features)
    assert leaving([*photos, twin]) in {(3,), (4,)}


def test_each_the_same_as_another_identity_is_a_contradiction():
    """Left of one animal and right of another cannot be compared with each other."""
    left = burst(1, 1)
    right = [PhotoOfEncounter(n, f"frame {n}", features(paint(2, n), Flank.RIGHT)) for n in (3, 4)]
    known = {
        10: [features(paint(1, 90))],
        20: [features(paint(2, 91), Flank.RIGHT)],
    }
    assert leaving([*left, *right], known) == (3, 4)
    assert leaving([*left, *right], {10: known[10]}) is None
    assert leaving(left, {10: known[10], 30: [features(paint(3, 92))]}) is None


def test_one_animal_that_is_twice_in_the_catalogue_is_one_animal():
    twice = {10: [features(paint(1, 90))], 20: [features(paint(1, 91))]}
    assert leaving(burst(1, 1, 1), twice) is None


def test_long_bursts_are_looked_at_in_part_and_cut_whole():
    photos = burst(*[1] * 14, *[2] * 16)
    assert len(photos) > MOST
    assert leaving(photos) == tuple(range(15, 31))


@pytest.mark.parametrize("seed", range(20))
def test_the_cut_between_two_animals_is_found_in_any_mixture(seed):
    chance = Random(seed)  # noqa: S311
    animals = [0, 1, *(chance.randrange(2) for _ in range(6))]
    chance.shuffle(animals)
    llrs = {
        (a, b): chance.uniform(0.2, 2.4) if animals[a] == animals[b] else chance.uniform(-2.4, -0.2)
        for a, b in combinations(range(8), 2)
        if chance.random() < 0.9
    }
    first, second = grouped_in_two(range(8), llrs)
    assert 0 in first
    assert {animals[n] for n in first} == {animals[0]}
    assert {animals[n] for n in second} == {1 - animals[0]}


def test_the_groups_do_not_depend_on_the_numbers_of_the_annotations():
    for a, b, c in permutations((1, 2, 3)):
        llrs = {tuple(sorted(pair)): -2.0 for pair in ((a, b), (a, c))}
        llrs[tuple(sorted((b, c)))] = 2.0
        assert grouped_in_two([a, b, c], llrs) == ({a}, {b, c})


@pytest.mark.slow
def test_two_leopards_twelve_minutes_apart_are_suspected_by_the_released_network():
    embedder = Embedder.load()
    calibrator = calibrator_of(embedder.model, default_folder())
    names = ("two_visits_A_2100", "two_visits_B_2112")
    photos = [
        PhotoOfEncounter(n, name, features((CASES / f"{name}.jpg").read_bytes(), embedder=embedder))
        for n, name in enumerate(names, 1)
    ]
    cut = suspected(photos, {}, calibrator)
    assert cut.leaving == (2,)
    assert cut.llr < -2
    assert suspected(photos[:1], {}, calibrator) is None
