"""Camtrap DP 1.0.2: a Frictionless data package of deployments, media and observations.

What the standard has no field for is in further resources: individuals, encounters (every one, also
those without a place or time), opinions of observers, the llr of every compared pair, and `stated`:
what a source of the photos said that has no field. Rows of that source that the catalogue did not
take (empty photos, other animals) go out again as they came.
"""

import json
from collections.abc import Iterator

from reid.interchange.camtrap_dp import STATED as STATED_TABLE
from reid.interchange.survey import (
    AnimalCapture,
    AnimalHistory,
    CameraDeployment,
    CaptureSurvey,
    LeftOut,
    PhotoRecord,
)
from reid.interchange.writing.camtrap_observations import OBSERVATIONS, ObservationRows
from reid.interchange.writing.camtrap_package import FOLDER, PackageFacts, descriptor
from reid.interchange.writing.camtrap_placed import PlacedMedia
from reid.interchange.writing.sheets import (
    UNKNOWN,
    Sheet,
    WrittenTables,
    in_utc,
    photos_by_encounter,
    sheet,
    with_offset,
)
from reid.interchange.writing.stated_links import StatedLinks
from reid.interchange.writing.stated_rows import STATED, Beyond, lacking
from reid.types import Flank

DEPLOYMENTS = (
    *("deploymentID", "locationID", "locationName", "latitude", "longitude"),
    *("coordinateUncertainty", "deploymentStart", "deploymentEnd", "setupBy", "cameraID"),
    *("cameraModel", "cameraDelay", "cameraHeight", "cameraDepth", "cameraTilt", "cameraHeading"),
    *("detectionDistance", "timestampIssues", "baitUse", "featureType", "habitat"),
    *("deploymentGroups", "deploymentTags", "deploymentComments"),
)
MEDIA = (
    *("mediaID", "deploymentID", "captureMethod", "timestamp", "filePath", "filePublic"),
    *("fileName", "fileMediatype", "exifData", "favorite", "mediaComments"),
)
INDIVIDUALS = ("individualID", "scientificName", "sex", "lifeStage", "individualComments")
ENCOUNTERS = (
    *("encounterID", "eventID", "stationName", "start", "end", "timeZone", "flanks"),
    "individualID",
    *("classifiedBy", "classificationTimestamp", "llr", "cannotTell", "probableAnimal"),
    *("probability", "mediaCount"),
)
OPINIONS = ("encounterID0", "encounterID1", "observer", "answer", "certainty", "timestamp")
LLRS = ("encounterID0", "encounterID1", "llr", "comparable", "model", "calibrator")
NEEDED = ("mediaID", "deploymentID", "timestamp", "filePath", "filePublic", "fileMediatype")
SUFFIX = {"image/jpeg": "jpg", "image/png": "png", "image/heic": "heic", "image/heif": "heif"}


def media_path(photo: PhotoRecord) -> str:
    """Where the file of a photo lies in the package, or would lie."""
    return f"media/{photo.photo}.{SUFFIX.get(photo.media_type, 'bin')}"


def tables(
    survey: CaptureSurvey, probable: AnimalHistory | None, facts: PackageFacts
) -> WrittenTables:
    """The package. probable: where the machine puts encounters that nobody decided on.

    A time without a zone ends in Z, and `timestampIssues` of its deployment is true: so the
    standard says that the zone is not known.
    """
    writer = _Package(survey, probable, facts)
    sheets = (writer.deployments(), writer.media(), writer.observations(), *writer.further())
    kept = tuple(writer.placed.deployments.values())
    content = descriptor(survey, kept, sheets, facts)
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    return WrittenTables(sheets, ((f"{FOLDER}/datapackage.json", text),), writer.left_out)


class _Package:
    def __init__(
        self, survey: CaptureSurvey, probable: AnimalHistory | None, facts: PackageFacts
    ) -> None:
        self._survey = survey
        self._probable = probable or AnimalHistory("none", {})
        self._photos = photos_by_encounter(survey)
        self.placed, self._links = PlacedMedia(survey), StatedLinks(survey)
        self._beyond = Beyond(exact=survey.exact)
        self._left_out: list[LeftOut] = []
        self._observations = ObservationRows(
            survey, self._probable, facts, self.placed, self._links, self._beyond
        )

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What has no row, of all tables that were made."""
        return (*self.placed.left_out, *self._left_out, *self._observations.left_out)

    def deployments(self) -> Sheet:
        doubtful = {
            self.placed.deployment_of(one)
            for one in self._survey.photos
            if one.annotation in self.placed.shown and self.placed.zone(one) == UNKNOWN
        }
        rows = (
            self._deployment(one, one.name in doubtful) for one in self.placed.deployments.values()
        )
        return sheet(f"{FOLDER}/deployments.csv", DEPLOYMENTS, rows)

    def _deployment(self, one: CameraDeployment, zone_unknown: bool) -> dict[str, object]:
        assert one.starts_at and one.ends_at  # noqa: S101  see PlacedMedia
        row = self._links.deployments.get(one.name)
        cells = {} if row is None else dict(row.cells)
        doubted = cells.get("timestampIssues", "").casefold() in {"true", "1"}
        tags = "" if one.stated else "effort:by photos"
        ours: dict[str, object] = {
            "deploymentID": one.name,
            "locationID": one.station,
            "locationName": one.station,
            "latitude": one.latitude,
            "longitude": one.longitude,
            "coordinateUncertainty": self._survey.uncertainty_m,
            "deploymentStart": with_offset(one.starts_at, one.zone),
            "deploymentEnd": with_offset(one.ends_at, one.zone),
            "cameraID": one.camera,
            "cameraHeading": None if one.heading is None else round(one.heading) % 360,
            "timestampIssues": zone_unknown or one.zone == UNKNOWN or doubted,
            "deploymentTags": tags or None,
            "deploymentComments": one.notes,
        }
        return self._beyond.joined(
            "deployments", one.name, DEPLOYMENTS, cells, ours, ("locationID",)
        )

    def media(self) -> Sheet:
        by_photo: dict[str, PhotoRecord] = {}
        for photo in self._survey.photos:
            if photo.annotation in self.placed.shown:
                by_photo.setdefault(photo.photo, photo)
        rows = [*map(self._media_row, by_photo.values()), *self._media_of_sources()]
        self.placed.numbers |= {str(row["mediaID"]) for row in rows}
        return sheet(f"{FOLDER}/media.csv", MEDIA, rows)

    def _media_row(self, photo: PhotoRecord) -> dict[str, object]:
        number = self._links.media_of.get(photo.photo, photo.photo)
        ours: dict[str, object] = {
            "mediaID": number,
            "deploymentID": self.placed.deployment_of(photo),
            "captureMethod": "activityDetection",
            "timestamp": self.placed.moment(photo),
            "filePath": media_path(photo),
            "filePublic": False,
            "fileName": photo.file_name,
            "fileMediatype": photo.media_type,
            "mediaComments": photo.notes,
        }
        cells = self._links.cells_of_media(photo.photo)
        weak = ("captureMethod", "filePublic", "fileName")
        return self._beyond.joined("media", number, MEDIA, cells, ours, weak)

    def _media_of_sources(self) -> Iterator[dict[str, object]]:
        """Photos and videos of sources that the catalogue did not take: empty ones, other animals,
        those that were not there."""
        for key, row in self._links.media.items():
            if key in self._links.taken:
                continue
            why = ""
            if row.cells.get("deploymentID", "") not in self.placed.deployments:
                why = f"its deployment {row.cells.get('deploymentID', '')} is left out"
            elif missing := [*lacking(row.cells, NEEDED)]:
                why = f"the source states no {' and no '.join(missing)} with a zone"
            if why:
                place = f"media {key} of a source"
                self._left_out.append(LeftOut("camtrap-dp/media.csv", place, why))
            else:
                yield self._beyond.alone("media", key, MEDIA, row.cells)

    def observations(self) -> Sheet:
        return sheet(f"{FOLDER}/observations.csv", OBSERVATIONS, self._observations.rows())

    def further(self) -> Iterator[Sheet]:
        """The resources beside those of the standard."""
        survey = self._survey
        species = survey.species
        yield sheet(
            f"{FOLDER}/individuals.csv",
            INDIVIDUALS,
            (
                dict(zip(INDIVIDUALS, (i.name, species, i.sex, i.life_stage, i.notes), strict=True))
                for i in survey.individuals
            ),
        )
        yield sheet(f"{FOLDER}/encounters.csv", ENCOUNTERS, map(self._encounter, survey.captures))
        answers = (
            (
                *(a.encounter0, a.encounter1, a.observer, a.answer, a.certainty or None),
                in_utc(a.decided_at) if a.decided_at else None,
            )
            for a in survey.answers
        )
        yield Sheet(f"{FOLDER}/opinions.csv", OPINIONS, tuple(answers))
        llrs = (
            (p.encounter0, p.encounter1, p.llr, p.comparable, p.model, p.calibrator)
            for p in survey.llrs
        )
        yield Sheet(f"{FOLDER}/llrs.csv", LLRS, tuple(llrs))
        if self._beyond.rows:
            yield Sheet(f"{FOLDER}/{STATED_TABLE}.csv", STATED, tuple(self._beyond.rows))

    def _encounter(self, capture: AnimalCapture) -> dict[str, object]:
        number, probable = capture.encounter, self._probable
        chance = probable.probability.get(number)
        start, end = capture.started_at, capture.ended_at
        return {
            "encounterID": number,
            "eventID": self._links.event_of.get(number, f"encounter-{number}"),
            "stationName": capture.station,
            "start": start and start.isoformat(),
            "end": end and end.isoformat(),
            "timeZone": capture.zone,
            "flanks": ",".join(flank.value for flank in Flank if flank in capture.flanks),
            "individualID": capture.individual,
            "classifiedBy": capture.decided_by,
            "classificationTimestamp": in_utc(capture.decided_at) if capture.decided_at else None,
            "llr": capture.llr,
            "cannotTell": capture.undecidable,
            "probableAnimal": probable.animal_of.get(number),
            "probability": None if chance is None else round(chance, 4),
            "mediaCount": len({one.photo for one in self._photos.get(number, ())}),
        }
