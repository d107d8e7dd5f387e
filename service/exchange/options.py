"""Options of `leopard-reid export`, and what it prints."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from service.exchange.export import ExportedFolder


class Effort(StrEnum):
    """What says when cameras worked."""

    STATED = "stated"
    PHOTOS = "photos"


class Positions(StrEnum):
    """How positions are told."""

    EXACT = "exact"
    ROUNDED = "rounded"


Form = Annotated[
    list[str] | None,
    typer.Option(help="Only this form, may be repeated; index_csv: crops for finetune.py."),
]
Days = Annotated[int, typer.Option(min=1, max=366, help="Days of one occasion.")]
StatedEffort = Annotated[
    Effort, typer.Option(help="photos: first and last photo, where no times are stated.")
]
Draws = Annotated[int, typer.Option(min=0, max=1000, help="Histories drawn from the posterior.")]
Seed = Annotated[int, typer.Option(min=0, help="Of the draws.")]
ToldPositions = Annotated[
    Positions, typer.Option(help="rounded: as REID_PLACES says, without traps.")
]
Zone = Annotated[str, typer.Option(help="Of times whose zone is not known, e.g. +06:00.")]
Title = Annotated[str, typer.Option(help="Of the data set.")]
Contributor = Annotated[str, typer.Option(help="Who stands for it.")]
Design = Annotated[str, typer.Option(help="Sampling design, in the words of Camtrap DP.")]
Media = Annotated[bool, typer.Option("--media", help="The photo files, too, as they came.")]


def say(folder: Path, result: "ExportedFolder") -> None:
    """Print what was written; exit code 1 where a crop could not be."""
    if result.rows:
        typer.echo(
            f"{folder}: {result.captures} captures of {result.individuals} named individuals, "
            f"{result.photos} photos, {len(result.rows)} tables, {len(result.histories)} histories"
        )
    if result.left_out:
        typer.echo(f"{len(result.left_out)} rows had no place in some table: left_out.csv says why")
    if result.crops is None:
        return
    for path in result.crops.skipped:
        typer.echo(f"skipped: {path}", err=True)
    crops = result.crops
    typer.echo(f"{crops.annotations} annotations of {crops.individuals} identities in {folder}")
    raise typer.Exit(1 if crops.skipped else 0)
