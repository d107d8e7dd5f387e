"""A signed file holds what comparing needs and no more, and a stranger's file does no harm."""

import random
import stat
from dataclasses import replace

import numpy as np
import pytest

from reid.describe.packing import as_kept
from reid.evidence.encounters import between
from reid.signatures import form
from reid.signatures.best import ReferencePhoto, best
from reid.signatures.content import PassedAnimal, Signatures, passed, without_rootsift
from reid.signatures.errors import (
    AnotherFingerprint,
    AreaTooFine,
    KeyUnreadable,
    NoSuchArea,
    NotAFingerprint,
    NotSignatures,
    SignaturesChanged,
    SignaturesCutOff,
    SignaturesDamaged,
    SignaturesOfAnotherModel,
    SignaturesOfNewerForm,
    SignaturesTooLarge,
)
from reid.signatures.keys import OwnerKey, check_told, known_key, own_key
from reid.signatures.places import area_of
from reid.types import Flank, Grade
from tests.fake_embedder import CALIBRATOR, MODEL
from tests.met_animals import photo

KEY = OwnerKey(b"k" * 32)


def signatures(*animals, **changes):
    listed = tuple(
        PassedAnimal(f"CODE{n}", "", (passed(photo(n, 5), "2018-11"),)) for n in animals or (1, 2)
    )
    values = {"model": MODEL, "rootsift": "rootsift@1", "calibrator": CALIBRATOR.id}
    values |= {"area": "Ustyurt", "contact": "", "made": "2026-11", "each": 3, "animals": listed}
    return Signatures(**values | changes)


def test_what_is_read_is_what_was_written():
    written = signatures(contact="+7 000", rootsift="rootsift@1")
    read = form.read(form.write(written, KEY))
    assert replace(read, fingerprint="") == written
    assert read.fingerprint == KEY.fingerprint
    assert (read.annotations, read.animals[0].months) == (2, ("2018-11",))


def test_a_neighbour_finds_the_llr_that_the_catalogue_finds():
    query, other = as_kept(photo(1, 30)), as_kept(photo(1, 5))
    annotation = form.read(form.write(signatures(1), KEY)).animals[0].annotations[0]
    sent = annotation.features(MODEL, "rootsift@1")
    here = between([query], [other], CALIBRATOR, registered=False).evidence
    there = between([query], [sent], CALIBRATOR, registered=False).evidence
    assert there.llr == pytest.approx(here.llr, abs=0.01)
    np.testing.assert_allclose(sent.dense.descriptors, other.dense.descriptors, atol=1e-6)


def test_points_are_counted_from_the_corner_of_the_crop():
    features = photo(1, 5)
    moved = replace(
        features,
        box=replace(features.box, x0=1000, y0=700, x1=1256, y1=828),
        dense=replace(features.dense, points=features.dense.points + np.array([1000, 700])),
        rootsift=replace(
            features.rootsift, points=features.rootsift.points + np.array([1000, 700])
        ),
    )
    sent = passed(moved).features(MODEL, "rootsift@1")
    assert (sent.box.x0, sent.box.y0) == (0, 0)
    np.testing.assert_allclose(sent.dense.points, features.dense.points, atol=0.02)


def test_without_rootsift_the_file_is_smaller_and_has_no_keypoint():
    whole = signatures()
    bare = form.write(without_rootsift(whole), KEY)
    assert len(bare) < len(form.write(whole, KEY))
    read = form.read(bare)
    assert read.rootsift == ""
    assert len(read.animals[0].annotations[0].features(MODEL, "rootsift@1").rootsift) == 0


@pytest.mark.parametrize("at", [30, 70, 100, 130, 500, -1])
def test_a_byte_that_was_changed_is_noticed(at):
    data = bytearray(form.write(signatures(), KEY))
    data[at] ^= 1
    with pytest.raises((SignaturesChanged, SignaturesCutOff)):
        form.read(bytes(data))


@pytest.mark.parametrize("length", [1, 20, 26, 60, 137, 138, 500, -1])
def test_a_file_that_is_cut_off_says_so(length):
    data = form.write(signatures(), KEY)
    with pytest.raises(SignaturesCutOff) as refused:
        form.read(data[:length])
    assert "send it again" in str(refused.value)


def test_bytes_behind_the_end_are_noticed():
    with pytest.raises(SignaturesChanged):
        form.read(form.write(signatures(), KEY) + b"x")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"leopard-reid signatures x\n", b"\xff" * 99])
def test_another_file_is_no_file_of_signatures(data):
    with pytest.raises(NotSignatures):
        form.read(data)


def test_a_newer_form_is_refused_by_its_number():
    data = form.write(signatures(), KEY).replace(b"signatures 1\n", b"signatures 2\n")
    with pytest.raises(SignaturesOfNewerForm) as refused:
        form.read(data)
    assert "form 2" in str(refused.value)


def test_a_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(SignaturesTooLarge):
        form.read(form.sealed(b"\0" * 30_000_000, KEY))


def test_a_signed_file_of_any_content_raises_nothing_but_its_own_error():
    content, _ = form.unsealed(form.write(signatures(1), KEY))
    dice = random.Random(1)  # noqa: S311
    for _ in range(150):
        damaged = bytearray(content)
        for _ in range(dice.randint(1, 4)):
            damaged[dice.randrange(1200)] = dice.randrange(256)
        try:
            form.read(form.sealed(bytes(damaged), KEY))
        except SignaturesDamaged as error:
            assert "documented form" in str(error)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"flank":"left"', b'"flank":"both"'),
        (b'"month":"2018-11"', b'"month":"2018-77"'),
        (b'"annotations":1', b'"annotations":2'),
        (b'"area":"Ustyurt"', b'"area":"43.1,54"'),
        (b'"pose":[0.97', b'"pose":[9.97'),
        (b'"code":"CODE1"', b'"code":"<b>!!"'),
    ],
)
def test_a_value_that_cannot_be_is_refused(old, new):
    content, _ = form.unsealed(form.write(signatures(1), KEY))
    assert old in content
    with pytest.raises(SignaturesDamaged):
        form.read(form.sealed(content.replace(old, new), KEY))


def test_nothing_but_what_is_stated_stands_in_the_table_of_contents():
    content, _ = form.unsealed(form.write(signatures(1), KEY))
    head = content[4 : 4 + int.from_bytes(content[:4], "little")].decode()
    for word in ("station", "latitude", "file", "camera", "captured", "encounter", "2018-11-"):
        assert word not in head


def test_features_of_another_model_are_refused():
    with pytest.raises(SignaturesOfAnotherModel) as refused:
        signatures().check_model("rosette@6", "rootsift@1")
    assert "fake@1" in str(refused.value)


@pytest.mark.parametrize("area", ["43.1, 54.2", "N43.5E054", "43°N 54°E", "N 43 E 54", "4312345"])
def test_an_area_that_reads_like_a_position_is_refused(area):
    with pytest.raises(AreaTooFine):
        area_of(area)


def test_an_area_is_a_name_or_a_cell_of_one_degree():
    assert area_of(" Northern  Ustyurt ") == "Northern Ustyurt"
    assert area_of("N43E054") == "N43E054"
    for area in ("", "N99E054", "x" * 61, "a\u202eb"):
        with pytest.raises(NoSuchArea):
            area_of(area)


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    assert known_key(tmp_path) is None
    key = own_key(tmp_path)
    assert own_key(tmp_path) == key == known_key(tmp_path)
    assert stat.S_IMODE((tmp_path / "signatures.key").stat().st_mode) == 0o600
    (tmp_path / "signatures.key").write_text("nothing")
    with pytest.raises(KeyUnreadable):
        own_key(tmp_path)


def test_a_fingerprint_is_thirty_digits_in_any_spacing():
    digits = KEY.fingerprint
    assert [len(group) for group in digits.split()] == [5] * 6
    check_told(digits, digits.replace(" ", "-"))
    with pytest.raises(NotAFingerprint):
        check_told(digits, digits[:-1])
    with pytest.raises(AnotherFingerprint):
        check_told(digits, OwnerKey(b"j" * 32).fingerprint)


def test_codes_stay_the_same_and_belong_to_one_key():
    codes = KEY.codes(range(1, 400))
    assert len(set(codes.values())) == 399
    assert KEY.codes([7])[7] == codes[7]
    assert OwnerKey(b"j" * 32).codes([7])[7] != codes[7]


def test_the_best_few_of_each_flank_are_of_different_encounters():
    def taken(number, encounter, value, flank=Flank.LEFT, **more):
        return ReferencePhoto(number, encounter, 1, flank, value=value, **more)

    photos = [taken(1, 1, 0.9), taken(2, 1, 0.8), taken(3, 2, 0.5), taken(4, 3, 0.4)]
    photos += [taken(5, 4, 0.99, grade=Grade.UNUSABLE), taken(6, 1, 0.3, Flank.RIGHT)]
    assert [p.annotation for p in best(photos, each=2)] == [1, 3, 6]
    approved = [*photos, taken(7, 5, 0.1, approved=True)]
    assert [p.annotation for p in best(approved, each=2)] == [7, 1, 6]
