"""Other people's embedders by name, so that they can be measured beside the rosette network.

docs/peers.md says which there are, whose they are and under which licence.
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Protocol

from reid.describe.peers.architectures import SWIN, known_model, megadescriptor, miewid
from reid.describe.peers.errors import NoSuchEmbedder, NoSuchVariant
from reid.describe.peers.files import digest, from_hub, locate, read
from reid.describe.peers.squashed import SquashedEmbedder
from reid.types import Crop, Embedding

__all__ = ["FORMS", "GlobalEmbedder", "load_peer"]

FORMS = (
    "megadescriptor:PATH, megadescriptor:hub[:T-224|S-224|B-224|L-224|L-384], "
    "miewid:PATH, miewid:hub[:msv2|msv3], timm:NAME:PATH"
)
MEGADESCRIPTOR_LICENCE = "CC-BY-NC-4.0: not for commercial use"
MIEWID_LICENCE = "none stated by Conservation X Labs: ask them before use"
UNKNOWN_LICENCE = "not known: ask whoever made these weights"
IMAGENET_MEAN, IMAGENET_SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
HALF = (0.5, 0.5, 0.5)
MIEWID_SIDE = 440
DEFAULT_VARIANT = {"megadescriptor": "L-384", "miewid": "msv3"}


class GlobalEmbedder(Protocol):
    """A network that turns a crop into one unit vector; used from one thread at a time.

    model: name of the network and the first digits of its weights' SHA-256, stored with every
    embedding. licence: of the weights, as their authors state it.
    """

    model: str
    licence: str

    def embed(self, crops: Sequence[Crop]) -> list[Embedding]:
        """One embedding a crop, in order. A crop is seen as it is: nothing is mirrored here."""
        ...


def load_peer(spec: str, *, fetch: Callable[[str], Path] = from_hub) -> GlobalEmbedder:
    """The embedder that a specification names, see `FORMS`.

    fetch: gives the weights of a repository on the Hugging Face hub as a file on disk.
    Raises BadSettings for a specification of another form, MissingExtra where timm is not
    installed, UnknownModel where the weights are not found, UnfitWeights where they are not those
    of the architecture.
    """
    kind, _, rest = spec.partition(":")
    if kind == "megadescriptor" and rest:
        return _megadescriptor(_weights(kind, rest, fetch, SWIN, "BVRA/MegaDescriptor-"))
    if kind == "miewid" and rest:
        return _miewid(_weights(kind, rest, fetch, ("msv2", "msv3"), "conservationxlabs/miewid-"))
    name, _, path = rest.partition(":")
    if kind == "timm" and name and path:
        return _timm(name, locate(Path(path)))
    raise NoSuchEmbedder(spec=spec, forms=FORMS)


def _weights(
    kind: str, rest: str, fetch: Callable[[str], Path], variants: Collection[str], prefix: str
) -> Path:
    """The file that PATH, `hub` or `hub:VARIANT` stands for."""
    where, _, variant = rest.partition(":")
    if where != "hub":
        return locate(Path(rest))
    variant = variant or DEFAULT_VARIANT[kind]
    if variant not in variants:
        raise NoSuchVariant(kind=kind, variant=variant, variants=tuple(variants))
    return fetch(prefix + variant)


def _megadescriptor(path: Path) -> SquashedEmbedder:
    network, variant = megadescriptor(read(path))
    return SquashedEmbedder(
        network,
        model=f"megadescriptor-{variant}@{digest(path)}",
        licence=MEGADESCRIPTOR_LICENCE,
        size=(side := int(variant.split("-")[1]), side),
        mean=HALF,
        spread=HALF,
    )


def _miewid(path: Path) -> SquashedEmbedder:
    return SquashedEmbedder(
        miewid(read(path)),
        model=f"miewid@{digest(path)}",
        licence=MIEWID_LICENCE,
        size=(MIEWID_SIDE, MIEWID_SIDE),
        mean=IMAGENET_MEAN,
        spread=IMAGENET_SPREAD,
    )


def _timm(name: str, path: Path) -> SquashedEmbedder:
    network, image = known_model(name, read(path))
    return SquashedEmbedder(
        network,
        model=f"timm-{name}@{digest(path)}",
        licence=UNKNOWN_LICENCE,
        size=image.size,
        mean=image.mean,
        spread=image.spread,
    )
