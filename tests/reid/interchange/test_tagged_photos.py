"""Keywords of digiKam and Lightroom in photos."""

import os
from pathlib import Path

import pytest

from reid.interchange.sources import SourceOptions, read_source
from reid.types import Flank

REAL = Path(os.environ.get("REID_REAL_DATA", "../shared/data")) / "tagged-leopard-cats/LeopardCat"


def tagged(path, *tags):
    items = "".join(f"<rdf:li>{tag}</rdf:li>" for tag in tags)
    packet = f"<lr:hierarchicalSubject><rdf:Bag>{items}</rdf:Bag></lr:hierarchicalSubject>"
    path.write_bytes(b"\xff\xd8" + packet.encode() + b"\xff\xd9")


def test_tags_name_individual_species_and_flank_and_others_are_kept(tmp_path):
    tagged(tmp_path / "a.jpg", "individual|Uma &amp; Co", "Species|Leopard", "flank|left", "sex|f")
    (photo,) = read_source(tmp_path).photos
    (animal,) = photo.animals
    assert (animal.individual, animal.species, animal.flank) == ("Uma & Co", "Leopard", Flank.LEFT)
    assert animal.extras == {"sex": "f"}


def test_two_individuals_in_one_photo_are_told_and_it_gets_no_name(tmp_path):
    tagged(tmp_path / "a.jpg", "individual|Uma", "individual|Ola", "Species|Leopard")
    source = read_source(tmp_path)
    assert source.names() == {}
    assert "its tags name Uma, Ola" in str(source.refused[0].why)


def test_photos_without_tags_are_folders(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"x")
    assert read_source(tmp_path).form == "folders"
    assert read_source(tmp_path, SourceOptions(pattern="*")).form == "folders"


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.is_dir(), reason="the tagged photos are not there")
def test_the_tagged_photos_of_a_neighbour_are_read():
    source = read_source(REAL)
    assert (source.form, len(source.photos)) == ("tagged_photos", 26)
    assert source.names() == {"1": 12, "2": 11, "3": 3}
