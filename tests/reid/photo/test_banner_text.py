"""A printed text gives a time where it can mean one only, and no time where it is a guess."""

from datetime import date

import pytest

from reid.photo.banner_text import BannerForm, form_of, parse

TODAY = date(2026, 11, 29)


def wide(letter):
    """The same letter in East Asian width."""
    return letter if letter == " " else chr(ord(letter) + 0xFEE0)


def read(text, form=None):
    time = parse(text, today=TODAY)
    moment = time.by(form) if form else time.by()
    return moment.isoformat() if moment else None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2012-12-29 11:33:45 PM  M 1/10  -20°C", "2012-12-29T23:33:45"),
        ("2012-12-29 11:33:45 PMM1/10 -20°C", "2012-12-29T23:33:45"),
        ("2012-11-24 4:59:05 PM M 1/10 8°C", "2012-11-24T16:59:05"),
        ("2021-04-11 20:43:09 M 1/10", "2021-04-11T20:43:09"),
        ("2021-04-11 00:43:09 M 1/10", "2021-04-11T00:43:09"),
        ("2021-04-1120:43:09 M 1/10", "2021-04-11T20:43:09"),
        ("2021-04-1108:43:09AM", "2021-04-11T08:43:09"),
        ("12:05:00 AM 2020-02-29", "2020-02-29T00:05:00"),
        ("12:05 PM 2020-02-29", "2020-02-29T12:05:00"),
        ("12:05 p.m. 2020-02-29", "2020-02-29T12:05:00"),
        ("Bushnell 54°F 12°C 05-17-2018 16:44:28", "2018-05-17T16:44:28"),
        ("05/17/2018 06:44AM 70°F 21°C BROWNING", "2018-05-17T06:44:00"),
        ("05/17/201806:44AM 70F 21C", "2018-05-17T06:44:00"),
        ("CUDDEBACK 1/15/2013 11:16 PM 6C H20 2", "2013-01-15T23:16:00"),
        ("17.05.2018 16:44", "2018-05-17T16:44:00"),
        ("17/05/2018 16:44:28", "2018-05-17T16:44:28"),
        ("04/04/2018 16:44:28", "2018-04-04T16:44:28"),
        ("17 MAY 2018 06:44 am 70F", "2018-05-17T06:44:00"),
        ("17MAY2018 06:44AM", "2018-05-17T06:44:00"),
        ("17-May-2018 16:44", "2018-05-17T16:44:00"),
        ("May 17, 2018 6:44:28 PM", "2018-05-17T18:44:28"),
        ("3 MAR 2018 18:44", "2018-03-03T18:44:00"),
        ("3 DEZ 2018 18:44", "2018-12-03T18:44:00"),
        ("3 déc. 2018 18:44", "2018-12-03T18:44:00"),
        ("2018 AUG 03 18:44", "2018-08-03T18:44:00"),
        ("25/12/39 18:44", None),  # neither 1925 nor 2039 has been
        ("12/30/18 18:44", "2018-12-30T18:44:00"),
        ("".join(map(wide, "2018-05-17 16:44:28")), "2018-05-17T16:44:28"),
        ("2018-05-17 16:44:28\n2018-05-17 16:44:28", "2018-05-17T16:44:28"),
        ("CAM 12 2018-05-17 16:44:28", "2018-05-17T16:44:28"),
        ("2018/05/17 16:44:28 12°C", "2018-05-17T16:44:28"),
    ],
)
def test_a_text_with_one_meaning_is_read(text, moment):
    assert read(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BROWNING 21C",
        "2018-05-17",
        "16:44:28",
        "03/04/2018 16:44:28",  # April or March
        "03.04.2018 04:44 PM",
        "2018-05-17 06:44:28",  # morning, or a half of the day that is not printed
        "2018-05-17 12:00",
        "25/12/18 16:44",  # 2018 or 2025
        "17 MAY 18 16:44",
        "2018-02-30 16:44:28",
        "2018-13-01 16:44:28",
        "13/14/2018 16:44:28",
        "2018-05-17 24:44:28",
        "2018-05-17 16:64:28",
        "2018-05-17 16:44:61",
        "2018-05-17 16:44 PM",  # no hour of a clock with twelve
        "2018-05-17 00:44 AM",
        "1999-05-17 16:44:28",
        "0018-05-17 16:44:28",
        "2078-05-17 16:44:28",
        "2026-12-17 16:44:28",  # after today
        "2018-05-17 16:44:28 2018-05-18",
        "2018-05-17 16:44:28 17:44:28",
        "2018-05-17 6:44:28 AM 6:44:28 PM",
        "2012-11-244:59:05PM",  # the 24th at 4:59, or the 2nd at 44:59
        "2018-05-112:44 PM",
        "1 2/25/2018 16:44",  # a digit stands apart
        "2018-05-1 7 16:44:28",
        "2018-05-17 1 6:44 PM",
        "2018-05-17 16:44 :28",
        "2O18-05-17 16:44:28",  # a letter for a digit
        "2018-O5-17 16:44:28",
        "2018-05-17 16.44.28",
        "2018-05-1716:44:2",
        "2018-05/17 16:44:28",
        "12018-05-17 16:44:28",
        "17 MAI2 2018 16:44",
        "17 MYA 2018 16:44",
        "31 JUN 2018 16:44",
        "½018-05-17 16:44:28",
        "M 1/3 2/3 12:30",
    ],
)
def test_a_text_that_may_mean_something_else_gives_no_time(text):
    assert read(text) is None


def readings(*texts):
    return [parse(text, today=TODAY) for text in texts]


def test_days_after_the_twelfth_tell_the_order_of_a_camera():
    form = form_of(readings("13/04/2018 16:44", "25/04/2018 17:44", "03/04/2018 18:44"))
    assert form == BannerForm("dmy", "24")
    assert read("03/04/2018 18:44", form) == "2018-04-03T18:44:00"


def test_hours_after_twelve_tell_that_the_camera_prints_whole_days():
    form = form_of(readings("2018-04-13 16:44", "2018-04-13 00:10", "2018-04-13 07:49"))
    assert form == BannerForm("ymd", "24")
    assert read("2018-04-13 07:49", form) == "2018-04-13T07:49:00"


def test_one_photo_alone_tells_nothing_of_the_others():
    assert form_of(readings("13/04/2018 16:44", "13/04/2018 16:44")) == BannerForm()
    assert form_of(readings("03/04/2018 16:44")) == BannerForm()
    assert form_of([]) == BannerForm()


def test_photos_that_contradict_each_other_tell_nothing():
    form = form_of(readings("13/04/2018 04:44 PM", "14/04/2018 04:45 PM", "04/15/2018 04:44 PM"))
    assert form == BannerForm("", "12")
    assert read("03/04/2018 04:44 PM", form) is None


def test_a_clock_with_twelve_hours_whose_half_was_not_read_stays_unknown():
    form = form_of(readings("2018-04-13 04:44 PM", "2018-04-14 04:45 AM", "2018-04-15 07:49"))
    assert form == BannerForm("ymd", "12")
    assert read("2018-04-15 07:49", form) is None


def test_spans_are_places_in_the_text():
    text = "CAM é 2018-05-17 16:44:28 12°C"
    (day, time) = parse(text, today=TODAY).spans
    assert (text[slice(*day)], text[slice(*time)]) == ("2018-05-17", "16:44:28")
