"""The fields of the decision bar, as the decision they state."""

from typing import Annotated, Literal

from fastapi import Depends, Form

from reid.errors import InputError
from service.store.decisions import NewDecision
from service.web.parameters import Remark, Text, TheActor, plain
from service.web.wire import Line

Kind = Literal["same", "new", "cannot_tell", "withdrawn", "other"]


class NoIdentityChosen(
    InputError,
    code="nothing_chosen",
    message="No identity was chosen: pick a candidate, or one from the list of identities.",
): ...


def decision_form(
    actor: TheActor,
    kind: Annotated[Kind, Form()],
    after: Annotated[int, Form(ge=0, le=2**31 - 1)],
    identity_id: Annotated[int | None, Form(ge=1, le=2**31 - 1)] = None,
    other: Text = "",
    name: Text = "",
    llr: Annotated[float | None, Form(ge=-12, le=12, allow_inf_nan=False)] = None,
    model: Annotated[Line | None, Form()] = None,
    calibrator: Annotated[Line | None, Form()] = None,
    reviewer: Text = "",
    note: Remark = "",
) -> NewDecision:
    """`other` names an identity off the list; only `same` was decided beside a shown llr."""
    chosen = _number(other) if kind == "other" else identity_id
    if kind in {"same", "other"} and chosen is None:
        raise NoIdentityChosen()
    beside = kind == "same"
    return NewDecision(
        kind="same" if kind == "other" else kind,
        identity_id=chosen if kind in {"same", "other"} else None,
        name=(name.strip() or None) if kind == "new" else None,
        llr=llr if beside else None,
        model=model if beside else None,
        calibrator=calibrator if beside else None,
        reviewer=actor.signs(reviewer),
        note=plain(note),
        after=after,
    )


DecisionForm = Annotated[NewDecision, Depends(decision_form)]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
