"""Examples of the wire models of cases: the founding case of Ustyurt, its llrs made up."""

from service.web.examples import MOMENT, Example

CASE_IN: Example = {
    "name": "Ustyurt 2018",
    "note": "Is the animal of September the one of November and December?",
    "together": 0.5,
    "movement_prior": False,
}


CASE_EDIT: Example = {
    "name": None,
    "note": None,
    "together": 0.2,
    "closed": False,
    "movement_prior": None,
}


CASE_ENCOUNTERS_IN: Example = {"encounters": [1, 2], "reviewer": "ab"}


CASE: Example = {
    "id": 1,
    "name": "Ustyurt 2018",
    "note": "Is the animal of September the one of November and December?",
    "together": 0.5,
    "movement_prior": True,
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


SETTLING: Example = {
    "one": "usable",
    "other": "good",
    "flanks": 1,
    "genuine": 412,
    "impostor": 1240,
    "same": 0.95,
    "different": 0.9,
}


SUGGESTION: Example = {
    "encounters": [2],
    "flanks": ["left"],
    "grade": "usable",
    "width": 160,
    "section": "",
    "settling": SETTLING,
    "expected": 0.948,
    "enough": True,
    "words": "A photo of usable quality or better of the left flank of A, the flank at least 160 …",
}


TESTED: Example = {
    "calibrator": "evidence@1",
    "data": "synthetic survey, animals and photos that calibrated nothing",
    "command": "scripts/evaluate.py --report DIR",
    "date": "2026-01-02",
    "individuals": 150,
    "strata": [
        {
            "name": "all",
            "pairs": [900, 4000],
            "cllr": 0.24,
            "cllr_min": 0.21,
            "misleading": [23, 4900],
            "genuine": [round(-1.5 + 0.037 * n, 3) for n in range(101)],
            "impostor": [round(-2.2 + 0.035 * n, 3) for n in range(101)],
        }
    ],
    "settling": [SETTLING],
}


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
    "llr": [[0.0, 1.3], [1.3, 0.0]],
    "pairs": [
        {
            "encounters": [2, 3],
            "llr": 1.3,
            "interval": [0.9, 1.6],
            "verdict": "inconclusive",
            "total": 0.3,
            "grades": ["poor", "good"],
            "place": {"stratum": "poor", "genuine": 0.58, "impostor": 0.01},
            "settle": [SUGGESTION],
            "why_nothing": "",
            "annotations": [5, 11],
            "compared": 18,
            "together": 0.666,
            "space_time": {
                "prior": -1.0,
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
        {"probability": 0.666, "animals": [[2, 3]]},
        {"probability": 0.334, "animals": [[2], [3]]},
    ],
    "weighed": 2,
    "mass": 1.0,
    "in_full": True,
    "conflicts": [],
    "movement": "Published: mean home range of resident male Persian leopards 103 ± 52 km² …",
    "model": "rosette@4",
    "calibrator": "evidence@1",
    "bound": 2.3,
    "same": 2.0,
}
