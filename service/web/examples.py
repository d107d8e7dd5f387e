"""Examples of wire models, shown in the OpenAPI description; a test validates each."""

from pydantic import JsonValue

Example = dict[str, JsonValue]

SHA = "7f0d3c1e9a5b48c2d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
WHEN = "2019-03-01T19:49:36"
MOMENT = "2026-11-22T18:40:00Z"

PROBLEM: Example = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "detail": "no encounter 7",
    "code": "not_found",
}

FACTS: Example = {
    "quality": {
        "grade": "usable",
        "reasons": ["small"],
        "value": 0.75,
        "model": "quality@1",
        "measures": {
            "sharpness": 1.0,
            "trust": 0.59,
            "brightness": 0.41,
            "black": 0.0,
            "white": 0.0,
            "flank_pixels": 367.0,
            "coat": 0.74,
            "yaw": 2.1,
        },
    },
    "estimated_flank": "right",
    "estimated_flank_probability": 0.97,
    "viewpoint": "right",
}

ANNOTATION: Example = {
    "id": 12,
    "photo_id": SHA,
    "encounter_id": 4,
    "flank": "right",
    "box": None,
    "state": "embedded",
    "error_code": None,
    "error_detail": None,
    **FACTS,
}

PHOTO: Example = {
    "id": SHA,
    "file_name": "BG-102B-2019-03-01_19-49-36.jpg",
    "media_type": "image/jpeg",
    "bytes": 81234,
    "width": 668,
    "height": 295,
    "station": "BG-102",
    "camera": "BG-102B",
    "captured_at": WHEN,
    "zone": "unknown",
    "latitude": None,
    "longitude": None,
    "notes": "",
    "created_at": MOMENT,
}

PHOTO_DETAIL: Example = {
    "photo": PHOTO,
    "annotations": [ANNOTATION],
    "claims": [{"field": "captured_at", "value": WHEN, "source": "file name", "used": True}],
}

UPLOAD: Example = {
    "id": 3,
    "created_at": MOMENT,
    "finished": False,
    "pending": 1,
    "embedded": 0,
    "failed": 0,
    "refused": 0,
    "files": [
        {
            "position": 0,
            "file_name": "BG-102B-2019-03-01_19-49-36.jpg",
            "photo_id": SHA,
            "created": True,
            "annotation_id": 12,
            "encounter_id": 4,
            "state": "pending",
            "error_code": None,
            "error_detail": None,
        }
    ],
}

ENCOUNTER: Example = {
    "id": 4,
    "name": None,
    "station": "BG-102",
    "started_at": WHEN,
    "ended_at": WHEN,
    "pending": 0,
    "embedded": 2,
    "failed": 0,
    "flanks": ["right"],
    "thumbnail": 12,
    "decision_id": 0,
    "decision": None,
    "identity_id": None,
    "identity": None,
}

ENCOUNTERS: Example = {"waiting": 1, "decided": 9, "encounters": [ENCOUNTER]}

DECISION_IN: Example = {
    "kind": "same",
    "identity_id": 2,
    "llr": 1.3,
    "model": "rosette@4",
    "calibrator": "evidence@1",
    "reviewer": "ab",
    "note": "three rosettes on the shoulder agree",
    "after": 0,
}

DECISION: Example = {
    "id": 8,
    "encounter_id": 4,
    "kind": "same",
    "identity_id": 2,
    "identity": "L002",
    "llr": 1.3,
    "model": "rosette@4",
    "calibrator": "evidence@1",
    "reviewer": "ab",
    "note": "",
    "decided_at": MOMENT,
}

ENCOUNTER_DETAIL: Example = {
    "summary": ENCOUNTER,
    "references": [{"annotation": ANNOTATION, "photo": PHOTO}],
    "decisions": [DECISION],
    "conflicts": {},
}

IDENTIFICATION: Example = {
    "verdict": "same",
    "model": "rosette@4",
    "calibrator": "evidence@1",
    "gallery": 61,
    "compared": 50,
    "excluded_encounters": [],
    "timings": {"decode": 4.1, "embed": 61.0, "search": 0.1, "compare": 180.3, "total": 246.0},
    "queries": [{"query": 0, **FACTS}],
    "candidates": [
        {
            "identity_id": 2,
            "identity": "L002",
            "llr": 1.3,
            "bound": 1.5,
            "interval": [1.1, 1.5],
            "verdict": "same",
            "query": 0,
            "reference": ANNOTATION,
            "cosine": 0.81,
            "dense_score": 14.2,
            "rootsift_score": 31.0,
            "agreement": 4.2,
            "total_agreement": 4.6,
            "capacity": 0.31,
            "correspondences": [
                {
                    "kind": "rosette",
                    "query": [[210.5, 90.0]],
                    "reference": [[188.0, 97.5]],
                    "strength": [0.9],
                }
            ],
            "overlap": {
                "registration": "rosettes",
                "covisible": 0.86,
                "places": 640,
                "agreeing": 0.74,
                "discrepancies": {
                    "kind": "discrepancy",
                    "query": [[301.0, 122.5]],
                    "reference": [[280.5, 131.0]],
                    "strength": [0.4],
                },
            },
        }
    ],
}

HEALTH: Example = {
    "status": "ok",
    "database": "ok",
    "model": "rosette@4",
    "gallery": 61,
    "workers": [{"name": "host:4711", "model": "rosette@4", "seen_at": MOMENT}],
    "waiting_jobs": 0,
    "version": "0.1.0",
}
