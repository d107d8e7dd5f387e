"""Boxes, videos and failures of a detector's JSON, and what cannot be read of it."""

import json

import pytest

from reid.errors import BadDataset
from reid.interchange import megadetector
from reid.interchange.sources import SourceOptions, read_source

CATEGORIES = {"1": "animal", "2": "person", "3": "vehicle"}


def output(folder, *images, version="1.6", **info):
    """A batch output beside its photos."""
    file = folder / "detections.json"
    about = {"format_version": version, "detector": "md_v5a.0.1.pt"} | info
    content = {"info": about, "detection_categories": CATEGORIES, "images": list(images)}
    file.write_text(json.dumps(content))
    return file


def animal(*bbox, conf=0.9, **more):
    return {"category": "1", "conf": conf, "bbox": list(bbox), **more}


@pytest.mark.parametrize("version", ["1.0", "1.4", "1.5", "1.6", "1.9"])
def test_boxes_categories_and_the_detector_are_read_of_every_version(tmp_path, version):
    (tmp_path / "S1").mkdir()
    (tmp_path / "S1" / "a.jpg").write_bytes(b"x")
    person = {"category": "2", "conf": 0.5, "bbox": [0, 0, 1, 1], "classifications": []}
    entry = {"file": "S1\\a.jpg", "detections": [animal(0.1, 0.2, 0.3, 0.4), person]}
    about = {"detector_metadata": {"typical_detection_threshold": 0.2}}
    package = read_source(output(tmp_path, entry, version=version, **about))
    (photo,) = package.photos
    assert (package.form, package.detector, package.threshold) == (
        "megadetector",
        "md_v5a.0.1.pt",
        0.2,
    )
    assert photo.file == tmp_path / "S1" / "a.jpg"
    assert [one.category for one in photo.animals] == ["animal", "person"]
    assert photo.animals[0].box.text() == "0.1 0.2 0.4 0.6"
    assert (photo.category, photo.animals[0].by_machine) == ("animal", True)


def test_an_empty_frame_is_told_from_one_that_failed(tmp_path):
    blank = {"file": "blank.jpg", "detections": [], "failure": None}
    failed = {"file": "bad.jpg", "failure": "Failure image access", "detections": None}
    silent = {"file": "silent.jpg"}
    photos = read_source(output(tmp_path, blank, failed, silent)).photos
    assert [one.category for one in photos] == ["blank", "", ""]
    assert [bool(one.failure) for one in photos] == [False, True, True]


def test_a_video_keeps_its_rate_its_frames_and_the_frame_of_a_box(tmp_path):
    video = {
        "file": "v.mp4",
        "frame_rate": 20,
        "frames_processed": [0, 20],
        "detections": [animal(0, 0, 1, 1, frame_number=20)],
    }
    (photo,) = read_source(output(tmp_path, video)).photos
    assert (photo.frame_rate, photo.frames, photo.animals[0].frame) == (20.0, (0, 20), 20)


def test_a_category_that_nobody_explains_is_no_detection_and_unknown_keys_are_kept(tmp_path):
    other = {"category": "9", "conf": 0.9, "bbox": [0, 0, 1, 1]}
    entry = {"file": "a.jpg", "detections": [other], "datetime": "2019:03:01 19:49:36"}
    (photo,) = read_source(output(tmp_path, entry, site="x")).photos
    assert photo.animals == ()
    assert photo.extras == {"datetime": "2019:03:01 19:49:36"}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"detections": []}, "it names no file"),
        ("a.jpg", "it names no file"),
        ({"file": "b.jpg", "detections": [animal(0.1, 0.2, 30, 40)]}, "is no box"),
        ({"file": "b.jpg", "detections": [animal(0.1, 0.2, 0, 0.1)]}, "is no box"),
        ({"file": "b.jpg", "detections": [{**animal(0, 0, 1, 1), "bbox": None}]}, "is no box"),
        ({"file": "b.jpg", "detections": [animal(0, 0, 1, 1, conf=None)]}, "without a confidence"),
        ({"file": "a.jpg", "detections": []}, "a.jpg stands twice"),
    ],
)
def test_an_entry_that_cannot_be_used_is_a_row_of_the_report(tmp_path, entry, words):
    good = {"file": "a.jpg", "detections": []}
    package = read_source(output(tmp_path, good, entry))
    assert package.photos[0].path == "a.jpg"
    (refusal,) = package.refused
    assert words in str(refusal.why)
    assert refusal.place == "detections.json, images[1]"


@pytest.mark.parametrize("content", ["[]", "{", '{"images": [], "detection_categories": {}}'])
def test_another_json_is_no_output_of_a_detector(tmp_path, content):
    file = tmp_path / "x.json"
    file.write_text(content)
    with pytest.raises(BadDataset, match="no output of MegaDetector"):
        megadetector.read(file)


def test_a_later_main_version_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(BadDataset, match=r"version 2\.0; 1\.0 to 1\.6 are read"):
        read_source(output(tmp_path, version="2.0"))


def test_paths_of_another_computer_are_found_below_the_folder_that_is_named(tmp_path):
    photos = tmp_path / "copied"
    for station in ("S1", "S2"):
        (photos / station).mkdir(parents=True)
        (photos / station / "IMG_1.JPG").write_bytes(b"x")
    entries = [
        {"file": f"D:\\cards\\{station}\\IMG_1.JPG", "detections": []} for station in ("S1", "S2")
    ]
    package = read_source(output(tmp_path, *entries), SourceOptions(photos=photos))
    files = [one.file for one in package.photos]
    assert files == [photos / "S1" / "IMG_1.JPG", photos / "S2" / "IMG_1.JPG"]


def test_folders_that_differ_are_never_cut_off_a_path(tmp_path):
    (tmp_path / "IMG_1.JPG").write_bytes(b"x")
    entries = [{"file": f"{station}/IMG_1.JPG", "detections": []} for station in ("S1", "S2")]
    package = read_source(output(tmp_path, *entries))
    assert [one.file for one in package.photos] == [None, None]
    assert "is not there" in str(package.photos[0].missing)


def test_a_path_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "private.jpg").write_bytes(b"x")
    (tmp_path / "package").mkdir()
    entry = {"file": "../private.jpg", "detections": []}
    (photo,) = read_source(output(tmp_path / "package", entry)).photos
    assert photo.file is None
    assert "leads out of the folder" in str(photo.missing)


@pytest.mark.parametrize(
    "more",
    [
        {"frames_processed": 7},
        {"detections": [animal(0.1, 0.1, 0.2, 0.2, classifications=[[]])]},
        {"detections": [animal(0.1, 0.1, 0.2, 0.2, classifications={"1": 0.9})]},
        {"file": "a" * 300 + ".jpg"},
        {"file": "a\0b.jpg"},
    ],
)
def test_what_is_of_another_kind_than_the_format_says_costs_nobody_the_file(tmp_path, more):
    odd = {"file": "a.jpg", "detections": []} | more
    source = read_source(output(tmp_path, odd, {"file": "b.jpg", "detections": []}))
    assert len(source.photos) == 2


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("name", ["animal", "Animal", " ANIMAL "])
def test_the_category_of_animals_is_known_in_any_case_and_a_byte_order_mark_is_none(
    tmp_path, name, mark
):
    file = output(tmp_path, {"file": "a.jpg", "detections": [animal(0.1, 0.1, 0.2, 0.2)]})
    content = json.loads(file.read_text()) | {"detection_categories": {"1": name}}
    file.write_text(mark + json.dumps(content), encoding="utf-8")
    assert read_source(file).photos[0].category == "animal"


def test_categories_of_which_none_is_called_animal_are_refused(tmp_path):
    file = output(tmp_path, {"file": "a.jpg", "detections": [animal(0.1, 0.1, 0.2, 0.2)]})
    content = json.loads(file.read_text())
    file.write_text(json.dumps(content | {"detection_categories": {"1": "leopard", "2": "cow"}}))
    with pytest.raises(BadDataset, match="calls no category animal, but leopard, cow: rename"):
        read_source(file)
    file.write_text(json.dumps(content | {"detection_categories": {"1": "person"}}))
    assert read_source(file).photos[0].category == "person"


def test_one_file_under_two_spellings_of_its_path_stands_twice(tmp_path):
    paths = ["S1/a.jpg", "S1\\a.jpg", "./S1//a.jpg"]
    source = read_source(output(tmp_path, *({"file": one, "detections": []} for one in paths)))
    assert [one.path for one in source.photos] == ["S1/a.jpg"]
    assert [str(one.why).partition(" stands")[2] for one in source.refused] == [
        " twice: join both entries, or leave one out"
    ] * 2


def test_a_file_nested_without_end_is_no_json(tmp_path):
    (tmp_path / "deep.json").write_text("[" * 100_000)
    with pytest.raises(BadDataset, match="no form that is read"):
        read_source(tmp_path / "deep.json")
