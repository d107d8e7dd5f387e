"""The calls whose bodies are the examples of the API, in an order that works on the demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.accounts import admission
from service.operations.demo import CASE
from service.settings import Settings
from service.store import accounts
from service.store.database import Database
from service.store.people import Browser

if TYPE_CHECKING:
    from service.operations.recording import Recorder

API = "/api/v1"
WHO = {"reviewer": "ab"}
Body = dict[str, Any]


def call_all(api: Recorder, survey: Path) -> None:
    """Call every route with a body. survey: the folder of the demo's photos."""
    _call_photos(api, survey)
    _call_cases(api)
    _call_reviews(api)
    _call_identities(api)
    _call_decisions(api)
    _call_accounts(api)
    api.call_lists()


def _encounters(api: Recorder, state: str) -> list[Any]:
    rows = api.call("GET", f"{API}/encounters", query={"state": state})["encounters"]
    return sorted(rows, key=lambda row: int(row["id"]))


def _call_photos(api: Recorder, survey: Path) -> None:
    """Health, photos, and who is on one."""
    api.call("GET", "/health")
    photo = min((survey / "photos").rglob("*.jpg"))
    api.call("POST", f"{API}/photos", photo=photo)
    encounter = _encounters(api, "waiting")[0]["id"]
    detail = api.call("GET", f"{API}/encounters/{{encounter_id}}", at={"encounter_id": encounter})
    photo_id = detail["references"][0]["photo"]["id"]
    api.call("GET", f"{API}/photos/{{photo_id}}", at={"photo_id": photo_id})
    api.call("POST", f"{API}/identify", photo=photo, form={"top": "2"})
    api.call("GET", f"{API}/encounters/{{encounter_id}}/posterior", at={"encounter_id": encounter})
    api.call("GET", f"{API}/encounters/{{encounter_id}}", at={"encounter_id": 10_000}, status=404)
    for path in ("calibration", "clusters", "suggestions"):  # as long as nothing has changed
        api.call("GET", f"{API}/{path}")


def _call_cases(api: Recorder) -> None:
    """The case shaped like Ustyurt, its report and its dossier."""
    known = api.call("GET", f"{API}/encounters", query={"state": "all", "limit": 500})
    ustyurt = [e["id"] for e in known["encounters"] if (e["name"] or "").startswith(CASE)]
    note = "Is the animal of September the one of November and December?"
    new = {"name": "Ustyurt 2018", "note": note, "together": 0.5, "movement_prior": False}
    case = {"case_id": api.call("POST", f"{API}/cases", new)["id"]}
    put = {"encounters": sorted(ustyurt), **WHO}
    api.call("POST", f"{API}/cases/{{case_id}}/encounters", put, at=case)
    edit = {"note": note, "together": 0.2, "closed": False, "movement_prior": True}
    api.call("PATCH", f"{API}/cases/{{case_id}}", edit, at=case)
    for path in ("", "/report", "/dossier"):
        api.call("GET", f"{API}/cases/{{case_id}}{path}", at=case)


def _call_reviews(api: Recorder) -> None:
    """A pair that two observers judge against the catalogue, and one that settles who it is."""
    of: dict[int, list[int]] = {}
    for row in _encounters(api, "decided"):
        of.setdefault(row["identity_id"], []).append(row["id"])
    pair = next(of[number][:2] for number in sorted(of, reverse=True) if len(of[number]) > 1)
    waiting, next_one, *_ = (row["id"] for row in _encounters(api, "waiting"))
    unsettled = sorted((of[min(of)][0], waiting))
    unanswered = sorted((waiting, next_one))
    note = "Is the animal of September the one of November?"
    terms = {"source": "asked", "blind": True, "needed": 2, "note": note, "reviewer": "cd"}
    rows = api.call("POST", f"{API}/reviews", {"pairs": [pair, unsettled, unanswered], **terms})
    number = {tuple(row["encounters"]): row["id"] for row in rows}
    against, settled = number[tuple(pair)], number[tuple(unsettled)]
    third = number[tuple(unanswered)]
    region: Body = {"annotation_id": _annotation(api, pair[0]), "x": 210.0, "y": 96.0}
    region |= {"width": 40.0, "height": 30.0, "label": "differs"}
    for review, answer in ((against, "different"), (settled, "same")):
        for observer in ("ab", "cd"):
            opinion: Body = {"answer": answer, "certainty": "certain", "observer": observer}
            opinion |= {"note": "the broken rosette above the elbow", "seconds": 41.5}
            opinion["regions"] = [region] if review == against else []
            api.call("POST", f"{API}/reviews/{{pair_id}}/opinions", opinion, at={"pair_id": review})
    seen_by = {"observer": "ab"}
    api.call("GET", f"{API}/reviews/{{pair_id}}", at={"pair_id": settled}, query=seen_by)
    api.call("GET", f"{API}/reviews", query={"state": "all", **seen_by})
    api.call("PATCH", f"{API}/reviews/{{pair_id}}", {"needed": 3, **WHO}, at={"pair_id": third})
    mixed = {"share": 0.1, "seed": 1, "apply": True, "reviewer": "cd"}
    api.call("POST", f"{API}/reviews/round", mixed)
    api.call("GET", f"{API}/reviews/agreement", query=seen_by)
    plan = api.call("GET", f"{API}/reviews/settling", query={"pair": settled})
    apply = {"pairs": [settled], "digest": plan["digest"], "reviewer": "cd"}
    api.call("POST", f"{API}/reviews/settling", apply)
    api.call("POST", f"{API}/suggestions/reviews", {"best": 3, **WHO})


def _annotation(api: Recorder, encounter: int) -> int:
    detail = api.call("GET", f"{API}/encounters/{{encounter_id}}", at={"encounter_id": encounter})
    return int(detail["references"][0]["annotation"]["id"])


def _call_identities(api: Recorder) -> None:
    """Contradictions, photos of reference, and an identity made, described, split and merged."""
    (conflict, *_) = api.call("GET", f"{API}/conflicts")
    named = {name: conflict[name] for name in ("kind", "one", "other")}
    newest = max((one["id"] for one in conflict["opinions"]), default=0)
    reason = "the second photo is too oblique to tell"
    api.call("POST", f"{API}/conflicts/keep", {**named, "seen": newest, "reason": reason, **WHO})
    marked = {"annotation_id": _annotation(api, conflict["one"])}
    marks = f"{API}/annotations/{{annotation_id}}/references"
    api.call("POST", marks, {"state": "approved", "reason": "sharp", "after": 0, **WHO}, at=marked)
    api.call("GET", marks, at=marked)
    largest = max(api.call("GET", f"{API}/identities"), key=lambda row: row["encounters"])
    number = {"identity_id": largest["id"]}
    one = f"{API}/identities/{{identity_id}}"
    for path in ("", "/cut", "/changes"):
        api.call("GET", one + path, at=number)
    edit = {"sex": "female", "note": "torn left ear", "reason": "cubs seen in May", **WHO}
    api.call("PATCH", one, edit, at=number)
    waiting = _encounters(api, "waiting")[:2]
    new: Body = {"name": "Umay", "encounters": [row["id"] for row in waiting], "sex": "female"}
    new |= {"life_stage": "adult", "note": "torn left ear", "reason": "two clear encounters"}
    new["after"] = {str(row["id"]): row["decision_id"] for row in waiting}
    api.call("POST", f"{API}/identities", {**new, **WHO})
    split = {"encounters": new["encounters"][1:], "name": "Aksu", "reason": "the shoulder differs"}
    umay = {"identity_id": _identity(api, "Umay")}
    api.call("POST", f"{one}/split", {**split, **WHO}, at=umay)
    merge = {"other_id": _identity(api, "Aksu"), "reason": "same broken rosette", **WHO}
    merged = api.call("POST", f"{one}/merge", merge, at=umay)
    undo = {"reason": "that was the wrong flank", **WHO}
    api.call("POST", f"{API}/changes/{{change_id}}/undo", undo, at={"change_id": merged["id"]})


def _identity(api: Recorder, name: str) -> int:
    rows = api.call("GET", f"{API}/identities")
    return int(next(row["id"] for row in rows if row["name"] == name))


def _call_decisions(api: Recorder) -> None:
    """A decision beside what the machine said."""
    encounter = _encounters(api, "waiting")[-1]
    number = {"encounter_id": encounter["id"]}
    path = f"{API}/encounters/{{encounter_id}}"
    answer = api.call("GET", f"{path}/candidates", at=number)
    best = answer["candidates"][0]
    decision = {"kind": "same", "identity_id": best["identity_id"], "llr": round(best["llr"], 3)}
    decision |= {"model": answer["model"], "calibrator": answer["calibrator"], **WHO}
    decision |= {"note": "three rosettes on the shoulder agree", "after": encounter["decision_id"]}
    api.call("POST", f"{path}/decisions", decision, at=number)
    api.call("GET", f"{path}/decisions", at=number)


def _call_accounts(api: Recorder) -> None:
    """Accounts come last: from the first one on, everybody must log in."""
    admin = {"name": "Aigül", "role": "admin", "password": None}
    account = api.call("POST", f"{API}/accounts", admin)["account"]
    components = api.app.state.components
    database, browser = components[Database], Browser("127.0.0.1", "recorder")
    with database.write() as connection:
        known = accounts.password_of(connection, account["id"])
        accounts.set_password(connection, account["id"], known or "", temporary=False)
    session = admission.open_session(database, components[Settings], account["id"], browser)
    api.cookies = {"session": session}
    api.call("GET", f"{API}/me")
    api.call("GET", f"{API}/accounts")
    observer = api.call("POST", f"{API}/accounts", {"name": "Bek", "role": "observer"})["account"]
    edit = {"role": "curator", "one_time": True}
    api.call("PATCH", f"{API}/accounts/{{account_id}}", edit, at={"account_id": observer["id"]})
    api.call("POST", f"{API}/tokens", {"name": "archive script", "scope": "viewer", "days": 90})
    api.call("GET", f"{API}/tokens")
