"""What cannot be done with stations, deployments and clocks."""

from reid.errors import Conflict, InputError
from reid.photo.clocks import BadClock


class StationNameEmpty(InputError, message="a station needs a name"): ...


class StationIsTheSame(InputError, message="{station} is this station itself"): ...


class StationNameTaken(
    Conflict,
    message="there is a station {station} already: choose another name, or join both",
): ...


class TableTooLarge(InputError, message="the table has {bytes} bytes; at most {limit}"): ...


class NothingSaidOfClock(
    BadClock, message="say what is known: a photo with its true time, a difference, or two zones"
): ...


class TwoWaysAtOnce(
    BadClock, message="give either photos with their true times, or a difference, or two zones"
): ...


class SecondPhotoAlone(
    BadClock, message="name the first photo and its true time before the second one"
): ...


class PhotoWithoutFileTime(
    BadClock, message="the file of {photo} states no time, so it says nothing about the clock"
): ...


class PhotoOfAnotherCamera(
    BadClock, message="{photo} is not one of the photos of this clock: another station or camera"
): ...


class NoPhotoWithTime(
    BadClock, message="no photo of this camera has a time of its file: there is nothing to correct"
): ...


class PartOfZones(
    BadClock, message="name both zones: the one that the clock showed, and the true one"
): ...


class BadLocalTime(
    InputError, code="bad_time", message="{text} is no time: write it like 2019-03-01T19:49"
): ...


class ZoneOfDeployment(
    InputError, message="{zone} is no offset: write it like +05:30, or leave it empty"
): ...


class BadDegrees(
    InputError, message="{value} is no {name}: give decimal degrees between {least} and {most}"
): ...
