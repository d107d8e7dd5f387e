"""Which deployment every photo belongs to, and deployments that only photos tell of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from reid.interchange.survey import CameraDeployment, CaptureSurvey, PhotoRecord, Position


@dataclass(frozen=True, slots=True)
class PlacedPhotos:
    """Every deployment of a survey, those that only photos tell of too, and whose photos are whose.

    of: annotation -> name of its deployment; a photo without a station has none.
    """

    deployments: tuple[CameraDeployment, ...]
    of: Mapping[int, str]


def placed(survey: CaptureSurvey) -> PlacedPhotos:
    """Each photo in the stated deployment of its station, camera and time, else in one of photos.

    A deployment without a camera takes every camera of its station; so does the only one that
    covers the time. Where nobody stated any, photos of one station and camera are one deployment
    from the first to the last of them, `stated` False. A deployment without a position has that of
    its station; an open start or end is filled by its photos, and says so in its notes.
    """
    sites = {site.station: site.position for site in survey.sites}
    by_station: dict[str, list[CameraDeployment]] = {}
    for deployment in survey.deployments:
        by_station.setdefault(deployment.station, []).append(deployment)
    of: dict[int, str] = {}
    loose: dict[tuple[str, str], list[PhotoRecord]] = {}
    for photo in survey.photos:
        if not photo.station:
            continue
        deployment_name = _stated(photo, by_station.get(photo.station, ()))
        if deployment_name:
            of[photo.annotation] = deployment_name
        else:
            loose.setdefault((photo.station, photo.camera), []).append(photo)
    taken = {deployment.name for deployment in survey.deployments}
    derived = []
    for (station, camera), photos in sorted(loose.items()):
        deployment = _of_photos(station, camera, photos, taken)
        taken.add(deployment.name)
        derived.append(deployment)
        of |= {photo.annotation: deployment.name for photo in photos}
    moments: dict[str, list[datetime]] = {}
    for photo in survey.photos:
        if photo.captured_at and photo.annotation in of:
            moments.setdefault(of[photo.annotation], []).append(photo.captured_at)
    every = (*survey.deployments, *derived)
    return PlacedPhotos(tuple(_filled(one, sites, moments.get(one.name, [])) for one in every), of)


def _stated(photo: PhotoRecord, deployments: Iterable[CameraDeployment]) -> str:
    """The name of the deployment that a photo belongs to; "" where nobody stated one."""
    covering = [one for one in deployments if _covers(one, photo.captured_at)]
    for fits in (
        [one for one in covering if one.camera and one.camera == photo.camera],
        [one for one in covering if not one.camera],
        covering if not photo.camera else [],
    ):
        if len(fits) == 1:
            return fits[0].name
    return ""


def _covers(deployment: CameraDeployment, moment: datetime | None) -> bool:
    start, end = deployment.starts_at, deployment.ends_at
    if moment is None:
        return True
    return (start is None or start <= moment) and (end is None or moment <= end)


def _of_photos(
    station: str, camera: str, photos: Iterable[PhotoRecord], taken: set[str]
) -> CameraDeployment:
    name, number = " ".join(part for part in (station, camera, "by photos") if part), 1
    unique = name
    while unique in taken:
        number += 1
        unique = f"{name} {number}"
    zones = {photo.zone for photo in photos}
    zone = zones.pop() if len(zones) == 1 else "unknown"
    return CameraDeployment(unique, station, camera, zone=zone, stated=False)


def _filled(
    deployment: CameraDeployment,
    sites: Mapping[str, Position | None],
    moments: list[datetime],
) -> CameraDeployment:
    """With the position of its station and the times of its photos where none are stated."""
    latitude, longitude = deployment.latitude, deployment.longitude
    if latitude is None or longitude is None:
        latitude, longitude = sites.get(deployment.station) or (None, None)
    start, end = deployment.starts_at, deployment.ends_at
    filled = [name for name, value in (("start", start), ("end", end)) if value is None and moments]
    notes = deployment.notes
    if filled:
        words = f"{' and '.join(filled)}: time of the first or last photo, not stated"
        notes = " | ".join(part for part in (notes, words) if part)
    return replace(
        deployment,
        latitude=latitude,
        longitude=longitude,
        starts_at=start or (min(moments) if moments else None),
        ends_at=end or (max(moments) if moments else None),
        notes=notes,
    )
