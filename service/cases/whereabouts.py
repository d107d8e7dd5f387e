"""Where and when the encounters of a case were, as its map and its timeline take them."""

from collections.abc import Sequence
from string import ascii_uppercase

from reid.identify.partitions import PartitionPosterior
from service.cases.map import Stop
from service.cases.report import CaseReport
from service.cases.timeline import Moment
from service.encounters.list_view import title


def animals_of(weighed: PartitionPosterior | None) -> tuple[int, ...]:
    """The animal of each encounter in the most probable partition, numbered as they come up."""
    if weighed is None:
        return ()
    of = {n: block for block in weighed.partitions[0].blocks for n in block}
    order = list(dict.fromkeys(of[n] for n in sorted(of)))
    return tuple(order.index(of[n]) for n in sorted(of))


def stops(report: CaseReport, animals: Sequence[int]) -> list[Stop]:
    """Places."""
    return [
        Stop(
            ascii_uppercase[n],
            animals[n],
            title(member.detail.summary),
            member.visit.position,
            member.visit.spans[0] if member.visit.spans else None,
        )
        for n, member in enumerate(report.members)
    ]


def moments(report: CaseReport, animals: Sequence[int]) -> list[Moment]:
    """Times, the recorded one first."""
    return [
        Moment(ascii_uppercase[n], animals[n], title(member.detail.summary), member.visit.spans)
        for n, member in enumerate(report.members)
    ]
