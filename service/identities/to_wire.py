"""Identities, changes and contradictions as wire models, and back."""

from sqlalchemy import Connection

from service.catalogue.conflicts import Contradiction
from service.encounters.wire import DecisionOut
from service.identities.splitting import Cut
from service.identities.wire import (
    ChangeOut,
    ConflictOut,
    CutOut,
    EvidenceWire,
    IdentityDetailOut,
    IdentityOut,
    PairSaidWire,
    SightingOut,
)
from service.photos.to_wire import reference_out
from service.store import decisions, identities
from service.store.history import NOTHING, Change, Evidence, PairSaid


def identity_detail(connection: Connection, identity_id: int, *, exact: bool) -> IdentityDetailOut:
    """An identity with everything that ever named it."""
    detail = identities.get(connection, identity_id)
    decided = decisions.of_identity(connection, identity_id)
    return IdentityDetailOut(
        summary=IdentityOut.model_validate(detail.summary),
        sightings=[SightingOut.model_validate(sighting) for sighting in detail.sightings],
        references=[reference_out(photo, exact=exact) for photo in detail.references],
        decisions=[DecisionOut.model_validate(decision) for decision in decided],
    )


def evidence_of(stated: EvidenceWire | None) -> Evidence:
    """What a client states; nothing where it states nothing."""
    if stated is None:
        return NOTHING
    pairs = tuple(PairSaid(**pair.model_dump()) for pair in stated.pairs)
    rest = stated.model_dump(exclude={"pairs", "opinions"})
    return Evidence(pairs, tuple(stated.opinions), **rest)


def change_out(change: Change) -> ChangeOut:
    """An entry of the history."""
    return ChangeOut.model_validate(change)


def conflict_out(contradiction: Contradiction) -> ConflictOut:
    """A contradiction."""
    return ConflictOut.model_validate(contradiction)


def cut_out(identity_id: int, cut: Cut | None) -> CutOut:
    """A suggested cut; without groups where there is nothing to part."""
    if cut is None:
        empty: dict[str, int] = dict.fromkeys(("compared", "unmeasured", "left_out"), 0)
        return CutOut(
            identity_id=identity_id, groups=[], posterior=0.0, all_one=1.0, in_full=True, pairs=[],
            **empty,
        )  # fmt: skip
    numbers = sorted(set(cut.groups.values()))
    return CutOut(
        identity_id=identity_id,
        groups=[sorted(n for n, of in cut.groups.items() if of == g) for g in numbers],
        posterior=cut.posterior,
        all_one=cut.all_one,
        in_full=cut.in_full,
        compared=cut.compared,
        unmeasured=cut.unmeasured,
        left_out=cut.left_out,
        pairs=[PairSaidWire.model_validate(pair) for pair in cut.pairs],
    )
