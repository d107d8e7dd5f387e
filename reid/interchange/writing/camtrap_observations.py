"""observations.csv of Camtrap DP: what every encounter and each of its photos shows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from reid.interchange.individual_names import name_of
from reid.interchange.survey import (
    AnimalCapture,
    AnimalHistory,
    CaptureSurvey,
    LeftOut,
    NamedIndividual,
    PhotoRecord,
)
from reid.interchange.writing.camtrap_package import FOLDER, PackageFacts
from reid.interchange.writing.camtrap_placed import PlacedMedia
from reid.interchange.writing.sheets import UNKNOWN, in_utc, photos_by_encounter
from reid.interchange.writing.stated_links import StatedLinks
from reid.interchange.writing.stated_rows import Beyond, joined_tags, lacking, same
from reid.types import Flank

OBSERVATIONS = (
    *("observationID", "deploymentID", "mediaID", "eventID", "eventStart", "eventEnd"),
    *("observationLevel", "observationType", "cameraSetupType", "scientificName", "count"),
    *("lifeStage", "sex", "behavior", "individualID", "individualPositionRadius"),
    *("individualPositionAngle", "individualSpeed", "bboxX", "bboxY", "bboxWidth", "bboxHeight"),
    *("classificationMethod", "classifiedBy", "classificationTimestamp"),
    *("classificationProbability", "observationTags", "observationComments"),
)
CLASSIFIED = (
    *("classificationMethod", "classifiedBy", "classificationTimestamp"),
    "classificationProbability",
)
NEEDED = ("observationID", "deploymentID", "eventStart", "eventEnd", "observationLevel")
BETTER_KNOWN = ("observationType", "count", "scientificName")
"""Of these a source knows better: the catalogue takes every photo for one animal of its species."""
TAKEN = ("individualID", "bboxX", "bboxY", "bboxWidth", "bboxHeight")
"""These an import takes; where they are empty now, people took them away."""
TABLE = f"{FOLDER}/observations.csv"


class ObservationRows:
    """Rows of observations, ours and those that only a source has. left_out: what has no row."""

    def __init__(
        self,
        survey: CaptureSurvey,
        probable: AnimalHistory,
        facts: PackageFacts,
        media: PlacedMedia,
        links: StatedLinks,
        beyond: Beyond,
    ) -> None:
        self._survey, self._probable, self._facts = survey, probable, facts
        self._media, self._links, self._beyond = media, links, beyond
        self._photos = photos_by_encounter(survey)
        self._species = survey.species_by_encounter()
        self._individuals = {one.name: one for one in survey.individuals}
        self.left_out: list[LeftOut] = []

    def rows(self) -> Iterator[Mapping[str, object]]:
        """A row an encounter and one each of its photos, then what only sources say."""
        written: set[str] = set()
        for capture in self._survey.captures:
            photos = [
                one
                for one in self._photos.get(capture.encounter, ())
                if one.annotation in self._media.shown
            ]
            if not photos:
                why = "none of its photos has a place and a time: see encounters.csv"
                self.left_out.append(LeftOut(TABLE, f"encounter {capture.encounter}", why))
                continue
            own = [self._event_row(capture, photos)]
            own += [self._photo_row(capture, photo) for photo in photos]
            written |= {str(row["observationID"]) for row in own}
            yield from own
        yield from self._of_sources(written)

    def _event_row(
        self, capture: AnimalCapture, photos: Sequence[PhotoRecord]
    ) -> dict[str, object]:
        number = capture.encounter
        ordered = sorted(photos, key=lambda one: (one.captured_at or datetime.min, one.annotation))  # noqa: DTZ901
        start, end = (self._media.moment(one) for one in (ordered[0], ordered[-1]))
        flanks = ",".join(flank.value for flank in Flank if flank in capture.flanks)
        cells = self._links.cells_of_event(number)
        ours = self._row(capture, f"flanks:{flanks}" if flanks else "", cells) | {
            "observationID": self._links.row_of_event.get(number, f"encounter-{number}"),
            "deploymentID": self._media.deployment_of(ordered[0]),
            "eventStart": start,
            "eventEnd": end,
            "observationLevel": "event",
            "scientificName": self._species.get(number, self._survey.species),
        }
        return self._joined(ours, cells, all(map(self._unmoved, photos)))

    def _photo_row(self, capture: AnimalCapture, photo: PhotoRecord) -> dict[str, object]:
        tags = [f"flank:{photo.flank.value}"] if photo.flank is not Flank.UNKNOWN else []
        tags += [f"viewpoint:{photo.viewpoint}"] if photo.viewpoint else []
        tags += [f"quality:{photo.grade}"] if photo.grade else []
        moment, links = self._media.moment(photo), self._links
        cells = links.cells_of_observation(photo.annotation)
        number = f"annotation-{photo.annotation}"
        ours = self._row(capture, " | ".join(tags), cells) | _box(photo)
        ours |= {
            "observationID": links.observation_of.get(photo.annotation, number),
            "deploymentID": self._media.deployment_of(photo),
            "mediaID": links.media_of.get(photo.photo, photo.photo),
            "eventStart": moment,
            "eventEnd": moment,
            "observationLevel": "media",
            "scientificName": photo.species or self._survey.species,
        }
        return self._joined(ours, cells, self._unmoved(photo))

    def _joined(
        self, ours: dict[str, object], cells: Mapping[str, str], unmoved: bool
    ) -> dict[str, object]:
        """With what the source says. unmoved: the times of its photos are those of the source."""
        if not cells:
            return ours
        stated = dict(cells)
        if (tags := stated.get("observationTags", "")) and ours["observationTags"]:
            ours["observationTags"] = joined_tags(tags, str(ours["observationTags"]))
            if str(ours["observationTags"]).startswith(" | ".join(map(str.strip, tags.split("|")))):
                del stated["observationTags"]  # all of them stand there still
        weak = {*BETTER_KNOWN, *(("eventStart", "eventEnd") if unmoved else ())}
        animal, stated_animal = ours.get("individualID"), name_of(stated.get("individualID", ""))
        said = any(stated.get(column) for column in CLASSIFIED)
        if said and (not animal or animal == stated_animal):
            ours |= dict.fromkeys(CLASSIFIED)
        key = str(ours["observationID"])
        return self._beyond.joined("observations", key, OBSERVATIONS, stated, ours, weak, TAKEN)

    def _unmoved(self, photo: PhotoRecord) -> bool:
        stated = self._links.cells_of_media(photo.photo).get("timestamp", "")
        return same("timestamp", self._media.moment(photo), stated)

    def _row(
        self, capture: AnimalCapture, tags: str, cells: Mapping[str, str]
    ) -> dict[str, object]:
        """What an encounter says of the animal, and who says so. cells: what a source says."""
        number = capture.encounter
        label = self._probable.animal_of.get(number, "")
        animal = capture.individual or label
        known = self._individuals.get(animal, NamedIndividual(animal))
        values: dict[str, object] = {
            "eventID": self._links.event_of.get(number, f"encounter-{number}"),
            "observationType": "animal",
            "count": 1,
            "individualID": animal,
            "sex": None if known.sex == UNKNOWN else known.sex,
            "lifeStage": None if known.life_stage == UNKNOWN else known.life_stage,
        }
        if capture.individual:
            at = in_utc(capture.decided_at) if capture.decided_at else None
            values |= {"classificationMethod": "human", "classifiedBy": capture.decided_by}
            values |= {"classificationTimestamp": at}
            of_source = name_of(cells.get("individualID", ""))
            if capture.llr is not None and of_source != capture.individual:
                tags = " | ".join(part for part in (tags, f"llr:{capture.llr:.3f}") if part)
        elif label:
            machine = " ".join(part for part in (self._facts.model, self._facts.calibrator) if part)
            chance = self._probable.probability.get(number)
            values |= {"classificationMethod": "machine", "classifiedBy": machine}
            values["classificationProbability"] = None if chance is None else round(chance, 4)
        return values | {"observationTags": tags or None}

    def _of_sources(self, written: set[str]) -> Iterator[Mapping[str, object]]:
        """Rows of sources of which the catalogue holds nothing, or which no annotation became."""
        links, media = self._links, self._media
        in_use = {*links.observation_of.values(), *links.row_of_event.values()}
        for key, row in links.observations.items():
            number = row.cells.get("mediaID", "")
            if key in written:
                continue
            why = ""
            if key in in_use or (number in links.taken and number not in media.numbers):
                why = "its photo or annotation is not in use, or stands in left_out.csv itself"
            elif number and number not in media.numbers:
                why = f"its media {number} is left out"
            elif row.cells.get("deploymentID", "") not in media.deployments:
                why = f"its deployment {row.cells.get('deploymentID', '')} is left out"
            elif missing := [*lacking(row.cells, NEEDED)]:
                why = f"the source states no {' and no '.join(missing)} with a zone"
            if why:
                self.left_out.append(LeftOut(TABLE, f"observation {key} of a source", why))
            else:
                yield self._beyond.alone("observations", key, OBSERVATIONS, row.cells)


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
