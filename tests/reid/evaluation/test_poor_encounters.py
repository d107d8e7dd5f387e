"""Real photos made poor: halves without a shared occasion, encounters of n photos, what is said."""

import io

import numpy as np
import pytest
from fake_embedder import CALIBRATOR, FakeEmbedder
from PIL import Image

from reid.evaluation.data.surveys import SurveyEncounter
from reid.evaluation.trials import poor_encounters as trial
from reid.photo.crop import cut
from reid.types import Flank


@pytest.fixture
def occasions(painted):
    """Three animals with four occasions of one photo each; one animal with a single one."""
    embedder = FakeEmbedder()

    def met(animal, view):
        picture = np.asarray(painted_image(painted, animal, view))
        [features] = embedder.describe([cut(picture, Flank.LEFT)])
        return SurveyEncounter(f"{animal}-{view}", f"A{animal}", 0, (features,), "", "")

    several = [met(animal, view) for animal in (1, 2, 3) for view in range(4)]
    return [*several, met(4, 0)]


def painted_image(painted, animal, view):
    return Image.open(io.BytesIO(painted(animal, view))).convert("RGB")


def test_an_animal_is_halved_by_its_occasions_and_one_met_once_is_left_out(occasions):
    found = list(trial.halves(occasions, occasions, seed=1))
    assert [one.name for one in found] == ["A1", "A2", "A3"]
    for one in found:
        assert len(one.poor) == len(one.good) == 2
        vectors = [photo.embedding.vector.tobytes() for photo in (*one.poor, *one.good)]
        assert len(set(vectors)) == 4
    assert found == list(trial.halves(occasions, occasions, seed=1))


def test_each_encounter_meets_every_animal_and_is_sought_among_strangers(occasions):
    animals = list(trial.halves(occasions, occasions, seed=1))
    strangers = occasions[-1].features
    said = list(trial.poor_encounters(animals, strangers, 2, CALIBRATOR, draws=1, seed=1))
    assert [one.animal for one in said] == ["A1", "A2", "A3"]
    assert all(one.first for one in said)
    stratum = trial.stratum(said, "2 photos", 2)
    assert (len(stratum.genuine), len(stratum.impostor)) == (3, 6)
    assert min(stratum.genuine) > max(stratum.impostor)


def test_animals_with_too_few_photos_give_no_encounter_of_that_size(occasions):
    animals = list(trial.halves(occasions, occasions, seed=1))
    assert list(trial.poor_encounters(animals, (), 3, CALIBRATOR, draws=1, seed=1)) == []
