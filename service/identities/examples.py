"""Examples of wire models about identities and their history; a test validates each."""

from service.web.examples import ANNOTATION, DECISION, MOMENT, PHOTO, WHEN, Example

IDENTITY: Example = {
    "id": 2,
    "name": "L002",
    "sex": "female",
    "life_stage": "adult",
    "note": "",
    "merged_into": None,
    "encounters": 3,
    "annotations": 7,
    "first_seen": WHEN,
    "last_seen": WHEN,
    "flanks": [["right", 7]],
}
IDENTITY_DETAIL: Example = {
    "summary": IDENTITY,
    "sightings": [{"encounter_id": 4, "station": "BG-102", "started_at": WHEN}],
    "references": [{"annotation": ANNOTATION, "photo": PHOTO}],
    "decisions": [DECISION],
}
PAIR: Example = {
    "one": 4,
    "other": 9,
    "llr": 1.3,
    "model": "rosette@4",
    "calibrator": "evidence@1",
}
EVIDENCE: Example = {
    "pairs": [PAIR],
    "opinions": [12, 15],
    "posterior": None,
    "all_one": None,
    "conflict": None,
}
CHANGE: Example = {
    "id": 7,
    "kind": "merged",
    "identity_id": 2,
    "other_id": 5,
    "before": {"5": {"merged_into": None}},
    "after": {"5": {"merged_into": 2}},
    "reviewer": "ab",
    "reason": "same broken rosette on the left hip",
    "evidence": EVIDENCE,
    "changed_at": MOMENT,
    "undoes": None,
    "undone": False,
    "encounters": [{"encounter_id": 9, "before": 14, "after": 21}],
}
IDENTITY_IN: Example = {
    "name": "Umay",
    "encounters": [4, 9],
    "sex": "female",
    "life_stage": "adult",
    "note": "torn left ear",
    "reviewer": "ab",
    "reason": "two clear encounters of one animal",
    "evidence": None,
    "after": {"4": 8, "9": 14},
}
IDENTITY_EDIT: Example = {
    "name": "Umay",
    "sex": "female",
    "life_stage": None,
    "note": None,
    "reviewer": "ab",
    "reason": "cubs seen in May",
    "seen": 7,
}
MERGE_IN: Example = {
    "other_id": 5,
    "reviewer": "ab",
    "reason": "same broken rosette on the left hip",
    "evidence": None,
    "after": {"9": 14},
}
SPLIT_IN: Example = {
    "encounters": [9],
    "into": None,
    "name": "L007",
    "reviewer": "ab",
    "reason": "the shoulder differs",
    "evidence": None,
    "after": {"9": 14},
}
UNDO_IN: Example = {"reviewer": "ab", "reason": "that was the wrong flank"}
CUT: Example = {
    "identity_id": 2,
    "groups": [[4, 9], [11]],
    "posterior": 0.71,
    "all_one": 0.2,
    "in_full": True,
    "compared": 3,
    "unmeasured": 0,
    "left_out": 0,
    "pairs": [PAIR],
}
MARK_IN: Example = {"state": "approved", "reviewer": "ab", "reason": "", "after": 0}
MARK: Example = {
    "id": 3,
    "annotation_id": 12,
    "state": "approved",
    "reviewer": "ab",
    "reason": "",
    "marked_at": MOMENT,
}
OPINION: Example = {"id": 12, "observer": "ab", "answer": "different", "certainty": "probable"}
CONFLICT: Example = {
    "kind": "apart",
    "one": 4,
    "other": 9,
    "through": None,
    "identity": {"id": 2, "name": "L002"},
    "other_identity": {"id": 2, "name": "L002"},
    "opinions": [OPINION],
    "machine": None,
    "kept": None,
}
KEEP_IN: Example = {
    "kind": "apart",
    "one": 4,
    "other": 9,
    "seen": 12,
    "reviewer": "ab",
    "reason": "the second photo is too oblique to tell",
}
