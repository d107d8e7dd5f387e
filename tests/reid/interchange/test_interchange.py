"""Tables of other programs: what is read, what is skipped with a reason, what is refused."""

import json
from datetime import datetime
from math import pi
from pathlib import Path

import pytest

from reid.errors import BadDataset
from reid.interchange import index_csv
from reid.interchange.catalogue import FORMATS, read_catalogue
from reid.interchange.format import ConfirmedSighting
from reid.interchange.individual_names import name_of
from reid.interchange.named import flank_of, occasions
from reid.types import Box, Flank


@pytest.mark.parametrize(
    ("viewpoint", "flank"),
    [
        ("left", Flank.LEFT),
        ("frontleft", Flank.LEFT),
        ("Back-Right", Flank.RIGHT),
        ("left_right", Flank.UNKNOWN),
        ("", Flank.UNKNOWN),
        ("unknown", Flank.UNKNOWN),
        ("front", None),
        ("up", None),
    ],
)
def test_a_viewpoint_shows_a_flank_or_none(viewpoint, flank):
    assert flank_of(viewpoint) == flank


@pytest.mark.parametrize("text", ["", "____", "Unknown", " nan "])
def test_nobody_has_many_names(text):
    assert name_of(text) == ""


def test_a_night_runs_from_noon_to_noon_and_belongs_to_its_station():
    evening = occasions(station="S1", taken="2018-11-02 22:00:00")
    assert evening == occasions(station="S1", taken="2018-11-03T05:00:00")
    assert evening != occasions(station="S1", taken="2018-11-03T13:00:00")
    assert evening != occasions(station="S2", taken="2018-11-02 22:00:00")
    assert occasions(encounter="124", taken="NA") == {"encounter 124"}
    assert occasions(taken="2018-11-02") == {"night  2018-11-02"}


def coco(folder, annotations, images=None):
    """folder/annotations/instances_train2022.json over two photos in images/train2022."""
    photos = folder / "images" / "train2022"
    photos.mkdir(parents=True)
    (photos / "1.jpg").write_bytes(b"")
    (folder / "annotations").mkdir()
    file = folder / "annotations" / "instances_train2022.json"
    images = images or [{"id": 1, "file_name": "1.jpg", "date_captured": "2020-05-01 01:00:00"}]
    file.write_text(json.dumps({"images": images, "annotations": annotations}))
    return file


def annotated(**changed):
    one = {"id": 7, "image_id": 1, "bbox": [10, 20, 30, 40], "theta": 0.0, "viewpoint": "left"}
    return one | {"name": "uma", "individual_ids": []} | changed


def test_wild_me_coco_gives_photo_box_flank_name_and_night(tmp_path):
    file = coco(tmp_path, [annotated(), annotated(name="____"), annotated(name="____")])
    reading = read_catalogue(file)
    one = reading.annotations[0]
    assert one.path == tmp_path / "images" / "train2022" / "1.jpg"
    assert (one.individual, one.flank, one.box) == ("uma", Flank.LEFT, Box(10, 20, 40, 60))
    assert one.occasions == {"night  2020-04-30"}
    assert [a.individual for a in reading.annotations] == ["uma", "", ""]


def test_a_turned_box_becomes_the_upright_one_around_it(tmp_path):
    (one,) = read_catalogue(coco(tmp_path, [annotated(theta=pi / 2)])).annotations
    assert (one.box.x0, one.box.y0) == pytest.approx((5, 25))
    assert (one.box.width, one.box.height) == pytest.approx((40, 30))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"viewpoint": "front"}, "shows no flank"),
        ({"bbox": [0, 0, 0, 5]}, "box"),
        ({"bbox": [0, 0, 5]}, "box [0, 0, 5]"),
        ({"bbox": None}, "box None"),
        ({"image_id": 9}, "no image 9"),
    ],
)
def test_an_annotation_that_cannot_be_used_is_told_with_its_number(tmp_path, changed, reason):
    reading = read_catalogue(coco(tmp_path, [annotated(**changed), annotated(id=8)]))
    assert len(reading.annotations) == 1
    (told,) = reading.skipped
    assert told.startswith("annotation 7: ")
    assert reason in told


@pytest.mark.parametrize("text", ["", "[]", '{"images": [{}], "annotations": []}', '{"a": 1}'])
def test_what_is_no_coco_is_refused(tmp_path, text):
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(BadDataset, match="no Wild Me COCO file"):
        read_catalogue(file)


TABLE = """image_id,identity,path,bbox,orientation,date
1,uma,a/1.jpg,"[1, 2.5, 30, 40]",left,2020-01-02
2,unknown,a/2.jpg,,,
3,uma,a/3.jpg,,front,
4,uma,a/4.jpg,"[1, 2, 3]",right,
5,uma,,,right,
"""


def test_the_table_of_wildlife_datasets_is_read_and_bad_rows_are_told(tmp_path):
    table = tmp_path / "metadata.csv"
    table.write_text(TABLE)
    reading = read_catalogue(table)
    one, nobody = reading.annotations
    assert (one.path, one.individual, one.flank) == (tmp_path / "a" / "1.jpg", "uma", Flank.LEFT)
    assert one.box == Box(1, 2.5, 31, 42.5)
    assert (nobody.individual, nobody.flank, nobody.box) == ("", Flank.UNKNOWN, None)
    assert sorted(told.split(":")[0] for told in reading.skipped) == [
        "image 3",
        "image 4",
        "image 5",
    ]
    assert read_catalogue(tmp_path).annotations == reading.annotations


def test_our_own_index_comes_back_as_it_was_written(tmp_path):
    sightings = [
        ConfirmedSighting("1.jpg", "uma", "left", encounter=4, station="S"),
        ConfirmedSighting(
            "2.jpg", "uma", "", captured_at=datetime.fromisoformat("2020-01-01T10:00:00")
        ),
        ConfirmedSighting("3.jpg", "", "top"),
    ]
    index_csv.write(tmp_path, sightings)
    reading = read_catalogue(tmp_path)
    assert [a.path.name for a in reading.annotations] == ["1.jpg", "2.jpg"]
    assert [a.flank for a in reading.annotations] == [Flank.LEFT, Flank.UNKNOWN]
    assert reading.annotations[0].occasions == {"encounter 4"}
    assert reading.skipped == ["index.csv: line 4: top is no flank: write left, right or unknown"]


def test_a_name_that_a_spreadsheet_would_compute_is_marked_and_comes_back(tmp_path):
    index_csv.write(tmp_path, [ConfirmedSighting("1.jpg", "=1+1", "left", station="+cmd|x")])
    assert ",=1+1" not in (tmp_path / "index.csv").read_text()
    (annotation,) = read_catalogue(tmp_path).annotations
    assert annotation.individual == "=1+1"


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_place_without_a_table_says_what_is_looked_for(tmp_path, name):
    with pytest.raises(BadDataset, match=r"index\.csv"):
        read_catalogue(tmp_path / name)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00\x01\x80")
    with pytest.raises(BadDataset, match="UTF-8"):
        read_catalogue(Path(tmp_path / "x.csv"))


def test_every_format_is_documented_and_bears_the_name_of_its_module():
    documented = (Path(__file__).parents[3] / "docs" / "finetuning.md").read_text(encoding="utf-8")
    modules = {path.stem for path in Path(index_csv.__file__).parent.glob("*.py")}
    for form in FORMATS:
        assert form.read or form.write
        assert f"| `{form.name}` |" in documented
        assert form.name in modules


def test_a_format_that_is_written_and_read_comes_back_through_the_registry(tmp_path):
    sightings = [
        ConfirmedSighting("1.jpg", "uma", "left"),
        ConfirmedSighting("2.jpg", "umay", "right"),
    ]
    for form in (one for one in FORMATS if one.write and one.read):
        folder = tmp_path / form.name
        folder.mkdir()
        form.write(folder, sightings)
        read = read_catalogue(folder).annotations
        assert [(a.individual, a.flank.value) for a in read] == [("uma", "left"), ("umay", "right")]


def test_coco_with_a_byte_order_mark_is_read(tmp_path):
    file = coco(tmp_path, [annotated()])
    file.write_text("\ufeff" + file.read_text(), encoding="utf-8")
    assert len(read_catalogue(file).annotations) == 1


def test_coco_paths_of_another_computer_are_found(tmp_path):
    images = [{"id": 1, "file_name": "C:\\cards\\S1\\1.jpg"}]
    (one,) = read_catalogue(coco(tmp_path, [annotated()], images)).annotations
    assert one.path == tmp_path / "images" / "train2022" / "1.jpg"
