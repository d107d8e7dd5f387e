"""The least role of every route, and the sections that every page leads to.

A route that is not listed here is refused to everybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service.store.people import Role
from service.web.languages import N_

VIEWER, OBSERVER, CURATOR, ADMIN = Role.VIEWER, Role.OBSERVER, Role.CURATOR, Role.ADMIN

ROUTES: Mapping[str, Role | None] = {
    # None: open to everybody, logged in or not
    "GET /health": None,
    "GET /metrics": ADMIN,
    "GET /openapi.json": VIEWER,
    # pages
    "GET /": VIEWER,
    "GET /search": VIEWER,
    "GET /upload": OBSERVER,
    "POST /upload": OBSERVER,
    "GET /uploads/{upload_id}": OBSERVER,
    "GET /archives": VIEWER,
    "GET /archives/{name}/report": VIEWER,
    "GET /encounters": VIEWER,
    "GET /encounters/{encounter_id}": VIEWER,
    "POST /encounters/{encounter_id}/decisions": OBSERVER,
    "GET /encounters/{encounter_id}/posterior": VIEWER,
    "POST /encounters/{encounter_id}/case": OBSERVER,
    "POST /encounters/{encounter_id}/shape": OBSERVER,
    "POST /encounters/{encounter_id}/undo": OBSERVER,
    "GET /questions": VIEWER,
    "POST /questions/{question_id}/answer": OBSERVER,
    "GET /compare": VIEWER,
    "GET /catalogue": VIEWER,
    "GET /identities/{identity_id}": VIEWER,
    "POST /identities/{identity_id}/rename": CURATOR,
    "POST /identities/{identity_id}/describe": CURATOR,
    "GET /identities/{identity_id}/merge": CURATOR,
    "POST /identities/{identity_id}/merge": CURATOR,
    "GET /identities/{identity_id}/split": CURATOR,
    "POST /identities/{identity_id}/split": CURATOR,
    "POST /identities/{identity_id}/references/{annotation_id}": CURATOR,
    "POST /changes/{change_id}/undo": CURATOR,
    "GET /conflicts": VIEWER,
    "POST /conflicts/keep": CURATOR,
    "GET /compare-with": VIEWER,
    "GET /photos/{photo_id}": VIEWER,
    "POST /photos/{photo_id}/correct": OBSERVER,
    "POST /photos/{photo_id}/annotations": OBSERVER,
    "POST /photos/{photo_id}/withdraw": OBSERVER,
    "POST /photos/{photo_id}/restore": OBSERVER,
    "POST /photos/{photo_id}/erase": ADMIN,
    "POST /annotations/{annotation_id}/correct": OBSERVER,
    "POST /annotations/{annotation_id}/withdraw": OBSERVER,
    "POST /annotations/{annotation_id}/set-aside": OBSERVER,
    "POST /annotations/{annotation_id}/restore": OBSERVER,
    "POST /uploads/{upload_id}/withdraw": OBSERVER,
    "POST /uploads/{upload_id}/restore": OBSERVER,
    "POST /uploads/{upload_id}/correct": OBSERVER,
    "POST /uploads/{upload_id}/identities": OBSERVER,
    "POST /uploads/{upload_id}/set-aside": OBSERVER,
    "POST /encounters/{encounter_id}/set-aside": OBSERVER,
    "POST /corrections/{correction_id}/undo": OBSERVER,
    "POST /photos/{photo_id}/not-a-copy": OBSERVER,
    "GET /calibration": VIEWER,
    "GET /export": VIEWER,
    "GET /export/tables.zip": VIEWER,
    "POST /language": None,
    "POST /theme": None,
    # pages of neighbours
    "GET /neighbours": VIEWER,
    "POST /neighbours": CURATOR,
    "POST /neighbours/export": CURATOR,
    "GET /neighbours/{neighbour}": VIEWER,
    "GET /neighbours/{neighbour}/pairs.csv": VIEWER,
    "POST /neighbours/{neighbour}/check": CURATOR,
    "POST /neighbours/{neighbour}/compare": CURATOR,
    "POST /neighbours/{neighbour}/remove": CURATOR,
    # pages of stations
    "GET /stations": VIEWER,
    "GET /stations/import": OBSERVER,
    "POST /stations/import": OBSERVER,
    "GET /stations/{name:path}/clock": OBSERVER,
    "POST /stations/{name:path}/clock": OBSERVER,
    "POST /stations/{name:path}/deployments": OBSERVER,
    "POST /stations/{name:path}/rename": CURATOR,
    "POST /stations/{name:path}/join": CURATOR,
    "GET /stations/{name:path}": VIEWER,
    "POST /deployments/{deployment_id}": OBSERVER,
    "POST /deployments/{deployment_id}/end": OBSERVER,
    "POST /deployments/{deployment_id}/remove": CURATOR,
    "POST /clocks/{clock_id}/undo": OBSERVER,
    # page of the density
    "GET /density": VIEWER,
    "POST /density": OBSERVER,
    # pages of clusters
    "GET /clusters": VIEWER,
    "GET /clusters/preview": OBSERVER,
    "POST /clusters/identities": CURATOR,
    "POST /clusters/reviews": CURATOR,
    "POST /clusters/case": OBSERVER,
    # pages of accounts
    "GET /login": None,
    "POST /login": None,
    "POST /logout": None,
    "GET /account": VIEWER,
    "POST /account/language": VIEWER,
    "POST /account/password": VIEWER,
    "POST /account/sessions/end": VIEWER,
    "POST /account/sessions/{session_id}/end": VIEWER,
    "POST /account/tokens": VIEWER,
    "POST /account/tokens/{token_id}/revoke": VIEWER,
    "GET /place-looks": CURATOR,
    "GET /accounts": ADMIN,
    "POST /accounts": ADMIN,
    "POST /accounts/{account_id}/role": ADMIN,
    "POST /accounts/{account_id}/active": ADMIN,
    "POST /accounts/{account_id}/password": ADMIN,
    "POST /accounts/{account_id}/sessions/end": ADMIN,
    # pages of cases
    "GET /cases": VIEWER,
    "POST /cases": OBSERVER,
    "GET /cases/{case_id}": VIEWER,
    "GET /cases/{case_id}/dossier": VIEWER,
    "POST /cases/{case_id}/edit": OBSERVER,
    "POST /cases/{case_id}/closed": CURATOR,
    "POST /cases/{case_id}/encounters": OBSERVER,
    "POST /cases/{case_id}/encounters/{encounter_id}/remove": OBSERVER,
    # pages of reviews
    "GET /reviews": VIEWER,
    "GET /reviews/next": OBSERVER,
    "GET /reviews/agreement": VIEWER,
    "GET /reviews/settling": CURATOR,
    "POST /reviews/settling": CURATOR,
    "GET /reviews/batch": CURATOR,
    "POST /reviews/batch": CURATOR,
    "GET /reviews/put": CURATOR,
    "POST /reviews/put": CURATOR,
    "GET /reviews/round": CURATOR,
    "POST /reviews/round": CURATOR,
    "GET /reviews/{pair_id}": VIEWER,
    "POST /reviews/{pair_id}/opinions": OBSERVER,
    # API
    "POST /api/v1/identify": VIEWER,
    "POST /api/v1/photos": OBSERVER,
    "POST /api/v1/uploads": OBSERVER,
    "OPTIONS /api/v1/arriving-files": OBSERVER,
    "POST /api/v1/arriving-files": OBSERVER,
    "GET /api/v1/arriving-files/{arriving_id}": OBSERVER,
    "PATCH /api/v1/arriving-files/{arriving_id}": OBSERVER,
    "DELETE /api/v1/arriving-files/{arriving_id}": OBSERVER,
    "POST /api/v1/photo-tables": OBSERVER,
    "GET /api/v1/uploads/{upload_id}": OBSERVER,
    "GET /api/v1/photos/{photo_id}": VIEWER,
    "DELETE /api/v1/photos/{photo_id}/copy_of": OBSERVER,
    "GET /api/v1/photos/{photo_id}/image": VIEWER,
    "GET /api/v1/photos/{photo_id}/thumbnail": VIEWER,
    "GET /api/v1/annotations/{annotation_id}/crop": VIEWER,
    "GET /api/v1/annotations/{annotation_id}/burst": VIEWER,
    "GET /api/v1/annotations/{annotation_id}/burst/picture": VIEWER,
    "GET /api/v1/encounters": VIEWER,
    "GET /api/v1/encounters/{encounter_id}": VIEWER,
    "GET /api/v1/encounters/{encounter_id}/candidates": VIEWER,
    "GET /api/v1/encounters/{encounter_id}/decisions": VIEWER,
    "POST /api/v1/encounters/{encounter_id}/decisions": OBSERVER,
    "GET /api/v1/encounters/{encounter_id}/posterior": VIEWER,
    "POST /api/v1/encounters/{encounter_id}/part": OBSERVER,
    "POST /api/v1/encounters/{encounter_id}/move": OBSERVER,
    "POST /api/v1/encounters/{encounter_id}/join": OBSERVER,
    "GET /api/v1/questions": VIEWER,
    "POST /api/v1/questions/{question_id}/answer": OBSERVER,
    "GET /api/v1/search": VIEWER,
    "GET /api/v1/identities": VIEWER,
    "GET /api/v1/identities/{identity_id}": VIEWER,
    "POST /api/v1/identities": CURATOR,
    "PATCH /api/v1/identities/{identity_id}": CURATOR,
    "GET /api/v1/identities/{identity_id}/changes": VIEWER,
    "POST /api/v1/identities/{identity_id}/merge": CURATOR,
    "POST /api/v1/identities/{identity_id}/split": CURATOR,
    "GET /api/v1/identities/{identity_id}/cut": CURATOR,
    "GET /api/v1/changes": VIEWER,
    "POST /api/v1/changes/{change_id}/undo": CURATOR,
    "GET /api/v1/annotations/{annotation_id}/references": VIEWER,
    "POST /api/v1/annotations/{annotation_id}/references": CURATOR,
    "GET /api/v1/conflicts": VIEWER,
    "POST /api/v1/conflicts/keep": CURATOR,
    "GET /api/v1/cases": VIEWER,
    "POST /api/v1/cases": OBSERVER,
    "GET /api/v1/cases/{case_id}": VIEWER,
    "PATCH /api/v1/cases/{case_id}": OBSERVER,
    "POST /api/v1/cases/{case_id}/encounters": OBSERVER,
    "DELETE /api/v1/cases/{case_id}/encounters/{encounter_id}": OBSERVER,
    "GET /api/v1/cases/{case_id}/report": VIEWER,
    "GET /api/v1/cases/{case_id}/dossier": VIEWER,
    "GET /api/v1/calibration": VIEWER,
    "GET /api/v1/calibration/certificate": VIEWER,
    "GET /api/v1/export": VIEWER,
    "GET /api/v1/density": VIEWER,
    "POST /api/v1/density": OBSERVER,
    "GET /api/v1/clusters": VIEWER,
    "GET /api/v1/suggestions": VIEWER,
    "POST /api/v1/suggestions/reviews": CURATOR,
    "GET /api/v1/reviews": VIEWER,
    "POST /api/v1/reviews": CURATOR,
    "POST /api/v1/reviews/round": CURATOR,
    "GET /api/v1/reviews/agreement": VIEWER,
    "GET /api/v1/reviews/settling": CURATOR,
    "POST /api/v1/reviews/settling": CURATOR,
    "GET /api/v1/reviews/{pair_id}": VIEWER,
    "PATCH /api/v1/reviews/{pair_id}": CURATOR,
    "POST /api/v1/reviews/{pair_id}/opinions": OBSERVER,
    # API of neighbours
    "POST /api/v1/signatures": CURATOR,
    "GET /api/v1/neighbours": VIEWER,
    "POST /api/v1/neighbours": CURATOR,
    "GET /api/v1/neighbours/{neighbour}": VIEWER,
    "PATCH /api/v1/neighbours/{neighbour}": CURATOR,
    "DELETE /api/v1/neighbours/{neighbour}": CURATOR,
    "GET /api/v1/neighbours/{neighbour}/pairs": VIEWER,
    "POST /api/v1/neighbours/{neighbour}/compare": CURATOR,
    # API of stations
    "GET /api/v1/stations": VIEWER,
    "GET /api/v1/stations/{name:path}": VIEWER,
    "PATCH /api/v1/stations/{name:path}": CURATOR,
    "POST /api/v1/stations/{name:path}/join": CURATOR,
    "GET /api/v1/deployments": VIEWER,
    "POST /api/v1/deployments": OBSERVER,
    "POST /api/v1/deployments/import": OBSERVER,
    "PATCH /api/v1/deployments/{deployment_id}": OBSERVER,
    "DELETE /api/v1/deployments/{deployment_id}": CURATOR,
    "GET /api/v1/clocks": VIEWER,
    "POST /api/v1/clocks": OBSERVER,
    "POST /api/v1/clocks/{clock_id}/undo": OBSERVER,
    # API of corrections
    "PATCH /api/v1/photos/{photo_id}": OBSERVER,
    "GET /api/v1/photos/{photo_id}/annotations": VIEWER,
    "POST /api/v1/photos/{photo_id}/annotations": OBSERVER,
    "PATCH /api/v1/annotations/{annotation_id}": OBSERVER,
    "DELETE /api/v1/annotations/{annotation_id}": OBSERVER,
    "POST /api/v1/annotations/{annotation_id}/restore": OBSERVER,
    "POST /api/v1/photos/{photo_id}/withdraw": OBSERVER,
    "POST /api/v1/photos/{photo_id}/restore": OBSERVER,
    "POST /api/v1/photos/{photo_id}/erase": ADMIN,
    "POST /api/v1/uploads/{upload_id}/withdraw": OBSERVER,
    "POST /api/v1/uploads/{upload_id}/restore": OBSERVER,
    "POST /api/v1/corrections": OBSERVER,
    "GET /api/v1/corrections": OBSERVER,
    "GET /api/v1/corrections/{correction_id}": OBSERVER,
    "POST /api/v1/corrections/{correction_id}/undo": OBSERVER,
    # API of accounts
    "GET /api/v1/me": VIEWER,
    "GET /api/v1/tokens": VIEWER,
    "POST /api/v1/tokens": VIEWER,
    "DELETE /api/v1/tokens/{token_id}": VIEWER,
    "GET /api/v1/place-looks": CURATOR,
    "GET /api/v1/accounts": ADMIN,
    "POST /api/v1/accounts": ADMIN,
    "PATCH /api/v1/accounts/{account_id}": ADMIN,
    "DELETE /api/v1/accounts/{account_id}/sessions": ADMIN,
}
"""Method and path template, as FastAPI knows it."""

UNASKED = frozenset({"GET /health"})
"""Answered without asking the database who it is, which may be what is down."""

BY_LOGIN_ONLY = frozenset(
    {
        "POST /account/language",
        "POST /account/password",
        "POST /account/sessions/end",
        "POST /account/sessions/{session_id}/end",
        "POST /account/tokens",
        "POST /account/tokens/{token_id}/revoke",
        "POST /api/v1/tokens",
        "DELETE /api/v1/tokens/{token_id}",
    }
)
"""Not with a token, whatever its scope: a stolen one must not renew itself or lock people out."""

WITH_TEMPORARY_PASSWORD = frozenset({"GET /account", "POST /account/password", "GET /api/v1/me"})
"""All that is open before a password that somebody else chose was changed."""


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """An entry in the head of every page. label, says: translated where they are shown.

    name: what a page of it passes to the frame as `nav`. says: in the list of keys. badge: the
    count of `service.web.page` that waits there; "" for none.
    """

    name: str
    path: str
    key: str
    label: str
    says: str
    badge: str = ""

    @property
    def least(self) -> Role:
        """Whom it is shown to: those who may open its page."""
        return ROUTES[f"GET {self.path}"] or Role.VIEWER


SECTIONS = (
    NavigationEntry(
        "encounters", "/encounters", "w", N_("Encounters"), N_("Waiting encounters"), "waiting"
    ),
    NavigationEntry("reviews", "/reviews", "v", N_("Reviews"), N_("Reviews of pairs")),
    NavigationEntry("catalogue", "/catalogue", "i", N_("Catalogue"), N_("Catalogue of identities")),
    NavigationEntry("cases", "/cases", "g", N_("Cases"), N_("Cases")),
    NavigationEntry(
        "stations", "/stations", "S", N_("Stations"), N_("Stations, cameras and clocks")
    ),
    NavigationEntry("upload", "/upload", "p", N_("Upload"), N_("Upload photos")),
)
