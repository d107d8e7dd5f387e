"""Clocks of cameras: true times from what a person knows, and suspicions that change nothing."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reid.photo.clocks import (
    BadClock,
    CameraFrame,
    ClockDoubt,
    ClockError,
    fixed_zone,
    of_one_photo,
    of_two_photos,
    of_zones,
    seconds_of,
    suspicions,
)

AT = datetime.fromisoformat
NOW = AT("2026-06-01")
TIMES = st.datetimes(AT("2000-01-01"), AT("2030-01-01")).map(
    lambda time: time.replace(microsecond=0)
)


@given(TIMES, TIMES, TIMES)
def test_one_known_photo_gives_the_offset_of_all(known, true, another):
    error = of_one_photo(known, true)
    assert error.true_time(known) == true
    assert error.true_time(another) - another == true - known


@given(st.integers(-400, 400), st.integers(-(10**7), 10**7), st.integers(2, 200))
def test_two_known_photos_give_back_offset_and_drift(drift, offset, days):
    start = AT("2024-03-01T10:00:00")
    clock = ClockError(offset, drift, start)
    files = [start, start + timedelta(days=days)]
    error = of_two_photos(*((file, clock.true_time(file)) for file in files))
    middle = start + timedelta(days=days / 2)
    assert abs(error.true_time(middle) - clock.true_time(middle)) <= timedelta(seconds=1)


def test_a_wrong_year_is_an_offset_of_days_and_keeps_the_leap_day():
    error = of_one_photo(AT("2019-06-10T19:00:00"), AT("2024-06-10T19:00:00"))
    assert error.true_time(AT("2019-06-11T19:00:00")) == AT("2024-06-11T19:00:00")


def test_a_clock_reset_to_2000_is_an_offset():
    error = of_one_photo(AT("2000-01-01T00:10:00"), AT("2024-06-10T19:10:00"))
    assert error.true_time(AT("2000-01-03T05:00:00")) == AT("2024-06-13T00:00:00")


def test_a_stated_offset_of_the_known_time_is_the_zone_from_then_on():
    error = of_one_photo(AT("2024-06-10T13:30:00"), AT("2024-06-10T19:00:00+05:30"))
    assert (error.zone, error.offset_s) == ("+05:30", 5.5 * 3600)


def test_another_zone_is_a_shift_of_hours():
    error = of_zones("+00:00", "Asia/Kolkata", AT("2024-01-01T00:00:00"), AT("2024-12-01T00:00:00"))
    assert (error.offset_s, error.zone) == (5.5 * 3600, "+05:30")


def test_a_zone_that_changes_its_clocks_between_the_photos_is_not_one_shift():
    first, last = AT("2024-02-01T00:00:00"), AT("2024-07-01T00:00:00")
    with pytest.raises(BadClock, match="changed its clocks"):
        of_zones("UTC", "Europe/Berlin", first, last)
    assert of_zones("UTC", "Europe/Berlin", last, last).offset_s == 7200


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "+25:00", "+05:77", "../etc/passwd", "CEST!"])
def test_what_is_no_zone_is_refused(zone):
    with pytest.raises(BadClock, match="is no zone"):
        fixed_zone(zone, NOW)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("+0 1:30", 5400),
        ("-0:30", -1800),
        ("\N{MINUS SIGN}3 2:15", -(3 * 86400 + 8100)),
        ("365 d", 365 * 86400),
        ("+2 days 0:00:05", 2 * 86400 + 5),
        ("1:00:05", 3605),
        ("30:00", 108000),
    ],
)
def test_a_difference_is_read_as_days_hours_and_minutes(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "+", "soon", "1.5", "3:7", "+1 day and a bit", "d"])
def test_what_is_no_difference_is_refused(text):
    with pytest.raises(BadClock, match="no difference"):
        seconds_of(text)


def test_a_clock_that_was_set_between_two_photos_has_no_drift():
    first = (AT("2024-01-01T00:00:00"), AT("2024-01-01T00:00:00"))
    second = (AT("2024-01-11T00:00:00"), AT("2024-01-11T08:00:00"))
    with pytest.raises(BadClock, match="was set between"):
        of_two_photos(first, second)


def test_two_photos_of_one_hour_give_no_drift():
    first = (AT("2024-01-01T00:00:00"), AT("2024-01-01T00:00:00"))
    with pytest.raises(BadClock, match="some days apart"):
        of_two_photos(first, (AT("2024-01-01T00:30:00"), AT("2024-01-01T00:31:00")))


def test_an_offset_beyond_the_calendar_is_refused():
    with pytest.raises(BadClock):
        ClockError(4e11).true_time(NOW)


def frames(*times, start=1):
    return [CameraFrame(f"p{n}", AT(time), n) for n, time in enumerate(times, start)]


def doubts(*times, periods=()):
    return [one.doubt for one in suspicions(frames(*times), periods, NOW)]


def test_times_that_fit_raise_no_suspicion():
    period = (AT("2024-01-01T00:00:00"), AT("2024-03-01T00:00:00"))
    assert doubts("2024-01-01T10:00:00", "2024-02-28T23:00:00", periods=[period]) == []


@pytest.mark.parametrize(
    ("times", "doubt"),
    [
        (["1999-05-01T10:00:00"], ClockDoubt.OLD),
        (["2027-05-01T10:00:00"], ClockDoubt.FUTURE),
        (["2000-01-01T00:00:05"], ClockDoubt.RESET),
        (["2023-05-01T10:00:00"], ClockDoubt.BEFORE),
        (["2025-05-01T10:00:00"], ClockDoubt.AFTER),
        (["2024-02-01T10:00:00", "2024-01-20T10:00:00"], ClockDoubt.BACKWARDS),
        (["2024-02-01T14:00:00", "2024-02-01T02:00:30"], ClockDoubt.TWELVE),
    ],
)
def test_times_that_do_not_fit_are_suspected(times, doubt):
    period = (AT("2024-01-01T00:00:00"), AT("2024-03-01T00:00:00"))
    assert doubt in doubts(*times, periods=[period])


def test_a_jump_back_to_new_year_of_an_earlier_year_is_a_reset():
    assert doubts("2024-02-01T10:00:00", "2016-01-01T00:00:00") == [ClockDoubt.RESET]


def test_a_clock_with_twelve_hours_runs_backwards_after_noon():
    assert doubts("2024-02-01T11:50:00", "2024-02-01T01:10:00") == [ClockDoubt.TWELVE]


def test_a_camera_photographed_at_new_year_is_not_suspected():
    assert doubts("2023-12-31T23:00:00", "2024-01-01T01:00:00") == []


def test_a_counter_that_begins_anew_is_no_jump():
    ordered = [
        *frames("2024-06-01T10:00:00", start=3),
        *frames("2024-05-01T10:00:00", start=9998),
    ]
    assert suspicions(ordered, (), NOW) == []


def test_without_a_count_of_frames_no_order_is_assumed():
    loose = [
        CameraFrame("a", AT("2024-02-01T10:00:00")),
        CameraFrame("b", AT("2024-01-20T10:00:00")),
    ]
    assert suspicions(loose, (), NOW) == []
