"""Where and when an encounter was, as its photos and everybody's statements have it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from reid.identify.movement import Span, Visit
from service.store.encounters import EncounterDetail
from service.store.identities import Reference

SLACK = timedelta(hours=1)
"""A statement this close to the recorded time is no other date."""
ONE_VISIT = timedelta(hours=12)
"""Statements of one source this close to each other mean one visit."""


def visit(detail: EncounterDetail) -> Visit:
    """Station, median position of the photos, and the recorded time before all others stated."""
    summary = detail.summary
    if summary.started_at is None or summary.ended_at is None:
        return Visit(summary.station, _position(detail.references), ())
    recorded = Span(summary.started_at, summary.ended_at, "recorded")
    others = [span for span in _stated(detail) if _elsewhere(span, recorded)]
    return Visit(summary.station, _position(detail.references), (recorded, *others))


def _position(references: Sequence[Reference]) -> tuple[float, float] | None:
    places = [
        (reference.photo.latitude, reference.photo.longitude)
        for reference in references
        if reference.photo.latitude is not None and reference.photo.longitude is not None
    ]
    if not places:
        return None
    return median(lat for lat, _ in places), median(lon for _, lon in places)


def _stated(detail: EncounterDetail) -> list[Span]:
    """Times that somebody stated and that were not used, as one span a source and visit."""
    statements = sorted(
        (claim.source, datetime.fromisoformat(claim.value).replace(tzinfo=None))
        for claims in detail.conflicts.values()
        for claim in claims
        if claim.field == "captured_at" and not claim.used
    )
    spans: list[Span] = []
    for source, time in statements:
        last = spans[-1] if spans else None
        if last and last.source == source and time - last.end <= ONE_VISIT:
            spans[-1] = Span(last.start, time, source)
        else:
            spans.append(Span(time, time, source))
    return spans


def _elsewhere(span: Span, recorded: Span) -> bool:
    return span.end < recorded.start - SLACK or span.start > recorded.end + SLACK
