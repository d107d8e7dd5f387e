"""Which files make a model, and proof that these are they."""

import hashlib
import os
import sys
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

from reid.errors import ChecksumMismatch, UnknownModel

FLANK, CROP = SEES = ("flank", "crop")


class NoRosette(
    UnknownModel, message="no rosette@VERSION.toml in {folder}: set REID_WEIGHTS_DIR"
): ...


class NoSuchModel(UnknownModel, message="no model {model} in {folder}; known: {known}"): ...


class WeightsFileMissing(
    UnknownModel, message="{path} is missing, which the card of {model} names: install it again"
): ...


class UnknownSight(UnknownModel, message="{path}: a model sees {choices}, not {sees}"): ...


class CardOfAnotherRelease(
    UnknownModel,
    message="{path} is a card of another release of this program ({why}): take the weights that "
    "came with this one, or train anew",
): ...


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One released model: weights/NAME@VERSION.toml, beside its .md for people.

    descriptor_size, embedding_size, widths: the network's shape.
    normalisation: how luminance becomes the network's input; only "local-contrast" is known.
    sees: "flank", as the first look finds it in the crop, or "crop", all of it: for animals whose
    flanks the first look was not trained to find.
    softness: standard deviation, in pixels of the window, of the blur through which the look at the
    whole animal is described, so that good photos meet poor ones; 0 for none.
    """

    name: str
    version: int
    file: str
    sha256: str
    architecture: str
    embedding_size: int
    descriptor_size: int
    widths: tuple[int, int, int]
    normalisation: str
    license: str
    trained_on: str
    recipe: str
    seed: int
    sees: str = FLANK
    softness: float = 0.0

    @property
    def id(self) -> str:
        """The string stored with every embedding."""
        return f"{self.name}@{self.version}"

    def stored(self) -> dict[str, object]:
        """The fields of the card under the names that they have in its file."""
        return asdict(self)


def default_folder() -> Path:
    """Where weights lie: $REID_WEIGHTS_DIR, ./weights, beside the source, or as pip put them."""
    if named := os.environ.get("REID_WEIGHTS_DIR"):
        return Path(named)
    beside = Path(__file__).parent.parent / "weights"
    installed = Path(sys.prefix) / "share" / "leopard-reid" / "weights"
    return next((at for at in (Path("weights"), beside, installed) if at.is_dir()), beside)


def latest(folder: Path) -> str:
    """The rosette model of the highest version in `folder`, e.g. "rosette@1"."""
    stems = [p.stem for p in folder.glob("rosette@*.toml") if p.stem.split("@")[1].isdigit()]
    if not stems:
        raise NoRosette(folder=folder)
    return max(stems, key=lambda stem: int(stem.split("@")[1]))


def load_card(model: str, folder: Path) -> ModelCard:
    """The card of e.g. "rosette@1"."""
    path = folder / f"{model}.toml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.toml"))) or "none"
        raise NoSuchModel(model=model, folder=folder, known=known)
    values = tomllib.loads(path.read_text())
    if values.get("sees", FLANK) not in SEES:
        raise UnknownSight(path=path, choices=" or ".join(SEES), sees=values["sees"])
    values |= {k: tuple(v) for k, v in values.items() if isinstance(v, list)}
    try:
        return ModelCard(**values)
    except TypeError as error:
        raise CardOfAnotherRelease(path=path, why=str(error)) from None


def verified(card: ModelCard, folder: Path) -> Path:
    """Path of the weights, after hashing them."""
    path = folder / card.file
    if not path.is_file():
        raise WeightsFileMissing(path=path, model=card.id)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != card.sha256:
        raise ChecksumMismatch(path=path, digest=digest[:12], expected=card.sha256[:12])
    return path
