"""Reviews over HTTP: put up, answered blind, settled; what a blind pair never says too early."""

import json

import pytest

from service.store.database import Database

PAIRS = "/api/v1/reviews"


@pytest.fixture
def encounter(client, painted, work):
    """encounter(animal, day, name) -> number of an embedded encounter, decided if it is named."""

    def upload(animal, day, name="", reviewer="cd", **form):
        data = painted(animal, day, taken=f"2020:01:{day:02} 22:00:00")
        form = {"station": "Ridge", "flank": "left", **form}
        files = [("files", (f"{animal}-{day}.jpg", data))]
        number = client.post("/api/v1/photos", files=files, data=form).json()
        number = number["files"][0]["encounter_id"]
        work()
        if name:
            decide(client, number, name, reviewer)
        return number

    return upload


def decide(client, number, name, reviewer="cd"):
    known = {one["name"]: one["id"] for one in client.get("/api/v1/identities").json()}
    said = {"kind": "same", "identity_id": known[name]} if name in known else {"kind": "new"}
    said = said if name in known else {**said, "name": name}
    address = f"/api/v1/encounters/{number}/decisions"
    assert client.post(address, json={**said, "reviewer": reviewer}).status_code == 201


def put(client, *pairs, **fields):
    answer = client.post(PAIRS, json={"pairs": pairs, "reviewer": "cd", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def say(client, pair, observer, answer="same", **fields):
    why = {"reason": "blur"} if answer in {"not_comparable", "cannot_tell"} else {}
    why = {"certainty": "certain"} if answer in {"same", "different"} else why
    body = {"answer": answer, "observer": observer, **why, **fields}
    return client.post(f"{PAIRS}/{pair}/opinions", json=body)


def seen(client, pair, observer):
    return client.get(f"{PAIRS}/{pair}", params={"observer": observer}).json()


@pytest.fixture
def pair(client, encounter):
    """A blind pair of two encounters of one animal."""
    return put(client, (encounter(1, 1), encounter(1, 9)))[0]["id"]


def test_a_blind_pair_tells_nothing_until_one_has_answered(client, pair):
    say(client, pair, "ab", "different", note="a secret remark")
    before = seen(client, pair, "ef")
    assert (before["open"], before["opinions"], before["machine"]) == (False, [], None)
    hidden = ("answer", "source", "note", "reviewer", "created_at")
    assert {before["review"][name] for name in hidden} == {None}
    listed = client.get(PAIRS, params={"observer": "ef"}).text
    for text in (json.dumps(before), listed):
        assert "different" not in text
        assert "secret" not in text
        assert '"ab"' not in text
    say(client, pair, "ef", "same")
    after = seen(client, pair, "ef")
    assert after["review"]["state"] == "disagreed"
    assert [one["answer"] for one in after["opinions"]] == ["different", "same"]
    assert after["machine"]["calibrator"]
    assert seen(client, pair, "gh")["review"]["state"] == "waiting"


def test_an_open_pair_shows_the_machine_at_once(client, encounter):
    (made,) = put(client, (encounter(1, 1), encounter(1, 9)), blind=False)
    shown = seen(client, made["id"], "ab")
    assert abs(shown["machine"]["llr"]) <= shown["machine"]["bound"]
    said = say(client, made["id"], "ab", llr=1.5, model="m", calibrator="c").json()
    assert (said["llr"], said["model"]) == (1.5, "m")


def test_nothing_was_shown_to_a_first_answer_whatever_a_client_states(client, pair):
    assert say(client, pair, "ab", llr=1.5, model="m").json()["llr"] is None
    assert say(client, pair, "ab", "different", llr=1.5).json()["llr"] == 1.5


def test_disagreement_goes_to_a_third_and_the_majority_stands(client, pair):
    say(client, pair, "ab", "same")
    say(client, pair, "ef", "different")
    queue = client.get(PAIRS, params={"observer": "ab", "whose": "mine"}).json()
    assert (queue["total"], queue["left"], queue["done_today"]) == (0, 0, 1)
    third = client.get(PAIRS, params={"observer": "gh", "whose": "mine"}).json()
    assert [one["id"] for one in third["reviews"]] == [pair]
    say(client, pair, "gh", "different")
    review = seen(client, pair, "ab")["review"]
    assert (review["state"], review["answer"], review["missing"]) == ("settled", "different", 0)


def test_an_answer_is_taken_back_by_a_new_entry(client, pair):
    assert say(client, pair, "ab", "withdrawn").status_code == 409
    say(client, pair, "ab", "same")
    say(client, pair, "ab", "withdrawn")
    found = seen(client, pair, "ab")
    assert found["review"]["wanted"]
    assert found["open"]  # what was seen stays seen
    assert [one["answer"] for one in found["opinions"]] == ["same", "withdrawn"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"answer": "same"}, "incomplete_answer"),
        ({"answer": "cannot_tell"}, "incomplete_answer"),
        ({"answer": "perhaps"}, "invalid_request"),
        ({"answer": "same", "certainty": "certain", "seconds": -1}, "invalid_request"),
        (
            {
                "answer": "same",
                "certainty": "certain",
                "regions": [{"annotation_id": 99, "x": 1, "y": 1, "label": "agrees"}],
            },
            "bad_region",
        ),
    ],
)
def test_an_answer_that_lacks_something_is_refused(client, pair, said, code):
    answer = client.post(f"{PAIRS}/{pair}/opinions", json=said)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert seen(client, pair, "anonymous")["opinions"] == []


def test_marked_places_are_kept_in_pixels_of_the_photo(client, pair):
    mark = {"annotation_id": 2, "x": 10.5, "y": 20, "width": 0, "height": 0, "label": "differs"}
    said = say(client, pair, "ab", regions=[mark]).json()
    assert said["regions"] == [mark]


def test_putting_up_is_idempotent_and_opens_what_was_closed(client, encounter):
    a, b, c = encounter(1, 1), encounter(1, 9), encounter(2, 5)
    first = put(client, encounters=[a, b, c])
    assert len(first) == 3
    assert put(client, (b, a))[0]["id"] == first[0]["id"]
    client.patch(f"{PAIRS}/{first[0]['id']}", json={"closed": True})
    assert client.get(PAIRS).json()["total"] == 2
    assert put(client, (a, b), source="suggested")[0]["state"] == "closed"
    assert put(client, (a, b))[0]["state"] == "waiting"
    refused = client.post(PAIRS, json={"pairs": [(a, a)]})
    assert (refused.status_code, "with itself" in refused.json()["detail"]) == (422, True)
    assert client.post(PAIRS, json={"pairs": [(a, 99)]}).status_code == 404
    assert client.post(PAIRS, json={"encounters": [a]}).status_code == 422


def test_blind_is_fixed_by_the_first_answer(client, pair):
    assert client.patch(f"{PAIRS}/{pair}", json={"blind": False}).json()["blind"] is False
    say(client, pair, "ab")
    refused = client.patch(f"{PAIRS}/{pair}", json={"blind": True})
    assert (refused.status_code, "cannot change" in refused.json()["detail"]) == (409, True)
    assert client.patch(f"{PAIRS}/{pair}", json={"needed": 3}).json()["missing"] == 2


def test_the_queue_is_filtered(client, encounter):
    left = (encounter(1, 1), encounter(1, 9))
    right = (encounter(2, 3, flank="right"), encounter(2, 12, flank="right", station="Well"))
    one, other = put(client, left, right)

    def ids(**query):
        return [r["id"] for r in client.get(PAIRS, params=query).json()["reviews"]]

    assert sorted(ids()) == [one["id"], other["id"]]
    assert ids(flank="right") == ids(station="Well") == [other["id"]]
    assert ids(source="asked") == []  # a blind pair does not say where it comes from
    say(client, one["id"], "ab", "same")
    say(client, one["id"], "ef", "different")
    assert ids(observer="ab") == [other["id"], one["id"]]
    assert ids(observer="ab", disagreeing=True) == ids(observer="ab", source="asked") == [one["id"]]
    assert ids(observer="ij", disagreeing=True) == []
    assert ids(state="agreed") == []


def agreed(client, pair, answer="same"):
    say(client, pair, "ab", answer)
    say(client, pair, "ef", answer)


def preview(client):
    return client.get(f"{PAIRS}/settling").json()


def test_settled_pairs_join_encounters_under_one_identity(client, encounter):
    a, b, c = encounter(1, 1), encounter(1, 9), encounter(1, 20)
    for one in put(client, (a, b), (b, c)):
        agreed(client, one["id"])
    plan = preview(client)
    assert plan["new_identities"] == 1
    assert plan["joins"][0]["encounters"] == [a, b, c]
    applied = client.post(f"{PAIRS}/settling", json={"digest": plan["digest"], "reviewer": "cu"})
    made = applied.json()["decisions"]
    assert [one["kind"] for one in made] == ["new", "same", "same"]
    assert {one["identity"] for one in made} == {plan["joins"][0]["name"]}
    assert {(one["reviewer"], one["llr"]) for one in made} == {("cu", None)}
    assert "Review 1 of encounters" in made[0]["note"]
    assert client.get(PAIRS).json()["total"] == 0
    assert preview(client)["joins"] == []


def test_two_identities_are_a_merge_to_decide_and_stay_listed(client, encounter):
    a, b = encounter(1, 1, "Uma"), encounter(1, 9, "Kali")
    (made,) = put(client, (a, b))
    agreed(client, made["id"])
    plan = preview(client)
    assert (plan["joins"], plan["done"]) == ([], [])
    assert plan["merges"][0]["pairs"] == [made["id"]]
    client.post(f"{PAIRS}/settling", json={})
    assert len(preview(client)["merges"]) == 1


def test_a_merge_names_opinions_by_pair_and_observer_as_far_as_they_may_be_known(client, encounter):
    a, b, c = encounter(1, 1, "Uma"), encounter(1, 9, "Kali"), encounter(1, 20)
    known, secret = put(client, (a, b), (a, c))
    agreed(client, known["id"])
    page = client.get(f"/identities/1/merge?other=2&review={known['id']}").text
    assert f"encounters {a} and {b}: observers say ab: same leopard, ef: same leopard" in page
    hidden = say(client, secret["id"], "gh", "different").json()["id"]
    said = {"other_id": 2, "evidence": {"opinions": [1, 2, hidden]}}
    assert client.post("/api/v1/identities/1/merge", json=said).status_code == 201
    page = client.get("/identities/1").text
    assert f"encounters {a} and {b}: observers say ab: same leopard" in page
    assert "1 opinion on a pair under blind review" in page
    assert "gh: different" not in page


def test_different_under_one_identity_is_a_contradiction(client, encounter):
    a, b = encounter(1, 1, "Uma"), encounter(1, 9, "Uma")
    (made,) = put(client, (a, b))
    agreed(client, made["id"], "different")
    found = preview(client)["contradictions"]
    assert found == [{"encounters": [a, b], "identity": "Uma", "pairs": [made["id"]]}]


def test_a_chain_of_same_with_one_different_joins_nobody(client, encounter):
    a, b, c = encounter(1, 1), encounter(1, 9), encounter(1, 20)
    ab, bc, ac = put(client, (a, b), (b, c), (a, c))
    for one, answer in ((ab, "same"), (bc, "same"), (ac, "different")):
        agreed(client, one["id"], answer)
    plan = preview(client)
    assert plan["joins"] == []
    assert plan["contradictions"][0]["encounters"] == [a, c]
    assert len(plan["contradictions"]) == 1
    assert plan["done"] == []
    client.post(f"{PAIRS}/settling", json={"reviewer": "cu"})
    assert {one["state"] for one in client.get(PAIRS).json()["reviews"]} == {"agreed"}


def test_a_member_said_to_differ_keeps_others_out(client, encounter):
    known, new = encounter(1, 1, "Uma"), encounter(1, 9)
    other = encounter(1, 20, "Uma")
    joins, apart = put(client, (known, new), (other, new))
    agreed(client, joins["id"])
    agreed(client, apart["id"], "different")
    plan = preview(client)
    assert (plan["joins"], len(plan["contradictions"]), plan["done"]) == ([], 1, [])


def test_what_changed_since_the_preview_is_not_applied(client, encounter):
    a, b = encounter(1, 1), encounter(1, 9)
    (made,) = put(client, (a, b))
    agreed(client, made["id"])
    digest = preview(client)["digest"]
    decide(client, a, "Uma")
    refused = client.post(f"{PAIRS}/settling", json={"digest": digest})
    assert (refused.status_code, "look at it again" in refused.json()["detail"]) == (409, True)
    assert preview(client)["joins"][0]["name"] == "Uma"


def test_an_answer_other_than_same_closes_the_pair_and_changes_nothing(client, encounter):
    (made,) = put(client, (encounter(1, 1), encounter(2, 9)))
    agreed(client, made["id"], "cannot_tell")
    done = client.post(f"{PAIRS}/settling", json={"pairs": [made["id"]]}).json()
    assert (done["plan"]["done"], done["decisions"]) == ([made["id"]], [])


@pytest.fixture
def catalogue(client, encounter):
    """Two identities of three encounters each, and a blind pair that waits."""
    for day in (1, 9, 17):
        encounter(1, day, "Uma")
        encounter(2, day + 3, "Kali")
    return put(client, (encounter(3, 25), encounter(3, 28)))[0]["id"]


def test_known_pairs_are_hidden_among_the_others_and_never_applied(client, catalogue):
    body = {"share": 0.5, "seed": 4}
    counted = client.post(f"{PAIRS}/round", json=body).json()
    assert (counted["waiting"], counted["wanted"], counted["applied"]) == (1, 1, False)
    assert client.get(PAIRS).json()["total"] == 1
    for other in range(3):
        put(client, (1 + 2 * other, 7))
    made = client.post(f"{PAIRS}/round", json={**body, "apply": True}).json()
    assert (made["wanted"], made["same"], made["different"]) == (4, 2, 2)
    again = client.post(f"{PAIRS}/round", json={**body, "apply": True}).json()
    assert again["wanted"] == 0
    listed = client.get(PAIRS).json()["reviews"]
    assert len(listed) == 8
    assert "known" not in json.dumps(listed)
    shown = [{k: v for k, v in one.items() if k in ("blind", "needed", "source")} for one in listed]
    assert all(one == shown[0] for one in shown)
    for one in listed:
        agreed(client, one["id"])
    plan = preview(client)
    known = {one["id"] for one in client.get(PAIRS, params={"source": "known"}).json()["reviews"]}
    assert len(known) == 4
    assert not known & {*plan["done"], *(n for j in plan["joins"] for n in j["pairs"])}


def test_without_a_blind_pair_there_is_nothing_to_hide_in(client):
    refused = client.post(f"{PAIRS}/round", json={})
    assert (refused.status_code, refused.json()["code"]) == (422, "nothing_to_hide_in")


def test_a_round_drawn_by_one_seed_is_one_round(client, catalogue, app):
    from service.reviews import rounds

    with app.state.components[Database].read() as connection:
        first = rounds.known_pairs(connection, share=0.4, seed=7)
        assert rounds.known_pairs(connection, share=0.4, seed=7) == first


def test_kappa_and_errors_come_from_first_blind_answers(client, catalogue):
    for other in range(3):
        put(client, (1 + 2 * other, 7))
    client.post(f"{PAIRS}/round", json={"share": 0.5, "apply": True})
    for one in client.get(PAIRS).json()["reviews"]:
        say(client, one["id"], "ab", "same")
        say(client, one["id"], "ef", "same" if one["id"] % 3 else "different")
        say(client, one["id"], "ef", "different")  # seen by now: it does not count here
    found = client.get(f"{PAIRS}/agreement").json()
    (together,) = found["together"]
    assert (together["observers"], together["n"]) == (["ab", "ef"], 8)
    assert together["observed"] == pytest.approx(6 / 8)
    errors = {one["observer"]: one for one in found["known"]}
    assert errors["ab"]["errors"] | {"right": 2} == errors["ab"]["errors"]
    assert errors["ab"]["errors"]["false_same"] == 2
    assert errors["ab"]["own"] == 0
    assert set(errors["ab"]["by_certainty"]) == {"certain"}


def test_who_answers_a_settled_pair_may_have_seen_it_and_does_not_count_as_blind(client, pair):
    agreed(client, pair)
    assert seen(client, pair, "cu")["open"]  # without accounts everybody is a curator
    say(client, pair, "cu", "different")
    found = client.get(f"{PAIRS}/agreement").json()
    assert [one["observers"] for one in found["together"]] == [["ab", "ef"]]
