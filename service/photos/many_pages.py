"""Forms that concern several photos at once: statements on the photos of an upload, and setting
aside what cannot be read. They work without JavaScript."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from reid.photo.clocks import seconds_of
from reid.types import Flank
from service.photos import correcting, named_individuals, withdrawing
from service.photos.correcting import CorrectionGrounds
from service.photos.correction_pages import Line, form_grounds
from service.photos.errors import NobodyChosen, NothingStated
from service.store import encounters, photos, uploads
from service.store.photos import Annotation
from service.web.page import goto_signed
from service.web.parameters import RowNumber, TheActor, TheDatabase

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
MOST = 5000  # photos of one form
PhotoIds = Annotated[
    list[Annotated[str, Form(pattern="^[0-9a-f]{64}$")]], Form(max_length=MOST, alias="photo")
]
TheGrounds = Annotated[CorrectionGrounds, Depends(form_grounds)]


@dataclass(frozen=True, slots=True)
class ManyForm:
    """What is stated of several photos; an empty field stays. shift: ± days h:min."""

    station: Line = ""
    camera: Line = ""
    flank: Annotated[Flank | None, Form()] = None
    shift: Line = ""

    def carry_out(
        self, connection: Connection, photo_ids: list[str], grounds: CorrectionGrounds
    ) -> int | None:
        """One correction; its number, None where all of it is stated already."""
        values = {
            name: text
            for name, text in (("station", self.station.strip()), ("camera", self.camera.strip()))
            if text
        }
        of_animals = {"flank": self.flank.value} if self.flank else {}
        shift_s = seconds_of(self.shift.strip()) if self.shift.strip() else 0.0
        if not (values or of_animals or shift_s):
            raise NothingStated()
        return correcting.correct(
            connection,
            photo_ids,
            correcting.texts_of_photo(values),
            of_animals,
            grounds,
            shift_s=shift_s,
        )


TheForm = Annotated[ManyForm, Depends()]


@router.post("/uploads/{upload_id}/correct")
def correct_upload(
    upload_id: RowNumber,
    database: TheDatabase,
    actor: TheActor,
    grounds: TheGrounds,
    form: TheForm,
    photo: PhotoIds = [],  # noqa: B006
    every: Annotated[bool, Form(alias="all")] = False,
) -> Response:
    """State something of the chosen photos of an upload, or of all of them, as one correction."""
    with database.write() as connection:
        of_upload = photos.unerased(connection, uploads.photos_of(connection, upload_id))
        chosen = of_upload if every else [number for number in of_upload if number in set(photo)]
        if not chosen:
            raise NobodyChosen()
        number = form.carry_out(connection, chosen, grounds)
    address = f"/uploads/{upload_id}?corrected={number or 0}#many"
    return goto_signed(address, grounds.person, actor)


@router.post("/uploads/{upload_id}/identities")
def decide_names(
    upload_id: RowNumber, database: TheDatabase, actor: TheActor, grounds: TheGrounds
) -> Response:
    """Decide that encounters of an upload show the individuals that its uploader named."""
    with database.write() as connection:
        named_individuals.decide(connection, upload_id, grounds)
    return goto_signed(f"/uploads/{upload_id}#named", grounds.person, actor)


@router.post("/uploads/{upload_id}/set-aside")
def set_aside_of_upload(
    upload_id: RowNumber, database: TheDatabase, actor: TheActor, grounds: TheGrounds
) -> Response:
    """Take the photos of an upload that cannot be read out of use."""
    with database.write() as connection:
        animals: list[Annotation] = []
        for photo_id in uploads.photos_of(connection, upload_id):
            animals += photos.annotations_of(connection, photo_id)
        _set_aside(connection, animals, grounds)
    return goto_signed(f"/uploads/{upload_id}", grounds.person, actor)


@router.post("/encounters/{encounter_id}/set-aside")
def set_aside_of_encounter(
    encounter_id: RowNumber, database: TheDatabase, actor: TheActor, grounds: TheGrounds
) -> Response:
    """Take the photos of an encounter that cannot be read out of use, and go on with the others."""
    with database.write() as connection:
        references = encounters.get(connection, encounter_id).references
        _set_aside(connection, [reference.annotation for reference in references], grounds)
    return goto_signed("/encounters?state=failed", grounds.person, actor)


def _set_aside(
    connection: Connection, animals: Sequence[Annotation], grounds: CorrectionGrounds
) -> None:
    """Those that cannot be used; what shows no animal is chosen by a person, one by one."""
    failed = [animal for animal in animals if animal.state == "failed"]
    withdrawing.set_aside(connection, failed, grounds)
