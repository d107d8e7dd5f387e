"""The commands `leopard-reid calibrate` and `leopard-reid certify`."""

from pathlib import Path
from typing import Annotated

import typer

from reid.errors import BadSettings
from reid.evidence.local import IMPOSTOR
from service.settings import read_settings

DataDir = Annotated[Path | None, typer.Option(help="Folder of the catalogue (REID_DATA_DIR).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


class ApplyAndReset(
    BadSettings, message="--apply and --reset contradict each other: give one of them"
): ...


def calibrate(
    apply: Annotated[bool, typer.Option("--apply", help="Put what comes of it in force.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Take what was applied back.")] = False,
    most: Annotated[
        int, typer.Option(min=IMPOSTOR, help="Impostor pairs at most; genuine ones half as many.")
    ] = 2000,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Ask whether the llrs hold for this catalogue, by what people decided; --apply adjusts them.

    Compares up to 3,000 pairs of encounters; a running service uses the result at once.
    """
    from tqdm import tqdm

    from service.calibration.study import Calibration
    from service.calibration.to_wire import calibration_out
    from service.calibration.view import as_text
    from service.operations.opening import opened_catalogue

    if apply and reset:
        raise ApplyAndReset()
    with opened_catalogue(read_settings(data_dir=data_dir)) as components:
        study = components[Calibration]
        if reset:
            typer.echo("taken back" if study.reset() else "nothing was applied")
            return
        couples = study.couples(most=most)
        bar = tqdm(study.compared(couples), total=len(couples), unit="pair", desc="compare")
        studied = study.studied(list(bar))
        try:
            if apply:
                study.apply(studied)
        finally:
            state = study.state()
            as_wire = calibration_out(state).model_dump_json
            typer.echo(as_wire(indent=2) if as_json else as_text(state))


def certify(
    most: Annotated[
        int, typer.Option(min=IMPOSTOR, help="Impostor pairs at most; genuine ones half as many.")
    ] = 2000,
    crops: Annotated[
        int, typer.Option(min=0, help="Generated crops without an animal to compare.")
    ] = 100,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Measure what the llrs in force are worth on what people decided, and keep the certificate.

    Compares up to 3,000 pairs of encounters. Pages and dossiers quote the result at once.
    """
    from reid.evidence.certificate_text import as_text
    from service.calibration.to_wire import certificate_state_out
    from service.operations.certifying import certified
    from service.operations.opening import opened_catalogue

    command = f"leopard-reid certify --most {most} --crops {crops}"
    with opened_catalogue(read_settings(data_dir=data_dir)) as components:
        state = certified(components, most=most, crops=crops, command=command)
    as_wire = certificate_state_out(state).model_dump_json
    typer.echo(as_wire(indent=2) if as_json else as_text(state.certificate))
