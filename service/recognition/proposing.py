"""Boxes that an animal finder proposes for full frames; they are its own until a person acts."""

from collections.abc import Sequence

from sqlalchemy import Connection

from reid.describe.finder import Finder, proposals
from reid.photo.images import DecodedPhoto
from reid.types import Box, Flank
from service.photos.again import ANOTHER_ANIMAL
from service.photos.correcting import overlap
from service.store import corrections, encounters, jobs, photos, spans, stated
from service.store.corrections import CorrectedValue
from service.store.photos import Annotation
from service.store.stated import YES


def may_propose(connection: Connection, animal: Annotation) -> bool:
    """Whether nobody, a person or a finder, has said yet where the animals of its photo are."""
    if animal.box is not None or animal.withdrawn:
        return False
    others = photos.annotations_of(connection, animal.photo_id)
    said = corrections.fields_of_photo(connection, animal.photo_id)
    return len(others) == 1 and not said & {"box", "added"}


def proposed_boxes(finder: Finder, photo: DecodedPhoto) -> list[Box]:
    """Boxes in pixels of the photo itself, the clearest first; none where it is no full frame."""
    return [
        Box(*(side * photo.reduction for side in (b.x0, b.y0, b.x1, b.y1)))
        for b in (proposal.box for proposal in proposals(finder, photo.image))
    ]


def keep(connection: Connection, annotation_id: int, boxes: Sequence[Box], model: str) -> None:
    """Give an annotation the first box and its photo an animal for each other one, as a correction.

    The features of the annotation were made from its box already; the others wait to be embedded.
    """
    animal = photos.annotation_by_id(connection, annotation_id)
    if animal.box is not None:
        return
    first, *more = boxes
    photos.propose_box(connection, annotation_id, first)
    values = [
        CorrectedValue("box", None, stated.box_text(first), animal.photo_id, animal.id),
        CorrectedValue("proposed", None, YES, animal.photo_id, animal.id),
    ]
    for box in more:
        if number := _another(connection, animal, box):
            values.append(CorrectedValue("added", None, str(number), animal.photo_id, number))
    corrections.record(connection, kind="annotated", person=model, reason="", values=values)


def _another(connection: Connection, animal: Annotation, box: Box) -> int | None:
    """Another animal of the photo; None where somebody framed it meanwhile."""
    there = [one.box for one in photos.annotations_of(connection, animal.photo_id) if one.box]
    if any(overlap(box, other) >= ANOTHER_ANIMAL for other in there):
        return None
    encounter = encounters.beside(connection, animal.photo_id)
    number = photos.add_annotation(
        connection,
        photo_id=animal.photo_id,
        encounter_id=encounter,
        flank=Flank.UNKNOWN,
        box=box,
        placed="person",  # the rule would put both animals of a photo into one encounter
        proposed=True,
    )
    spans.span(connection, {encounter})
    jobs.enqueue(connection, "embed", {"annotation": number})
    return number
