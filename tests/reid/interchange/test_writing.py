"""Tables that leave: Camtrap DP, camtrapR, secr, arrays, and what none of them has a place for."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest
from official_schemas import problems, rows_of

from reid.identify.journeys import journeys
from reid.interchange.effort import NoEffort, days_worked, projected, traps
from reid.interchange.survey import (
    AnimalCapture,
    AnimalHistory,
    CameraDeployment,
    CaptureSurvey,
    NamedIndividual,
    PairLlr,
    PhotoRecord,
    StationSite,
    decided_history,
)
from reid.interchange.writing import (
    camtrap_dp,
    camtrapr,
    histories,
    movements,
    other_programs,
    secr,
)
from reid.interchange.writing.camtrap_package import PackageFacts
from reid.interchange.writing.sheets import as_csv, sheet, unique_codes
from reid.types import Box, Flank

FACTS = PackageFacts("Ridge", datetime(2020, 1, 1, tzinfo=UTC), "Ana", model="m@1")
LEFT, RIGHT = Flank.LEFT, Flank.RIGHT


def at(day, hour=12):
    return datetime(2019, 3, day, hour)  # noqa: DTZ001


def capture(number, name, station, day, *flanks):
    return AnimalCapture(
        number, name, station, at(day), at(day), "+05:00", frozenset(flanks), "ana", FACTS.created
    )


def survey(**more):
    captures = (
        capture(1, "=Ak", "A", 2, LEFT, RIGHT),
        capture(2, "=Ak", "B", 4, LEFT),
        capture(3, "Барс 2", "B", 4, RIGHT),
        capture(4, "", "A", 9, LEFT),
    )
    photos = tuple(
        PhotoRecord(
            *(10 * c.encounter, f"{c.encounter:064}", c.encounter, "a.jpg", "image/jpeg", 200, 100),
            station=c.station,
            camera="C1",
            captured_at=c.started_at,
            zone=c.zone,
            flank=LEFT,
            box=Box(-5, 0, 100, 50),
        )
        for c in captures
    )
    values = {
        "captures": captures,
        "photos": photos,
        "deployments": (
            CameraDeployment("A1", "A", "C1", 43.0, 54.0, 10.0, at(1), at(5), "+05:00"),
            CameraDeployment("B1", "B", "", None, None, None, at(1), at(5), "unknown"),
        ),
        "sites": (StationSite("A", (43.0, 54.0)), StationSite("B", (43.1, 54.0))),
        "individuals": (NamedIndividual("=Ak", "female"), NamedIndividual("Барс 2")),
        "llrs": (PairLlr(1, 2, 1.5, True, "m@1", "e@1"),),
    }
    return CaptureSurvey(**(values | more))


def written(tmp_path, tables):
    for path, text in (*((t.path, as_csv(t)) for t in tables.sheets), *tables.texts):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def rows(tables, path):
    table = next(t for t in tables.sheets if t.path == path)
    return list(csv.DictReader(StringIO(as_csv(table))))


def test_a_package_validates_against_the_official_profile_and_schemas(tmp_path):
    probable = AnimalHistory("probable", {4: "=Ak"}, probability={4: 0.8})
    folder = written(tmp_path, camtrap_dp.tables(survey(), probable, FACTS)) / "camtrap-dp"
    assert problems(folder / "datapackage.json") == []
    observations = rows_of(folder / "datapackage.json", "observations")
    events = {r["observationID"]: r for r in observations if r["observationLevel"] == "event"}
    assert events["encounter-1"]["individualID"] == "'=Ak"
    assert events["encounter-1"]["classificationMethod"] == "human"
    assert events["encounter-4"]["classificationMethod"] == "machine"
    assert float(events["encounter-4"]["classificationProbability"]) == 0.8
    (box,) = (r for r in observations if r["observationID"] == "annotation-10")
    assert [float(box[n]) for n in ("bboxX", "bboxWidth", "bboxHeight")] == [0, 0.5, 0.5]


def test_an_unknown_zone_is_said_and_not_guessed():
    tables = camtrap_dp.tables(survey(), None, FACTS)
    deployments = {r["deploymentID"]: r for r in rows(tables, "camtrap-dp/deployments.csv")}
    assert deployments["A1"]["timestampIssues"] == "false"
    assert deployments["B1"]["timestampIssues"] == "true"
    assert deployments["B1"]["deploymentStart"].endswith("Z")
    assert deployments["B1"]["latitude"] == "43.1"


def test_what_has_no_place_is_said_and_stays_in_the_encounters():
    tables = camtrap_dp.tables(survey(sites=()), None, FACTS)
    assert {one.key for one in tables.left_out} >= {"B1", "encounter 2"}
    names = [row["individualID"] for row in rows(tables, "camtrap-dp/encounters.csv")]
    assert names == ["'=Ak", "'=Ak", "Барс 2", ""]


def test_photos_outside_of_every_deployment_make_one_that_says_so():
    tables = camtrap_dp.tables(survey(), None, FACTS)
    made = {r["deploymentID"]: r for r in rows(tables, "camtrap-dp/deployments.csv")}
    assert made["A C1 by photos"]["deploymentTags"] == "effort:by photos"
    assert made["A C1 by photos"]["deploymentStart"] == "2019-03-09T12:00:00+05:00"


def test_a_day_counts_by_the_part_in_which_a_camera_worked():
    spans = [(at(1), at(3, 6)), (at(2), at(3, 18))]
    assert [days_worked(spans, at(day).date()) for day in (1, 2, 3, 4)] == [0.5, 1.0, 0.75, 0.0]


def test_metres_are_those_of_the_utm_zone():
    metres, crs = projected([(43.0, 54.0), (43.1, 54.0)])
    assert crs == "EPSG:32640"
    assert metres[1, 1] - metres[0, 1] == pytest.approx(11108, abs=10)


def test_secr_files_hold_what_was_captured_while_cameras_worked():
    layout = traps(survey())
    history = decided_history(survey().captures)
    tables = secr.tables(survey(), layout, [history])
    texts = dict(tables.texts)
    body = [line for line in texts["secr/decided/captures.txt"].splitlines() if line[0] != "#"]
    assert body == ["survey Ak 2 A", "survey Ak 4 B", "survey 2 4 B"]
    first = next(line for line in texts["secr/traps.txt"].splitlines() if line[0] != "#")
    assert first.split()[0] == "A"
    assert first.split()[3:] == ["0.5", "1", "1", "1", "0.5"]
    assert [one.key for one in tables.left_out] == ["encounter 4"]


def test_arrays_keep_the_sides_apart():
    history = decided_history(survey().captures)
    tables = secr.tables(survey(), traps(survey()), [history])
    animals = rows(tables, "arrays/decided/animals.csv")
    assert [(a["animal"], a["flanks_known"], a["seen_once"]) for a in animals] == [
        ("'=Ak", "both", "false"),
        ("Барс 2", "right", "true"),
    ]
    cells = {s: rows(tables, f"arrays/decided/{s}.csv") for s in ("all", "left", "right", "both")}
    assert [len(cells[side]) for side in ("all", "left", "right", "both")] == [3, 1, 1, 1]


def test_without_any_stated_time_there_are_no_traps_unless_photos_may_say_when():
    open_ended = survey(deployments=())
    with pytest.raises(NoEffort):
        traps(open_ended)
    assert traps(open_ended, by_photos=True).stations == ("A", "B")


def test_the_least_number_of_animals_lets_left_and_right_be_one():
    one_sided = (capture(1, "L", "A", 2, LEFT), capture(2, "R", "A", 3, RIGHT))
    counted = survey(captures=one_sided)
    tables = histories.tables(counted, [decided_history(one_sided)])
    (count,) = rows(tables, "counts.csv")
    assert (count["least_animals"], count["most_animals"], count["seen_once"]) == ("1", "2", "2")


def test_names_are_made_safe_for_secr_and_stay_apart():
    codes = unique_codes(["A b", "A.b", "Барс", "NONE", "=Ak"], "-.")
    assert len({*codes.values()}) == 5
    assert all(code.isascii() and " " not in code and code != "NONE" for code in codes.values())


def test_movements_are_distances_days_and_least_speeds():
    history = decided_history(survey().captures)
    (leg,) = journeys(survey().captures, history, survey().sites)
    assert (leg.animal, leg.station0, leg.station1, leg.days) == ("=Ak", "A", "B", 2.0)
    assert leg.distance_km == pytest.approx(11.12, abs=0.01)
    shapes = movements.geojson(survey(), history, [leg])["features"]
    assert shapes[0]["geometry"]["coordinates"] == [[[54.0, 43.0], [54.0, 43.1]]]
    assert len(shapes) == 4


def test_wildbook_gets_at_most_200_encounters_a_sheet():
    captures = tuple(capture(n, "Ak", "A", 2, LEFT) for n in range(1, 402))
    photo = survey().photos[0]
    photos = tuple(
        PhotoRecord(n, f"{n:064}", n, "a.jpg", "image/jpeg", 9, 9, station="A", captured_at=at(2))
        for n in range(1, 402)
    )
    assert photo.station == "A"
    sheets = other_programs.wildbook(survey(captures=captures, photos=photos)).sheets
    assert [len(one.rows) for one in sheets] == [200, 200, 1]


def test_records_and_occurrences_name_the_animal_as_people_do():
    records = rows(camtrapr.tables(survey(), None), "camtrapR/record_table.csv")
    assert [r["Individual"] for r in records] == ["'=Ak", "", "'=Ak", "Барс 2"]
    occurrences = other_programs.darwin_core(survey(), None)
    place = occurrences.columns.index("organismID")
    assert [row[place] for row in occurrences.rows] == ["=Ak", "=Ak", "Барс 2", ""]


def test_no_cell_is_a_formula():
    text = as_csv(sheet("a.csv", ("x",), [{"x": "=1+1"}, {"x": "-1.5"}, {"x": None}, {"x": True}]))
    assert text == 'x\n\'=1+1\n-1.5\n""\ntrue\n'
