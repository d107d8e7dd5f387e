"""A position that cannot be one is told, and costs nobody a photo."""

import json

import pytest

from reid.interchange.sources import read_source

WILDBOOK = "Encounter.mediaAsset0,MarkedIndividual.individualID,{},{}\na.jpg,L001,{},{}\n"
TRAPTAGGER = (
    "image,site,sighting_individual_1,left,top,right,bottom,{},{}\na.jpg,S,L001,0,0,1,1,{},{}\n"
)


def wildbook(folder, latitude, longitude):
    columns = "Encounter.decimalLatitude", "Encounter.decimalLongitude"
    (folder / "table.csv").write_text(WILDBOOK.format(*columns, latitude, longitude))
    return read_source(folder)


def traptagger(folder, latitude, longitude):
    (folder / "table.csv").write_text(
        TRAPTAGGER.format("latitude", "longitude", latitude, longitude)
    )
    return read_source(folder)


def coco(folder, latitude, longitude):
    image = {"id": 1, "file_name": "a.jpg"}
    image |= {"gps_lat_captured": latitude, "gps_lon_captured": longitude}
    animal = {"id": 1, "image_id": 1, "bbox": [0, 0, 9, 9], "name": "L001"}
    (folder / "c.json").write_text(json.dumps({"images": [image], "annotations": [animal]}))
    return read_source(folder / "c.json")


@pytest.mark.parametrize("form", [wildbook, traptagger, coco])
@pytest.mark.parametrize(
    ("latitude", "longitude", "words"),
    [
        ("435.1", "54.2", "outside -90 to 90"),
        ("43.5", "542", "outside -180 to 180"),
        ("43 N", "54", "43 N is no number"),
        ("43.5", "", "both latitude and longitude"),
        ("0", "0", "without a fix"),
    ],
)
def test_a_position_that_cannot_be_one_is_told_and_the_photo_stays(
    tmp_path, form, latitude, longitude, words
):
    source = form(tmp_path, latitude, longitude)
    (photo,) = source.photos
    assert (photo.latitude, photo.longitude) == (None, None)
    assert source.names() == {"L001": 1}
    assert words in str(source.refused[0].why)


@pytest.mark.parametrize("form", [wildbook, traptagger, coco])
def test_a_position_on_the_equator_is_one(tmp_path, form):
    (photo,) = form(tmp_path, 0, 36.5).photos
    assert (photo.latitude, photo.longitude) == (0.0, 36.5)


@pytest.mark.parametrize("unknown", [(-1, -1), (-1.0, -1.0), (None, None)])
def test_a_form_that_writes_minus_one_for_nothing_has_no_position(tmp_path, unknown):
    source = coco(tmp_path, *unknown)
    assert (source.photos[0].latitude, source.refused) == (None, ())
