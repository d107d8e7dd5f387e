"""Several conditions in one run: the gallery stays good, every method sees the same crops."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from reid.describe.embed import Embedder
from reid.describe.look_network import LookNetwork
from reid.errors import BadDataset
from reid.evaluation.data.photos import Condition, CropStyle, shown
from reid.evaluation.data.protocol import countable, genuine, read_dataset, read_distractors
from reid.evaluation.measures.intervals import bootstrap
from reid.evaluation.report.table import as_text, rows
from reid.evaluation.trials.trial import Trial, trials
from reid.evaluation.trials.witnesses import Global, RootSift, Rosette, at_first_sight
from reid.evidence.calibrator import Calibrator
from reid.evidence.order import Fusion
from reid.evidence.terms import TERMS, EvidenceWeights
from reid.gallery.voting import cells
from reid.types import Embedding


@pytest.fixture
def dataset(tmp_path):
    """Two animals in three encounters each, as noise of their own with grain of the photo."""
    lines = ["path,individual,flank,encounter"]
    for animal in range(2):
        coat = np.random.default_rng(animal).integers(30, 220, (24, 48))
        for photo in range(3):
            grain = np.random.default_rng((9, animal, photo)).normal(0, 4, (192, 384))
            pixels = np.asarray(Image.fromarray(coat.astype(np.uint8)).resize((384, 192), 3))
            name = f"{animal}{photo}.png"
            Image.fromarray((pixels + grain).clip(0, 255).astype(np.uint8)).save(tmp_path / name)
            lines.append(f"{name},animal{animal},left,e{animal}{photo}")
    (tmp_path / "index.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


class Notes:
    """Remembers which crops it was shown and compares their widths."""

    def __init__(self):
        self.widths = []

    def describe(self, crops):
        self.widths += [crop.image.shape[1] for crop in crops]
        return [crop.image.shape[1] for crop in crops]

    def compare(self, queries, gallery, counted, done):
        return {"width": np.subtract.outer(np.array(queries), np.array(gallery)).astype(float)}


def test_the_gallery_is_described_once_a_style_and_only_queries_are_made_worse(dataset):
    queries, notes = read_dataset(dataset), Notes()
    others = read_distractors(dataset)[:1]
    found = list(
        trials(queries, others, [notes], levels=[0, 2], styles=[CropStyle.WHOLE, CropStyle.JITTER])
    )
    assert [(t.condition.level, t.condition.style.value) for t in found] == [
        (0, "whole"),
        (2, "whole"),
        (0, "jitter"),
        (2, "jitter"),
    ]
    assert notes.widths[:13] == [384] * 7 + [210] * 6
    assert len(notes.widths) == 26
    assert (found[1].tables["width"] == 210 - 384).all()
    assert list(found[0].animals) == ["animal0"] * 3 + ["animal1"] * 3
    assert found[0].counted.shape == (6, 7)
    assert not found[0].same[:, 6].any()


def test_the_flank_style_needs_a_network_that_finds_it(dataset):
    with pytest.raises(ValueError, match="finder"):
        list(trials(read_dataset(dataset), [], [Notes()], styles=[CropStyle.FLANK]))


@pytest.fixture(scope="module")
def embedder():
    """The true classes with a small network that knows nothing."""
    network = LookNetwork(widths=(4, 8, 8), descriptor_size=8, embedding_size=8)
    return Embedder(network, SimpleNamespace(id="rosette@9", sees="flank", softness=4.0))


class Peer:
    """Mean brightness of the four quarters, as a unit vector."""

    model, licence = "peer@1", "free"

    def embed(self, crops):
        quarters = [[half.mean() for half in np.array_split(c.image, 4, 1)] for c in crops]
        return [
            Embedding((np.array(q) / np.linalg.norm(q)).astype(np.float32), "peer@1")
            for q in quarters
        ]


def test_every_method_and_a_peer_stand_in_one_table_and_rootsift_is_the_same_alone(
    dataset, embedder
):
    samples = read_dataset(dataset)
    fusion = Fusion(1, 1, 1)
    link = EvidenceWeights(np.ones(TERMS), np.zeros((0, TERMS)))
    ours = Rosette(embedder, Calibrator("c@1", "rosette@9", fusion, 9, link, link))
    [full] = trials(samples, [], [RootSift(), ours, Global(Peer())], finder=embedder)
    [alone] = trials(samples, [], [RootSift()])
    names = [
        "rootsift",
        "rosette-global",
        "rosette-dense",
        "rootsift-coat",
        "fused",
        "evidence",
        "peer@1",
    ]
    assert list(full.tables) == names
    np.testing.assert_array_equal(full.tables["rootsift"], alone.tables["rootsift"])
    table = rows(full)
    assert [row.method for row in table] == names
    assert [row.method for row in rows(full, ["rootsift", "peer@1"])] == ["rootsift", "peer@1"]
    by_name = {row.method: row.result for row in table}
    assert by_name["rootsift"].top1 == (6, 6)
    assert all(name in as_text(table) for name in names)


def test_embedding_and_votes_at_first_sight_are_those_of_the_full_description(dataset, embedder):
    crops = [shown(sample) for sample in read_dataset(dataset)[:3]]
    alone = at_first_sight(embedder, crops)
    for (one, voting), full in zip(alone, embedder.describe(crops), strict=True):
        assert one.vector == pytest.approx(full.embedding.vector, abs=1e-6)
        assert voting == pytest.approx(cells(full.dense), abs=1e-6)


def test_intervals_are_over_animals_and_beside_every_figure(dataset):
    samples = read_dataset(dataset)
    same, counted = genuine(samples, samples), countable(samples, samples)
    numbers = np.where(same, 1.0, 0.0)
    numbers[0] = np.where(same[0], 0.0, 1.0)  # the first photo is taken for another animal
    animals = [s.animal for s in samples]
    [row] = rows(Trial(Condition(seed=3), {"m": numbers}, same, counted, animals))
    assert row.result.top1 == (5, 6)
    spans = row.result.intervals
    assert list(spans) == ["top1", "top5", "map", "auc", "genuine_above_impostors"]
    assert spans["top1"] == bootstrap(animals, [0, 1, 1, 1, 1, 1], seed=3) == (2 / 3, 1)
    assert spans["auc"][0] <= row.result.auc <= spans["auc"][1]
    assert "0.67-1.00" in as_text([row])


def test_a_box_column_is_read_and_a_bad_one_is_named(tmp_path):
    index = tmp_path / "index.csv"
    index.write_text('path,individual,box\na.png,uma,"0.1,0.2,0.9,0.8"\nb.png,uma,\n')
    assert [s.box for s in read_dataset(tmp_path)] == [(0.1, 0.2, 0.9, 0.8), None]
    index.write_text("path,individual,box\na.png,uma,1;2\n")
    with pytest.raises(BadDataset, match="four numbers"):
        read_dataset(tmp_path)
