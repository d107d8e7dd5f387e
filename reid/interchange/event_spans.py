"""Which events of a deployment last at a moment, found without looking at every event."""

from bisect import bisect_right
from collections import defaultdict
from datetime import datetime
from itertools import accumulate
from operator import itemgetter

Span = tuple[datetime, datetime, str]
Place = tuple[str, bool]
"""A deployment, and whether its times state a zone: times with and without one do not compare."""


class EventSpans:
    """Events by deployment, with their start and end, both inclusive."""

    def __init__(self) -> None:
        self._added: dict[Place, list[Span]] = defaultdict(list)
        self._ordered: dict[Place, tuple[list[Span], list[datetime]]] = {}

    def add(self, deployment: str, start: datetime, end: datetime, event: str) -> None:
        """One more event. A start and an end of which one alone states a zone tell nothing."""
        if (start.tzinfo is None) == (end.tzinfo is None):
            self._added[deployment, start.tzinfo is None].append((start, end, event))
            self._ordered.pop((deployment, start.tzinfo is None), None)

    def lasting(self, deployment: str, moment: datetime) -> set[str]:
        """The events of a deployment that last at a moment."""
        place = deployment, moment.tzinfo is None
        if place not in self._added:
            return set()
        if place not in self._ordered:
            spans = sorted(self._added[place], key=itemgetter(0, 1))
            self._ordered[place] = spans, [*accumulate((end for _, end, _ in spans), max)]
        spans, latest = self._ordered[place]
        n = bisect_right(spans, moment, key=itemgetter(0)) - 1
        events = set()
        while n >= 0 and latest[n] >= moment:  # an earlier one may still last
            if spans[n][1] >= moment:
                events.add(spans[n][2])
            n -= 1
        return events
