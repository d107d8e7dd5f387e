"""Camtrap DP 1.0.2: a Frictionless data package of deployments, media and observations.

What the standard has no field for is in further resources: individuals, encounters (every one, also
those without a place or time), opinions of observers, and the llr of every compared pair.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from reid.interchange.survey import (
    AnimalCapture,
    AnimalHistory,
    CameraDeployment,
    CaptureSurvey,
    LeftOut,
    NamedIndividual,
    PhotoRecord,
)
from reid.interchange.writing.camtrap_package import FOLDER, PackageFacts, descriptor
from reid.interchange.writing.placing import PlacedPhotos, placed
from reid.interchange.writing.sheets import (
    UNKNOWN,
    Sheet,
    WrittenTables,
    in_utc,
    photos_by_encounter,
    sheet,
    with_offset,
)
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
OBSERVATIONS = (
    *("observationID", "deploymentID", "mediaID", "eventID", "eventStart", "eventEnd"),
    *("observationLevel", "observationType", "cameraSetupType", "scientificName", "count"),
    *("lifeStage", "sex", "behavior", "individualID", "individualPositionRadius"),
    *("individualPositionAngle", "individualSpeed", "bboxX", "bboxY", "bboxWidth", "bboxHeight"),
    *("classificationMethod", "classifiedBy", "classificationTimestamp"),
    *("classificationProbability", "observationTags", "observationComments"),
)
INDIVIDUALS = ("individualID", "scientificName", "sex", "lifeStage", "individualComments")
ENCOUNTERS = (
    *("encounterID", "stationName", "start", "end", "timeZone", "flanks", "individualID"),
    *("classifiedBy", "classificationTimestamp", "llr", "cannotTell", "probableAnimal"),
    *("probability", "mediaCount"),
)
OPINIONS = ("encounterID0", "encounterID1", "observer", "answer", "certainty", "timestamp")
LLRS = ("encounterID0", "encounterID1", "llr", "comparable", "model", "calibrator")
BLUR_M = 7900  # half the diagonal of a tenth of a degree at the equator
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
    kept = tuple(writer.deployments_kept.values())
    content = descriptor(survey, kept, sheets, facts)
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    return WrittenTables(sheets, ((f"{FOLDER}/datapackage.json", text),), tuple(writer.left_out))


class _Package:
    def __init__(
        self, survey: CaptureSurvey, probable: AnimalHistory | None, facts: PackageFacts
    ) -> None:
        self._survey, self._facts = survey, facts
        self._probable = probable or AnimalHistory("none", {})
        self._placed: PlacedPhotos = placed(survey)
        self._photos = photos_by_encounter(survey)
        self._individuals = {one.name: one for one in survey.individuals}
        self.left_out: list[LeftOut] = []
        self.deployments_kept = {
            one.name: one for one in self._placed.deployments if self._fits(one)
        }
        self._in_media = {one.annotation for one in survey.photos if self._shown(one)}

    def _fits(self, deployment: CameraDeployment) -> bool:
        """Whether it has all that the standard requires."""
        lacking = [
            words
            for words, value in (
                ("position", deployment.latitude),
                ("start", deployment.starts_at),
                ("end", deployment.ends_at),
            )
            if value is None
        ]
        if lacking:
            why = f"deployment {deployment.name} has no {' and no '.join(lacking)}"
            self.left_out.append(LeftOut("camtrap-dp/deployments.csv", deployment.name, why))
        return not lacking

    def _shown(self, photo: PhotoRecord) -> bool:
        deployment = self._placed.of.get(photo.annotation, "")
        why = ""
        if not deployment:
            why = "its station is not known"
        elif deployment not in self.deployments_kept:
            why = f"its deployment {deployment} is left out"
        elif photo.captured_at is None:
            why = "its time is not known"
        if why:
            key = f"annotation {photo.annotation} of {photo.file_name}"
            self.left_out.append(LeftOut("camtrap-dp/media.csv", key, why))
        return not why

    def _zone(self, zone: str, deployment: CameraDeployment) -> str:
        return deployment.zone if zone == UNKNOWN else zone

    def deployments(self) -> Sheet:
        doubtful = {
            self._placed.of[one.annotation]
            for one in self._survey.photos
            if one.annotation in self._in_media
            and self._zone(one.zone, self.deployments_kept[self._placed.of[one.annotation]])
            == UNKNOWN
        }
        rows = (
            self._deployment(one, one.name in doubtful) for one in self.deployments_kept.values()
        )
        return sheet(f"{FOLDER}/deployments.csv", DEPLOYMENTS, rows)

    def _deployment(self, one: CameraDeployment, zone_unknown: bool) -> dict[str, object]:
        assert one.starts_at and one.ends_at  # noqa: S101  see _fits
        return {
            "deploymentID": one.name,
            "locationID": one.station,
            "locationName": one.station,
            "latitude": one.latitude,
            "longitude": one.longitude,
            "coordinateUncertainty": None if self._survey.exact else BLUR_M,
            "deploymentStart": with_offset(one.starts_at, one.zone),
            "deploymentEnd": with_offset(one.ends_at, one.zone),
            "cameraID": one.camera,
            "cameraHeading": None if one.heading is None else round(one.heading) % 360,
            "timestampIssues": zone_unknown or one.zone == UNKNOWN,
            "deploymentTags": None if one.stated else "effort:by photos",
            "deploymentComments": one.notes,
        }

    def media(self) -> Sheet:
        by_photo: dict[str, PhotoRecord] = {}
        for photo in self._survey.photos:
            if photo.annotation in self._in_media:
                by_photo.setdefault(photo.photo, photo)
        return sheet(f"{FOLDER}/media.csv", MEDIA, map(self._media_row, by_photo.values()))

    def _media_row(self, photo: PhotoRecord) -> dict[str, object]:
        deployment = self.deployments_kept[self._placed.of[photo.annotation]]
        assert photo.captured_at  # noqa: S101  see _shown
        return {
            "mediaID": photo.photo,
            "deploymentID": deployment.name,
            "captureMethod": "activityDetection",
            "timestamp": with_offset(photo.captured_at, self._zone(photo.zone, deployment)),
            "filePath": media_path(photo),
            "filePublic": False,
            "fileName": photo.file_name,
            "fileMediatype": photo.media_type,
            "mediaComments": photo.notes,
        }

    def observations(self) -> Sheet:
        rows: list[Mapping[str, object]] = []
        for capture in self._survey.captures:
            photos = [
                one
                for one in self._photos.get(capture.encounter, ())
                if one.annotation in self._in_media
            ]
            if not photos:
                why = "none of its photos has a place and a time: see encounters.csv"
                self.left_out.append(
                    LeftOut("camtrap-dp/observations.csv", f"encounter {capture.encounter}", why)
                )
                continue
            rows.append(self._event_row(capture, photos))
            rows += [self._photo_row(capture, photo) for photo in photos]
        return sheet(f"{FOLDER}/observations.csv", OBSERVATIONS, rows)

    def _event_row(
        self, capture: AnimalCapture, photos: Sequence[PhotoRecord]
    ) -> dict[str, object]:
        ordered = sorted(photos, key=lambda one: (one.captured_at or datetime.min, one.annotation))  # noqa: DTZ901
        ends = [self._moment(one) for one in (ordered[0], ordered[-1])]
        flanks = ",".join(flank.value for flank in Flank if flank in capture.flanks)
        return self._row(capture, f"flanks:{flanks}" if flanks else "") | {
            "observationID": f"encounter-{capture.encounter}",
            "deploymentID": self._placed.of[ordered[0].annotation],
            "eventStart": ends[0],
            "eventEnd": ends[1],
            "observationLevel": "event",
        }

    def _photo_row(self, capture: AnimalCapture, photo: PhotoRecord) -> dict[str, object]:
        tags = [f"flank:{photo.flank.value}"] if photo.flank is not Flank.UNKNOWN else []
        tags += [f"viewpoint:{photo.viewpoint}"] if photo.viewpoint else []
        tags += [f"quality:{photo.grade}"] if photo.grade else []
        moment = self._moment(photo)
        return (
            self._row(capture, " | ".join(tags))
            | _box(photo)
            | {
                "observationID": f"annotation-{photo.annotation}",
                "deploymentID": self._placed.of[photo.annotation],
                "mediaID": photo.photo,
                "eventStart": moment,
                "eventEnd": moment,
                "observationLevel": "media",
            }
        )

    def _row(self, capture: AnimalCapture, tags: str) -> dict[str, object]:
        """What an encounter says of the animal, and who says so."""
        label = self._probable.animal_of.get(capture.encounter, "")
        animal = capture.individual or label
        known = self._individuals.get(animal, NamedIndividual(animal))
        values: dict[str, object] = {
            "eventID": f"encounter-{capture.encounter}",
            "observationType": "animal",
            "scientificName": self._survey.species,
            "count": 1,
            "individualID": animal,
            "sex": None if known.sex == UNKNOWN else known.sex,
            "lifeStage": None if known.life_stage == UNKNOWN else known.life_stage,
        }
        if capture.individual:
            at = in_utc(capture.decided_at) if capture.decided_at else None
            values |= {"classificationMethod": "human", "classifiedBy": capture.decided_by}
            values |= {"classificationTimestamp": at}
            if capture.llr is not None:
                tags = " | ".join(part for part in (tags, f"llr:{capture.llr:.3f}") if part)
        elif label:
            machine = " ".join(part for part in (self._facts.model, self._facts.calibrator) if part)
            chance = self._probable.probability.get(capture.encounter)
            values |= {"classificationMethod": "machine", "classifiedBy": machine}
            values["classificationProbability"] = None if chance is None else round(chance, 4)
        return values | {"observationTags": tags or None}

    def _moment(self, photo: PhotoRecord) -> str:
        assert photo.captured_at  # noqa: S101  see _shown
        deployment = self.deployments_kept[self._placed.of[photo.annotation]]
        return with_offset(photo.captured_at, self._zone(photo.zone, deployment))

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

    def _encounter(self, capture: AnimalCapture) -> dict[str, object]:
        number, probable = capture.encounter, self._probable
        chance = probable.probability.get(number)
        start, end = capture.started_at, capture.ended_at
        return {
            "encounterID": number,
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


def _box(photo: PhotoRecord) -> dict[str, object]:
    """The box as shares of the photo; none where the whole photo is the crop."""
    if photo.box is None or not photo.width or not photo.height:
        return {}
    left, right = (min(max(x / photo.width, 0.0), 1.0) for x in (photo.box.x0, photo.box.x1))
    top, bottom = (min(max(y / photo.height, 0.0), 1.0) for y in (photo.box.y0, photo.box.y1))
    if right <= left or bottom <= top:
        return {}
    return {
        "bboxX": round(left, 6),
        "bboxY": round(top, 6),
        "bboxWidth": round(right - left, 6),
        "bboxHeight": round(bottom - top, 6),
    }
