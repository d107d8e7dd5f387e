"""Every photo of a folder asked about, one row each; a killed run goes on where it was."""

import hashlib
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Protocol

from reid.archive.journal import SHOWN, Journal, PhotoRow, Status
from reid.errors import BadDataset, InputError, UnusableCrop
from reid.identify.answer import strength_of_evidence
from reid.photo import exif
from reid.photo.file_names import is_photo, is_system_folder
from reid.photo.images import decode_photo, is_damaged
from reid.types import Flank, Verdict

LARGEST = 60_000_000  # pixels held at once
AT_ONCE = 2  # photos under way: the next one is read while this one is computed
PATIENCE = 5  # photos in a row without an answer, before the rest is not asked any more
NO_ANSWER, NO_FILE = "no_answer", "unreadable_file"


class NoSuchFolder(BadDataset, message="no folder {folder}"): ...


class NoPhotosBelow(
    BadDataset, message="no photo (jpg, jpeg, png, webp, heic, avif) below {folder}"
): ...


@dataclass(frozen=True, slots=True)
class NamedCandidate:
    """One candidate, by name."""

    identity: str
    llr: float
    bound: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class CatalogueAnswer:
    """What a catalogue says about one photo; candidates in the order of total agreement."""

    verdict: Verdict
    candidates: tuple[NamedCandidate, ...]
    model: str
    calibrator: str

    @property
    def strongest(self) -> NamedCandidate | None:
        """The candidate with the strongest evidence, whose verdict the answer has; None of none."""
        return max(
            self.candidates, key=lambda c: strength_of_evidence(c.verdict, c.llr), default=None
        )


class Catalogue(Protocol):
    """Whom we ask: a service, or a catalogue opened in this process.

    model: id of the network; state: changes whenever the catalogue may answer differently.
    """

    @property
    def model(self) -> str:
        """Id of the network, for example rosette@1."""

    @property
    def state(self) -> str:
        """A text that changes whenever the catalogue may answer differently."""

    def identify(self, photo: bytes, flank: Flank) -> CatalogueAnswer:
        """Raises InputError for a photo that cannot be used, ConnectionError for no answer."""


@dataclass(frozen=True, slots=True)
class PhotoFolder:
    """What lies below a folder. photos: paths relative to it, sorted, whatever is in them."""

    folder: Path
    photos: tuple[Path, ...]
    others: int
    closed: tuple[str, ...]  # folders that may not be listed


@dataclass(frozen=True, slots=True)
class Summary:
    """How a run ended: photos by status, files without a photo, folders that may not be listed."""

    statuses: Mapping[Status, int]
    earlier: int  # rows of an earlier run that stay
    others: int
    closed: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Every photo was read and answered."""
        bad = self.statuses.get(Status.UNREADABLE, 0) + self.statuses.get(Status.FAILED, 0)
        return bad == 0 and not self.closed


RowProgress = Callable[[Iterator[PhotoRow], int, int], Iterable[PhotoRow]]


def silent(rows: Iterator[PhotoRow], total: int, done: int) -> Iterable[PhotoRow]:
    """The rows as they come, without a progress bar."""
    del total, done
    return rows


def identify_archive(
    folder: Path,
    out: Path,
    catalogue: Catalogue,
    *,
    flank: Flank = Flank.UNKNOWN,
    keep: bool = False,
    progress: RowProgress = silent,
) -> Summary:
    """Ask about every photo below a folder; results.jsonl and results.csv lie in `out`.

    keep: rows that an earlier state of the catalogue or another model answered stay as they are.
    """
    photos = find(folder)
    with Journal.opened(out) as journal:
        done = {
            path
            for path in photos.photos
            if (row := journal.rows.get(text_of(path)))
            and _still_true(row, photos.folder / path, catalogue, flank, keep=keep)
        }
        todo = [path for path in photos.photos if path not in done]
        rows = _ask_all(photos.folder, todo, catalogue, flank)
        for row in progress(rows, len(photos.photos), len(done)):
            journal.append(row)
        paths = [text_of(path) for path in photos.photos]
        journal.finish(paths)
        statuses = Counter(journal.rows[path].status for path in paths)
    return Summary(statuses, len(done), photos.others, photos.closed)


def find(folder: Path) -> PhotoFolder:
    """Every file below a folder whose name says that it is a photo.

    Hidden ones, such as the `._` files of macOS, and those in folders of systems count as others.
    """
    if not folder.is_dir():
        raise NoSuchFolder(folder=folder)
    photos: list[Path] = []
    others, closed = 0, []
    for parent, _, names in os.walk(folder, onerror=lambda e: closed.append(str(e.filename))):
        here = Path(parent).relative_to(folder)
        of_a_person = not any(map(is_system_folder, here.parts))
        claimed = [name for name in names if of_a_person and is_photo(name)]
        photos += [here / name for name in claimed]
        others += len(names) - len(claimed)
    if not photos:
        raise NoPhotosBelow(folder=folder)
    return PhotoFolder(folder, tuple(sorted(photos)), others, tuple(sorted(closed)))


def text_of(path: Path) -> str:
    """A path as text that every file can hold, also where its bytes are not UTF-8."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _still_true(
    row: PhotoRow, file: Path, catalogue: Catalogue, flank: Flank, *, keep: bool
) -> bool:
    """Whether asking again would give the same row."""
    if row.status is Status.FAILED or row.code == NO_FILE or row.flank != flank:
        return False
    if not keep and (row.model, row.catalogue) != (catalogue.model, catalogue.state):
        return False
    if (row.bytes, row.modified_ns) == _facts(file):
        return True
    try:
        return bool(row.sha256) and row.sha256 == _digest(_content(file))
    except OSError:
        return False


def _ask_all(
    folder: Path, todo: Sequence[Path], catalogue: Catalogue, flank: Flank
) -> Iterator[PhotoRow]:
    """Rows in the order of `todo`; when nobody answers any more, the rest is not tried."""
    unanswered = 0
    under_way: deque[Future[PhotoRow]] = deque()

    def blank(path: Path) -> PhotoRow:
        return PhotoRow(
            text_of(path),
            Status.FAILED,
            flank=flank,
            model=catalogue.model,
            catalogue=catalogue.state,
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for path in todo:
            if unanswered >= PATIENCE:
                reason = "not asked: the catalogue did not answer for the photos before"
                under_way.append(_finished(replace(blank(path), code=NO_ANSWER, reason=reason)))
            else:
                under_way.append(pool.submit(_ask, folder / path, blank(path), catalogue, flank))
            if len(under_way) > 2 * AT_ONCE:
                row = under_way.popleft().result()
                unanswered = unanswered + 1 if row.code == NO_ANSWER else 0
                yield row
        for waiting in under_way:
            yield waiting.result()


def _finished(row: PhotoRow) -> Future[PhotoRow]:
    future: Future[PhotoRow] = Future()
    future.set_result(row)
    return future


def _ask(file: Path, blank: PhotoRow, catalogue: Catalogue, flank: Flank) -> PhotoRow:
    """The row of one photo, whatever happens."""
    start = perf_counter()
    size, modified = _facts(file)
    row = replace(blank, bytes=size, modified_ns=modified)
    try:
        data = _content(file)
        taken = exif.read(data, file_name=file.name)
        row = replace(
            row,
            sha256=_digest(data),
            captured_at=taken.captured_at.isoformat() if taken.captured_at else "",
            camera=taken.camera or "",
            damage=_damage(data),
        )
        row = _answered(row, catalogue.identify(data, flank))
    except UnusableCrop as error:
        row = replace(row, status=Status.TOO_POOR, code=error.code, reason=str(error))
    except InputError as error:
        row = replace(row, status=Status.UNREADABLE, code=error.code, reason=str(error))
    except ConnectionError as error:
        row = replace(row, status=Status.FAILED, code=NO_ANSWER, reason=str(error))
    except OSError as error:
        reason = error.strerror or str(error)
        row = replace(row, status=Status.UNREADABLE, code=NO_FILE, reason=reason)
    except Exception as error:  # a defect of ours must not cost the other photos their rows
        reason = f"{type(error).__name__}: {error}"
        row = replace(row, status=Status.FAILED, code="internal_error", reason=reason)
    return replace(row, ms=round((perf_counter() - start) * 1000, 1))


def _answered(row: PhotoRow, answer: CatalogueAnswer) -> PhotoRow:
    best = answer.strongest
    same = best is not None and answer.verdict is Verdict.SAME
    return replace(
        row,
        status=Status.IDENTIFIED if same else Status.UNKNOWN,
        identity=best.identity if best and same else "",
        llr=best.llr if best else None,
        bound=best.bound if best else None,
        verdict=answer.verdict.value,
        candidates=tuple(
            (candidate.identity, candidate.llr) for candidate in answer.candidates[:SHOWN]
        ),
        model=answer.model,
        calibrator=answer.calibrator,
    )


def _damage(data: bytes) -> str:
    """What of a photo cannot be read, as a sentence; "" of one that is whole, or no photo."""
    if not is_damaged(data):
        return ""
    try:
        return str(decode_photo(data, max_pixels=LARGEST).damage or "")
    except InputError:
        return ""  # the catalogue says why


def _facts(file: Path) -> tuple[int, int]:
    """Size and modification time; they change when a file is written."""
    try:
        status = file.stat()
    except OSError:
        return (-1, -1)
    return (status.st_size, status.st_mtime_ns)


def _content(file: Path) -> bytes:
    """The bytes of a file; a pipe that is called photo.jpg is not waited for."""
    if file.exists() and not file.is_file():
        raise OSError(0, "not a regular file")
    return file.read_bytes()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
