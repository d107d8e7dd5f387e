"""A file of signatures as a neighbour sends it, of painted animals."""

from fake_embedder import CALIBRATOR, FakeEmbedder

from reid.evaluation.data.surveys import SurveyEncounter
from reid.evaluation.trials.neighbours import catalogue, exported
from reid.photo.crop import cut
from reid.photo.images import decode
from reid.types import Flank


def neighbour_file(painted, *animals):
    """The bytes of the file: one photo of each animal, which the neighbour calls L001 and so on."""
    return exported(catalogue([_sighting(painted, animal) for animal in animals]), CALIBRATOR)


def _sighting(painted, animal):
    crop = cut(decode(painted(animal, 9), max_pixels=10**6), Flank.LEFT)
    photos = tuple(FakeEmbedder().describe([crop]))
    return SurveyEncounter(f"e{animal}", f"L{animal:03d}", 0, photos, "good", "day")
