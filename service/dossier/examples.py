"""An example of a dossier, shown in /openapi.json."""

from service.cases.examples import CASE_REPORT, TESTED
from service.web.examples import ANNOTATION, DECISION, MOMENT, SHA, WHEN, Example

DOSSIER: Example = {
    "made_at": MOMENT,
    "digest": SHA,
    "content": {
        "software": "leopard-reid 0.1.0",
        "species": "Panthera pardus",
        "positions": "rounded",
        "model": {
            "id": "rosette@4",
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
        "tested": TESTED,
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
        "priors": [{"together": 0.1, "probability": 0.181, "leads": False}],
        "changes": [],
    },
}
