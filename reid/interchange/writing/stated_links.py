"""Which rows of the sources belong to which photo, annotation and encounter of a survey."""

from collections import defaultdict
from collections.abc import Mapping

from reid.interchange.individual_names import name_of
from reid.interchange.survey import CaptureSurvey
from reid.interchange.writing.sheets import photos_by_encounter
from reid.interchange.writing.stated_rows import StatedRow, by_key

NO_CELLS: Mapping[str, str] = {}


class StatedLinks:
    """The rows of all sources of a survey, and the numbers by which they name its parts.

    media_of: photo -> mediaID. observation_of: annotation -> observationID. event_of: encounter ->
    eventID, where its photos agree and no other encounter would be taken for the same animal of
    that event. row_of_event: encounter -> observationID of what is said of the event as a whole.
    taken: mediaIDs of photos that the catalogue took, also of those that are not in use any more.
    """

    def __init__(self, survey: CaptureSurvey) -> None:
        packages = survey.stated
        self.deployments = by_key(packages, "deployments", "deploymentID")
        self.media = by_key(packages, "media", "mediaID")
        self.observations = by_key(packages, "observations", "observationID")
        self.taken: set[str] = set()
        self.media_of: dict[str, str] = {}
        self.observation_of: dict[int, str] = {}
        events: dict[int, str] = {}
        for package in packages:
            events = {**package.event_of, **events}
            fresh = set(package.photo_of) - self.taken
            for media in package.photo_of:
                if media in fresh and media in self.media:
                    self.media_of.setdefault(package.photo_of[media], media)
            self.taken |= fresh
            for annotation, number in package.row_of.items():
                if _level(self.observations.get(number)) == "media":
                    self.observation_of.setdefault(annotation, number)
        _only_once(self.observation_of)
        self._names = self._stated_names(survey)
        self.event_of = self._events(survey, events)
        self.row_of_event = self._rows_of_events()

    def cells_of_media(self, photo: str) -> Mapping[str, str]:
        """What a source says of a photo, by column."""
        return _cells(self.media.get(self.media_of.get(photo, "")))

    def cells_of_observation(self, annotation: int) -> Mapping[str, str]:
        """What a source says of an annotation."""
        return _cells(self.observations.get(self.observation_of.get(annotation, "")))

    def cells_of_event(self, encounter: int) -> Mapping[str, str]:
        """What a source says of an encounter as a whole."""
        return _cells(self.observations.get(self.row_of_event.get(encounter, "")))

    def _stated_names(self, survey: CaptureSurvey) -> dict[int, str]:
        """Encounter -> whom people decided that it is, else the one name that a source says."""
        names = {c.encounter: c.individual for c in survey.captures}
        for encounter, photos in photos_by_encounter(survey).items():
            rows = [self.cells_of_observation(one.annotation) for one in photos]
            of_rows = {name_of(row.get("individualID", "")) for row in rows} - {""}
            if not names.get(encounter) and len(of_rows) == 1:
                names[encounter] = of_rows.pop()
        return names

    def _events(self, survey: CaptureSurvey, of: Mapping[int, str]) -> dict[int, str]:
        found: dict[int, str] = {}
        for encounter, photos in photos_by_encounter(survey).items():
            stated = {of.get(one.annotation, "") for one in photos}
            if len(stated) == 1 and (event := stated.pop()):
                found[encounter] = event
        count: dict[tuple[str, str], int] = defaultdict(int)
        for encounter, event in found.items():
            count[event, self._names.get(encounter, "")] += 1
        return {n: e for n, e in found.items() if count[e, self._names.get(n, "")] == 1}

    def _rows_of_events(self) -> dict[int, str]:
        """By the name of the animal; one row and one encounter that are left belong together."""
        rows: dict[str, list[StatedRow]] = defaultdict(list)
        for row in self.observations.values():
            if _level(row) == "event" and row.cells.get("observationType", "").lower() == "animal":
                rows[row.cells.get("eventID", "")].append(row)
        of_event: dict[str, list[int]] = defaultdict(list)
        for encounter, event in self.event_of.items():
            of_event[event].append(encounter)
        found: dict[int, str] = {}
        for event, encounters in of_event.items():
            left = {one.key: name_of(one.cells.get("individualID", "")) for one in rows[event]}
            for encounter in encounters:
                name = self._names.get(encounter, "")
                same = [key for key, stated in left.items() if name and stated == name]
                if len(same) == 1:
                    found[encounter] = same[0]
                    del left[same[0]]
            without = [number for number in encounters if number not in found]
            nameless = [key for key, stated in left.items() if not stated]
            if len(without) == len(nameless) == len(left) == 1:
                found[without[0]] = nameless[0]
        return found


def _level(row: StatedRow | None) -> str:
    if row is None:
        return ""
    level = row.cells.get("observationLevel", "").casefold()
    return "event" if level != "media" or not row.cells.get("mediaID") else "media"


def _cells(row: StatedRow | None) -> Mapping[str, str]:
    return NO_CELLS if row is None else row.cells


def _only_once(numbers: dict[int, str]) -> None:
    """Takes away an observation of a second annotation, such as of a box that was parted."""
    first: set[str] = set()
    for annotation in sorted(numbers):
        if numbers[annotation] in first:
            del numbers[annotation]
        else:
            first.add(numbers[annotation])
