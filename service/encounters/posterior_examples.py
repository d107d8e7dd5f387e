"""An example of who an encounter may be, shown in /openapi.json."""

from service.web.examples import Example

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
    "model": "rosette@4",
    "calibrator": "evidence@1",
}
