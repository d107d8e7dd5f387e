"""Identities, changes and contradictions as wire models, and back."""

from service.catalogue.conflicts import Contradiction
from service.identities.changes_wire import (
    ChangeOut,
    ConflictOut,
    CutOut,
    EvidenceWire,
    PairSaidWire,
)
from service.identities.splitting import Cut
from service.store.history import NOTHING, ChangeEvidence, IdentityChange, PairSaid


def evidence_of(said: EvidenceWire | None) -> ChangeEvidence:
    """What a client states; nothing where it states nothing."""
    if said is None:
        return NOTHING
    pairs = tuple(PairSaid(**one.model_dump()) for one in said.pairs)
    rest = said.model_dump(exclude={"pairs", "opinions"})
    return ChangeEvidence(pairs, tuple(said.opinions), **rest)


def change_out(change: IdentityChange) -> ChangeOut:
    """An entry of the history."""
    return ChangeOut.model_validate(change)


def conflict_out(one: Contradiction) -> ConflictOut:
    """A contradiction."""
    return ConflictOut.model_validate(one)


def cut_out(identity_id: int, found: Cut | None) -> CutOut:
    """A suggested cut; without groups where there is nothing to part."""
    if found is None:
        empty: dict[str, int] = dict.fromkeys(("compared", "unmeasured", "left_out"), 0)
        return CutOut(
            identity_id=identity_id, groups=[], posterior=0.0, all_one=1.0, in_full=True, pairs=[],
            **empty,
        )  # fmt: skip
    numbers = sorted(set(found.groups.values()))
    return CutOut(
        identity_id=identity_id,
        groups=[sorted(n for n, of in found.groups.items() if of == g) for g in numbers],
        posterior=found.posterior,
        all_one=found.all_one,
        in_full=found.in_full,
        compared=found.compared,
        unmeasured=found.unmeasured,
        left_out=found.left_out,
        pairs=[PairSaidWire.model_validate(one) for one in found.pairs],
    )
