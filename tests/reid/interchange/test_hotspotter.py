"""HotSpotter catalogues."""

from math import pi

import pytest

from reid.errors import BadDataset
from reid.interchange.sources import read_source
from reid.types import Flank

HEAD = "# ChipID, ImgID, NameID, roi[tl_x  tl_y  w  h], theta, viewpoint, collar\n"


def catalogue(folder, chips, names="1, ____\n2, Uma\n"):
    tables = folder / "_hsdb"
    tables.mkdir()
    (folder / "images").mkdir()
    (folder / "images" / "a.jpg").write_bytes(b"x")
    (tables / "image_table.csv").write_text("# image table\n# gid, gname, aif\n1, a.jpg, True\n")
    (tables / "name_table.csv").write_text("# name table\n# nid, name\n" + names)
    (tables / "chip_table.csv").write_text("# chip table\n# NumData 1\n" + HEAD + chips)
    return folder


def test_a_catalogue_gives_photo_name_box_flank_and_properties(tmp_path):
    source = read_source(catalogue(tmp_path, "7, 1, 2, [10  20  30  40], 0.0, left, red\n"))
    (photo,) = source.photos
    (animal,) = photo.animals
    assert (source.form, photo.file) == ("hotspotter", tmp_path / "images" / "a.jpg")
    assert (animal.individual, animal.flank, animal.place) == ("Uma", Flank.LEFT, "chip 7")
    assert animal.box.text() == "10 20 40 60"
    assert animal.extras == {"viewpoint": "left", "collar": "red"}
    assert source.remarks == ()


def test_a_turned_box_becomes_the_upright_one_and_is_told(tmp_path):
    source = read_source(catalogue(tmp_path, f"7, 1, 2, [10 20 30 40], {pi / 2}\n"))
    (animal,) = source.photos[0].animals
    assert animal.box.text() == "5 25 45 55"
    assert animal.extras["roi"] == "[10 20 30 40]"
    assert "1 of 1 boxes are turned" in str(source.remarks[0])


@pytest.mark.parametrize("number", ["0", "1"])
def test_the_names_without_a_name_are_nobody(tmp_path, number):
    source = read_source(catalogue(tmp_path, f"7, 1, {number}, [1 2 3 4], 0\n"))
    assert source.names() == {}


@pytest.mark.parametrize(
    ("chip", "words"),
    [
        ("7, 9, 2, [1 2 3 4], 0\n", "image 9 stands in no row"),
        ("7, 1, 9, [1 2 3 4], 0\n", "name 9 stands in no row"),
        ("7, 1, 2, [1 2 0 4], 0\n", "is no box"),
        ("7, 1, 2, [1 2 3 4], x\n", "is no box"),
    ],
)
def test_a_chip_that_cannot_be_used_is_told_with_its_line(tmp_path, chip, words):
    (refusal,) = read_source(catalogue(tmp_path, chip)).refused
    assert refusal.place == "chip_table.csv, line 4"
    assert words in str(refusal.why)


def test_a_cell_without_end_is_told_with_its_line(tmp_path):
    with pytest.raises(BadDataset, match="line 3: field larger"):
        read_source(catalogue(tmp_path, "7, 1, 2, [0 0 9 9], 0,,\n", "x" * 200_000 + ",b\n"))
