"""Full frames of a camera trap: bursts, two cameras, two animals, wrong clocks, clips."""

import csv
import io
import json
from datetime import datetime, timedelta

import numpy as np
import pytest
from conftest import paint
from fake_catalogue import FakeCatalogue, Strangers, archive
from PIL import Image as Pillow

from reid.archive.clocks import CameraClock, read_clocks, true_time
from reid.archive.plan import RunPlan
from reid.archive.progress import read_progress
from reid.archive.rows import Status
from reid.archive.shaping import PlacedFrame, shaped
from reid.errors import BadDataset
from reid.photo.clocks import ClockError

SIZE = (900, 1200)
START = datetime(2024, 3, 1, 22, 0)  # noqa: DTZ001  a wall clock
GAP = timedelta(minutes=30)


def frame(animals, taken, *, seed=0):
    """JPEG of a plain frame with painted animals: (number, view, left, top) each."""
    pixels = np.random.default_rng(seed).normal(90, 4, (*SIZE, 3)).clip(0, 255).astype(np.uint8)
    for number, view, x, y in animals:
        with Pillow.open(io.BytesIO(paint(number, view=view))) as picture:
            pixels[y : y + 160, x : x + 320] = np.asarray(picture)
    image = Pillow.fromarray(pixels)
    exif = image.getexif()
    exif.get_ifd(0x8769)[0x9003] = f"{taken:%Y:%m:%d %H:%M:%S}"
    data = io.BytesIO()
    image.save(data, "JPEG", exif=exif, quality=92)
    return data.getvalue()


def box(x, y):
    return [x / SIZE[1], y / SIZE[0], 320 / SIZE[1], 160 / SIZE[0]]


@pytest.fixture
def card(tmp_path):
    """write(path, animals, taken) adds a frame and what a detector says of it; done() the JSON."""
    folder, images = tmp_path / "card", []

    def write(path, animals, taken=START, *, detections=None, there=True, failure=None):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if there:
            file.write_bytes(frame(animals, taken, seed=len(images)))
        found = [{"category": "1", "conf": 0.9, "bbox": box(x, y)} for _, _, x, y in animals]
        images.append({"file": path, "detections": found if detections is None else detections})
        if failure:
            images[-1] = {"file": path, "failure": failure}

    def done():
        info = {
            "format_version": "1.5",
            "detector_metadata": {"typical_detection_threshold": 0.2},
        }
        categories = {"1": "animal", "2": "person"}
        content = {"info": info, "detection_categories": categories, "images": images}
        (folder / "detections.json").write_text(json.dumps(content))
        return folder

    write.done = done
    return write


def table(out, name="results.csv"):
    with (out / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


PLACED = {"pattern": "{station}/{camera}"}


def test_every_frame_has_one_row_whatever_became_of_it(card, tmp_path):
    card("S1/A/1.jpg", [(1, 0, 100, 300)])
    card("S1/A/2.jpg", [])
    card("S1/A/3.jpg", [], detections=[{"category": "1", "conf": 0.1, "bbox": box(10, 10)}])
    card("S1/A/4.jpg", [], detections=[{"category": "2", "conf": 0.9, "bbox": box(10, 10)}])
    card("S1/A/5.jpg", [(1, 0, 100, 300)], there=False)
    card("S1/A/6.jpg", [(1, 1, 100, 300)], failure="corrupt")
    result = archive(card.done(), tmp_path / "out", **PLACED)
    statuses = {row["path"]: row["status"] for row in table(tmp_path / "out")}
    assert statuses["S1/A/1.jpg"] == "identified"
    assert [statuses[f"S1/A/{n}.jpg"] for n in (2, 3, 4, 5)] == [
        "empty",
        "empty",
        "no_animal",
        "unreadable",
    ]
    assert statuses["S1/A/6.jpg"] in {"identified", "not_chosen", "near_copy"}
    assert len(table(tmp_path / "out")) == result.frames == 6


def test_a_burst_over_both_cameras_of_a_station_is_one_question(card, tmp_path):
    for n in range(6):
        for camera in "AB":
            taken = START + timedelta(seconds=2 * n)
            card(f"S1/{camera}/{n}.jpg", [(1, n, 60 + 90 * n, 300)], taken)
    catalogue = FakeCatalogue()
    archive(card.done(), tmp_path / "out", catalogue, plan=RunPlan(photos=2, looked_at=3), **PLACED)
    rows = table(tmp_path / "out")
    assert catalogue.asked == 1
    assert {row["encounter"] for row in rows} == {"S1_2024-03-01T220000"}
    assert {row["animal"] for row in rows} == {"L000"}
    statuses = [row["status"] for row in rows]
    # the flank is unknown, so two photos of each camera speak: the cameras may see both flanks
    assert (statuses.count("identified"), statuses.count("not_chosen")) == (4, 8)


def test_frames_in_which_the_animal_lies_still_are_one_witness(card, tmp_path):
    for n in range(4):
        card(f"S1/A/{n}.jpg", [(1, 0, 100, 300)], START + timedelta(seconds=n))
    archive(card.done(), tmp_path / "out", **PLACED)
    statuses = [row["status"] for row in table(tmp_path / "out")]
    assert (statuses.count("near_copy"), statuses.count("identified")) == (3, 1)


def test_a_file_that_was_copied_is_a_copy_and_no_second_exposure(card, tmp_path):
    card("S1/A/1.jpg", [(1, 0, 100, 300)])
    folder = card.done()
    (folder / "backup").mkdir()
    (folder / "backup" / "1.jpg").write_bytes((folder / "S1/A/1.jpg").read_bytes())
    archive(folder, tmp_path / "out", **PLACED)
    rows = {row["path"]: row for row in table(tmp_path / "out")}
    assert len(rows) == 2
    copy = next(row for row in rows.values() if row["status"] == "copy")
    assert copy["like"] in rows


def test_two_animals_of_one_frame_stay_apart_and_are_followed(card, tmp_path):
    for n in range(3):
        animals = [(1, n, 50 + 60 * n, 300), (2, n, 600 + 60 * n, 500)]
        card(f"S1/A/{n}.jpg", animals, START + timedelta(seconds=n))
    result = archive(card.done(), tmp_path / "out", Strangers(), **PLACED)
    rows = table(tmp_path / "out")
    assert {row["encounter"] for row in rows} == {
        "S1_2024-03-01T220000#1",
        "S1_2024-03-01T220000#2",
    }
    by_box = {(row["annotation"], row["encounter"]) for row in rows}
    assert len(by_box) == 2
    assert len(result.animals) == 2


def test_two_animals_before_two_cameras_are_not_counted_as_four(card, tmp_path):
    for camera, animals in (("A", (1, 2)), ("B", (3, 4))):
        pair = [(animals[0], 0, 50, 300), (animals[1], 0, 600, 500)]
        card(f"S1/{camera}/1.jpg", pair)
    result = archive(card.done(), tmp_path / "out", Strangers(), **PLACED)
    statuses = [row["status"] for row in table(tmp_path / "out")]
    assert statuses == ["new_animal", "new_animal", "unknown", "unknown"]
    assert len(result.animals) == 2


def test_unknown_encounters_of_one_animal_become_one_proposed_animal(card, tmp_path):
    for day, animal in enumerate((1, 2, 1, 2, 1)):
        taken = START + timedelta(days=day)
        card(f"S1/A/{day}.jpg", [(animal, day, 100 + 50 * day, 300)], taken)
    plan = RunPlan()
    result = archive(card.done(), tmp_path / "out", Strangers(), plan=plan, **PLACED)
    rows = table(tmp_path / "out")
    assert [row["animal"] for row in rows] == ["new-001", "new-002"] * 2 + ["new-001"]
    assert [len(animal.members) for animal in result.animals] == [3, 2]
    assert {row["status"] for row in rows} == {Status.NEW}


def test_a_wrong_clock_is_corrected_before_frames_are_grouped(card, tmp_path):
    card("S1/A/1.jpg", [(1, 0, 100, 300)], START)
    card("S1/B/1.jpg", [(1, 1, 100, 300)], START - timedelta(days=365))
    clocks = tmp_path / "clocks.csv"
    clocks.write_text("station,camera,error\nS1,B,+365 0:00\n")
    plan = RunPlan(clocks=read_clocks(clocks))
    archive(card.done(), tmp_path / "out", plan=plan, **PLACED)
    rows = table(tmp_path / "out")
    assert {row["encounter"] for row in rows} == {"S1_2024-03-01T220000"}
    assert rows[1]["captured_at"] == START.isoformat()
    assert rows[1]["file_time"] == (START - timedelta(days=365)).isoformat()
    assert rows[1]["time_source"] == "exif, clock corrected"


def test_a_clock_holds_for_its_camera_and_its_time_only():
    clock = CameraClock("S1", "A", ClockError(3600), START, START + timedelta(days=1))
    hour = timedelta(hours=1)
    assert true_time([clock], "S1", "A", START, "unknown") == (START + hour, "unknown")
    assert true_time([clock], "S1", "B", START, "unknown")[0] == START
    assert true_time([clock], "S1", "A", START - hour, "unknown")[0] == START - hour


def test_a_table_of_clocks_without_errors_is_refused(tmp_path):
    clocks = tmp_path / "clocks.csv"
    clocks.write_text("station,camera\nS1,B\n")
    with pytest.raises(BadDataset, match="station and error"):
        read_clocks(clocks)


def test_without_a_detector_the_network_looks_itself_and_the_report_says_so(tmp_path):
    folder = tmp_path / "card" / "S1" / "A"
    folder.mkdir(parents=True)
    (folder / "1.jpg").write_bytes(frame([(1, 0, 120, 180)], START))
    plain = np.full((*SIZE, 3), 90, np.uint8)
    Pillow.fromarray(plain).save(folder / "2.jpg")
    archive(tmp_path / "card", tmp_path / "out", **PLACED)
    rows = table(tmp_path / "out")
    assert [row["status"] for row in rows] == ["identified", "no_coat"]
    assert rows[0]["box"] == "120 180 720 630"
    report = (tmp_path / "out" / "report.html").read_text()
    assert "2 frames were searched by the network" in " ".join(report.split())


def test_the_report_stands_for_itself_and_shows_who_was_seen(card, tmp_path):
    card("S1/A/1.jpg", [(1, 0, 100, 300)])
    card("S1/A/2.jpg", [], there=False)
    archive(card.done(), tmp_path / "out", **PLACED)
    report = (tmp_path / "out" / "report.html").read_text()
    assert "L000" in report
    assert "data:image/jpeg;base64," in report
    assert "S1/A/2.jpg" in report
    assert 'src="http' not in report
    assert read_progress(tmp_path / "out").finished


@pytest.mark.slow
def test_workers_give_the_same_rows_as_one_process(card, tmp_path):
    for n in range(4):
        card(f"S1/A/{n}.jpg", [(1, n, 60 + 90 * n, 300)], START + timedelta(days=n))
    folder = card.done()
    archive(folder, tmp_path / "one", Strangers(), **PLACED)
    archive(folder, tmp_path / "two", Strangers(), plan=RunPlan(workers=2), **PLACED)
    rows = [(tmp_path / name / "results.csv").read_bytes() for name in ("one", "two")]
    assert rows[0] == rows[1]


def placed(path, moment, boxes, camera="A"):
    return PlacedFrame(path, 0, "S1", camera, moment, "unknown", None, boxes, (0,) * len(boxes))


def test_a_track_ends_where_an_animal_leaves_and_another_comes():
    near, far = (0, 0, 100, 50), (600, 0, 700, 50)
    frames = [
        placed("1", START, (near, far)),
        placed("2", START + timedelta(seconds=2), (near,)),
        placed("3", START + timedelta(minutes=5), (near,)),
    ]
    [encounter] = shaped(frames, GAP)
    assert encounter.tracks == (((0, 0), (1, 0)), ((0, 1),), ((2, 0),))
    assert encounter.apart == {(0, 1)}


def test_encounters_are_the_same_in_any_order_of_frames():
    frames = [placed(str(n), START + timedelta(minutes=20 * n), ((0, 0, 9, 9),)) for n in range(9)]
    assert shaped(frames, GAP) == shaped(reversed(frames), GAP)
    assert len(shaped(frames, timedelta(minutes=10))) == 9


def test_the_frames_of_one_clip_are_one_encounter(tmp_path):
    av = pytest.importorskip("av")
    folder = tmp_path / "card"
    folder.mkdir()
    with av.open(str(folder / "2024-03-01_22-00-00.mp4"), "w") as clip:
        stream = clip.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = SIZE[1], SIZE[0], "yuv420p"
        for n in range(15):
            with Pillow.open(io.BytesIO(frame([(1, 0, 60 + 40 * n, 300)], START))) as picture:
                clip.mux(stream.encode(av.VideoFrame.from_image(picture)))
        clip.mux(stream.encode())
    result = archive(folder, tmp_path / "out", Strangers())
    rows = table(tmp_path / "out")
    assert [row["video_frame"] for row in rows] == ["0", "5", "10"]
    assert result.encounters == 1
    assert rows[0]["captured_at"] == "2024-03-01T22:00:00"


def test_a_clip_that_is_none_says_so(tmp_path):
    pytest.importorskip("av")
    folder = tmp_path / "card"
    folder.mkdir()
    (folder / "clip.avi").write_bytes(b"no video")
    archive(folder, tmp_path / "out", Strangers())
    [row] = table(tmp_path / "out")
    assert (row["status"], row["code"]) == ("unreadable", "unreadable_video")
