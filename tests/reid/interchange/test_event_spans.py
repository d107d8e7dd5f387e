"""Which events last at a moment: the same as looking at every one, also where they overlap."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reid.interchange.event_spans import EventSpans

START = datetime(2024, 3, 1, tzinfo=UTC)
HOURS = st.integers(0, 40)


@given(spans=st.lists(st.tuples(HOURS, HOURS), max_size=12), at=HOURS)
def test_the_events_that_last_at_a_moment_are_found(spans, at):
    events = EventSpans()
    for number, (start, hours) in enumerate(spans):
        begin = START + timedelta(hours=start)
        events.add("d1", begin, begin + timedelta(hours=hours), f"e{number}")
    expected = {f"e{n}" for n, (start, hours) in enumerate(spans) if start <= at <= start + hours}
    assert events.lasting("d1", START + timedelta(hours=at)) == expected
    assert events.lasting("d2", START) == set()


@pytest.mark.parametrize(("start", "end"), [(None, UTC), (UTC, None), (None, None)])
def test_times_with_and_without_a_zone_are_never_compared(start, end):
    events = EventSpans()
    events.add("d1", START.replace(tzinfo=start), START.replace(tzinfo=end), "e1")
    assert events.lasting("d1", START) == set()
