"""What the pages say and draw: llr in words, the look in the address, the geometry of lines."""

import re
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reid.types import Box, Correspondences, Evidence, Overlap, Source, Verdict
from service.encounters.comparison_words import weak_pair
from service.encounters.list_view import filters
from service.photos.facts_view import FactsView
from service.viewer.drawing import GAP, PANE_HEIGHT, PANE_WIDTH, SHOWN, Pane, Sight, picture, tone
from service.viewer.look import Look, parse
from service.web import words
from service.web.page import templates

FRAME = Box(0, 0, 990, 500)


def pane(left=0.0, box=FRAME, width=990, height=500):
    return Pane(left, "/photo", width, height, box, "a photo")


@pytest.mark.parametrize(
    ("llr", "text"),
    [
        (1.4, "25 times more likely if both are the same leopard"),
        (0.2, "1.6 times more likely if both are the same leopard"),
        (-2.0, "100 times more likely if they are different leopards"),
        (2.31, "200 times more likely if both are the same leopard"),
        (0.0, "as likely for the same leopard as for two different ones"),
    ],
)
def test_an_llr_is_said_in_words(llr, text):
    assert words.meaning(llr) == text


def test_an_llr_is_written_with_its_sign():
    signs = [words.signed(llr) for llr in (1.44, -0.3, 0.04, -0.04)]
    assert signs == ["+1.4", "\N{MINUS SIGN}0.3", "0.0", "0.0"]


def test_a_claim_at_its_bound_says_so():
    assert words.limits(1.5, 1.5) == "the strongest this program ever claims (32 to 1)"
    assert words.limits(-1.0, 1.5) == ""


def test_unknown_times_are_called_unknown():
    assert words.when(None) == "time unknown"
    assert words.when(datetime.fromisoformat("2019-03-01T19:49")) == "1 Mar 2019, 19:49"


@pytest.mark.parametrize(
    ("registration", "judged", "marks", "text"),
    [
        ("rosettes", 640, 3, ": 94 % of it agrees, 3 places differ"),
        ("rootsift", 640, 1, ": 94 % of it agrees, 1 place differs"),
        ("outline", 640, 0, " (aligned by the body's outline only): 94 % of it agrees"),
        ("outline", 0, 0, ", none of it well enough to be judged"),
    ],
)
def test_what_both_photos_show_is_said_in_words(registration, judged, marks, text):
    points = np.zeros((marks, 2), np.float32)
    found = Correspondences(points, points, points[:, 0], "discrepancy")
    seen = Overlap(Source(registration), 0.71, judged, 0.94, found)
    assert words.overlapping(seen) == "71 % of the flank is seen in both photos" + text


def test_what_was_not_measured_is_not_said():
    assert words.overlapping(None) == ""


def test_a_look_survives_its_own_address():
    look = Look(candidate=3, lines=True, every=True, zoom=2.5, x=0.25, brightness=140)
    query = dict(part.split("=") for part in look.url()[1:].split("&"))
    assert parse(query) == look
    assert Look().url() == "?"


@pytest.mark.parametrize("value", ["", "x", "nan", "inf", "-7", "1e99", "0x10"])
def test_a_senseless_address_is_taken_as_the_nearest_sensible_one(value):
    names = ("candidate", "photo", "lines", "zoom", "x", "brightness")
    look = parse(dict.fromkeys(names, value))
    assert 1 <= look.zoom <= 16
    assert 0 <= look.x <= 1
    assert look.candidate >= 1
    assert filters("", value, "", value).page >= 1


def test_at_zoom_one_the_whole_box_is_in_sight_and_centred():
    wide = pane(box=Box(100, 50, 300, 110))
    x, y, width, height = wide.view(Sight())
    assert (x, x + width) == (100, 300)
    assert (y + y + height) / 2 == 80
    assert width / height == pytest.approx(PANE_WIDTH / PANE_HEIGHT)


@given(
    zoom=st.floats(1, 16),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
    size=st.tuples(st.floats(40, 4000), st.floats(40, 4000)),
)
def test_the_centre_of_the_sight_is_the_middle_of_the_pane(zoom, x, y, size):
    side = pane(PANE_WIDTH + GAP, Box(10, 20, 10 + size[0], 20 + size[1]))
    centre = (10 + x * size[0], 20 + y * size[1])
    found = side.on_canvas(centre, Sight(zoom, x, y))
    assert found == pytest.approx((1.5 * PANE_WIDTH + GAP, PANE_HEIGHT / 2), abs=1e-3)


def test_lines_run_from_photo_pixels_to_photo_pixels_strongest_first():
    points = np.array([[0, 0], [495, 250], [990, 500]], np.float32)
    strength = np.array([0.1, 0.9, 0.5], np.float32)
    found = Correspondences(points, points, strength, "rosette")
    drawn = picture(pane(), pane(PANE_WIDTH + GAP), [found], Sight())
    (bundle,) = drawn.bundles
    assert [line.photo0 for line in bundle.lines] == [(495, 250), (990, 500), (0, 0)]
    assert bundle.lines[0].from_ == (495, 250)
    assert bundle.lines[0].to == (495 + PANE_WIDTH + GAP, 250)


def test_places_that_differ_are_lettered_diamonds_in_both_photos_and_counted_for_the_blind():
    points = np.array([[495, 250], [100, 80]], np.float32)
    found = Correspondences(points, points, np.array([0.9, 0.5], np.float32), "discrepancy")
    drawn = picture(pane(), pane(PANE_WIDTH + GAP), [found], Sight())
    page = templates.env.get_template("viewer/_picture.html")
    seen = page.render(picture=drawn, look=Look(discrepancy=False), tone=(1, 0), toned=False)
    assert seen.count("<path") == 4
    assert re.findall(r"translate\((\S+ \S+)\).*?<text[^>]*>([A-Z])<", seen) == [
        ("495 250", "A"),
        ("1505 250", "A"),
        ("100 80", "B"),
        ("1110 80", "B"),
    ]
    assert ", 2 differing places" in seen
    assert 'class="picture no-lines no-discrepancy"' in seen


def test_a_line_is_in_sight_only_with_both_its_ends():
    here, there = np.array([[495, 250]], np.float32), np.array([[10, 10]], np.float32)
    found = Correspondences(here, there, np.ones(1, np.float32), "rootsift")
    whole, close = (
        picture(pane(), pane(PANE_WIDTH + GAP), [found], Sight(zoom)).bundles[0].lines[0]
        for zoom in (1, 4)
    )
    assert (whole.seen, close.seen) == (True, False)


def test_only_the_strongest_lines_are_drawn_until_all_are_asked_for():
    points = np.ones((100, 2), np.float32)
    found = Correspondences(points, points, np.linspace(0, 1, 100, dtype=np.float32), "rosette")
    some, every = (
        picture(pane(), pane(PANE_WIDTH + GAP), [found], Sight(), every=every).bundles[0]
        for every in (False, True)
    )
    assert (len(some.lines), some.total, len(every.lines)) == (SHOWN, 100, 100)


def test_a_neutral_tone_leaves_the_photo_as_it_is():
    assert tone(100, 100) == (1.0, 0.0)
    slope, intercept = tone(100, 200)
    assert slope * 0.5 + intercept == 0.5


def test_lines_are_spread_over_the_body_where_they_crowd_in_one_corner():
    places = np.array([(0.4, 0.4)] * 60 + [(0.05 + 0.11 * n, 0.1) for n in range(10)], np.float32)
    strength = np.array([0.9] * 60 + [0.3] * 10, np.float32)
    found = Correspondences(400 * places, 400 * places, strength, "rosette", places)
    some, every = (
        picture(pane(), pane(PANE_WIDTH + GAP), [found], Sight(), every=every).bundles[0]
        for every in (False, True)
    )
    crowd = [line for line in some.lines if line.strength > 0.8]
    assert (len(crowd), len(some.lines), len(every.lines)) == (3, 13, 70)


@pytest.mark.parametrize(
    ("llr", "interval", "verdict", "weak"),
    [
        (2.4, (2.1, 2.4), Verdict.SAME, False),
        (-2.4, (-2.4, -0.4), Verdict.DIFFERENT, False),
        (1.4, (1.1, 1.9), Verdict.INCONCLUSIVE, False),
        (1.4, (0.4, 1.9), Verdict.INCONCLUSIVE, True),
        (-0.2, (-0.4, 0.1), Verdict.INCONCLUSIVE, True),
        (0.0, (0.0, 0.0), Verdict.NOT_COMPARABLE, True),
    ],
)
def test_evidence_is_called_weak_only_where_the_llr_and_its_interval_are(
    llr, interval, verdict, weak
):
    poor = FactsView("poor: small", "", "", True, ())
    evidence = Evidence(llr, 2.4, verdict, "calibrated@1", interval)
    said = weak_pair(poor, poor, evidence)
    assert ("Weak evidence" in said) == weak
    assert not (said and words.limits(llr, 2.4))
    assert weak_pair(replace(poor, weak=False), replace(poor, weak=False), evidence) == ""
