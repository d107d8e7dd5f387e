"""Observations of Camtrap DP: what each photo shows, and what is said of a whole event."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from reid.errors import BadDataset, InputError
from reid.interchange.event_spans import EventSpans
from reid.interchange.individual_names import name_of
from reid.interchange.named import stated_flank
from reid.interchange.package import (
    ANIMAL,
    BLANK,
    PERSON,
    UNCLEAR,
    VEHICLE,
    SourceAnimal,
    SourceBox,
    SourcePhoto,
    SourceRefusal,
    foremost,
    share_box,
)
from reid.interchange.tables import TableLine, TextTable, decimal_number, readable_times
from reid.sentences import Sentence

CATEGORIES = {
    "animal": ANIMAL,
    "human": PERSON,
    "vehicle": VEHICLE,
    "blank": BLANK,
    "unknown": UNCLEAR,
    "unclassified": "",
}
READ_HERE = {
    *("deploymentID", "mediaID", "eventID", "observationLevel", "observationType"),
    *("scientificName", "individualID", "bboxX", "bboxY", "bboxWidth", "bboxHeight"),
    *("classificationMethod", "classificationProbability"),
}
BOX = ("bboxX", "bboxY", "bboxWidth", "bboxHeight")
FLANK_TAGS = ("flank", "side", "viewpoint")


class ObservationOfNoMedia(
    InputError, message="mediaID {media} stands in no row of media: add it, or mend the number"
): ...


class ObservationOfNothing(
    InputError, message="it names neither a mediaID nor an event with its times"
): ...


class BoxOfObservationUnusable(
    InputError, message="{box} is no box of shares from 0 to 1 with a width and a height"
): ...


class NamesOfEventUnplaced(
    Sentence,
    message="event {event} shows {names}, and which photo shows whom is not said: name the animals "
    "after the import",
): ...


class Observations:
    """The observations of a package, and its photos with what they say of each.

    photos: in their order. refused: rows that cannot be used. remarks: names that could not be put
    to a photo.
    """

    def __init__(self, table: TextTable, photos: Sequence[SourcePhoto]) -> None:
        self.refused: list[SourceRefusal] = []
        self.remarks: list[Sentence] = []
        self._of_media: dict[str, list[SourceAnimal]] = defaultdict(list)
        self._of_event: dict[str, list[SourceAnimal]] = defaultdict(list)
        self._spans = EventSpans()
        self._media = {photo.extras["mediaID"] for photo in photos}
        self._ends = [
            readable_times(name, [(row.line, row.cells.get(name, "")) for row in table.rows])
            for name in ("eventStart", "eventEnd")
        ]
        for row in table.rows:
            try:
                self._add(row)
            except InputError as error:
                self.refused.append(SourceRefusal(f"observations, line {row.line}", error))
        self._event_of = {photo.extras["mediaID"]: self._event(photo) for photo in photos}
        self._shown = self._animals_of_events(photos)
        self.photos = [self._added_to(photo) for photo in photos]
        self._tell_unplaced()

    def _added_to(self, photo: SourcePhoto) -> SourcePhoto:
        """The photo with its animals, category and event."""
        rows = _one_a_box(self._of_media.get(photo.extras["mediaID"], []))
        event = self._event_of[photo.extras["mediaID"]]
        of_event = self._of_event.get(event, [])
        one = self._only_name(event)
        if not rows and (one or len(of_event) == 1):
            rows = [one or of_event[0]]
        animals = [row for row in rows if row.category == ANIMAL]
        if one is not None and len(animals) == 1 and not animals[0].individual:
            named = replace(animals[0], individual=one.individual, flank=animals[0].flank)
            rows = [named if row is animals[0] else row for row in rows]
        return replace(
            photo,
            event=event,
            animals=tuple(row for row in rows if row.category not in {BLANK, ""}),
            category=foremost(row.category for row in rows),
        )

    def _add(self, row: TableLine) -> None:
        cells = row.cells
        animal = _animal(row)
        media, event = cells.get("mediaID", ""), cells.get("eventID", "")
        if cells["observationLevel"].casefold() == "media" and media:
            if media not in self._media:
                raise ObservationOfNoMedia(media=media)
            self._of_media[media].append(animal)
            return
        deployment = cells.get("deploymentID", "")
        errors = [times.errors[row.line] for times in self._ends if row.line in times.errors]
        self.refused += [SourceRefusal("observations", error) for error in errors]
        start, end = (times.moment(row.line) for times in self._ends)
        if not event and (start is None or end is None):
            raise ObservationOfNothing()
        event = event or f"{deployment} {cells['eventStart']}"
        self._of_event[event].append(replace(animal, event=event))
        if start is not None and end is not None:
            self._spans.add(deployment, start, end, event)

    def _event(self, photo: SourcePhoto) -> str:
        """The event of a photo: of its own observations, else the one that lasted then."""
        for row in self._of_media.get(photo.extras["mediaID"], []):
            if row.event:
                return row.event
        if photo.captured_at is None:
            return ""
        lasting = self._spans.lasting(photo.deployment, photo.captured_at)
        return lasting.pop() if len(lasting) == 1 else ""

    def _animals_of_events(self, photos: Sequence[SourcePhoto]) -> dict[str, int]:
        """Event -> the most animals that one of its photos shows."""
        most: dict[str, int] = defaultdict(int)
        for photo in photos:
            rows = _one_a_box(self._of_media.get(photo.extras["mediaID"], []))
            number = sum(row.category == ANIMAL for row in rows)
            event = self._event_of[photo.extras["mediaID"]]
            most[event] = max(most[event], number)
        return most

    def _only_name(self, event: str) -> SourceAnimal | None:
        """The one animal of an event that is named, where the event shows no second one."""
        animals = [one for one in self._of_event.get(event, []) if one.category == ANIMAL]
        single = len(animals) == 1 and animals[0].extras.get("count", "1") in {"", "1"}
        fits = single and animals[0].individual and self._shown.get(event, 0) <= 1
        return animals[0] if fits else None

    def _tell_unplaced(self) -> None:
        """Remarks on events with names that reached no photo."""
        of_photos: dict[str, set[str]] = defaultdict(set)
        for photo in self.photos:
            for one in photo.animals:
                of_photos[one.event or photo.event].add(one.individual)
        for event, animals in self._of_event.items():
            names = {one.individual for one in animals if one.individual} - of_photos[event]
            if names:
                self.remarks.append(NamesOfEventUnplaced(event=event, names=tuple(sorted(names))))


def _animal(row: TableLine) -> SourceAnimal:
    cells = row.cells
    kind = cells["observationType"].casefold()
    machine = cells.get("classificationMethod", "").casefold() == "machine"
    tags = _tags(cells.get("observationTags", ""))
    word = next((tags[name] for name in FLANK_TAGS if tags.get(name)), "")
    return SourceAnimal(
        box=_box(row),
        category=CATEGORIES.get(kind, kind),
        species=cells.get("scientificName", ""),
        species_confidence=_probability(row),
        individual=name_of(cells.get("individualID", "")),
        flank=stated_flank(word),
        viewpoint=word,
        event=cells.get("eventID", ""),
        by_machine=machine,
        extras={k: v for k, v in cells.items() if v and k not in READ_HERE},
    )


def _box(row: TableLine) -> SourceBox | None:
    values = [decimal_number(row.line, name, row.cells.get(name, "")) for name in BOX]
    if values == [None] * 4:
        return None
    box = share_box(values)
    if box is None:
        raise BoxOfObservationUnusable(box=", ".join(row.cells.get(name, "") for name in BOX))
    return box


def _probability(row: TableLine) -> float | None:
    name = "classificationProbability"
    try:
        return decimal_number(row.line, name, row.cells.get(name, ""))
    except BadDataset:
        return None


def _tags(text: str) -> Mapping[str, str]:
    """Key -> value of tags such as flank:left | sex_by:eye."""
    pairs = (part.partition(":") for part in text.split("|"))
    return {key.strip().casefold(): value.strip() for key, _, value in pairs}


def _one_a_box(rows: Sequence[SourceAnimal]) -> list[SourceAnimal]:
    """The rows of a photo; of several on one box the one of a person.

    A name that only a machine gave is an extra of it then, and not its name.
    """
    kept: list[SourceAnimal] = []
    for row in sorted(rows, key=lambda one: one.by_machine):
        same = next((n for n, one in enumerate(kept) if row.box and one.box == row.box), None)
        if same is None:
            kept.append(row)
        elif row.individual not in {"", kept[same].individual}:
            extras = {**kept[same].extras, "individualID of a machine": row.individual}
            kept[same] = replace(kept[same], extras=extras)
    return kept
