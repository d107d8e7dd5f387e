"""An animal's two flanks are one animal where an encounter of two animals leaves no other way."""

from reid.archive.eliminating import joined_by_elimination
from reid.archive.shaping import PlacedFrame, ShapedEncounter
from reid.archive.sorting import EyesNeeded, SortedUnits
from reid.archive.stages import AnimalSeen


def encounter(name, cameras):
    """One frame of each camera with two animals."""
    frames = tuple(
        PlacedFrame(
            f"{name}/{camera}.jpg", n, name, camera, None, "unknown", None, ((), ()), (0, 0)
        )
        for n, camera in enumerate(cameras)
    )
    return ShapedEncounter(name, frames, ())


def meeting(name, **groups):
    """meeting("X", A="xy", B="xz"): who each camera of an encounter saw, by group."""
    place = encounter(name, tuple(groups))
    seen = []
    for f, (camera, letters) in enumerate(groups.items()):
        names = [f"{name}{camera}{letter}" for letter in letters]
        for b, one in enumerate(names):
            others = tuple(other for other in names if other != one)
            seen.append(AnimalSeen(one, place, ((f, b),), None, apart=others))
    return seen


def grouped(*seen, eyes=()):
    """All animals in groups by the last letter of their names."""
    by_letter = {}
    for animal in seen:
        by_letter.setdefault(animal.name[-1], []).append(animal.name)
    groups = tuple((tuple(names), True) for names in by_letter.values())
    return SortedUnits(groups, eyes, 0)


def letters(result):
    return {"".join(sorted({name[-1] for name in names})) for names, _ in result.groups}


def test_who_is_left_over_at_either_camera_is_one_animal():
    seen = meeting("M", A="xy", B="xz")
    result = joined_by_elimination(grouped(*seen), seen)
    assert letters(result) == {"x", "yz"}
    assert all(counts for _, counts in result.groups)


def test_two_that_are_left_over_at_either_camera_are_not_told_apart():
    seen = meeting("M", A="wx", B="yz")
    assert letters(joined_by_elimination(grouped(*seen), seen)) == {"w", "x", "y", "z"}


def test_what_one_encounter_proves_helps_the_next_one():
    seen = [*meeting("M", A="vw", B="xy"), *meeting("N", A="va", B="xa")]
    assert letters(joined_by_elimination(grouped(*seen), seen)) == {"vx", "wy", "a"}


def test_two_that_one_picture_shows_beside_each_other_stay_two():
    seen = [*meeting("M", A="xy", B="xz"), *meeting("N", A="yz", B="yz")]
    assert letters(joined_by_elimination(grouped(*seen), seen)) == {"x", "y", "z"}


def test_a_third_camera_and_a_camera_that_missed_an_animal_prove_nothing():
    seen = [*meeting("M", A="xy", B="x"), *meeting("N", A="xy", B="xz", C="xw")]
    assert letters(joined_by_elimination(grouped(*seen), seen)) == {"x", "y", "z", "w"}


def test_people_are_asked_whether_what_was_joined_is_two():
    seen = meeting("M", A="xy", B="xz")
    eyes = (EyesNeeded("MAy", "MBz", 0.2, joined=False, llr=-0.3),)
    (pair,) = joined_by_elimination(grouped(*seen, eyes=eyes), seen).eyes
    assert pair.joined
