"""Pages where identities are merged and split, each with a preview, and where conflicts are."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from reid.errors import Conflict, ReidError
from service.catalogue import changes, conflicts
from service.catalogue.conflicts import ConflictKind
from service.encounters.pair_evidence import ThePairEvidence
from service.identities import merge_split_view as view
from service.identities.conflicts_view import conflict_list
from service.identities.grounds_form import TheChange
from service.identities.splitting import Cut, likeliest_cut, merge_evidence, split_off
from service.recognition.comparing import TheMachine
from service.recognition.engine import TheEngine
from service.reviews import settling
from service.store.history import NOTHING, ChangeEvidence
from service.web.answer_cache import NotYet
from service.web.languages import gettext as _
from service.web.page import page, refuse
from service.web.paging import page_number
from service.web.parameters import RowNumber, TheAhead, TheDatabase
from service.web.sentences import in_full

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

T = TypeVar("T")
Number = Annotated[int, Form(ge=1, le=2**31 - 1)]
Other = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Reviews = Annotated[list[Annotated[int, Query(ge=1, le=2**31 - 1)]], Query(max_length=100)]
ReviewsForm = Annotated[list[Number], Form(max_length=100)]


async def form_fields(request: Request) -> dict[str, str]:
    """The fields of a form whose names depend on its encounters."""
    return {name: str(value)[:5000] for name, value in (await request.form()).items()}


Fields = Annotated[dict[str, str], Depends(form_fields)]


@dataclass(frozen=True, slots=True)
class PhotosSay:
    """What the photos say for a merge or a split, as a dependency of a route."""

    database: TheDatabase
    engine: TheEngine
    ahead: TheAhead
    pair_evidence: ThePairEvidence

    def joining(self, identity_id: int, other: int, reviews: list[int]) -> ChangeEvidence:
        """What is known of pairs across both, with what these reviews say of them."""
        known = merge_evidence(self.database, self.pair_evidence, identity_id, other)
        with self.database.read() as connection:
            return settling.with_reviews(connection, known, reviews, (identity_id, other))

    def cut(self, identity_id: int) -> tuple[Cut | None, str]:
        """The likeliest way to part an identity, or why there is none."""
        if self.engine.loaded is None:
            words = _("The network is still being loaded: ask for a suggestion again in a moment.")
            return None, words
        try:
            cut = likeliest_cut(self.database, self.pair_evidence, identity_id)
        except ReidError as error:
            return None, in_full(error)
        return cut, "" if cut else _("There is nothing to split: it has fewer than two encounters.")

    def soon(self, key: Hashable, find: Callable[["PhotosSay"], T], meanwhile: T) -> tuple[T, bool]:
        """What `find` gives, or `meanwhile`, and whether photos are still being compared."""
        quick = replace(self, pair_evidence=self.pair_evidence.at_once())
        try:
            return self.ahead.answer(key, lambda: find(quick), lambda: find(self)), False
        except NotYet:
            return meanwhile, True


ThePhotosSay = Annotated[PhotosSay, Depends()]


@router.get("/identities/{identity_id}/merge")
def merge_page(
    identity_id: RowNumber,
    request: Request,
    photos: ThePhotosSay,
    other: Other = None,
    review: Reviews = [],  # noqa: B006  FastAPI copies it
) -> Response:
    """Choose another identity, and see what a merge would move and what speaks for it."""
    evidence, still = NOTHING, False
    if other == identity_id:
        other = None
    if other:
        key = ("joining", identity_id, other, *review)
        evidence, still = photos.soon(
            key, lambda says: says.joining(identity_id, other, review), NOTHING
        )
    with photos.database.read() as connection:
        values = view.merge_values(connection, identity_id, other, evidence)
        values |= {"nav": "catalogue", "reviews": review, "busy": still, "still": still}
        return page(request, "identities/merge.html", connection, **values)


@router.post("/identities/{identity_id}/merge")
def merge(
    identity_id: RowNumber,
    change: TheChange,
    photos: ThePhotosSay,
    other: Number,
    fields: Fields,
    review: ReviewsForm = [],  # noqa: B006  FastAPI copies it
) -> Response:
    """Merge the other identity in, if its encounters are still those of the preview."""
    evidence = photos.joining(identity_id, other, review) if other != identity_id else NOTHING
    grounds = replace(
        change.grounds, evidence=evidence, after=view.decisions_in_view(fields), newest=None
    )
    return change.carry_out(
        identity_id,
        lambda connection: changes.merge(connection, identity_id, other, grounds),
        lambda: merge_page(identity_id, change.request, photos, other, review),
    )


@router.get("/identities/{identity_id}/split")
def split_page(identity_id: RowNumber, request: Request, photos: ThePhotosSay) -> Response:
    """Sort the encounters of an identity into those that stay and those that leave."""
    return _split(request, photos, identity_id, view.choice(request.query_params))


def _split(request: Request, photos: PhotosSay, identity_id: int, chosen: view.Choice) -> Response:
    query = request.query_params
    suggestion: tuple[Cut | None, str] = (None, "")
    still = False
    if "suggest" in query:
        suggestion, still = photos.soon(
            ("cut", identity_id), lambda says: says.cut(identity_id), suggestion
        )
    cut, problem = suggestion
    with photos.database.read() as connection:
        values = view.split_values(connection, identity_id, chosen, cut)
        values |= {
            "nav": "catalogue",
            "problem": problem,
            "busy": still,
            "still": still,
            "preview": "preview" in query or request.method == "POST",
            "followed": query.get("followed", "") == "1" or cut is not None,
        }
        return page(request, "identities/split.html", connection, **values)


@router.post("/identities/{identity_id}/split")
def split(
    identity_id: RowNumber, change: TheChange, photos: ThePhotosSay, fields: Fields
) -> Response:
    """Let the chosen encounters leave, if nobody decided on them since the preview."""
    chosen = view.choice(fields)
    if not chosen.leaving():
        refuse(change.request, _("Choose the encounters that leave."), 422)
        return _split(change.request, photos, identity_id, chosen)
    followed = photos.cut(identity_id)[0] if fields.get("followed") == "1" else None
    grounds = replace(
        change.grounds,
        evidence=followed.rests(chosen.groups) if followed else NOTHING,
        after=view.decisions_in_view(fields),
        newest=None,
    )
    return change.carry_out(
        identity_id,
        lambda connection: split_off(
            connection, photos.pair_evidence, identity_id, chosen.leaving(), grounds
        )[-1],
        lambda: _split(change.request, photos, identity_id, chosen),
    )


@router.get("/conflicts")
def conflict_page(
    request: Request,
    database: TheDatabase,
    machine: TheMachine,
    number: Annotated[str, Query(alias="page", max_length=6)] = "1",
) -> Response:
    """What contradicts the catalogue, until it is resolved."""
    with database.read() as connection:
        values = conflict_list(connection, machine, page_number(number))
        values |= {"nav": "catalogue", "kept": "kept" in request.query_params}
        return page(request, "identities/conflicts.html", connection, **values)


@router.post("/conflicts/keep")
def keep(
    change: TheChange,
    machine: TheMachine,
    one: Number,
    other: Number,
    kind: Annotated[ConflictKind, Form()],
) -> Response:
    """Resolve a contradiction by a reason, which stands in the history from now on."""
    grounds = change.grounds
    try:
        with change.database.write() as connection:
            conflicts.keep(connection, kind, (one, other), machine, grounds, grounds.newest or 0)
    except Conflict as error:
        refuse(change.request, in_full(error))
        return conflict_page(change.request, change.database, machine)
    return change.goto("/conflicts?kept=1")
