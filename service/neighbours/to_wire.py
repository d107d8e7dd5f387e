"""Neighbours' files and pairs, and the table that a person opens, from values of the room."""

import csv
import io
from dataclasses import asdict

from sqlalchemy import Connection

from reid.interchange.cells import for_spreadsheet
from reid.signatures.pairs import SHARED, judged
from service.neighbours.comparing import waits
from service.neighbours.dealing import Neighbourhood
from service.neighbours.errors import NotComparedYet
from service.neighbours.folder import ComparedNeighbour, Neighbour
from service.neighbours.wire import NeighbourOut, NeighbourPairOut, NeighbourPairsOut
from service.store import identities

COLUMNS = (
    *("call", "code", "name", "months", "identity", "own_code", "llr", "low", "high", "bound"),
    *("verdict", "posterior", "flank", "photos"),
)


def neighbour_out(
    connection: Connection, neighbour: Neighbour, compared: ComparedNeighbour | None, state: str
) -> NeighbourOut:
    """One file. state: of the own photos now, as `NeighbourComparison.state` says."""
    return NeighbourOut(
        **asdict(neighbour),
        compared=len(compared.done) if compared else 0,
        waiting=waits(connection, neighbour.id),
        current=bool(compared and compared.state == state),
    )


def listed_out(neighbourhood: Neighbourhood) -> list[NeighbourOut]:
    """All files, the newest first."""
    files, state = neighbourhood.files, neighbourhood.state()
    with neighbourhood.database.read() as connection:
        return [
            neighbour_out(connection, neighbour, files.compared(neighbour.id), state)
            for neighbour in files.listed()
        ]


def one_out(neighbourhood: Neighbourhood, number: str) -> NeighbourOut:
    """One file by its id."""
    files, state = neighbourhood.files, neighbourhood.state()
    with neighbourhood.database.read() as connection:
        return neighbour_out(connection, files.get(number), files.compared(number), state)


def pairs_out(
    neighbourhood: Neighbourhood, number: str, *, shared: float = SHARED
) -> NeighbourPairsOut:
    """What came of a file; raises NotComparedYet before anything did."""
    neighbour = one_out(neighbourhood, number)
    compared = neighbourhood.files.compared(number)
    if compared is None:
        raise NotComparedYet()
    with neighbourhood.database.read() as connection:
        names = identities.names(connection)
    codes = neighbourhood.key.codes(names) if neighbourhood.key else {}
    rows = []
    for row in judged(compared.pairs, compared.identities, shared=shared):
        pair = row.pair
        rows.append(
            NeighbourPairOut(
                code=pair.code,
                name=pair.name,
                months=list(pair.months),
                identity_id=pair.identity,
                identity=names[pair.identity],
                own_code=codes.get(pair.identity, ""),
                llr=pair.llr,
                bound=pair.bound,
                interval=(pair.low, pair.high),
                verdict=pair.verdict,
                posterior=row.posterior,
                call=row.call,
                flank=pair.flank,
                photos=pair.photos,
            )
        )
    return NeighbourPairsOut(
        neighbour=neighbour,
        compared_at=compared.made_at,
        calibrator=compared.calibrator,
        identities=compared.identities,
        shared=shared,
        prior=shared / max(compared.identities, 1),
        calls=sum(row.call for row in rows),
        pairs=rows,
    )


def as_csv(result: NeighbourPairsOut) -> str:
    """A line a pair, for a spreadsheet; what it would take for a formula is marked."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for pair in result.pairs:
        values = pair.model_dump(mode="json")
        low, high = pair.interval
        values |= {"months": " ".join(pair.months), "low": low, "high": high}
        values["call"] = "yes" if pair.call else ""
        for name in ("llr", "low", "high", "bound", "posterior"):
            values[name] = f"{values[name]:.4g}"
        table.writerow([for_spreadsheet(values[name]) for name in COLUMNS])
    return out.getvalue()


def as_text(result: NeighbourPairsOut) -> str:
    """The pairs worth a call, and what that rests on."""
    neighbour = result.neighbour
    lines = [
        f"{neighbour.area}, {neighbour.made}: {neighbour.animals} animals, {neighbour.compared} "
        f"compared with {result.identities} identities by {result.calibrator}",
        f"prior: {result.shared:.0%} of their animals are taken to be among yours, "
        f"{result.prior:.2g} a pair",
        f"worth a call: {result.calls} of {len(result.pairs)} pairs",
    ]
    if not neighbour.checked_by:
        lines.insert(1, f"fingerprint not checked: {neighbour.fingerprint}")
    if result.calls:
        lines.append(
            f"{'theirs':14} {'yours':16} {'llr':>6} {'bound':>6} {'posterior':>9}  verdict"
        )
    for pair in result.pairs[: result.calls]:
        theirs = f"{pair.code} {pair.name}".strip()
        numbers = f"{pair.llr:+6.2f} {pair.bound:6.2f} {pair.posterior:9.3f}"
        lines.append(f"{theirs:14} {pair.identity:16} {numbers}  {pair.verdict.value}")
    return "\n".join(lines)
