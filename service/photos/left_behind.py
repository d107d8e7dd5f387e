"""What is left of a photo that was erased."""

from sqlalchemy import Connection

from reid.sentences import Sentence
from service.store import decisions, photos


class HistoryIsLeft(
    Sentence,
    message="its file name and what was stated of it are left in the history: correct notes that "
    "name people first",
): ...


class DecisionsAreLeft(
    Sentence,
    message="decisions on encounter {encounter}, which may rest on it, are left: look at them",
): ...


class BackupsAreLeft(
    Sentence,
    message="backups, exports and copies that browsers keep are left: delete them by hand",
): ...


class CopiesAreLeft(
    Sentence, message="photo {photo} shows the same exposure and is left: erase it, too"
): ...


def left_behind(connection: Connection, photo_id: str) -> list[Sentence]:
    """A sentence for everything that erasing a photo does not delete."""
    sentences: list[Sentence] = [HistoryIsLeft()]
    animals = photos.annotations_of(connection, photo_id)
    for encounter in dict.fromkeys(animal.encounter_id for animal in animals):
        if decisions.of_encounter(connection, encounter):
            sentences.append(DecisionsAreLeft(encounter=encounter))
    copies = photos.copies_of(connection, photo_id)
    sentences += [CopiesAreLeft(photo=copy) for copy in copies]
    return [*sentences, BackupsAreLeft()]
