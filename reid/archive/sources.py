"""Where an archive's frames come from: folders by a pattern, a detector's JSON, or a package."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reid.errors import BadDataset
from reid.interchange import folders, megadetector
from reid.interchange.deployments import DeploymentLine
from reid.interchange.json_file import json_of
from reid.interchange.package import SourcePhoto, SourceRefusal
from reid.interchange.sources import SourceOptions, read_source
from reid.photo.file_names import is_photo, is_system_folder
from reid.sentences import Sentence

THRESHOLD = 0.2  # of a detector whose file proposes none


class NoSuchFolder(BadDataset, message="no folder {folder}"): ...


class SeveralDetections(
    BadDataset,
    message="{folder} holds several files of a detector ({files}): name one with --detections",
): ...


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """The frames of an archive in a fixed order.

    form: what it was read as. threshold: confidence from which a detection counts. others: files
    that are neither photo nor video. closed: folders that may not be listed. detector: its name,
    "" where there is none. unmatched: frames that the detector's file does not name.
    """

    form: str
    frames: tuple[SourcePhoto, ...]
    threshold: float = THRESHOLD
    detector: str = ""
    deployments: tuple[DeploymentLine, ...] = ()
    refused: tuple[SourceRefusal, ...] = ()
    remarks: tuple[Sentence, ...] = ()
    others: int = 0
    closed: tuple[str, ...] = ()
    unmatched: int = 0

    def __len__(self) -> int:
        return len(self.frames)


def open_source(
    folder: Path,
    *,
    pattern: str = "",
    detections: Path | None = None,
    threshold: float | None = None,
) -> ArchiveSource:
    """The frames below a folder, with whatever a detector or a package says of them.

    pattern: what folders mean, such as "{station}/{camera}". detections: JSON of MegaDetector; one
    that lies in the folder itself is found. threshold: instead of the one that the file proposes.
    Raises BadDataset, BadSettings.
    """
    if not folder.is_dir():
        raise NoSuchFolder(folder=folder)
    parts = folders.pattern_parts(pattern)
    detections = detections or _detections_in(folder)
    unmatched = 0
    if detections is not None:
        package = megadetector.read(detections, folder)
        photos = _with_others(package.photos, folder)
        unmatched = len(photos) - len(package.photos)
    else:
        package = read_source(folder, SourceOptions())
        photos = package.photos
    others, closed = _others(folder)
    proposed = THRESHOLD if package.threshold is None else package.threshold
    return ArchiveSource(
        package.form,
        tuple(map(_placing(parts), photos)),
        threshold=proposed if threshold is None else threshold,
        detector=package.detector,
        deployments=package.deployments,
        refused=package.refused,
        remarks=package.remarks,
        others=others,
        closed=closed,
        unmatched=unmatched,
    )


def _placing(parts: Sequence[str]) -> Callable[[SourcePhoto], SourcePhoto]:
    """Fills in station and camera from the folders of a photo, where its source states none."""

    def place(photo: SourcePhoto) -> SourcePhoto:
        photo = replace(photo, path=text_of(photo.path))
        named = folders.placed(parts, photo.path) if parts else None
        if not named:
            return photo
        return replace(
            photo,
            station=photo.station or named.get("station", ""),
            camera=photo.camera or named.get("camera", ""),
        )

    return place


def text_of(path: str) -> str:
    """A path as text that every file can hold, also where its bytes are not UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _with_others(photos: Sequence[SourcePhoto], folder: Path) -> tuple[SourcePhoto, ...]:
    """What the detector's file names, and what lies there beside it, by path."""
    files = {photo.file for photo in photos if photo.file}
    beside = [photo for photo in folders.read(folder).photos if photo.file not in files]
    return tuple(sorted([*photos, *beside], key=lambda photo: photo.path))


def _others(folder: Path) -> tuple[int, tuple[str, ...]]:
    """How many files are no frames, with those of systems, and folders that cannot be listed."""
    others, closed = 0, list[str]()
    for parent, _, names in os.walk(folder, onerror=lambda e: closed.append(str(e.filename))):
        of_a_system = any(map(is_system_folder, Path(parent).relative_to(folder).parts))
        frames = (is_photo(name) or folders.is_video(name) for name in names)
        others += len(names) if of_a_system else len(names) - sum(frames)
    return others, tuple(sorted(closed))


def _detections_in(folder: Path) -> Path | None:
    """The one JSON of a detector that lies in a folder."""
    fitting = [
        path for path in sorted(folder.glob("*.json")) if megadetector.recognises(json_of(path))
    ]
    if len(fitting) > 1:
        raise SeveralDetections(folder=folder, files=", ".join(path.name for path in fitting))
    return fitting[0] if fitting else None
