"""The command `leopard-reid`."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reid.density.combining import DRAWS
from reid.errors import ReidError, WeightsError
from reid.interchange.obscuring import Telling
from reid.types import Flank
from service.accounts.commands import accounts
from service.cases.report import Casework
from service.dossier.record import Dossiers
from service.exchange import options
from service.exchange.commands import import_source
from service.operations.archive_command import archive
from service.operations.backup_commands import backup, restore, verify
from service.operations.calibration_commands import calibrate, certify
from service.operations.logs import begin_log
from service.operations.signature_commands import signatures
from service.photos.intake import Intake
from service.recognition.engine import Engine
from service.settings import Settings, read_settings
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.trouble import TROUBLES, trouble_of
from service.web.parameters import Components

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Do these photographs show the same leopard? Settings: docs/settings.md.",
)

app.add_typer(accounts, name="account")
app.command()(archive)
app.command()(backup)
app.command()(calibrate)
app.command()(certify)
app.command()(restore)
app.command()(verify)
app.command("import")(import_source)
app.add_typer(signatures, name="signatures")

DataDir = Annotated[Path | None, typer.Option(help="Folder of the catalogue (REID_DATA_DIR).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Photos = Annotated[list[Path], typer.Argument(help="JPEG, PNG or WebP files.", exists=True)]
Box = Annotated[
    str, typer.Option(help="Where the animal is: x0 y0 x1 y1 in pixels or 0-1; else the whole.")
]


def main() -> None:
    """Run the command line; an expected error is one line and exit code 1."""
    try:
        app()
    except ReidError as error:
        sys.exit(f"leopard-reid: {error}")
    except TROUBLES as error:
        if (trouble := trouble_of(error)) is None:
            raise
        sys.exit(f"leopard-reid: {trouble} ({str(getattr(error, 'orig', error)).strip()})")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (REID_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port, 0 for a free one (REID_PORT).")] = None,
    data_dir: DataDir = None,
    demo: Annotated[
        bool, typer.Option(help="Fill an empty catalogue with the demo survey first.")
    ] = False,
    worker: Annotated[bool, typer.Option(help="Run a worker process beside the service.")] = True,
) -> None:
    """Start the service, the web pages and a worker; Ctrl-C ends all."""
    from service.operations.serving import run
    from service.operations.supervisor import worker_command
    from service.recognition.engine import threshold_of

    settings = read_settings(host=host, port=port, data_dir=data_dir)
    begin_log(settings)
    with suppress(WeightsError):  # said by the service, which starts without a network
        threshold_of(settings)
    run(settings, demo=demo, worker=worker_command if worker else None)


@app.command()
def worker(
    name: Annotated[str, typer.Option(help="Name of this worker, unique.")] = "",
    data_dir: DataDir = None,
    parent: Annotated[int, typer.Option(help="End when this parent process ends.")] = 0,
) -> None:
    """Embed uploaded photos until stopped; several may run over one database."""
    from service.operations.supervisor import worker_name
    from service.operations.worker import run
    from service.recognition.network import load_embedder

    settings = read_settings(data_dir=data_dir)
    begin_log(settings)
    run(settings, load_embedder, name=name or worker_name(), parent=parent)


@app.command()
def identify(
    photos: Photos,
    flank: Annotated[Flank, typer.Option(help="Side of the animal that is seen.")] = Flank.UNKNOWN,
    box: Box = "",
    top: Annotated[int, typer.Option(min=1, help="Candidates to print.")] = 5,
    as_json: Json = False,
    picture: Annotated[
        Path | None, typer.Option(help="Where the fused picture of several photos is written.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Compare photos of one encounter with the catalogue; nothing is kept."""
    from service.recognition.query import QueryUpload
    from service.recognition.to_wire import burst_in_words, identification_out

    with _catalogue(read_settings(data_dir=data_dir)) as components:
        query = [QueryUpload(path.read_bytes(), box, flank) for path in photos]
        said = components[Engine].identify_photos(query)
    answer = identification_out(said, top)
    shown = said.burst and said.burst.fused.picture
    if picture and shown:
        picture.write_bytes(shown.png)
    elif picture:
        typer.echo("no picture was written: no two photos agree well enough", err=True)
    if as_json:
        typer.echo(answer.model_dump_json(indent=2))
        return
    typer.echo(f"{answer.verdict.value}; {answer.gallery} photos in the catalogue, {answer.model}")
    if answer.burst:
        typer.echo(burst_in_words(answer.burst))
    typer.echo(f"{'identity':12} {'llr':>6} {'bound':>6}  verdict")
    for candidate in answer.candidates:
        llr = f"{candidate.llr:+6.2f} {candidate.bound:6.2f}"
        typer.echo(f"{candidate.identity:12} {llr}  {candidate.verdict.value}")


@app.command()
def add(
    photos: Photos,
    station: Annotated[str, typer.Option(help="Place of the camera.")] = "",
    flank: Annotated[Flank, typer.Option(help="Side of the animal that is seen.")] = Flank.UNKNOWN,
    box: Box = "",
    encounter: Annotated[str, typer.Option(help="Number or name, instead of grouping.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Upload photos into the catalogue; a worker embeds them. Exit code 1 if one was refused."""
    from service.photos.statements import Statements

    facts = Statements(
        station=station or None,
        flank=flank,
        boxes=(box,) if box else (),
        encounter=encounter or None,
    )
    with _components(read_settings(data_dir=data_dir)) as components:
        result = components[Intake].accept(
            ((path.name, path.read_bytes()) for path in photos), facts
        )
    for file in result.files:
        outcome = "refused" if file.photo_id is None else "new" if file.created else "known"
        what = file.error_detail or f"encounter {file.encounter_id}"
        typer.echo(f"{file.file_name}: {outcome}, {what}")
    raise typer.Exit(1 if result.refused else 0)


class Demo(StrEnum):
    """What can be shown."""

    SURVEY = "survey"
    USTYURT = "ustyurt"


@app.command()
def demo(
    which: Annotated[Demo, typer.Argument(help="What to show.")] = Demo.SURVEY,
    host: Annotated[str | None, typer.Option(help="ustyurt: as of serve.")] = None,
    port: Annotated[int | None, typer.Option(help="ustyurt: as of serve.")] = None,
    serve: Annotated[bool, typer.Option(help="ustyurt: serve after the table.")] = True,
    data_dir: DataDir = None,
) -> None:
    """Make the demo survey and import it, unless there are photos already.

    ustyurt: the founding case with SIMULATED animals in all its variants, in an empty folder; a
    table of what its reports say, and then the service, to open its cases and dossiers.
    """
    from service.operations.serving import fill_with_demo, run

    if which is Demo.USTYURT:
        settings = read_settings(host=host, port=port, data_dir=data_dir)
        begin_log(settings)
        run(
            settings,
            first=_founding_cases,
            serve=serve,
        )
        return
    with _components(read_settings(data_dir=data_dir)) as components:
        if not fill_with_demo(components[Settings], components[Database], components[Intake]):
            typer.echo("the catalogue has photos already: nothing was added")


@app.command()
def migrate(data_dir: DataDir = None) -> None:
    """Bring the database to the newest schema; the other commands do so themselves."""
    with _components(read_settings(data_dir=data_dir)):
        typer.echo("the database is up to date")


@app.command()
def reembed(
    model: Annotated[str, typer.Argument(help="Model id, e.g. nyala@1.")], data_dir: DataDir = None
) -> None:
    """Queue all annotations for another model; the service keeps its own meanwhile."""
    from reid.weights import default_folder, load_card
    from service.store import reembedding

    settings = read_settings(data_dir=data_dir)
    load_card(model, settings.weights_dir or default_folder())
    with _catalogue(settings) as components, components[Database].write() as connection:
        waiting = reembedding.enqueue(connection, model, again=True)
    typer.echo(f"{waiting} annotations wait to be embedded with {model}")


@app.command("pairs")
def compare_pairs(data_dir: DataDir = None) -> None:
    """Queue every encounter whose nearest others are not compared with it; a worker does it."""
    from service.recognition.comparing import queue_all

    with _catalogue(read_settings(data_dir=data_dir)) as components:
        new, waiting = queue_all(components[Database], components[Engine])
    typer.echo(f"{waiting} encounters wait for their pairs, {new} of them newly queued")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    form: options.Form = None,
    days: options.Days = 1,
    effort: options.StatedEffort = options.Effort.STATED,
    draws: options.Draws = 20,
    seed: options.Seed = 0,
    positions: options.ToldPositions = options.Positions.EXACT,
    zone: options.Zone = "unknown",
    title: options.Title = "Leopard catalogue",
    contributor: options.Contributor = "not stated",
    design: options.Design = "targeted",
    media: options.Media = False,
    data_dir: DataDir = None,
) -> None:
    """Write one folder of tables for statisticians and other programs; see docs/export.md."""
    from service.exchange.export import ExportChoices
    from service.exchange.export import export as write_export

    settings, by_photos = read_settings(data_dir=data_dir), effort == "photos"
    telling = Telling.EXACT if positions == "exact" else settings.telling
    about = (telling, zone, title, contributor, design, media)
    choices = ExportChoices(tuple(form or ()), days, by_photos, draws, seed, *about)
    with _catalogue(settings) as components:
        engine = components[Engine]
        of = (components[Settings], components[Database], components[PhotoFiles], engine)
        options.say(folder, write_export(*of, folder, choices))


@app.command()
def dossier(
    case: Annotated[str, typer.Argument(help="Number or name of the case.")],
    out: Annotated[Path, typer.Option(help="The page to write, e.g. dossier.html.")],
    as_json: Annotated[Path | None, typer.Option("--json", help="Write the JSON, too.")] = None,
    exact: Annotated[
        bool, typer.Option("--exact-positions", help="Positions as they are, not rounded.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Write the printable record of a case: one HTML file that needs no other."""
    from service.dossier.printing import write

    settings = read_settings(data_dir=data_dir)
    telling = Telling.EXACT if exact else settings.telling
    with _catalogue(settings) as components:
        content = write(components[Dossiers], case, telling, out, as_json)
    typer.echo(f"{out}: content SHA-256 {content.digest}")


@app.command()
def density(
    draws: Annotated[int, typer.Option(min=2, help="Draws of who is who.")] = DRAWS,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal draws.")] = 1,
    by_photos: Annotated[
        bool,
        typer.Option(
            "--by-photos", help="First and last photos stand for dates that nobody stated."
        ),
    ] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Estimate how many animals live around the stations: a first look, beside the files for secr.

    Keeps the result for the page of the density. Exit code 1 where the captures carry none.
    """
    from service.density.estimating import Densities, DensityWish
    from service.density.record import CONTENT
    from service.density.view import as_text

    with _catalogue(read_settings(data_dir=data_dir)) as components:
        record = components[Densities].estimated(DensityWish(draws, seed, by_photos))
        text = CONTENT.dump_json(record, indent=2).decode() if as_json else as_text(record)
    typer.echo(text)
    raise typer.Exit(1 if record.refused else 0)


@app.command()
def status(
    data_dir: DataDir = None,
    wait: Annotated[bool, typer.Option(help="Wait until no job is left.")] = False,
    as_json: Json = False,
) -> None:
    """Jobs, encounters and workers; exit code 1 when jobs have failed."""
    from service.operations.serving import standing

    with _catalogue(read_settings(data_dir=data_dir)) as components:
        counts = standing(components[Settings], components[Database])
        while wait and counts["queued"] + counts["running"]:
            time.sleep(0.5)
            counts = standing(components[Settings], components[Database])
    if as_json:
        typer.echo(json.dumps(counts))
    else:
        for name, count in counts.items():
            typer.echo(f"{name:12} {count}")
    raise typer.Exit(1 if counts["failed"] else 0)


def _founding_cases(components: Components) -> None:
    """Fill the catalogue with the founding case, and print what its reports say."""
    from service.operations.serving import founding_case

    founding_case(
        components[Settings], components[Database], components[Casework], components[Intake]
    )


@contextmanager
def _components(settings: Settings) -> Iterator[Components]:
    """The components over a migrated database; imported here because the app takes seconds."""
    from service.operations.opening import opened

    with opened(settings) as components:
        yield components


@contextmanager
def _catalogue(settings: Settings) -> Iterator[Components]:
    """The components over a catalogue that is there already."""
    from service.operations.opening import opened_catalogue

    with opened_catalogue(settings) as components:
        yield components


if __name__ == "__main__":
    main()
