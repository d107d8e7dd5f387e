"""Forms of stations' pages: a deployment, and what a person knows of a clock."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Query
from pydantic import StringConstraints

from reid.photo.clocks import seconds_of
from service.stations.clock_correction import ClockStatement, known_times
from service.stations.statements import (
    degrees_of,
    moment_of,
    name_for,
    time_of,
    whole_position,
    zone_of_form,
)
from service.store.clocks import ClockScope
from service.store.stations import NewDeployment
from service.web.parameters import plain
from service.web.wire import Visible

Short = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"),
    Visible,
]
ShortForm = Annotated[Short, Form()]
Long = Annotated[str, Form(max_length=5000)]
Asked = Annotated[Short, Query()]


@dataclass(frozen=True, slots=True)
class DeploymentForm:
    """A deployment as a form sends it: texts."""

    name: str
    camera: str
    latitude: str
    longitude: str
    heading: str
    starts_at: str
    ends_at: str
    zone: str
    notes: str

    def deployment(self, station: str) -> NewDeployment:
        """The deployment of this station. Raises InputError for what cannot be read."""
        starts_at = time_of(self.starts_at)
        new = NewDeployment(
            name=self.name or name_for(station, self.camera, starts_at),
            station=station,
            camera=self.camera,
            latitude=degrees_of(self.latitude, "latitude", -90, 90),
            longitude=degrees_of(self.longitude, "longitude", -180, 180),
            heading=degrees_of(self.heading, "heading", 0, 360),
            starts_at=starts_at,
            ends_at=time_of(self.ends_at, end=True),
            zone=zone_of_form(self.zone),
            notes=plain(self.notes),
        )
        return whole_position(new)


def _deployment_form(
    deployment_name: ShortForm = "",
    camera: ShortForm = "",
    latitude: ShortForm = "",
    longitude: ShortForm = "",
    heading: ShortForm = "",
    starts_at: ShortForm = "",
    ends_at: ShortForm = "",
    zone: ShortForm = "",
    notes: Long = "",
) -> DeploymentForm:
    return DeploymentForm(
        deployment_name, camera, latitude, longitude, heading, starts_at, ends_at, zone, notes
    )


InDeploymentForm = Annotated[DeploymentForm, Depends(_deployment_form)]


@dataclass(frozen=True, slots=True)
class ClockForm:
    """What a person knows of a clock, as a form sends it: texts."""

    camera: str = ""
    from_time: str = ""
    until_time: str = ""
    photo: str = ""
    taken_at: str = ""
    other_photo: str = ""
    other_taken_at: str = ""
    difference: str = ""
    shown_zone: str = ""
    zone: str = ""
    override: bool = False
    reason: str = ""

    @property
    def says_something(self) -> bool:
        """Whether anything is known of the clock yet; which photo it is says nothing by itself."""
        return any((self.taken_at, self.difference, self.shown_zone, self.zone))

    def statement(self, station: str) -> ClockStatement:
        """The same as a statement. Raises InputError for what cannot be read."""
        return ClockStatement(
            ClockScope(station, self.camera, time_of(self.from_time), time_of(self.until_time)),
            known=known_times(
                (self.photo if self.taken_at else "", moment_of(self.taken_at)),
                (self.other_photo, moment_of(self.other_taken_at)),
            ),
            offset_s=seconds_of(self.difference) if self.difference else None,
            shown_zone=self.shown_zone,
            zone=self.zone,
            override=self.override,
            reason=plain(self.reason),
        )


def _clock_query(
    camera: Asked = "",
    from_time: Asked = "",
    until_time: Asked = "",
    photo: Asked = "",
    taken_at: Asked = "",
    other_photo: Asked = "",
    other_taken_at: Asked = "",
    difference: Asked = "",
    shown_zone: Asked = "",
    zone: Asked = "",
    override: bool = False,
    reason: Annotated[str, Query(max_length=5000)] = "",
) -> ClockForm:
    return ClockForm(
        *(camera, from_time, until_time, photo, taken_at, other_photo, other_taken_at),
        *(difference, shown_zone, zone, override, reason),
    )


def _clock_form(
    camera: ShortForm = "",
    from_time: ShortForm = "",
    until_time: ShortForm = "",
    photo: ShortForm = "",
    taken_at: ShortForm = "",
    other_photo: ShortForm = "",
    other_taken_at: ShortForm = "",
    difference: ShortForm = "",
    shown_zone: ShortForm = "",
    zone: ShortForm = "",
    override: Annotated[bool, Form()] = False,
    reason: Long = "",
) -> ClockForm:
    return ClockForm(
        *(camera, from_time, until_time, photo, taken_at, other_photo, other_taken_at),
        *(difference, shown_zone, zone, override, reason),
    )


InClockQuery = Annotated[ClockForm, Depends(_clock_query)]
InClockForm = Annotated[ClockForm, Depends(_clock_form)]
