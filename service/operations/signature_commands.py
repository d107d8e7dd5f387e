"""The commands `leopard-reid signatures ...`: exchange with a neighbour without photos."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reid.signatures.best import EACH
from reid.signatures.pairs import SHARED
from service.settings import read_settings

if TYPE_CHECKING:
    from service.neighbours.folder import Neighbour
    from service.web.parameters import Components

signatures = typer.Typer(
    no_args_is_help=True,
    help="Compare animals with a neighbour, without photos; see docs/neighbours.md.",
)

DataDir = Annotated[Path | None, typer.Option(help="Folder of the catalogue (REID_DATA_DIR).")]
Number = Annotated[str, typer.Argument(help="As list shows it, or the path of a file.")]


@signatures.command("export")
def export_signatures(
    out: Annotated[Path, typer.Argument(help="The file to write, e.g. ustyurt.signatures.")],
    area: Annotated[str, typer.Option(help="A region, or a cell of 1 degree such as N43E054.")],
    contact: Annotated[str, typer.Option(help="Whom the neighbour calls.")] = "",
    each: Annotated[int, typer.Option(min=1, max=20, help="Photos of each flank.")] = EACH,
    only: Annotated[list[str] | None, typer.Option(help="Name of an identity; repeat.")] = None,
    names: Annotated[
        bool, typer.Option("--names", help="Tell the individual names, not only codes.")
    ] = False,
    without_rootsift: Annotated[
        bool, typer.Option("--without-rootsift", help="Leave out RootSIFT keypoints.")
    ] = False,
    codes: Annotated[
        Path | None, typer.Option(help="Write code and name of each animal, for yourself.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Write a signed file of the best few photos of each identity; it holds no pixel."""
    from service.neighbours.dealing import Neighbourhood
    from service.neighbours.errors import SignaturesFileThere
    from service.neighbours.passing_on import PassingOn

    for path in filter(None, (out, codes)):
        if path.exists():
            raise SignaturesFileThere(path=path)
    choice = PassingOn(area, contact, each, names, not without_rootsift, tuple(only or ()))
    with _components(data_dir) as components:
        result = components[Neighbourhood].pass_on(choice)
    out.write_bytes(result.data)
    if codes:
        _write_codes(codes, result.codes)
    size = len(result.data)
    typer.echo(f"{out}: {len(result.codes)} animals, {result.annotations} photos, {size:,} bytes")
    typer.echo(f"fingerprint to read out: {result.fingerprint}")


def _write_codes(path: Path, codes: dict[str, str]) -> None:
    from reid.interchange.cells import for_spreadsheet

    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["code", "individual"])
        table.writerows([code, for_spreadsheet(name)] for code, name in sorted(codes.items()))


@signatures.command("import")
def import_signatures(
    file: Annotated[Path, typer.Argument(help="What the neighbour sent.", exists=True)],
    fingerprint: Annotated[
        str, typer.Option(help="The digits that the neighbour read out; refused if others.")
    ] = "",
    data_dir: DataDir = None,
) -> None:
    """Keep a neighbour's file and have the worker compare it; the catalogue stays as it is."""
    from service.neighbours.dealing import Neighbourhood
    from service.store.people import ANONYMOUS

    with _components(data_dir) as components:
        taken_in = components[Neighbourhood].take_in
        neighbour = taken_in(file.read_bytes(), ANONYMOUS, fingerprint)
    typer.echo(_words(neighbour))
    typer.echo(f"fingerprint: {neighbour.fingerprint}")
    if not neighbour.checked_by:
        typer.echo(
            "not checked: have it read out over the telephone, and import with --fingerprint"
        )


@signatures.command("list")
def list_neighbours(data_dir: DataDir = None) -> None:
    """The files that were imported, the newest first."""
    from service.neighbours.folder import NeighbourFiles

    for neighbour in NeighbourFiles(read_settings(data_dir=data_dir).data_dir).listed():
        checked = "checked" if neighbour.checked_by else "fingerprint not checked"
        typer.echo(f"{_words(neighbour)}; {checked}")


@signatures.command("remove")
def remove(neighbour: Number, data_dir: DataDir = None) -> None:
    """Delete an imported file and what came of comparing it."""
    from service.neighbours.folder import NeighbourFiles

    NeighbourFiles(read_settings(data_dir=data_dir).data_dir).remove(neighbour)
    typer.echo(f"{neighbour} is deleted")


@signatures.command("fingerprint")
def own_fingerprint(data_dir: DataDir = None) -> None:
    """Print the fingerprint of this catalogue's key, to be read out; makes the key if needed."""
    from reid.signatures.keys import own_key

    typer.echo(own_key(read_settings(data_dir=data_dir).data_dir).fingerprint)


@signatures.command("compare")
def compare_signatures(
    neighbour: Number,
    table: Annotated[Path | None, typer.Option("--csv", help="Write all pairs as CSV.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    shared: Annotated[
        float, typer.Option(help="Part of their animals taken to be among yours (prior).")
    ] = SHARED,
    data_dir: DataDir = None,
) -> None:
    """Compare a neighbour's animals with one's own: llrs, and the pairs worth a telephone call."""
    from tqdm import tqdm

    from service.neighbours.dealing import Neighbourhood
    from service.neighbours.to_wire import as_csv, as_text, pairs_out

    with _components(data_dir) as components, tqdm(unit="animal", disable=None) as bar:

        def step(done: int, animals: int) -> None:
            bar.total = animals
            bar.update(done - bar.n)

        neighbourhood = components[Neighbourhood]
        number = neighbourhood.imported(neighbour)
        neighbourhood.compare(number, step)
        result = pairs_out(neighbourhood, number, shared=shared)
    if table:
        table.write_text(as_csv(result), encoding="utf-8", newline="")
    typer.echo(result.model_dump_json(indent=2) if as_json else as_text(result))


def _words(neighbour: "Neighbour") -> str:
    counts = f"{neighbour.animals} animals, {neighbour.annotations} photos"
    return f"{neighbour.id}  {neighbour.area}, {neighbour.made}: {counts}, {neighbour.model}"


@contextmanager
def _components(data_dir: Path | None) -> Iterator["Components"]:
    """The components over a catalogue that is there already."""
    from service.operations.opening import opened_catalogue

    with opened_catalogue(read_settings(data_dir=data_dir)) as components:
        yield components
