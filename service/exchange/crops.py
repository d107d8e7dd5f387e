"""Confirmed identities out of the catalogue: crops and a table, for training and evaluation."""

from dataclasses import dataclass, fields
from pathlib import Path

from reid.errors import BadSettings, InputError
from reid.interchange import index_csv
from reid.interchange.catalogue import WRITERS
from reid.interchange.format import ConfirmedSighting
from reid.photo.crop import cut_photo
from reid.photo.images import decode_photo, encode_jpeg
from service.settings import Settings
from service.store import encounters, identities
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.identities import Reference

QUALITY = 95


class FolderNotEmpty(BadSettings, message="{folder} is not empty: name a new folder"): ...


class FormatNotWritten(
    BadSettings, message="no format {form} can be written: name one of {forms}"
): ...


@dataclass(frozen=True, slots=True)
class Exported:
    """How much was written. skipped: a sentence for each photo that could not be."""

    annotations: int
    individuals: int
    skipped: tuple[str, ...]


def export_identities(
    settings: Settings,
    database: Database,
    files: PhotoFiles,
    folder: Path,
    form: str = index_csv.FORMAT.name,
) -> Exported:
    """Write folder/photos/*.jpg and a table of every annotation of a decided encounter.

    form: name of a format in `reid.interchange.catalogue.WRITERS`. Crops carry no metadata;
    index.csv names encounter, station and the camera's time, but no position.
    `scripts/finetune.py` and `scripts/evaluate.py` read it.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FolderNotEmpty(folder=folder)
    if form not in WRITERS:
        raise FormatNotWritten(form=form, forms=", ".join(WRITERS))
    with database.read() as connection:
        animals = [identities.get(connection, one.id) for one in identities.catalogue(connection)]
        named = [(animal.summary.name, photo) for animal in animals for photo in animal.references]
        places = encounters.stations(connection)
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    sightings: list[ConfirmedSighting] = []
    skipped: list[str] = []
    for name, reference in named:
        station = places[reference.annotation.encounter_id]
        try:
            sightings.append(_written(settings, files, folder, reference, name, station))
        except InputError as error:
            skipped.append(f"{reference.photo.file_name}: {error}")
    WRITERS[form](folder, sightings)
    individuals = {sighting.individual for sighting in sightings}
    return Exported(len(sightings), len(individuals), tuple(skipped))


def _written(
    settings: Settings,
    files: PhotoFiles,
    folder: Path,
    reference: Reference,
    individual: str,
    station: str | None,
) -> ConfirmedSighting:
    """Write one crop. station: of the encounter; None: the photo's own counts."""
    annotation, photo = reference.annotation, reference.photo
    decoded = decode_photo(files.get(photo.id), max_pixels=settings.max_pixels)
    crop = cut_photo(decoded, annotation.flank, annotation.box)
    path = f"photos/{annotation.id:06}.jpg"
    (folder / path).write_bytes(encode_jpeg(crop.image, quality=QUALITY))
    values = {
        "path": path,
        "individual": individual,
        "flank": annotation.flank.value,
        "encounter": annotation.encounter_id,
        "station": station or photo.station or "",
        "width": crop.image.shape[1],
        "height": crop.image.shape[0],
    }
    others = {one.name for one in fields(ConfirmedSighting)} - values.keys()
    return ConfirmedSighting(**values, **{name: getattr(photo, name) for name in others})
