"""A photo that stands in several rows is one photo; what its rows say of it is never mixed up."""

import json

from reid.interchange.sources import read_source
from reid.types import Flank

WILDLIFE_INSIGHTS = (
    "project_id,deployment_id,image_id,location,wi_taxon_id,timestamp,individual_id\n"
)


def names(source):
    return {photo.path: [one.individual for one in photo.animals] for photo in source.photos}


def test_what_the_first_row_of_a_photo_lacks_is_taken_of_a_later_one(tmp_path):
    (tmp_path / "index.csv").write_text(
        "path,individual,datetime,station\na.jpg,L001,,\na.jpg,L002,2019-03-01 19:49,Ridge\n"
    )
    (photo,) = read_source(tmp_path).photos
    assert (str(photo.captured_at), photo.station) == ("2019-03-01 19:49:00", "Ridge")
    assert [one.individual for one in photo.animals] == ["L001", "L002"]


def test_rows_of_one_photo_that_say_different_things_are_told(tmp_path):
    (tmp_path / "metadata.csv").write_text(
        "image_id,identity,path,date\n1,uma,a.jpg,2019-03-01 19:49\n2,ina,a.jpg,2019-03-02 19:49\n"
    )
    source = read_source(tmp_path)
    (remark,) = source.remarks
    assert str(source.photos[0].captured_at) == "2019-03-01 19:49:00"
    assert str(remark) == (
        "a.jpg stands in several rows that say another captured_at each: the first one counts"
    )


def test_one_number_for_two_images_mixes_no_animals_up(tmp_path):
    rows = "p,d1,7,a.jpg,x,2019-03-01 19:49:36,L001\np,d1,7,b.jpg,x,2019-03-01 19:49:36,L002\n"
    (tmp_path / "images.csv").write_text(WILDLIFE_INSIGHTS + rows)
    assert names(read_source(tmp_path)) == {"a.jpg": ["L001"], "b.jpg": ["L002"]}


def test_two_numbers_for_one_image_are_two_animals_of_one_photo(tmp_path):
    rows = "p,d1,7,a.jpg,x,2019-03-01 19:49:36,L001\np,d1,8,a.jpg,x,2019-03-01 19:49:36,L002\n"
    (tmp_path / "images.csv").write_text(WILDLIFE_INSIGHTS + rows)
    assert names(read_source(tmp_path)) == {"a.jpg": ["L001", "L002"]}


def test_one_file_name_in_two_deployments_is_two_photos(tmp_path):
    rows = "p,d1,7,a.jpg,x,2019-03-01 19:49:36,L001\np,d2,8,a.jpg,x,2019-03-01 19:49:36,L002\n"
    (tmp_path / "images.csv").write_text(WILDLIFE_INSIGHTS + rows)
    photos = read_source(tmp_path).photos
    assert [(one.deployment, len(one.animals)) for one in photos] == [("d1", 1), ("d2", 1)]


def test_coco_images_of_one_id_are_told_and_of_one_file_are_one_photo(tmp_path):
    images = [
        {"id": 1, "file_name": "a.jpg"},
        {"id": 1, "file_name": "b.jpg"},
        {"id": 2, "file_name": "a.jpg"},
    ]
    animals = [
        {"id": n, "image_id": n, "bbox": [n, 0, 9, 9], "name": f"L{n}", "viewpoint": "left"}
        for n in (1, 2)
    ]
    (tmp_path / "c.json").write_text(json.dumps({"images": images, "annotations": animals}))
    source = read_source(tmp_path / "c.json")
    assert names(source) == {"a.jpg": ["L1", "L2"]}
    assert source.photos[0].animals[0].flank is Flank.LEFT
    ((place, why),) = [(one.place, str(one.why)) for one in source.refused]
    assert (place, "give b.jpg an id of its own" in why) == ("image 1", True)


def test_a_chip_names_no_photo_of_another_row_with_the_same_number(tmp_path):
    folder = tmp_path / "_hsdb"
    folder.mkdir()
    (folder / "image_table.csv").write_text("# gid, gname, aif\n1, a.jpg, True\n1, b.jpg, True\n")
    (folder / "name_table.csv").write_text("# nid, name\n2, Uma\n")
    (folder / "chip_table.csv").write_text(
        "# ChipID, ImgID, NameID, roi[tl_x  tl_y  w  h], theta\n7, 1, 2, [0 0 9 9], 0\n"
    )
    source = read_source(tmp_path)
    assert names(source) == {"a.jpg": ["Uma"]}
    assert "give b.jpg another number" in str(source.refused[0].why)
