"""Folders of photos and what their names mean."""

import pytest

from reid.errors import BadDataset, BadSettings
from reid.interchange.sources import SourceOptions, read_source
from reid.types import Flank


def cards(folder, *paths):
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    return folder


def test_a_pattern_names_station_and_camera_and_skips_folders_of_cameras(tmp_path):
    cards(tmp_path, "2019/S1/A/DCIM/100RECNX/1.JPG", "2019/S1/A/v.AVI", "2019/S1/A/notes.txt")
    photos = read_source(tmp_path, SourceOptions(pattern="{station}/{camera}")).photos
    assert [(one.station, one.camera) for one in photos] == [("S1", "A")] * 2
    assert photos[1].path == "2019/S1/A/v.AVI"


def test_photos_whose_folders_do_not_fit_say_nothing_and_are_counted(tmp_path):
    cards(tmp_path, "S1/A/1.jpg", "loose.jpg")
    source = read_source(tmp_path, SourceOptions(pattern="{station}/{camera}"))
    assert [one.station for one in source.photos] == ["S1", ""]
    assert "1 of 2 photos lie in folders unlike {station}/{camera}" in str(source.remarks[0])


def test_individual_and_flank_are_taken_from_folders(tmp_path):
    cards(tmp_path, "L001/left/1.jpg", "unknown/R/2.jpg", "L002/head/3.jpg")
    source = read_source(tmp_path, SourceOptions(pattern="{individual}/{flank}"))
    shown = {one.path: one.animals for one in source.photos}
    assert shown["L001/left/1.jpg"][0].individual == "L001"
    assert shown["unknown/R/2.jpg"][0].individual == ""
    assert shown["unknown/R/2.jpg"][0].flank is Flank.RIGHT
    assert shown["L002/head/3.jpg"][0].flank is None
    assert "the folder head is no flank" in str(source.remarks[0])


@pytest.mark.parametrize("pattern", ["{place}", "{station", "{station}/{station}"])
def test_a_pattern_that_means_nothing_is_refused(tmp_path, pattern):
    cards(tmp_path, "S1/1.jpg")
    with pytest.raises(BadSettings):
        read_source(tmp_path, SourceOptions(pattern=pattern))


def test_a_folder_without_photos_is_told(tmp_path):
    with pytest.raises(BadDataset, match="no photo and no video"):
        read_source(tmp_path)


def test_tables_beside_photos_that_are_not_read_are_named(tmp_path):
    cards(tmp_path, "1.jpg", "names.csv", "old.xls", "boxes.json", "notes.txt")
    (remark,) = read_source(tmp_path).remarks
    assert "of boxes.json, names.csv, old.xls beside the photos nothing is read" in str(remark)


def test_links_to_folders_are_told(tmp_path):
    cards(tmp_path, "S1/1.jpg")
    (tmp_path / "round").symlink_to(tmp_path)
    source = read_source(tmp_path)
    assert [one.path for one in source.photos] == ["S1/1.jpg"]
    assert "nothing below round was read" in str(source.remarks[0])
