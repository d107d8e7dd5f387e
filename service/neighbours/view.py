"""What the pages of neighbours show."""

from dataclasses import dataclass

from sqlalchemy import Connection

from reid.signatures.keys import OwnerKey
from service.neighbours.wire import NeighbourPairOut, NeighbourPairsOut
from service.store import identities

WEAKER = 20  # pairs below a call that a page shows; the table has all


@dataclass(frozen=True, slots=True)
class NeighbourPairs:
    """The pairs of a file as a page shows them. rest: how many only the table has."""

    calls: tuple[NeighbourPairOut, ...]
    weaker: tuple[NeighbourPairOut, ...]
    rest: int


def pair_list(result: NeighbourPairsOut | None) -> NeighbourPairs:
    """Pairs worth a call, and the strongest of the others whose photos favour one animal."""
    pairs = result.pairs if result else []
    calls = tuple(pair for pair in pairs if pair.call)
    others = [pair for pair in pairs if not pair.call]
    weaker = tuple(pair for pair in others if pair.llr > 0)[:WEAKER]
    return NeighbourPairs(calls, weaker, len(others) - len(weaker))


def own_codes(connection: Connection, key: OwnerKey | None) -> list[tuple[str, int, str]]:
    """Code, number and name of every identity that has an encounter now, by code."""
    if key is None:
        return []
    codes = key.codes(identities.names(connection))
    return sorted((codes[number], number, name) for number, name in identities.in_use(connection))
