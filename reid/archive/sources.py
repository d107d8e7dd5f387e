"""Where an archive's frames come from: folders by a pattern, a detector's JSON, or a package."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from reid.errors import BadDataset
from reid.interchange import megadetector
from reid.interchange.deployments import DeploymentLine
from reid.interchange.package import SourcePackage, SourcePhoto, SourceRefusal
from reid.photo.file_names import is_photo, is_system_folder

VIDEOS = frozenset({".avi", ".mp4", ".mov", ".m4v", ".mkv", ".mpg", ".mpeg", ".wmv"})
THRESHOLD = 0.2  # of a detector whose file proposes none
FIELDS = "{station}", "{camera}"
DETECTIONS = "*detect*.json", "*megadetector*.json", "md*.json"


class NoSuchFolder(BadDataset, message="no folder {folder}"): ...


class NoPhotosBelow(
    BadDataset,
    message="no photo (jpg, jpeg, png, webp, heic, avif) and no video (avi, mp4, mov) below "
    "{folder}",
): ...


class BadPattern(
    BadDataset,
    message="the pattern {pattern} names no folder: write {{station}}/{{camera}}, with * for any "
    "folder; the last is the innermost",
): ...


class SeveralDetections(
    BadDataset,
    message="{folder} holds several files of a detector ({files}): name one with --detections",
): ...


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """The frames of an archive in a fixed order.

    form: what it was read as. threshold: confidence from which a detection counts. others: files
    that are neither photo nor video. closed: folders that may not be listed. detector: its name,
    "" where there is none.
    """

    form: str
    frames: tuple[SourcePhoto, ...]
    threshold: float = THRESHOLD
    detector: str = ""
    deployments: tuple[DeploymentLine, ...] = ()
    refused: tuple[SourceRefusal, ...] = ()
    others: int = 0
    closed: tuple[str, ...] = ()
    unmatched: int = field(default=0)  # files of the folder that the detector's file does not name

    def __len__(self) -> int:
        return len(self.frames)


def open_source(
    folder: Path,
    *,
    pattern: str = "",
    detections: Path | None = None,
    threshold: float | None = None,
    readers: tuple[Callable[[Path], SourcePackage | None], ...] = (),
) -> ArchiveSource:
    """The frames below a folder, with whatever a detector or a package says of them.

    pattern: what folders mean, such as "{station}/{camera}". detections: JSON of MegaDetector; one
    that lies in the folder itself is found. threshold: instead of the one that the file proposes.
    Raises BadDataset.
    """
    if not folder.is_dir():
        raise NoSuchFolder(folder=folder)
    place = placing(pattern)
    for reader in readers:
        package = reader(folder)
        if package is not None:
            return _of_package(package, package.photos, threshold, place)
    listed = _listed(folder)
    detections = detections or _detections_in(folder)
    if detections is not None:
        package = megadetector.read(detections, folder)
        photos = tuple(_with_others(package, listed, folder))
        source = _of_package(package, photos, threshold, place)
        return replace(source, others=listed.others, closed=listed.closed)
    if not listed.paths:
        raise NoPhotosBelow(folder=folder)
    frames = tuple(place(SourcePhoto(text_of(path), folder / path)) for path in listed.paths)
    return ArchiveSource("folder", frames, others=listed.others, closed=listed.closed)


def placing(pattern: str) -> Callable[[SourcePhoto], SourcePhoto]:
    """A function that fills in station and camera from the folders of a photo.

    A photo whose folders do not fit, or whose source states a station, stays as it is. Raises
    BadPattern.
    """
    parts = [part for part in pattern.split("/") if part]
    if pattern and not any(part in FIELDS for part in parts):
        raise BadPattern(pattern=pattern)

    def placed(photo: SourcePhoto) -> SourcePhoto:
        folders = PurePosixPath(photo.path).parts[:-1][-len(parts) :] if parts else ()
        fits = len(folders) == len(parts) and all(
            part in (*FIELDS, "*", name) for part, name in zip(parts, folders, strict=True)
        )
        if not (parts and fits):
            return photo
        named = dict(zip(parts, folders, strict=True))
        return replace(
            photo,
            station=photo.station or named.get("{station}", ""),
            camera=photo.camera or named.get("{camera}", ""),
        )

    return placed


def is_video(name: str) -> bool:
    """Whether a file's name says that it is a video."""
    return PurePosixPath(name).suffix.lower() in VIDEOS


def text_of(path: Path) -> str:
    """A path as text that every file can hold, also where its bytes are not UTF-8."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class _Listing:
    """Photos and videos below a folder, relative to it, sorted."""

    paths: tuple[Path, ...]
    others: int
    closed: tuple[str, ...]


def _listed(folder: Path) -> _Listing:
    """Hidden files, such as the `._` files of macOS, and those of systems count as others."""
    paths: list[Path] = []
    others, closed = 0, list[str]()
    for parent, _, names in os.walk(folder, onerror=lambda e: closed.append(str(e.filename))):
        here = Path(parent).relative_to(folder)
        of_a_person = not any(map(is_system_folder, here.parts))
        claimed = [name for name in names if of_a_person and _is_frame(name)]
        paths += [here / name for name in claimed]
        others += len(names) - len(claimed)
    return _Listing(tuple(sorted(paths)), others, tuple(sorted(closed)))


def _is_frame(name: str) -> bool:
    return is_photo(name) or (is_video(name) and not name.startswith("."))


def _detections_in(folder: Path) -> Path | None:
    """The one JSON of a detector that lies in a folder."""
    files = sorted({path for shape in DETECTIONS for path in folder.glob(shape)})
    fitting = [path for path in files if _is_of_detector(path)]
    if len(fitting) > 1:
        raise SeveralDetections(folder=folder, files=", ".join(path.name for path in fitting))
    return fitting[0] if fitting else None


def _is_of_detector(path: Path) -> bool:
    try:
        return megadetector.recognises(json.loads(path.read_bytes()))
    except (OSError, ValueError):
        return False


def _with_others(package: SourcePackage, listed: _Listing, folder: Path) -> Iterator[SourcePhoto]:
    """What the detector's file names, and what lies there beside it, by path."""
    files = {photo.file for photo in package.photos if photo.file}
    beside = [path for path in listed.paths if folder / path not in files]
    others = [SourcePhoto(text_of(path), folder / path) for path in beside]
    yield from sorted([*package.photos, *others], key=lambda photo: photo.path)


def _of_package(
    package: SourcePackage,
    photos: tuple[SourcePhoto, ...],
    threshold: float | None,
    place: Callable[[SourcePhoto], SourcePhoto],
) -> ArchiveSource:
    proposed = package.threshold if package.threshold is not None else THRESHOLD
    return ArchiveSource(
        package.form,
        tuple(map(place, photos)),
        threshold=proposed if threshold is None else threshold,
        detector=package.detector,
        deployments=package.deployments,
        refused=package.refused,
        unmatched=len(photos) - len(package.photos),
    )
