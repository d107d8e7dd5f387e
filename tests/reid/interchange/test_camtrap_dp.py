"""Camtrap DP packages: the official example, and what stands in none."""

import csv
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from reid.errors import BadDataset
from reid.interchange.sources import read_source
from reid.types import Flank

EXAMPLE = Path(os.environ.get("REID_REAL_DATA", "../shared/data")) / "camtrap-dp-example/example"
PROFILE = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2/camtrap-dp-profile.json"
DEPLOYMENT = {
    "deploymentID": "d1",
    "locationName": "Ridge",
    "latitude": "43.5",
    "longitude": "54.2",
    "cameraID": "A",
    "deploymentStart": "2019-01-01T00:00:00Z",
    "deploymentEnd": "2019-12-31T00:00:00Z",
}


def media(number, path="", at="2019-03-01T19:49:36+05:00", **more):
    row = {"mediaID": f"m{number}", "deploymentID": "d1", "timestamp": at}
    return row | {"filePath": path or f"m{number}.jpg", "fileMediatype": "image/jpeg"} | more


def observation(**more):
    return {"observationLevel": "media", "observationType": "animal", "deploymentID": "d1"} | more


def event(number, **more):
    span = {"eventStart": "2019-03-01T14:49:00Z", "eventEnd": "2019-03-01T14:50:00Z"}
    return observation(observationLevel="event", eventID=f"e{number}", **span) | more


def package(folder, photos, observations, deployments=(DEPLOYMENT,), profile=PROFILE):
    tables = {"deployments": deployments, "media": photos, "observations": observations}
    for name, rows in tables.items():
        columns = dict.fromkeys(key for row in rows for key in row)
        with (folder / f"{name}.csv").open("w", newline="") as file:
            table = csv.DictWriter(file, list(columns))
            table.writeheader()
            table.writerows(rows)
    resources = [{"name": name, "path": f"{name}.csv"} for name in tables]
    descriptor = {"profile": profile, "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    return folder


@pytest.mark.real_data
@pytest.mark.skipif(not EXAMPLE.is_dir(), reason="the official example is not there")
def test_the_official_example_is_read_whole():
    source = read_source(EXAMPLE)
    assert (len(source.photos), len(source.deployments), source.refused) == (423, 4, ())
    assert sum(one.file is not None for one in source.photos) == 10
    kinds = Counter(one.category for one in source.photos)
    assert kinds["blank"] == 112
    assert (kinds["person"], kinds["vehicle"], kinds["unknown"]) == (33, 20, 11)
    assert sum(one.box is not None for photo in source.photos for one in photo.animals) == 20
    assert all(one.event for one in source.photos)


def test_station_camera_time_box_name_flank_and_unknown_columns_are_read(tmp_path):
    row = observation(
        mediaID="m1",
        individualID="L001",
        bboxX="0.1",
        bboxY="0.2",
        bboxWidth="0.3",
        bboxHeight="0.4",
        observationTags="mood:calm | flank:left",
        collar="none",
    )
    (photo,) = read_source(package(tmp_path, [media(1, favorite="true")], [row])).photos
    (animal,) = photo.animals
    assert (photo.station, photo.camera, photo.latitude) == ("Ridge", "A", 43.5)
    assert photo.captured_at.isoformat() == "2019-03-01T19:49:36+05:00"
    assert (animal.individual, animal.flank, animal.box.shares) == ("L001", Flank.LEFT, True)
    assert animal.extras["collar"] == "none"
    assert photo.extras["favorite"] == "true"


def test_the_name_of_an_event_goes_to_its_photos_where_it_shows_one_animal(tmp_path):
    photos = [media(1), media(2), media(3, at="2020-01-01T00:00:00Z")]
    rows = [
        observation(mediaID="m1", eventID="e1", bboxX=0, bboxY=0, bboxWidth=1, bboxHeight=1),
        event(1, individualID="L001"),
    ]
    source = read_source(package(tmp_path, photos, rows))
    assert [one.individual for p in source.photos for one in p.animals] == ["L001", "L001"]
    assert [one.event for one in source.photos] == ["e1", "e1", ""]
    assert source.remarks == ()


def test_two_names_of_one_event_go_to_no_photo_and_are_told(tmp_path):
    rows = [event(1, individualID="L001"), event(1, individualID="L002")]
    source = read_source(package(tmp_path, [media(1)], rows))
    assert source.names() == {}
    (remark,) = source.remarks
    assert "event e1 shows L001, L002" in str(remark)


def test_two_animals_of_one_photo_may_be_of_two_events(tmp_path):
    rows = [
        observation(mediaID="m1", eventID=f"e{n}", individualID=f"L{n}", bboxX=n / 4, bboxY=0)
        | {"bboxWidth": 0.2, "bboxHeight": 1}
        for n in (1, 2)
    ]
    source = read_source(
        package(
            tmp_path, [media(1)], [*rows, event(1, individualID="L1"), event(2, individualID="L2")]
        )
    )
    assert source.names() == {"L1": 1, "L2": 1}
    assert source.remarks == ()


def test_a_person_counts_before_a_machine_on_the_same_box(tmp_path):
    box = {"bboxX": 0, "bboxY": 0, "bboxWidth": 1, "bboxHeight": 1, "mediaID": "m1"}
    rows = [
        observation(individualID="L009", classificationMethod="machine", **box),
        observation(individualID="L001", classificationMethod="human", **box),
    ]
    (photo,) = read_source(package(tmp_path, [media(1)], rows)).photos
    (animal,) = photo.animals
    assert (animal.individual, animal.by_machine) == ("L001", False)
    assert animal.extras["individualID of a machine"] == "L009"


@pytest.mark.parametrize("name", ["NA", "none", "Unknown", "____", ""])
def test_names_that_mean_nobody_are_nobody(tmp_path, name):
    rows = [observation(mediaID="m1", individualID=name)]
    assert read_source(package(tmp_path, [media(1)], rows)).names() == {}


def test_a_photo_at_an_address_is_found_by_its_name_or_told(tmp_path):
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "IMG_1.JPG").write_bytes(b"x")
    photos = [
        media(1, "https://example.org/1/file", fileName="IMG_1.JPG"),
        media(2, "https://example.org/2/file", fileName="IMG_2.JPG"),
    ]
    here, there = read_source(package(tmp_path, photos, [observation(mediaID="m1")])).photos
    assert here.file == tmp_path / "media" / "IMG_1.JPG"
    assert "download it into the folder" in str(there.missing)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([observation(mediaID="m7")], "stands in no row of media"),
        ([observation(mediaID="")], "neither a mediaID nor an event"),
        (
            [observation(mediaID="m1", bboxX="2", bboxY="0", bboxWidth="1", bboxHeight="1")],
            "no box",
        ),
        ([observation(mediaID="m1", bboxX="left")], "left is no number"),
    ],
)
def test_an_observation_that_cannot_be_used_is_told_with_its_line(tmp_path, rows, words):
    source = read_source(package(tmp_path, [media(1)], rows))
    (refusal,) = source.refused
    assert (refusal.place, len(source.photos)) == ("observations, line 2", 1)
    assert words in str(refusal.why)


def test_a_time_that_cannot_be_read_leaves_the_photo_without_one_and_is_told(tmp_path):
    source = read_source(package(tmp_path, [media(1, at="43525.825")], [observation(mediaID="m1")]))
    assert source.photos[0].captured_at is None
    assert "how a spreadsheet counts days" in str(source.refused[0].why)


def test_doubted_times_and_a_deployment_without_a_location_are_remarked(tmp_path):
    row = DEPLOYMENT | {"locationName": "", "timestampIssues": "true"}
    source = read_source(package(tmp_path, [media(1)], [observation(mediaID="m1")], [row]))
    assert source.photos[0].station == "d1"
    assert ["calls the times" in str(one) for one in source.remarks] == [True, False]


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        (PROFILE.replace("1.0.2", "0.1.6"), "is Camtrap DP 0.1"),
        ("tabular-data-package", "describes no Camtrap DP"),
    ],
)
def test_another_profile_is_refused(tmp_path, profile, words):
    with pytest.raises(BadDataset, match=words):
        read_source(package(tmp_path, [media(1)], [observation(mediaID="m1")], profile=profile))


def test_a_table_outside_the_package_is_not_read(tmp_path):
    inside = tmp_path / "package"
    inside.mkdir()
    package(inside, [media(1)], [observation(mediaID="m1")])
    descriptor = json.loads((inside / "datapackage.json").read_text())
    descriptor["resources"][1]["path"] = "../media.csv"
    (inside / "datapackage.json").write_text(json.dumps(descriptor))
    with pytest.raises(BadDataset, match="put it into the folder"):
        read_source(inside)


def test_an_event_whose_ends_do_not_both_state_a_zone_costs_nobody_the_package(tmp_path):
    odd = event(1, individualID="L001", eventEnd="2019-03-01T14:50:00")
    source = read_source(package(tmp_path, [media(1)], [odd]))
    assert source.names() == {}
    assert "event e1 shows L001" in str(source.remarks[-1])


def test_times_of_events_are_read_like_all_others_or_told(tmp_path):
    photos = [media(1, at="13/03/2019 19:49"), media(2, at="14/03/2019 19:49")]
    span = {"eventStart": "13/03/2019 19:40", "eventEnd": "13/03/2019 19:50"}
    rows = [event(1, individualID="L001", **span), event(2, eventStart="soon")]
    source = read_source(package(tmp_path, photos, rows))
    assert source.photos[0].animals[0].individual == "L001"
    assert source.photos[1].animals == ()
    assert "soon is no date" in str(source.refused[0].why)


def test_tables_without_rows_are_an_empty_package(tmp_path):
    package(tmp_path, [media(1)], [observation()])
    for name in ("deployments", "media", "observations"):
        head, *_ = (tmp_path / f"{name}.csv").read_text().splitlines()
        (tmp_path / f"{name}.csv").write_text(head + "\n")
    source = read_source(tmp_path)
    assert (source.photos, source.deployments, source.refused) == ((), (), ())


def test_the_parts_of_a_table_need_not_have_the_same_columns(tmp_path):
    package(tmp_path, [media(1)], [observation(mediaID="m1")])
    (tmp_path / "more.csv").write_text("mediaID,deploymentID,filePath\nm2,d1,m2.jpg\nm3,d1\n")
    (tmp_path / "none.csv").write_text("")
    file = tmp_path / "datapackage.json"
    descriptor = json.loads(file.read_text())
    descriptor["resources"][1]["path"] = ["none.csv", "media.csv", "more.csv"]
    file.write_text(json.dumps(descriptor))
    source = read_source(tmp_path)
    assert [one.path for one in source.photos] == ["m1.jpg", "m2.jpg"]
    assert "no filePath" in str(source.refused[0].why)


def test_a_deployment_with_a_date_that_is_none_stops_no_other(tmp_path):
    rows = [DEPLOYMENT | {"deploymentID": "d0", "deploymentStart": "spring"}, DEPLOYMENT]
    source = read_source(package(tmp_path, [media(1)], [observation(mediaID="m1")], rows))
    assert [one.name for one in source.deployments] == ["d1"]
    assert "spring is no date" in str(source.refused[0].why)
