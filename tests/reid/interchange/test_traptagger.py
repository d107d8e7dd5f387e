"""Tables of TrapTagger, by sighting and by image."""

import pytest

from reid.interchange.sources import read_source
from reid.types import Flank

HEAD = (
    "sighting,image,timestamp,site,latitude,longitude,camera,cluster,left,right,top,bottom,score,"
    "flank,image_labels,sighting_individual_1,survey\n"
)
ROW = "{0},S1/A/{1}.jpg,2019-03-01 19:49:36,S1,43.5,54.2,A,9,{2},0.9,{3},Leopard,{4},two"


def table(folder, *rows, head=HEAD):
    (folder / "results.csv").write_text(head + "\n".join(rows) + "\n")
    return folder


def test_sightings_give_boxes_flanks_names_and_places(tmp_path):
    rows = [
        ROW.format(1, "a", "0.1,0.4,0.2,0.6", "L", "L001"),
        ROW.format(2, "a", "0.6,0.9,0.2,0.6", "R", "None"),
    ]
    source = read_source(table(tmp_path, *rows))
    (photo,) = source.photos
    one, two = photo.animals
    assert (source.form, photo.station, photo.camera) == ("traptagger", "S1", "A")
    assert (photo.latitude, photo.event, str(photo.captured_at)[:10]) == (43.5, "9", "2019-03-01")
    assert (one.individual, one.flank, one.box.text()) == ("L001", Flank.LEFT, "0.1 0.2 0.4 0.6")
    assert (two.individual, two.flank) == ("", Flank.RIGHT)
    assert one.extras["survey"] == "two"


def test_a_flank_that_is_neither_is_counted(tmp_path):
    source = read_source(table(tmp_path, ROW.format(1, "a", "0.1,0.4,0.2,0.6", "A", "L001")))
    assert source.photos[0].animals[0].flank is None
    assert "1 rows say the flank A" in str(source.remarks[0])


BY_IMAGE = "image,timestamp,site,cluster,image_labels,image_individual_1,image_individual_2\n"


def test_the_only_name_of_an_image_is_its_animals_and_two_are_told(tmp_path):
    rows = [
        "a.jpg,2019-03-01 19:49:36,S1,1,Leopard,L001,None",
        "b.jpg,2019-03-01 19:50:36,S1,1,Leopard,L001,L002",
        "c.jpg,2019-03-01 19:51:36,S1,1,Nothing,None,None",
    ]
    source = read_source(table(tmp_path, *rows, head=BY_IMAGE))
    one, two, three = source.photos
    assert [animal.individual for animal in one.animals] == ["L001"]
    assert [animal.individual for animal in two.animals] == [""]
    assert "b.jpg shows L001, L002" in str(source.remarks[0])
    assert (three.category, three.animals) == ("blank", ())


@pytest.mark.parametrize("box", ["0.1,0.1,0.2,0.6", "10,40,20,60", "0.1,,0.2,0.6"])
def test_a_box_that_is_none_is_told_with_its_line(tmp_path, box):
    source = read_source(table(tmp_path, ROW.format(1, "a", box, "L", "L001")))
    assert source.refused[0].place == "line 2"
    assert "is no box" in str(source.refused[0].why)
