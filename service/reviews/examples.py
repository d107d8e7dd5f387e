"""Examples of the wire models of reviews."""

from service.web.examples import DECISION, MOMENT, Example

REVIEW_REGION: Example = {
    "annotation_id": 5,
    "x": 210.0,
    "y": 96.0,
    "width": 40.0,
    "height": 30.0,
    "label": "agrees",
}

OPINION: Example = {
    "id": 7,
    "pair_id": 3,
    "observer": "ab",
    "answer": "same",
    "certainty": "probable",
    "reason": None,
    "note": "the broken rosette above the elbow",
    "regions": [REVIEW_REGION],
    "llr": None,
    "model": None,
    "calibrator": None,
    "seconds": 41.5,
    "decided_at": MOMENT,
}

OPINION_IN: Example = {
    "answer": "same",
    "certainty": "probable",
    "reason": None,
    "note": "the broken rosette above the elbow",
    "regions": [REVIEW_REGION],
    "llr": None,
    "model": None,
    "calibrator": None,
    "seconds": 41.5,
    "observer": "ab",
}

REVIEW: Example = {
    "id": 3,
    "encounters": [2, 4],
    "stations": ["site 1", "site 2"],
    "flanks": ["left"],
    "state": "agreed",
    "answer": "same",
    "missing": 0,
    "blind": True,
    "needed": 2,
    "source": "asked",
    "note": "Is the animal of September the one of November?",
    "reviewer": "cd",
    "created_at": MOMENT,
    "closed_at": None,
    "wanted": False,
}

REVIEWS: Example = {"done_today": 7, "left": 13, "total": 1, "reviews": [REVIEW]}

REVIEW_DETAIL: Example = {
    "review": REVIEW,
    "open": True,
    "opinions": [OPINION],
    "machine": {
        "llr": 1.3,
        "bound": 2.3,
        "verdict": "inconclusive",
        "model": "rosette@4",
        "calibrator": "evidence@1",
    },
}

REVIEWS_IN: Example = {
    "pairs": [[2, 4], [2, 5]],
    "encounters": [],
    "case_id": None,
    "source": "asked",
    "blind": True,
    "needed": 2,
    "note": "Is the animal of September the one of November?",
    "reviewer": "cd",
}

REVIEW_EDIT: Example = {"closed": None, "needed": 3, "blind": None}

ROUND_IN: Example = {"share": 0.1, "seed": 1, "apply": True, "reviewer": "cd"}

ROUND: Example = {"waiting": 27, "wanted": 3, "same": 2, "different": 1, "applied": True}

AGREEMENT: Example = {
    "observers": ["ab", "cd"],
    "n": 50,
    "answers": ["same", "different", "not_comparable", "cannot_tell"],
    "table": [[20, 5, 0, 0], [10, 15, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
    "observed": 0.7,
    "expected": 0.5,
    "kappa": 0.4,
    "interval": [0.15, 0.65],
}

ERRORS: Example = {
    "n": 20,
    "right": 17,
    "false_same": 1,
    "false_different": 1,
    "cannot_tell": 1,
    "not_comparable": 0,
}

AGREEMENTS: Example = {
    "blind_pairs": 60,
    "together": [AGREEMENT],
    "certain": [AGREEMENT],
    "known": [{"observer": "ab", "errors": ERRORS, "by_certainty": {"certain": ERRORS}, "own": 2}],
}

SETTLING: Example = {
    "digest": "1ce325d9734f7148",
    "new_identities": 1,
    "joins": [{"identity_id": None, "name": "L003", "encounters": [2, 4], "pairs": [3]}],
    "merges": [{"identities": [1, 2], "pairs": [5]}],
    "contradictions": [{"encounters": [6, 7], "identity": "L001", "pairs": [8]}],
    "done": [3, 9],
}

APPLY_IN: Example = {"pairs": [3, 9], "digest": "1ce325d9734f7148", "reviewer": "cd"}

APPLIED: Example = {"plan": SETTLING, "decisions": [DECISION]}
