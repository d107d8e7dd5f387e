"""The command `leopard-reid import`: photos of another program, without a running service."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from service.settings import read_settings

DataDir = Annotated[Path | None, typer.Option(help="Folder of the catalogue (REID_DATA_DIR).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Reviewer = Annotated[str, typer.Option(help="In whose name identities are decided.")]


def import_source(
    path: Annotated[Path, typer.Argument(help="A package, a table, or a folder of photos.")],
    photos: Annotated[Path | None, typer.Option(help="Folder of the photos, if another.")] = None,
    pattern: Annotated[
        str, typer.Option(help="What folders mean, e.g. {station}/{camera} or {individual}.")
    ] = "",
    species: Annotated[
        list[str] | None, typer.Option(help="Only animals of this species, as the source names it.")
    ] = None,
    reviewer: Reviewer = "import",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would bring; keep nothing.")
    ] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Bring photos of another program into the catalogue, with names, boxes, flanks and stations.

    The form is recognised; see docs/interchange.md. Exit code 1 if a photo was refused.
    """
    from tqdm import tqdm

    from reid.interchange.sources import SourceOptions
    from service.exchange.import_view import Planned, as_json_text, plan_text, report_text
    from service.exchange.importing import Importer
    from service.photos.intake import Intake
    from service.store.claiming import claim
    from service.store.database import Database
    from service.store.files import PhotoFiles

    planned = Planned.of(path, SourceOptions(photos, pattern), species or ())
    if not as_json:
        typer.echo(plan_text(planned))
    if dry_run:
        typer.echo(as_json_text(planned) if as_json else "nothing was kept (--dry-run)")
        return
    settings = read_settings(data_dir=data_dir)
    files = PhotoFiles(settings.photos)
    database = Database(settings.database, gap=settings.encounter_gap)
    try:
        claim(database, files, settings.data_dir)
        of = (settings, database, Intake(database, files, settings), reviewer, planned.label)
        bar = partial(tqdm, unit="photo", disable=None)
        report = Importer(*of).run(
            planned.package, planned.chosen, lambda chosen, total: bar(chosen, total=total)
        )
    finally:
        database.close()
    typer.echo(as_json_text(planned, report) if as_json else report_text(report))
    raise typer.Exit(1 if report.photos["refused"] else 0)
