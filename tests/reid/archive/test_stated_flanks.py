"""A flank that the source or a folder states for a box holds for it, before the one for all."""

import csv
import json
from dataclasses import replace

import pytest
from conftest import paint
from fake_catalogue import FakeCatalogue, FakeNetwork, Strangers, archive, recogniser

from reid.archive.looking import FrameLook, SeenBox
from reid.archive.plan import RunPlan
from reid.archive.run import run_archive
from reid.archive.sources import ArchiveSource, open_source
from reid.archive.stated_flanks import place_of, stated_flanks
from reid.interchange.package import SourceAnimal, SourceBox, SourcePhoto
from reid.types import Flank

RIGHT = RunPlan(flank=Flank.RIGHT)
OF_FOLDERS = {"pattern": "{station}/{flank}"}
HALVES = [0, 0, 0.5, 1], [0.5, 0, 0.5, 1]


class CountingNetwork(FakeNetwork):
    """Counts the boxes that it describes."""

    def __init__(self):
        super().__init__()
        self.crops = []

    def describe(self, crops):
        self.crops += crops
        return super().describe(crops)


class Asked(FakeCatalogue):
    """Remembers the flanks of the photos that it was asked about."""

    def __init__(self):
        super().__init__()
        self.flanks = []

    def identify_encounter(self, photos):
        self.flanks.append([(photo.chosen.flank, photo.features.flank) for photo in photos])
        return super().identify_encounter(photos)


@pytest.fixture
def card(tmp_path):
    """card(path, animal): a photo below the folder `card`, which it gives."""
    folder = tmp_path / "card"

    def write(path, animal=1, size=(320, 160)):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(paint(animal, view=len(path), size=size))
        return folder

    return write


def detected(folder, boxes):
    """A detector's JSON. boxes: path -> [left, top, width, height] of each, in shares."""
    images = [
        {
            "file": path,
            "detections": [{"category": "1", "conf": 0.9, "bbox": list(box)} for box in each],
        }
        for path, each in boxes.items()
    ]
    info = {"format_version": "1.5"}
    content = {"info": info, "detection_categories": {"1": "animal"}, "images": images}
    (folder / "detections.json").write_text(json.dumps(content))


def stated_on(folder, *lines):
    (folder / "index.csv").write_text("\n".join(["path,flank,x,y,width,height", *lines]) + "\n")


def rows(out, name="results.csv"):
    with (out / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def flanks(out):
    return [row["flank"] for row in rows(out)]


def test_the_flank_of_a_folder_goes_to_row_question_and_photo(card, tmp_path):
    card("S1/left/1.jpg")
    folder = card("S1/right/22.jpg", 2)
    catalogue = Asked()
    result = archive(folder, tmp_path / "out", catalogue, **OF_FOLDERS)
    assert flanks(tmp_path / "out") == ["left", "right"]
    assert sorted(catalogue.flanks) == [[(Flank.LEFT,) * 2], [(Flank.RIGHT,) * 2]]
    assert {photo.flank for each in result.photos.values() for photo in each} == {
        Flank.LEFT,
        Flank.RIGHT,
    }
    assert not result.remarks


def test_photos_of_different_stated_flanks_are_not_compared(card, tmp_path):
    card("S1/left/1.jpg")
    folder = card("S2/right/1.jpg")
    result = archive(folder, tmp_path / "out", Strangers(), **OF_FOLDERS)
    assert [animal.flanks for animal in result.animals] == [("left",), ("right",)]


def test_what_is_stated_wins_over_the_flank_for_all_which_holds_for_the_others(card, tmp_path):
    card("S1/left/1.jpg")
    folder = card("S1/unsorted/1.jpg", 2)
    result = archive(folder, tmp_path / "out", plan=RIGHT, **OF_FOLDERS)
    assert flanks(tmp_path / "out") == ["left", "right"]
    assert any("the folder unsorted is no flank" in str(one) for one in result.remarks)


def test_a_source_states_the_flank_of_each_box(card, tmp_path):
    folder = card("a.jpg", size=(800, 300))
    stated_on(folder, "a.jpg,left,0,0,390,300", "a.jpg,,400,0,390,300")
    archive(folder, tmp_path / "out", plan=RIGHT)
    assert flanks(tmp_path / "out") == ["left", "right"]


def test_the_flank_of_a_photo_holds_for_its_only_box_and_for_none_of_several(card, tmp_path):
    card("S1/right/1.jpg")
    folder = card("S2/right/2.jpg", 2, size=(800, 300))
    detected(folder, {"S1/right/1.jpg": HALVES[:1], "S2/right/2.jpg": HALVES})
    archive(folder, tmp_path / "out", **OF_FOLDERS)
    assert flanks(tmp_path / "out") == ["right", "left", "left"]  # as the network sees two of them


def test_the_source_wins_over_the_folder(card, tmp_path):
    folder = card("S1/left/1.jpg")
    stated_on(folder, "S1/left/1.jpg,right,,,,")
    archive(folder, tmp_path / "out", **OF_FOLDERS)
    assert flanks(tmp_path / "out") == ["right"]


def test_two_animals_without_boxes_that_show_different_flanks_state_none(card, tmp_path):
    folder = card("a.jpg")
    stated_on(folder, "a.jpg,left,,,,", "a.jpg,right,,,,")
    result = archive(folder, tmp_path / "out", Strangers())
    [photos] = result.photos.values()
    assert [photo.flank for photo in photos] == [Flank.UNKNOWN]


def test_a_copy_of_a_photo_states_its_flank_too(card, tmp_path):
    folder = card("S1/a/1.jpg")
    (folder / "S1/right").mkdir()
    (folder / "S1/right/1.jpg").write_bytes((folder / "S1/a/1.jpg").read_bytes())
    archive(folder, tmp_path / "out", **OF_FOLDERS)
    assert [(row["status"], row["flank"]) for row in rows(tmp_path / "out")] == [
        ("identified", "right"),
        ("copy", "right"),
    ]


def test_a_changed_statement_describes_its_box_again_and_no_other(card, tmp_path):
    for name in ("a.jpg", "bb.jpg"):
        folder = card(name, len(name))

    def run():
        network = CountingNetwork()
        asked = replace(recogniser(), load=lambda: network)
        run_archive(open_source(folder), tmp_path / "out", asked, Strangers(), RunPlan())
        return [crop.flank for crop in network.crops]

    stated_on(folder, "a.jpg,left,,,,", "bb.jpg,left,,,,")
    assert run() == [Flank.LEFT, Flank.LEFT]
    stated_on(folder, "a.jpg,left,,,,", "bb.jpg,right,,,,")
    assert run() == [Flank.RIGHT]
    assert flanks(tmp_path / "out") == ["left", "right"]
    assert run() == []


def test_the_journal_of_a_run_with_one_flank_for_all_serves_photos_that_now_state_it(
    card, tmp_path
):
    folder = card("S1/left/1.jpg")
    archive(folder, tmp_path / "out", plan=RunPlan(flank=Flank.LEFT), pattern="{station}/{camera}")
    described = (tmp_path / "out" / "boxes.jsonl").read_bytes()
    archive(folder, tmp_path / "out", **OF_FOLDERS)
    assert (tmp_path / "out" / "boxes.jsonl").read_bytes() == described


def test_a_stated_flank_stands_against_the_network_and_the_report_shows_it(card, tmp_path):
    card("S1/left/1.jpg")
    folder = card("S1/right/1.jpg", 2)
    result = archive(folder, tmp_path / "out", **OF_FOLDERS)
    assert [(one.path, one.stated, one.seen) for one in result.flanks] == [
        ("S1/right/1.jpg", Flank.RIGHT, Flank.LEFT)
    ]
    report = " ".join((tmp_path / "out" / "report.html").read_text().split())
    assert "stated right; the network sees left (97 %)" in report


def test_frames_in_folders_that_state_no_flank_are_said(card, tmp_path):
    card("S1/left/1.jpg")
    folder = card("1.jpg", 2)
    result = archive(folder, tmp_path / "out", **OF_FOLDERS)
    assert any("1 of 2" in str(one) for one in result.remarks)


def test_the_boxes_of_a_clip_have_the_flanks_of_their_own_frames(tmp_path):
    box = SourceBox(0, 0, 1, 1, shares=True)
    said = ((5, Flank.LEFT), (0, Flank.RIGHT), (9, Flank.LEFT), (5, None))
    animals = tuple(SourceAnimal(box=box, flank=flank, frame=frame) for frame, flank in said)
    photo = SourcePhoto("clip.mp4", tmp_path / "clip.mp4", animals=animals)
    seen = [
        SeenBox((n, 0.0, 9.0, 9.0), 1, "", video_frame=frame) for n, frame in enumerate((0, 5, 5))
    ]
    look = FrameLook("", sha256="clip", animals=tuple(seen))
    stated = stated_flanks(ArchiveSource("", (photo,)), [(photo, look)], "")
    assert [stated.get(place_of(look, one)) for one in seen] == [Flank.RIGHT, Flank.LEFT, None]
