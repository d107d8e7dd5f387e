"""Where an archive's frames come from: folders by a pattern, a detector's JSON, or a package."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reid.errors import BadDataset
from reid.interchange import folders, megadetector
from reid.interchange.deployments import DeploymentLine
from reid.interchange.json_file import json_of
from reid.interchange.package import SourcePhoto, SourceRefusal
from reid.interchange.sources import SourceOptions, read_source
from reid.interchange.summary import stations_alike
from reid.sentences import Sentence
from reid.types import Flank

USED = "{station}", "{camera}", "{flank}"
THRESHOLD = 0.2  # of a detector whose file proposes none


class PatternPartsUnused(
    Sentence,
    message="an archive run takes station, camera and flank of the pattern; {parts} say nothing to "
    "it",
): ...


class NoSuchFolder(BadDataset, message="no folder {folder}"): ...


class SeveralDetections(
    BadDataset,
    message="{folder} holds several files of a detector ({files}): name one with --detections",
): ...


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """The frames of an archive in a fixed order.

    form: what it was read as. threshold: confidence from which a detection counts. others: how many
    files are neither photo nor video, by the end of their names. closed: folders that may not be
    listed. detector: its name, "" where there is none. unmatched: frames that the detector's file
    does not name. flanks: what the folders state, by the path of a frame.
    """

    form: str
    frames: tuple[SourcePhoto, ...]
    threshold: float = THRESHOLD
    detector: str = ""
    deployments: tuple[DeploymentLine, ...] = ()
    refused: tuple[SourceRefusal, ...] = ()
    remarks: tuple[Sentence, ...] = ()
    others: Mapping[str, int] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    unmatched: int = 0
    flanks: Mapping[str, Flank] = field(default_factory=dict)

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
    files = folders.listing(folder)
    unmatched = 0
    if detections is not None:
        package = megadetector.read(detections, folder)
        photos = _with_others(package.photos, folder, files)
        unmatched = len(photos) - len(package.photos)
    else:
        package = read_source(folder, SourceOptions())
        photos = package.photos
    photos = tuple(replace(photo, path=text_of(photo.path)) for photo in photos)
    placed = tuple(map(_placing(parts), photos))
    if not photos:
        raise folders.nothing_in(folder, files)
    flanks, no_flanks = _flanks_of(parts, placed)
    remarks = (*files.remarks, *package.remarks, *_of_pattern(pattern, placed), *no_flanks)
    proposed = THRESHOLD if package.threshold is None else package.threshold
    return ArchiveSource(
        package.form,
        placed,
        threshold=proposed if threshold is None else threshold,
        detector=package.detector,
        deployments=package.deployments,
        refused=package.refused,
        remarks=tuple({str(one): one for one in (*remarks, *stations_alike(placed))}.values()),
        others=files.others,
        closed=files.closed,
        unmatched=unmatched,
        flanks=flanks,
    )


def _placing(parts: Sequence[str]) -> Callable[[SourcePhoto], SourcePhoto]:
    """Fills in station and camera from the folders of a photo, where its source states none."""

    def place(photo: SourcePhoto) -> SourcePhoto:
        named = folders.placed(parts, photo.path) if parts else None
        if not named:
            return photo
        return replace(
            photo,
            station=photo.station or named.get("station", ""),
            camera=photo.camera or named.get("camera", ""),
        )

    return place


def _flanks_of(
    parts: Sequence[str], photos: Sequence[SourcePhoto]
) -> tuple[dict[str, Flank], list[Sentence]]:
    """The flanks that folders state by their names, by paths; and names that state none."""
    flanks: dict[str, Flank] = {}
    remarks: dict[str, Sentence] = {}
    for photo in photos if "{flank}" in parts else ():
        values = folders.placed(parts, photo.path) or {}
        if flank := folders.flank_of_folder(values, photo.path, remarks):
            flanks[photo.path] = flank
    return flanks, [*remarks.values()]


def _of_pattern(pattern: str, photos: Sequence[SourcePhoto]) -> list[Sentence]:
    """What a pattern does not say: of frames in other folders, and by parts that nobody uses."""
    parts = folders.pattern_parts(pattern)
    unused = tuple(part for part in parts if part.startswith("{") and part not in USED)
    told: list[Sentence] = [PatternPartsUnused(parts=unused)] if unused else []
    unplaced = [p for p in photos if not p.station or "{flank}" in parts]
    unlike = [photo.path for photo in unplaced if folders.placed(parts, photo.path) is None]
    if parts and unlike:
        facts = {"photos": len(unlike), "all": len(photos), "pattern": pattern, "path": unlike[0]}
        told.append(folders.FoldersUnlikePattern(**facts))
    return told


def text_of(path: str) -> str:
    """A path as text that every file can hold, also where its bytes are not UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _with_others(
    photos: Sequence[SourcePhoto], folder: Path, files: folders.FolderListing
) -> tuple[SourcePhoto, ...]:
    """What the detector's file names, and what lies there beside it, by path."""
    named = {photo.file for photo in photos if photo.file}
    beside = [
        SourcePhoto(path.as_posix(), folder / path)
        for path in files.frames
        if folder / path not in named
    ]
    return tuple(sorted([*photos, *beside], key=lambda photo: photo.path))


def _detections_in(folder: Path) -> Path | None:
    """The one JSON of a detector that lies in a folder."""
    jsons = sorted(folder.glob("*.json"))
    fitting = [path for path in jsons if megadetector.recognises(json_of(path))]
    if len(fitting) > 1:
        raise SeveralDetections(folder=folder, files=", ".join(path.name for path in fitting))
    return fitting[0] if fitting else None
