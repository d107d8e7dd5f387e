"""Encounters, candidates, decisions, identities: the path of an answer into the catalogue."""

import pytest

API = "/api/v1"


@pytest.fixture
def seen(client, painted, work):
    """seen(animal, day, view=0) uploads and embeds one photo; returns its encounter."""

    def upload(animal, day, view=0, flank="left"):
        photo = painted(animal, view, taken=f"2020:01:{day:02} 10:00:00")
        said = {"station": "North", "flank": flank}
        files = [("files", (f"{animal}-{day}.jpg", photo))]
        answer = client.post(f"{API}/photos", files=files, data=said)
        work()
        return answer.json()["files"][0]["encounter_id"]

    return upload


def decide(client, encounter, kind, **said):
    return client.post(f"{API}/encounters/{encounter}/decisions", json={"kind": kind, **said})


def candidates(client, encounter):
    return client.get(f"{API}/encounters/{encounter}/candidates").json()


def test_an_empty_catalogue_has_nothing_to_compare_with(client, seen):
    found = candidates(client, seen(1, 1))
    assert (found["verdict"], found["candidates"], found["gallery"]) == ("not comparable", [], 0)


def test_the_same_animal_comes_first_after_somebody_named_it(client, seen):
    first, other, query = seen(1, 1), seen(2, 2), seen(1, 3, view=1)
    named = decide(client, first, "new").json()
    decide(client, other, "new", name="Uma")
    found = candidates(client, query)
    assert [one["identity"] for one in found["candidates"]] == ["L001", "Uma"]
    assert found["candidates"][0]["identity_id"] == named["identity_id"]
    assert found["candidates"][0]["llr"] > found["candidates"][1]["llr"]
    assert found["candidates"][0]["reference"]["encounter_id"] == first


def test_correspondences_are_pixels_of_both_photos(client, seen):
    first, query = seen(1, 1), seen(1, 2, view=1)
    decide(client, first, "new")
    (best,) = candidates(client, query)["candidates"]
    dense = next(one for one in best["correspondences"] if one["kind"] == "rosette")
    assert len(dense["query"]) == len(dense["reference"]) == len(dense["strength"]) > 10
    for (x0, y0), (x1, y1) in zip(dense["query"], dense["reference"], strict=True):
        assert abs(x0 - x1) < 20
        assert abs(y0 - y1) < 20
        assert 0 <= x0 <= 320
        assert 0 <= y1 <= 160


def test_what_both_photos_show_is_stated_with_the_places_that_differ(client, seen):
    first, query = seen(1, 1), seen(1, 2, view=1)
    decide(client, first, "new")
    (best,) = candidates(client, query)["candidates"]
    assert best["overlap"] == {
        "registration": "rosettes",
        "covisible": 1,
        "places": 93,
        "agreeing": 1,
        "discrepancies": {"kind": "discrepancy", "query": [], "reference": [], "strength": []},
    }


def test_an_encounter_is_never_compared_with_itself(client, seen):
    only = seen(1, 1)
    decide(client, only, "new")
    found = candidates(client, only)
    assert (found["candidates"], found["gallery"], found["excluded_encounters"]) == ([], 1, [only])


def test_left_is_never_compared_with_right(client, seen):
    decide(client, seen(1, 1, flank="left"), "new")
    assert candidates(client, seen(1, 2, view=1, flank="right"))["verdict"] == "not comparable"


def test_a_stateless_query_keeps_nothing(client, seen, painted):
    decide(client, seen(1, 1), "new")
    files = [("files", ("q.jpg", painted(1, 5)))]
    answer = client.post(f"{API}/identify", files=files, data={"flank": "left"})
    assert answer.json()["candidates"][0]["identity"] == "L001"
    assert set(answer.json()["timings"]) == {
        *("decode", "crop", "embed", "search", "compare", "total")
    }
    assert len(client.get(f"{API}/encounters").json()["encounters"]) == 1


def test_a_query_photo_of_the_catalogue_is_not_compared_with_itself(client, seen, painted):
    first = seen(1, 1)
    decide(client, first, "new")
    files = [("files", ("q.jpg", painted(1, taken="2020:01:01 10:00:00")))]
    found = client.post(f"{API}/identify", files=files, data={"flank": "left"}).json()
    assert (found["excluded_encounters"], found["candidates"]) == ([first], [])


def test_several_photos_are_one_query_and_the_best_speaks(client, seen, painted):
    decide(client, seen(1, 1), "new")
    files = [("files", (f"{n}.jpg", painted(n, 5))) for n in (9, 1)]
    found = client.post(f"{API}/identify", files=files, data={"flank": "left"}).json()
    assert found["candidates"][0]["query"] == 1


def test_a_box_cuts_the_animal_out_of_a_full_frame(client, seen, painted):
    import io

    from PIL import Image

    decide(client, seen(1, 1), "new")
    frame = Image.new("RGB", (800, 600), (90, 120, 60))
    frame.paste(Image.open(io.BytesIO(painted(1, 5))), (300, 200))
    data = io.BytesIO()
    frame.save(data, "PNG")
    files = [("files", ("frame.png", data.getvalue()))]
    said = {"flank": "left", "box": "300 200 620 360"}
    found = client.post(f"{API}/identify", files=files, data=said).json()
    points = found["candidates"][0]["correspondences"][0]["query"]
    assert found["candidates"][0]["identity"] == "L001"
    assert all(300 <= x <= 620 and 200 <= y <= 360 for x, y in points)


def test_decisions_append_and_the_last_counts(client, seen):
    encounter = seen(1, 1)
    for kind in ("cannot_tell", "new", "withdrawn"):
        assert decide(client, encounter, kind).status_code == 201
    history = client.get(f"{API}/encounters/{encounter}/decisions").json()
    assert [one["kind"] for one in history] == ["cannot_tell", "new", "withdrawn"]
    detail = client.get(f"{API}/encounters/{encounter}").json()
    assert detail["summary"]["decision"] == "withdrawn"
    assert detail["summary"]["identity"] is None
    assert len(detail["decisions"]) == 3


def test_a_withdrawn_decision_lets_the_encounter_wait_and_leaves_the_catalogue(client, seen):
    encounter = seen(1, 1)
    identity = decide(client, encounter, "new").json()["identity_id"]
    assert client.get(f"{API}/encounters?state=waiting").json()["encounters"] == []
    decide(client, encounter, "withdrawn")
    waiting = client.get(f"{API}/encounters?state=waiting").json()
    assert [one["id"] for one in waiting["encounters"]] == [encounter]
    assert client.get(f"{API}/identities").json() == []
    gone = client.get(f"{API}/identities/{identity}").json()
    assert (gone["summary"]["encounters"], len(gone["decisions"])) == (0, 1)


def test_a_decision_changes_what_the_next_query_sees_at_once(client, seen):
    first, query = seen(1, 1), seen(1, 2, view=1)
    assert candidates(client, query)["gallery"] == 0
    decide(client, first, "new")
    assert candidates(client, query)["gallery"] == 1
    decide(client, first, "withdrawn")
    assert candidates(client, query)["gallery"] == 0


def test_cannot_tell_is_decided_but_names_nobody(client, seen):
    encounter = seen(1, 1)
    decide(client, encounter, "cannot_tell")
    found = client.get(f"{API}/encounters").json()
    assert (found["waiting"], found["decided"]) == (0, 1)
    assert client.get(f"{API}/identities").json() == []


def test_what_was_shown_is_kept_with_the_decision(client, seen):
    shown = {"llr": -0.7, "model": "fake@1", "calibrator": "c@1", "reviewer": "ab", "note": "ear"}
    made = decide(client, seen(1, 1), "cannot_tell", **shown).json()
    assert {name: made[name] for name in shown} == shown


def test_a_decision_on_a_stale_view_is_a_conflict(client, seen):
    encounter = seen(1, 1)
    assert decide(client, encounter, "cannot_tell", after=0).status_code == 201
    stale = decide(client, encounter, "new", after=0)
    assert (stale.status_code, stale.json()["code"]) == (409, "conflict")
    assert len(client.get(f"{API}/encounters/{encounter}/decisions").json()) == 1


def test_names_are_the_next_free_number_or_the_persons_own(client, seen):
    encounters = [seen(n, n) for n in (1, 2, 3)]
    assert decide(client, encounters[0], "new").json()["identity"] == "L001"
    assert decide(client, encounters[1], "new", name="L007").json()["identity"] == "L007"
    assert decide(client, encounters[2], "new").json()["identity"] == "L008"


def test_a_name_that_is_taken_is_a_conflict_and_records_nothing(client, seen):
    first, second = seen(1, 1), seen(2, 2)
    decide(client, first, "new", name="Uma")
    assert decide(client, second, "new", name="Uma").status_code == 409
    assert client.get(f"{API}/encounters/{second}/decisions").json() == []


def test_the_catalogue_shows_the_flanks_of_each_identity(client, seen):
    left, right = seen(1, 1), seen(5, 2, flank="right")
    identity = decide(client, left, "new").json()["identity_id"]
    decide(client, right, "same", identity_id=identity)
    (one,) = client.get(f"{API}/identities").json()
    assert (one["flanks"], one["encounters"]) == ([["left", 1], ["right", 1]], 2)
    detail = client.get(f"{API}/identities/{identity}").json()
    assert {r["annotation"]["encounter_id"] for r in detail["references"]} == {left, right}


def test_pictures_have_no_exif_and_are_not_sent_twice(client, seen):
    number = seen(1, 1)
    photo = client.get(f"{API}/encounters/{number}").json()["references"][0]["photo"]["id"]
    for path in (f"photos/{photo}/image", f"photos/{photo}/thumbnail", "annotations/1/crop"):
        first = client.get(f"{API}/{path}")
        assert first.headers["content-type"] == "image/jpeg"
        assert b"Exif" not in first.content
        again = client.get(f"{API}/{path}", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_picture_is_as_small_as_asked_for(client, seen):
    import io

    from PIL import Image

    seen(1, 1)
    data = client.get(f"{API}/annotations/1/crop?longest=64").content
    assert Image.open(io.BytesIO(data)).size == (64, 32)


def test_health_says_what_is_missing(client, seen, work):
    before = client.get("/health").json()
    assert (before["status"], before["database"], before["workers"]) == ("degraded", "ok", [])
    seen(1, 1)
    after = client.get("/health").json()
    assert (after["status"], after["model"], after["waiting_jobs"]) == ("ok", "fake@1", 0)


def test_metrics_have_a_histogram_for_every_stage(client, seen, painted):
    decide(client, seen(1, 1), "new")
    files = [("files", ("q.jpg", painted(1, 5)))]
    client.post(f"{API}/identify", files=files, data={"flank": "left"})
    text = client.get("/metrics").text
    for stage in ("decode", "crop", "embed", "search", "compare", "total"):
        assert f'reid_stage_seconds_count{{stage="{stage}"}} 1.0' in text
    assert 'reid_uploaded_files_total{outcome="created"} 1.0' in text
    assert 'reid_decisions_total{kind="new"} 1.0' in text
    assert 'reid_jobs{state="done"} 1.0' in text
