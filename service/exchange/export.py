"""Confirmed identities out of the catalogue: crops and an index, for training and evaluation."""

from dataclasses import dataclass
from pathlib import Path

from reid.errors import BadSettings, InputError
from reid.interchange import index_csv
from reid.photo.crop import cut
from reid.photo.images import decode, encode_jpeg
from service.settings import Settings
from service.store import encounters, identities
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.identities import Reference

QUALITY = 95


class FolderNotEmpty(BadSettings):
    """An export would mix with other files."""

    message = "{folder} is not empty: name a new folder"


@dataclass(frozen=True, slots=True)
class Exported:
    """How much was written. skipped: a sentence for each photo that could not be."""

    annotations: int
    individuals: int
    skipped: tuple[str, ...]


def export_identities(
    settings: Settings, database: Database, files: PhotoFiles, folder: Path
) -> Exported:
    """Write folder/photos/*.jpg and folder/index.csv: every annotation of a decided encounter.

    Crops carry no metadata; the index names encounter, station and the camera's time, but no
    position. `scripts/finetune.py` and `scripts/evaluate.py` read it.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FolderNotEmpty(folder=folder)
    with database.read() as connection:
        known = [identities.get(connection, one.id) for one in identities.catalogue(connection)]
        seen = [(one.summary.name, reference) for one in known for reference in one.references]
        places = {
            number: encounters.summary(connection, number).station
            for number in sorted({r.annotation.encounter_id for _, r in seen})
        }
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, object]] = []
    skipped: list[str] = []
    for name, reference in seen:
        try:
            row = _written(settings, files, folder, reference)
        except InputError as error:
            skipped.append(f"{reference.photo.file_name}: {error}")
        else:
            station = places[reference.annotation.encounter_id] or reference.photo.station
            rows.append(row | {"individual": name, "station": station or ""})
    index_csv.write(folder / "index.csv", rows)
    return Exported(len(rows), len({row["individual"] for row in rows}), tuple(skipped))


def _written(
    settings: Settings, files: PhotoFiles, folder: Path, reference: Reference
) -> dict[str, object]:
    """Write one crop; returns its row without name and station."""
    annotation, photo = reference.annotation, reference.photo
    image = decode(files.get(photo.id), max_pixels=settings.max_pixels)
    crop = cut(image, annotation.flank, annotation.box)
    path = f"photos/{annotation.id:06}.jpg"
    (folder / path).write_bytes(encode_jpeg(crop.image, quality=QUALITY))
    return {
        "path": path,
        "flank": annotation.flank.value,
        "encounter": annotation.encounter_id,
        "datetime": photo.captured_at.isoformat() if photo.captured_at else "",
        "width": crop.image.shape[1],
        "height": crop.image.shape[0],
    }
