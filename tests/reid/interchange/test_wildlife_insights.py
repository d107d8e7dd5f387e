"""Batches of Wildlife Insights."""

import pytest

from reid.errors import BadDataset
from reid.interchange.sources import read_source

DEPLOYMENTS = (
    "project_id,deployment_id,placename,longitude,latitude,start_date,end_date,camera_id\n"
    "p,d1,Ridge,54.2,43.5,2019-01-01 00:00:00,2019-12-31 00:00:00,cam7\n"
)
HEAD = (
    "project_id,deployment_id,image_id,location,is_blank,identified_by,wi_taxon_id,class,genus,"
    "species,common_name,timestamp,individual_id,individual_animal_notes,markings\n"
)
LEOPARD = "p,d1,{0},gs://bucket/d1/{0}.jpg,0,Anna,x,Mammalia,Panthera,pardus,Leopard,{1},{2},{3},m"


def batch(folder, *rows):
    (folder / "images.csv").write_text(HEAD + "\n".join(rows) + "\n")
    (folder / "deployments.csv").write_text(DEPLOYMENTS)
    return folder


def test_a_batch_gives_place_time_species_and_name(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"x")
    row = LEOPARD.format("a", "2019-03-01 19:49:36", "L001", "left flank")
    source = read_source(batch(tmp_path, row))
    (photo,) = source.photos
    (animal,) = photo.animals
    assert (source.form, photo.file) == ("wildlife_insights", tmp_path / "a.jpg")
    assert (photo.station, photo.camera, photo.deployment) == ("Ridge", "cam7", "d1")
    assert str(photo.captured_at) == "2019-03-01 19:49:36"
    assert (animal.individual, animal.species) == ("L001", "Panthera pardus")
    assert (photo.notes, animal.flank, animal.extras["markings"]) == ("left flank", None, "m")
    assert source.deployments[0].station == "Ridge"


def test_two_rows_of_one_image_are_two_animals(tmp_path):
    rows = [LEOPARD.format("a", "2019-03-01 19:49:36", name, "") for name in ("L001", "L002")]
    (photo,) = read_source(batch(tmp_path, *rows)).photos
    assert [one.individual for one in photo.animals] == ["L001", "L002"]


@pytest.mark.parametrize(
    ("cells", "category"),
    [
        ("1,Computer vision,x,,,,Blank", "blank"),
        ("0,Anna,x,Mammalia,Homo,sapiens,Human", "person"),
        ("0,Anna,x,,,,Vehicle", "vehicle"),
        ("0,Computer vision,x,,,,No CV Result", "unknown"),
        ("0,Computer vision,x,Mammalia,Panthera,pardus,Leopard", "animal"),
    ],
)
def test_what_a_photo_shows_is_told_apart(tmp_path, cells, category):
    row = f"p,d1,a,gs://b/a.jpg,{cells},2019-03-01 19:49:36,,,"
    (photo,) = read_source(batch(tmp_path, row)).photos
    assert photo.category == category


def test_day_and_month_that_nothing_settles_are_refused(tmp_path):
    with pytest.raises(BadDataset, match="may be day and month"):
        read_source(batch(tmp_path, LEOPARD.format("a", "01/03/2019 19:49", "", "")))


def test_one_name_in_two_deployments_is_told_by_the_folder_of_the_deployment(tmp_path):
    for folder in ("d1", "d2"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.jpg").write_bytes(b"x")
    row = LEOPARD.format("a", "2019-03-01 19:49:36", "L001", "")
    other = row.replace(",d1,a,", ",d9,b,").replace("gs://bucket/d1/", "gs://bucket/d9/")
    one, two = read_source(batch(tmp_path, row, other)).photos
    assert one.file == tmp_path / "d1" / "a.jpg"
    assert "which one is not said" in str(two.missing)
