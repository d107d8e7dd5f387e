"""The least role of every route. A route that is not listed here is refused to everybody."""

from collections.abc import Mapping

from service.people import Role

VIEWER, OBSERVER, CURATOR, ADMIN = Role.VIEWER, Role.OBSERVER, Role.CURATOR, Role.ADMIN

ROUTES: Mapping[str, Role | None] = {
    # None: open to everybody, logged in or not
    "GET /health": None,
    "GET /metrics": ADMIN,
    "GET /openapi.json": VIEWER,
    # pages
    "GET /": VIEWER,
    "GET /upload": OBSERVER,
    "POST /upload": OBSERVER,
    "GET /uploads/{upload_id}": OBSERVER,
    "GET /encounters": VIEWER,
    "GET /encounters/{encounter_id}": VIEWER,
    "POST /encounters/{encounter_id}/decisions": OBSERVER,
    "GET /encounters/{encounter_id}/posterior": VIEWER,
    "POST /encounters/{encounter_id}/case": OBSERVER,
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
    "GET /calibration": VIEWER,
    "POST /language": None,
    # pages of cases
    "GET /cases": VIEWER,
    "POST /cases": OBSERVER,
    "GET /cases/{case_id}": VIEWER,
    "GET /cases/{case_id}/dossier": VIEWER,
    "POST /cases/{case_id}/edit": OBSERVER,
    "POST /cases/{case_id}/closed": CURATOR,
    "POST /cases/{case_id}/encounters": OBSERVER,
    "POST /cases/{case_id}/encounters/{encounter_id}/remove": OBSERVER,
    # API
    "POST /api/v1/identify": VIEWER,
    "POST /api/v1/photos": OBSERVER,
    "GET /api/v1/uploads/{upload_id}": OBSERVER,
    "GET /api/v1/photos/{photo_id}": VIEWER,
    "GET /api/v1/photos/{photo_id}/image": VIEWER,
    "GET /api/v1/photos/{photo_id}/thumbnail": VIEWER,
    "GET /api/v1/annotations/{annotation_id}/crop": VIEWER,
    "GET /api/v1/encounters": VIEWER,
    "GET /api/v1/encounters/{encounter_id}": VIEWER,
    "GET /api/v1/encounters/{encounter_id}/candidates": VIEWER,
    "GET /api/v1/encounters/{encounter_id}/decisions": VIEWER,
    "POST /api/v1/encounters/{encounter_id}/decisions": OBSERVER,
    "GET /api/v1/encounters/{encounter_id}/posterior": VIEWER,
    "GET /api/v1/identities": VIEWER,
    "GET /api/v1/identities/{identity_id}": VIEWER,
    "GET /api/v1/cases": VIEWER,
    "POST /api/v1/cases": OBSERVER,
    "GET /api/v1/cases/{case_id}": VIEWER,
    "PATCH /api/v1/cases/{case_id}": OBSERVER,
    "POST /api/v1/cases/{case_id}/encounters": OBSERVER,
    "DELETE /api/v1/cases/{case_id}/encounters/{encounter_id}": OBSERVER,
    "GET /api/v1/cases/{case_id}/report": VIEWER,
    "GET /api/v1/cases/{case_id}/dossier": VIEWER,
    "GET /api/v1/calibration": VIEWER,
}
"""Method and path template, as FastAPI knows it."""
