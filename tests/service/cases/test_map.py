"""The map and the timeline of a case against a naive computation."""

from datetime import datetime, timedelta
from itertools import combinations
from math import asin, cos, radians, sin, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reid.identify.movement import Span
from reid.interchange.obscuring import Telling
from service.cases.map import map_view
from service.cases.timeline import Stop, between, is_night, is_wrong, ticks, timeline
from service.web import grid_map
from service.web.grid_map import grid_step, placed, scale_bar
from service.web.labels import LETTER, LINE, Frame, free_spot


def clock(*when):
    return datetime(*when)  # noqa: DTZ001  cameras know no zone


TODAY = clock(2026, 1, 1)
SITES = {"Site 1": (43.0, 54.0), "Site 2": (43.1, 54.1835)}


def span(*when, minutes=1, source="recorded"):
    start = clock(*when)
    return Span(start, start + timedelta(minutes=minutes), source)


SEPTEMBER = span(2018, 9, 29, 22, 57)
NOVEMBER, CAPTION = span(2018, 11, 11, 6, 57), span(2018, 11, 6, 6, 57, source="form")
DECEMBER = span(2018, 12, 7, 16, 27)


def stop(letter, station, when, animal=0, position="of the station"):
    at = SITES.get(station) if position == "of the station" else position
    return Stop(letter, animal, station, (when,) if when else (), at)


FOUNDING = [
    stop("A", "Site 1", SEPTEMBER),
    stop("B", "Site 1", NOVEMBER, 1),
    stop("C", "Site 2", DECEMBER, 1),
]


def haversine_km(one, other):
    a, b = (tuple(map(radians, at)) for at in (one, other))
    half = sin((b[0] - a[0]) / 2) ** 2 + cos(a[0]) * cos(b[0]) * sin((b[1] - a[1]) / 2) ** 2
    return 2 * 6371.0088 * asin(sqrt(half))


def marks(view):
    return {dot.letter: (mark.x, mark.y) for mark in view.stations for dot in mark.dots}


def apart(one, other):
    return sqrt((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2)


near = st.tuples(st.floats(-60, 60), st.floats(-180, 180)).flatmap(
    lambda at: st.lists(
        st.tuples(st.floats(at[0] - 1, at[0] + 1), st.floats(at[1] - 1, at[1] + 1)),
        min_size=2,
        max_size=6,
    )
)


@given(near)
def test_distances_on_the_map_are_those_on_the_globe(places):
    stops = [Stop("ABCDEF"[n], n, f"S{n}", (), at) for n, at in enumerate(places)]
    view = map_view(stops, Telling.EXACT)
    at, pixels = marks(view), view.scale.length / view.scale.km
    for one, other in combinations(stops, 2):
        true = haversine_km(one.position, other.position)
        shown = apart(at[one.letter], at[other.letter]) / pixels
        assert shown == pytest.approx(true, rel=0.05, abs=2 / pixels)


def test_across_the_date_line_nothing_is_a_world_apart():
    either_side = [
        stop("A", "x", None, 0, (52.0, 179.9)),
        stop("B", "y", None, 0, (52.0, -179.9)),
    ]
    view = map_view(either_side, Telling.EXACT)
    a, b = marks(view)["A"], marks(view)["B"]
    assert a[0] < b[0]
    km = haversine_km((52.0, 179.9), (52.0, -179.9))
    assert apart(a, b) / view.scale.length * view.scale.km == pytest.approx(km, rel=0.02)
    assert {line.label[-1] for line in view.meridians} <= {"E", "W", "°"}


@given(st.floats(1e-3, 1e3), st.floats(50, 500))
def test_the_scale_bar_is_as_long_as_it_says(pixels, longest):
    bar = scale_bar(pixels, longest)
    assert bar.length == pytest.approx(bar.km * pixels)
    assert longest / 2.51 < bar.length <= longest * 1.001
    assert float(f"{bar.km:e}".split("e")[0]) in {1, 2, 5}


def test_the_scale_bar_of_the_founding_case_is_a_haversine_long():
    view = map_view(FOUNDING, Telling.EXACT)
    at = marks(view)
    km = haversine_km(*SITES.values())
    assert km == pytest.approx(18.6, abs=0.05)
    assert apart(at["A"], at["C"]) / view.scale.length * view.scale.km == pytest.approx(
        km, rel=0.01
    )


def test_grid_lines_stand_where_their_labels_say():
    view = map_view(FOUNDING, Telling.EXACT)
    at = marks(view)
    line = {one.label: one.y0 for one in view.parallels}
    assert line["43.0° N"] == pytest.approx(at["A"][1], abs=1)
    assert line["43.1° N"] == pytest.approx(at["C"][1], abs=1)
    meridian = {one.label: one.x0 for one in view.meridians}
    assert meridian["54.0° E"] == pytest.approx(at["A"][0], abs=1)


@given(st.floats(0.002, 100))
def test_a_grid_has_few_lines(span_degrees):
    assert span_degrees / grid_step(span_degrees) <= 5


def test_arrows_lead_through_time_and_say_how_far_and_how_long():
    legs = map_view(FOUNDING, Telling.EXACT).legs
    assert [(leg.name, leg.distance, leg.between, leg.same) for leg in legs] == [
        ("A → B", "same place", "42 days", False),
        ("B → C", "18.6 km", "26 days", True),
    ]
    arrows = map_view(FOUNDING, Telling.EXACT).arrows
    assert [one.label for one in arrows] == ["B → C: 18.6 km, 26 days"]


def test_who_may_not_see_places_gets_a_map_of_squares():
    hidden = [
        stop("A", "x", SEPTEMBER, 0, (43.0421, 54.0377)),
        stop("B", "y", NOVEMBER, 0, (43.0112, 54.0049)),
    ]
    middle = [
        stop("A", "x", SEPTEMBER, 0, (43.1, 54.2)),
        stop("B", "y", NOVEMBER, 0, (43.1, 54.2)),
    ]
    shown, known = map_view(hidden, Telling.SQUARES_33_KM), map_view(middle, Telling.SQUARES_33_KM)
    assert (shown.stations, shown.meridians) == (known.stations, known.meridians)
    assert {len(line.label.split("°")[0].partition(".")[2]) for line in shown.meridians} == {1}
    assert shown.legs[0].distance == "under 50 km"
    assert placed((43.0421, 54.0377), Telling.SQUARES_33_KM) == "43.1, 54.2"
    assert placed((43.0421, 54.0377), Telling.EXACT) == "43.0421, 54.0377"
    assert placed((43.0421, 54.0377), Telling.WITHHELD) == "position withheld"
    assert map_view(hidden, Telling.WITHHELD) is None


def test_encounters_without_a_place_are_listed_beside():
    view = map_view([*FOUNDING, stop("D", "Site 3", None)], Telling.EXACT)
    assert [one.letter for one in view.unplaced] == ["D"]
    assert map_view([stop("D", "Site 3", None)], Telling.EXACT) is None


def test_a_single_station_has_a_map_too():
    view = map_view([stop("A", "Site 1", None)], Telling.EXACT)
    assert len(view.stations) == 1
    assert view.scale.km <= grid_map.LEAST_KM


def test_a_pole_and_the_equator_are_no_trouble():
    for latitude in (0.0, 89.99, -90.0):
        view = map_view([stop("A", "x", None, 0, (latitude, 0.0))], Telling.EXACT)
        assert all(abs(x) < 1e6 for x, _ in [marks(view)["A"]])


@given(st.lists(st.sampled_from(["Bala", "Kolodets Chagala", "Ridge"]), min_size=2, max_size=6))
def test_names_do_not_overlap_while_there_is_room(names):
    frame, taken = Frame(0, 0, 600, 600), []
    for n, name in enumerate(names):
        free_spot((300 + n, 300), name, frame, taken)
    assert not any(one.meets(other) for one, other in combinations(taken, 2))
    assert all(frame.holds(one) for one in taken)
    assert all(one.y1 - one.y0 == LINE for one in taken)
    assert taken[0].x1 - taken[0].x0 == pytest.approx(LETTER * len(names[0]))


def moments(*extra):
    spans = ((SEPTEMBER,), (NOVEMBER, CAPTION), (DECEMBER,))
    return [Stop("ABC"[n], n, f"Site {n}", one) for n, one in enumerate(spans)] + list(extra)


def test_time_runs_evenly_along_the_axis():
    dots = {(one.letter, one.stated): one.x for one in timeline(moments(), today=TODAY).dots}
    whole = DECEMBER.start - SEPTEMBER.start
    width = dots["C", False] - dots["A", False]
    for letter, stated, at in (("B", False, NOVEMBER), ("B", True, CAPTION)):
        share = (at.start - SEPTEMBER.start) / whole
        assert dots[letter, stated] == pytest.approx(dots["A", False] + share * width)


def test_gaps_night_and_the_date_in_conflict_are_shown():
    view = timeline(moments(), today=TODAY)
    assert [gap.label for gap in view.gaps] == ["42 days", "26 days"]
    nights = [one.night for one in sorted(view.dots, key=lambda one: one.x)]
    assert nights == [True, False, False, False]
    assert len(view.links) == 1
    flags = {line.stop.letter: line.flags for line in view.lines}
    assert flags == {"A": (), "B": ("also stated: 6 Nov 2018, 06:57 (form)",), "C": ()}


def test_dates_that_cannot_be_right_are_flagged_and_not_drawn():
    lost = Stop("D", 3, "x", (span(1970, 1, 1),))
    ahead = Stop("E", 4, "x", (span(2031, 1, 1),))
    view = timeline(moments(lost, ahead, Stop("F", 5, "x", ())), today=TODAY)
    assert view.beside == ("D", "E", "F")
    assert {one.letter for one in view.dots} == {"A", "B", "C"}
    flags = {line.stop.letter: " ".join(line.flags) for line in view.lines}
    assert "cannot be right" in flags["D"]
    assert "cannot be right" in flags["E"]
    assert flags["F"] == "no time is known"
    assert view.lines[-1].stop.letter == "F"
    assert is_wrong(clock(1980, 1, 1), TODAY)
    assert timeline([Stop("F", 5, "x", ())], today=TODAY) is None


def test_encounters_close_in_time_stand_above_each_other():
    close = [Stop("AB"[n], n, "x", (span(2020, 1, 1, 20 + n),)) for n in range(2)]
    far = Stop("C", 2, "x", (span(2021, 1, 1),))
    a, b, _ = sorted(timeline([*close, far], today=TODAY).dots, key=lambda one: one.letter)
    assert apart((a.x, a.y), (b.x, b.y)) >= 30


def test_day_is_from_six_to_six():
    hours = [hour for hour in range(24) if not is_night(clock(2020, 1, 1, hour))]
    assert hours == list(range(6, 18))


@pytest.mark.parametrize("days", [0, 1, 3, 10, 59, 61, 200, 400, 3000, 12_000])
def test_the_axis_has_few_dates_in_order_and_inside(days):
    first = clock(2001, 3, 5, 7)
    last = first + timedelta(days=days)
    found = [at for at, _ in ticks(first, last)]
    assert len(found) <= 8
    assert found == sorted(found)
    assert all(first <= at <= last + timedelta(days=1) for at in found)
    assert found or days < 62


def test_short_times_are_said_in_minutes():
    assert between(span(2020, 1, 1, 7), span(2020, 1, 1, 7, 13)) == "12 minutes"
    assert between(span(2020, 1, 1), span(2020, 1, 1)) == "none: they overlap"
