"""The command `leopard-reid archive`, with its options."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from reid.archive.scheduling import EngineChoice
from reid.types import Flank
from service.settings import read_settings

Folder = Annotated[Path, typer.Argument(help="Frames, crops or clips; or a package of them.")]
Out = Annotated[Path | None, typer.Option(help="Folder of the results; else in the data folder.")]
Pattern = Annotated[
    str, typer.Option(help='What folders mean, e.g. "{station}/{camera}"; * for any.')
]
Detections = Annotated[
    Path | None, typer.Option(help="JSON of MegaDetector; one in FOLDER is found.", exists=True)
]
Threshold = Annotated[
    float | None, typer.Option(min=0, max=1, help="Least confidence; else the file's own.")
]
SpeciesName = Annotated[str, typer.Option(help="Only this one, as the source names it.")]
ClockTable = Annotated[
    Path | None, typer.Option(help="CSV: station, camera, from, until, error.", exists=True)
]
Side = Annotated[Flank, typer.Option(help="Flank of animals of which none is stated.")]
PhotosEach = Annotated[
    int, typer.Option(min=1, max=6, help="Photos of an encounter and flank to compare.")
]
Gap = Annotated[float | None, typer.Option(min=0.1, help="Minutes (REID_ENCOUNTER_GAP_MINUTES).")]
Workers = Annotated[
    int, typer.Option(min=0, help="Processes; 0: one a core, up to 4, or all of a cluster.")
]
EngineName = Annotated[EngineChoice, typer.Option(help="Who works: this machine or a Ray cluster.")]
RayAddress = Annotated[str, typer.Option(help="Of the cluster; else RAY_ADDRESS, or the one here.")]
CatalogueAt = Annotated[
    str, typer.Option(help="Address or folder; else the data folder, if there is one.")
]
Keep = Annotated[bool, typer.Option("--keep", help="Keep answers of an earlier catalogue.")]
Add = Annotated[
    bool, typer.Option("--add", help="Take the best photos in, and queue what needs eyes.")
]
Banners = Annotated[
    bool, typer.Option(help="Read printed times of frames that state none (extra banner).")
]
DataFolder = Annotated[Path | None, typer.Option(help="Folder of the catalogue (REID_DATA_DIR).")]


def archive(
    folder: Folder,
    out: Out = None,
    pattern: Pattern = "",
    detections: Detections = None,
    threshold: Threshold = None,
    species: SpeciesName = "",
    clocks: ClockTable = None,
    flank: Side = Flank.UNKNOWN,
    photos: PhotosEach = 2,
    gap: Gap = None,
    workers: Workers = 0,
    engine: EngineName = EngineChoice.LOCAL,
    ray_address: RayAddress = "",
    catalogue: CatalogueAt = "",
    keep: Keep = False,
    add: Add = False,
    banners: Banners = True,
    data_dir: DataFolder = None,
) -> None:
    """Read an archive: animals, encounters, identities, new animals, and a report as one file.

    May be stopped at any moment; the same command goes on where it was. Exit code 1 if frames could
    not be read. A service that asks for a login takes the token in REID_TOKEN.
    """
    from service.operations.archive import ArchiveRequest, run, summary

    token = os.environ.get("REID_TOKEN", "")
    place = (folder, out, catalogue, token, detections, pattern, threshold, species, clocks)
    request = ArchiveRequest(*place, flank, photos, gap, workers, keep, add, banners)
    request = replace(request, engine=engine, ray_address=ray_address)
    try:
        finished = run(request, read_settings(data_dir=data_dir))
    except ConnectionError as error:
        sys.exit(f"leopard-reid: {error}")
    except KeyboardInterrupt:
        typer.echo("stopped; the same command goes on from here", err=True)
        raise typer.Exit(130) from None
    for line in summary(finished):
        typer.echo(line)
    raise typer.Exit(0 if finished.result.complete else 1)
