"""The founding case with simulated animals: what the records are, and how an answer is judged."""

import csv
from datetime import datetime, timedelta
from io import BytesIO
from itertools import chain

import numpy as np
import pytest
from fake_embedder import CALIBRATOR, FakeEmbedder
from PIL import Image

from reid.evaluation.trials.founding import draw_answers
from reid.evidence.calibrator import verdict_of
from reid.interchange.great_circle import great_circle_km
from reid.photo import exif
from reid.synthetic.answers import FoundingAnswer, Outcome, as_text, counts_as_text
from reid.synthetic.founding import QUALITIES, SITES, VARIANTS, Truth, Variant, write_founding
from reid.types import Evidence

ONE, TWO = (0, 0, 0), (0, 1, 1)
GOOD = [Variant(truth, "good") for truth in Truth]


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """Photos of all variants, by the name of their encounter."""
    index = write_founding(tmp_path_factory.mktemp("founding"), seed=4, width=64)
    found = {}
    with index.open() as file:
        for row in csv.DictReader(file):
            row["data"] = (index.parent / row["path"]).read_bytes()
            found.setdefault(row["encounter"], []).append(row)
    return found


def times(rows):
    return [datetime.fromisoformat(row["datetime"]) for row in rows]


def test_eight_cases_share_the_records_of_november_and_december(records):
    assert len(VARIANTS) == len({one.name for one in VARIANTS}) == 8
    assert all(one.name.startswith("SIMULATED") for one in VARIANTS)
    assert len({one.encounters[0] for one in VARIANTS}) == 8
    assert len({one.encounters[1:] for one in VARIANTS}) == 1
    assert set(records) == {name for one in VARIANTS for name in one.encounters}


@pytest.mark.parametrize(
    ("record", "start", "seconds"),
    [(0, "2018-09-29T22:57", 120), (1, "2018-11-11T06:57", 60), (2, "2018-12-07T16:27", 240)],
)
def test_every_record_lasts_as_long_as_published_and_shows_both_flanks(
    records, record, start, seconds
):
    for variant in VARIANTS:
        rows = records[variant.encounters[record]]
        moments = times(rows)
        assert min(moments) == datetime.fromisoformat(start)
        assert timedelta(seconds=seconds - 2) <= max(moments) - min(moments)
        assert max(moments) - min(moments) <= timedelta(seconds=seconds)
        cameras = {(row["camera"], row["flank"]) for row in rows}
        assert {flank for _, flank in cameras} == {"left", "right"}
        assert len(cameras) == 2
        assert [exif.read(row["data"]).captured_at for row in rows] == moments


def test_the_two_sites_are_18_6_km_apart_and_every_photo_says_where_it_was_taken(records):
    one, other = SITES.values()
    assert great_circle_km(one, other) == pytest.approx(18.6, abs=0.01)
    for rows in records.values():
        for row in rows:
            assert exif.read(row["data"]).position == pytest.approx(SITES[row["station"]])


def test_the_other_truth_and_another_quality_change_september_only(records):
    stations = [records[name][0]["station"] for name in VARIANTS[0].encounters]
    assert (stations[0], stations[0] == stations[2]) == (stations[1], False)
    first = {(v.truth, v.september): records[v.encounters[0]] for v in VARIANTS}
    for (truth, quality), rows in first.items():
        assert {row["individual"] for row in rows} == {"one" if truth is Truth.ONE else "relative"}
        assert {row["quality"] for row in rows} == {quality}
        assert times(rows) == times(first[Truth.ONE, "good"])
    assert len({row["data"] for rows in first.values() for row in rows}) == 8 * 4


def test_night_photos_are_grey_and_the_daylight_record_is_not(records):
    def colourful(rows):
        pixels = [np.asarray(Image.open(BytesIO(row["data"])), int) for row in rows]
        return [bool(np.ptp(one, axis=2).mean() > 2) for one in pixels]

    coloured = {name: colourful(rows) for name, rows in records.items()}
    assert all(coloured.pop("SIMULATED December"))
    assert not any(chain.from_iterable(coloured.values()))


def test_the_same_seed_writes_the_same_photos_and_another_seed_others(tmp_path):
    def photos(name, seed):
        write_founding(tmp_path / name, seed=seed, variants=GOOD[:1], width=64)
        return {path.read_bytes() for path in (tmp_path / name / "photos").iterdir()}

    first = photos("a", 5)
    assert len(first) == 14
    assert photos("b", 5) == first
    assert not photos("c", 6) & first


def answer(truth, llr, partition, probability, settle=""):
    evidence = tuple(Evidence(one, 2.18, verdict_of(one), "x@1", (one, one)) for one in llr)
    return FoundingAnswer(Variant(truth, "poor"), evidence, partition, probability, settle)


@pytest.mark.parametrize(
    ("truth", "llr", "partition", "probability", "outcome"),
    [
        (Truth.ONE, 2.1, ONE, 0.9, Outcome.RIGHT),
        (Truth.ONE, 0.5, ONE, 0.96, Outcome.RIGHT),
        (Truth.ONE, 1.9, ONE, 0.95, Outcome.INCONCLUSIVE),
        (Truth.ONE, -1.9, TWO, 0.95, Outcome.INCONCLUSIVE),
        (Truth.ONE, -2.0, TWO, 0.9, Outcome.WRONG),
        (Truth.ONE, -1.0, TWO, 0.96, Outcome.WRONG),
        (Truth.ONE, 2.1, TWO, 0.96, Outcome.WRONG),
        (Truth.OTHER, -2.0, TWO, 0.5, Outcome.RIGHT),
        (Truth.OTHER, 0.0, (0, 1, 2), 0.96, Outcome.WRONG),
        (Truth.OTHER, 2.0, ONE, 0.5, Outcome.WRONG),
    ],
)
def test_an_answer_is_wrong_where_its_verdict_or_a_sure_partition_is(
    truth, llr, partition, probability, outcome
):
    assert answer(truth, (llr, 0.0, 2.1), partition, probability).outcome is outcome


def test_verdicts_against_the_truth_are_counted_for_every_pair():
    misled = answer(Truth.OTHER, (-2.1, 2.1, -2.1), TWO, 0.5)
    right = answer(Truth.OTHER, (-2.1, -2.1, 2.1), TWO, 0.5)
    assert (misled.misled, right.misled) == ((False, True, True), (False, False, False))
    head, line = counts_as_text([misled, right, right]).splitlines()
    assert head.split()[2:6] == ["cases", "right", "inconclusive", "wrong"]
    assert line.split() == ["two", "animals", "poor", *"3300011"]


def test_the_table_names_what_would_settle_a_case_only_where_it_was_asked():
    plain = answer(Truth.OTHER, (0.5, -2.1, 2.1), TWO, 0.75)
    head, line = as_text([plain]).splitlines()
    assert "settle" not in head
    assert line.split("  ")[0] == "two animals"
    assert "+0.50 inconclusive" in line
    assert "{1} {2 3}" in line
    assert line.endswith("inconclusive")
    asked = answer(Truth.ONE, (0.5, 0.5, 2.1), ONE, 0.75, "a left flank, 400 px wide")
    head, *lines = as_text([plain, asked]).splitlines()
    assert head.index("what would") == lines[1].index("a left flank")


def test_more_frames_of_september_are_one_passage_of_each_camera(tmp_path):
    index = write_founding(tmp_path, seed=4, variants=VARIANTS[1:2], width=64, september=3)
    rows = list(csv.DictReader(index.read_text().splitlines()))
    september = [row for row in rows if row["encounter"] == VARIANTS[1].encounters[0]]
    assert [row["flank"] for row in september] == ["left", "right"] * 3
    assert len({row["datetime"] for row in september}) == 6
    assert len({(tmp_path / row["path"]).read_bytes() for row in september}) == 6
    november = [row for row in rows if row["encounter"] == VARIANTS[1].encounters[1]]
    assert len(november) == 4


def test_frames_of_september_are_answered_as_single_photos_and_as_one_picture():
    known = {"variants": VARIANTS[1:2], "width": 64, "september": 3}
    draw = draw_answers(4, FakeEmbedder(), CALIBRATOR, **known)
    assert draw.fused is not None
    assert [one.variant for one in draw.fused] == [one.variant for one in draw.single]


@pytest.mark.slow
def test_a_draw_answers_every_variant_and_compares_november_with_december_once():
    ticks = []
    draw = draw_answers(4, FakeEmbedder(), CALIBRATOR, width=64, tick=lambda: ticks.append(1))
    said = draw.single
    assert draw.fused is None
    assert [one.variant for one in said] == list(VARIANTS)
    assert len(ticks) == 8
    assert len({id(one.evidence[2]) for one in said}) == 1
    for one in said:
        assert 0.2 <= one.probability <= 1
        assert all(abs(e.llr) <= e.bound for e in one.evidence)
    assert counts_as_text(said).count("\n") == len(Truth) * len(QUALITIES)
