"""The commands `leopard-reid backup`, `restore` and `verify`."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reid.errors import BadSettings
from reid.sentences import Sentence
from service.settings import read_settings

if TYPE_CHECKING:
    from service.operations.restoring import CatalogueParts

DataDir = Annotated[Path | None, typer.Option(help="Folder of the catalogue (REID_DATA_DIR).")]
Folder = Annotated[Path, typer.Argument(help="Folder of the backups, on another disk.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


MOST_LINES = 100


class FolderOrBack(
    BadSettings, message="name the folder of a backup, or give --back alone to undo a restore"
): ...


def backup(
    folder: Folder,
    keep: Annotated[int, typer.Option(min=1, help="States that stay; older ones go.")] = 7,
    quick: Annotated[
        bool, typer.Option("--quick", help="Tell kept photos by their size, without reading them.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Add a state to a backup, while the service runs; photos are copied once.

    Exit code 1 where photos of the catalogue are missing or damaged.
    """
    from service.operations.backup import back_up
    from service.operations.opening import opened_catalogue
    from service.store.database import Database
    from service.store.files import PhotoFiles

    settings = read_settings(data_dir=data_dir)
    with opened_catalogue(settings) as components:
        of = (settings, components[Database], components[PhotoFiles], folder)
        result = back_up(*of, keep=keep, quick=quick, every=_bar)
    size = result.manifest.photo_bytes / 1e6
    typer.echo(
        f"{result.state}: {result.manifest.photos} photos ({size:,.0f} MB), of which "
        f"{result.copied} copied now, schema {result.manifest.schema_revision}"
    )
    _end(result.findings)


def restore(
    folder: Annotated[Path | None, typer.Argument(help="Folder of the backups.")] = None,
    state: Annotated[
        str | None, typer.Option(help="Name of a state; the newest unless given.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check every byte of the backup, change nothing.")
    ] = False,
    back: Annotated[
        bool, typer.Option("--back", help="Put back what was there before the last restore.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Put a backup back, with the service stopped; what was there becomes a restore point.

    The backup is checked wholly before anything is touched. Where the result does not pass its
    check, everything is put back as it was.
    """
    from service.operations import backup_state, restoring

    if (folder is None) != back:
        raise FolderOrBack()
    if folder is None:
        with _catalogue(data_dir) as catalogue:
            typer.echo(f"put back: {restoring.back(catalogue).name}")
        return
    if dry_run:
        source = backup_state.state_folder(folder, state)
        manifest = restoring.checked(folder, source, _bar)
        typer.echo(f"{source}: whole, {manifest.photos} photos; nothing was changed (--dry-run)")
        return
    with _catalogue(data_dir) as catalogue:
        result = restoring.restore(catalogue, folder, state=state, every=_bar)
    typer.echo(f"{result.state}: restored, {result.photos} photos were missing and are back")
    typer.echo(f"what was there before: {result.point} (leopard-reid restore --back)")
    if lacking := result.manifest.lacking:
        typer.echo(f"{len(lacking)} photos were lacking when it was backed up")


def verify(
    repair_from: Annotated[
        Path | None, typer.Option(help="A backup; photos that lie whole in it are put back.")
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Check database, photo files and models, and say what to do; exit code 1 for a fault.

    It changes nothing without --repair-from, and the service may run.
    """
    from service.operations.verifying import verify as look

    with _catalogue(data_dir) as catalogue:
        of = (catalogue.settings, catalogue.database, catalogue.files)
        report = look(*of, repair_from=repair_from, every=_bar)
    if as_json:
        lists = {"findings": report.findings, "notes": report.notes}
        lines = {
            name: [{"code": one.code, "detail": str(one)} for one in sentences]
            for name, sentences in lists.items()
        }
        counts = {"photos": report.photos, "repaired": report.repaired}
        typer.echo(json.dumps(lines | counts, indent=2))
        raise typer.Exit(1 if report.findings else 0)
    faults = len(report.findings)
    typer.echo(f"{report.photos} photos, {faults} fault{'s' if faults != 1 else ''}")
    for note in report.notes:
        typer.echo(f"note: {note}")
    for photo_id in report.repaired:
        typer.echo(f"photo {photo_id}: put back from the backup")
    _end(report.findings)


def _end(findings: Sequence[Sentence]) -> None:
    for finding in findings[:MOST_LINES]:
        typer.echo(str(finding), err=True)
    if more := len(findings[MOST_LINES:]):
        typer.echo(f"and {more} more", err=True)
    raise typer.Exit(1 if findings else 0)


def _bar(ids: Iterator[str], total: int) -> Iterator[str]:
    from tqdm import tqdm

    return iter(tqdm(ids, total=total, unit="photo", disable=None))


@contextmanager
def _catalogue(data_dir: Path | None) -> "Iterator[CatalogueParts]":
    """What the settings name, neither brought up to date nor looked at."""
    from service.operations.restoring import CatalogueParts
    from service.store.database import Database
    from service.store.files import PhotoFiles

    settings = read_settings(data_dir=data_dir)
    database = Database(settings.database, gap=settings.encounter_gap)
    try:
        yield CatalogueParts(settings, database, PhotoFiles(settings.photos))
    finally:
        database.close()
