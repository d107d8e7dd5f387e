"""Examples of the wire models of cases: the founding case of Ustyurt, its llrs made up."""

from service.examples import ANNOTATION, DECISION, MOMENT, SHA, WHEN, Example

CASE_IN: Example = {
    "name": "Ustyurt 2018",
    "note": "Is the animal of September the one of November and December?",
    "together": 0.5,
}

CASE_EDIT: Example = {"name": None, "note": None, "together": 0.2, "closed": False}

CASE_ENCOUNTERS_IN: Example = {"encounters": [1, 2], "reviewer": "ab"}

CASE: Example = {
    "id": 1,
    "name": "Ustyurt 2018",
    "note": "Is the animal of September the one of November and December?",
    "together": 0.5,
    "created_at": MOMENT,
    "closed_at": None,
    "encounters": [2, 3],
}

CASE_DETAIL: Example = {
    "case": CASE,
    "changes": [
        {"id": 1, "encounter_id": 2, "kind": "added", "reviewer": "ab", "changed_at": MOMENT},
        {"id": 2, "encounter_id": 3, "kind": "added", "reviewer": "ab", "changed_at": MOMENT},
    ],
}

NOVEMBER: Example = {
    "start": "2018-11-11T06:57:00",
    "end": "2018-11-11T06:58:00",
    "source": "recorded",
}
CAPTION: Example = {"start": "2018-11-06T06:57:00", "end": "2018-11-06T06:57:00", "source": "form"}
DECEMBER: Example = {
    "start": "2018-12-07T16:27:00",
    "end": "2018-12-07T16:31:00",
    "source": "recorded",
}
WIDE = "1.6 times the width of a mean home range drawn as a circle (11.5 km), though slow enough"

CASE_REPORT: Example = {
    "case": CASE,
    "encounters": [
        {
            "encounter_id": 2,
            "station": "site 1",
            "position": None,
            "spans": [NOVEMBER, CAPTION],
            "embedded": 4,
        },
        {
            "encounter_id": 3,
            "station": "site 2",
            "position": None,
            "spans": [DECEMBER],
            "embedded": 9,
        },
    ],
    "llr": [[0.0, 2.1], [2.1, 0.0]],
    "pairs": [
        {
            "encounters": [2, 3],
            "llr": 2.1,
            "verdict": "same",
            "annotations": [5, 11],
            "compared": 18,
            "together": 0.992,
            "space_time": {
                "distance_km": 18.6,
                "legs": [
                    {
                        "one": NOVEMBER,
                        "other": DECEMBER,
                        "days": 26.395,
                        "least_speed_km_h": 0.029,
                        "rating": "demanding",
                        "reason": f"{WIDE}: at least 0.029 km/h in a straight line",
                    },
                    {
                        "one": CAPTION,
                        "other": DECEMBER,
                        "days": 31.396,
                        "least_speed_km_h": 0.025,
                        "rating": "demanding",
                        "reason": f"{WIDE}: at least 0.025 km/h in a straight line",
                    },
                ],
            },
        }
    ],
    "partitions": [
        {"probability": 0.992, "animals": [[2, 3]]},
        {"probability": 0.008, "animals": [[2], [3]]},
    ],
    "weighed": 2,
    "mass": 1.0,
    "in_full": True,
    "conflicts": [],
    "movement": "Published: mean home range of resident male Persian leopards 103 ± 52 km² …",
    "model": "rosette@3",
    "calibrator": "evidence@1",
    "bound": 2.3,
    "same": 2.0,
}

POSTERIOR: Example = {
    "encounter_id": 4,
    "identities": [
        {
            "identity_id": 2,
            "name": "L002",
            "llr": 2.0,
            "compared": True,
            "prior": 0.25,
            "posterior": 0.971,
        },
        {
            "identity_id": 1,
            "name": "L001",
            "llr": 0.0,
            "compared": False,
            "prior": 0.25,
            "posterior": 0.01,
        },
    ],
    "prior_unknown": 0.5,
    "unknown": 0.019,
    "unseen": 2.0,
    "estimated": 1.0,
    "model": "rosette@3",
    "calibrator": "evidence@1",
}

DOSSIER: Example = {
    "made_at": MOMENT,
    "digest": SHA,
    "content": {
        "software": "leopard-reid 0.1.0",
        "positions": "rounded",
        "model": {
            "id": "rosette@3",
            "sha256": "1ce325d9734f71481d9e24254c03ab6986c658b9b2c1ae688965a5161f33c7bf",
            "licence": "Apache-2.0",
            "trained_on": "procedural coats only; no photograph",
        },
        "calibrator": {
            "id": "evidence@1",
            "individuals": 150,
            "bound": 2.176,
            "licence": "Apache-2.0",
            "fitted_on": "synthetic survey, 150 animals, 1076 photos, seed 2",
            "pairs": [990, 4000],
        },
        "report": CASE_REPORT,
        "encounters": [
            {
                "letter": "A",
                "encounter_id": 2,
                "name": None,
                "photos": [
                    {
                        "name": "A1",
                        "sha256": SHA,
                        "file_name": "site-1-0003.jpg",
                        "bytes": 81234,
                        "width": 668,
                        "height": 295,
                        "camera": "site-1-B",
                        "captured_at": WHEN,
                        "zone": "unknown",
                        "annotation": ANNOTATION,
                        "stated": [],
                        "crop": {"box": [0, 0, 668, 295], "jpeg": "/9j/4AAQSkZJRg…"},
                    }
                ],
                "decisions": [DECISION],
            }
        ],
        "pairs": [
            {
                "encounters": [2, 3],
                "annotations": [5, 11],
                "query": 5,
                "cosine": 0.71,
                "dense_score": 24.5,
                "rootsift_score": 9.2,
                "agreement": 4.8,
                "capacity": 0.28,
                "correspondences": [
                    {
                        "kind": "rosette",
                        "query": [[120.5, 98.0]],
                        "reference": [[131.0, 90.5]],
                        "strength": [0.91],
                    }
                ],
                "overlap": None,
            }
        ],
        "priors": [{"together": 0.1, "probability": 0.933, "leads": True}],
        "changes": [],
    },
}
