"""What the editor of boxes on a photo's page starts from."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from reid.photo.crop import is_frame
from reid.types import Flank, Viewpoint
from service.photos.facts_view import facts_view
from service.store import uploads
from service.store.photos import Annotation, Photo
from service.web.languages import gettext as _
from service.web.words import flank_word, viewpoint_word


@dataclass(frozen=True, slots=True)
class BoxWalk:
    """The way through an upload. following: another photo whose boxes need a look, if any.

    left: how many such photos there are beside the present one.
    """

    upload: int
    following: str | None
    left: int


def box_walk(connection: Connection, upload_id: int, photo_id: str) -> BoxWalk:
    """Which photo of an upload comes after this one; after the last one the first again."""
    files = [file for file in uploads.get(connection, upload_id).files if file.photo_id]
    here = next((file.position for file in files if file.photo_id == photo_id), -1)
    needing = [file for file in files if file.boxes and file.photo_id != photo_id]
    order = sorted(needing, key=lambda file: (file.position < here, file.position))
    return BoxWalk(upload_id, order[0].photo_id if order else None, len(order))


def box_editor(photo: Photo, animals: Sequence[Annotation], newest: int) -> dict[str, Any]:
    """Animals in use with their boxes, and texts of static/photos/box-editor.js.

    newest: number of the newest correction of the photo, 0 for none; another one since then is a
    conflict. `{name}` in a text is filled in there.
    """
    return {
        "photo": photo.id,
        "seen": newest,
        "animals": [
            {
                "id": animal.id,
                "box": asdict(animal.box) if animal.box else None,
                "flank": animal.flank.value,
                "viewpoint": animal.stated_viewpoint.value if animal.stated_viewpoint else "",
                "quality": facts_view(animal, animal.flank).quality if animal.quality else "",
                "proposed": animal.proposed,
            }
            for animal in animals
            if not animal.withdrawn
        ],
        "words": editor_words(frame=is_frame(photo.width, photo.height)),
    }


def editor_words(*, frame: bool) -> dict[str, Any]:
    """Texts that the editor fills in. frame: of a photo in which the animal is to be framed."""
    whole = _("The whole photo: draw a box around the animal") if frame else _("The whole photo")
    return {
        "box": _("Box %(number)s") % {"number": "{number}"},
        "whole": whole,
        "changes": _("Not saved yet: %(number)s") % {"number": "{number}"},
        "none": _("Everything is saved."),
        "flanks": {flank.value: flank_word(flank.value) for flank in Flank},
        "unreachable": _("the service cannot be reached"),
    }


def viewpoint_choices() -> tuple[tuple[str, str], ...]:
    """Values and words of where an animal may be seen from."""
    return tuple((view.value, viewpoint_word(view.value)) for view in Viewpoint)
