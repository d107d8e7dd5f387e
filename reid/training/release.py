"""Write a trained network as weights/NAME@VERSION: the tensors and the card for the program."""

import hashlib
from dataclasses import asdict
from pathlib import Path

from safetensors.torch import save_file

from reid.describe.network import RosetteNetwork
from reid.training.data import BankRecipe
from reid.training.loop import TrainingRecipe

CLOSE_LOOK = (3.0, 1400)  # look of a card, see `ModelCard`

CARD = """name = "{name}"
version = {version}
file = "{file}"
sha256 = "{sha256}"
architecture = "RosetteNetwork"
embedding_size = {embedding_size}
descriptor_size = {descriptor_size}
widths = [{widths}]
grid = [{grid}]
window = [{window}]
closer = {close_look}
normalisation = "local-contrast"
license = "Apache-2.0"
trained_on = "procedural coats only: {coats} synthetic flanks, {images} views; no photograph"
recipe = "{recipe}"
seed = {seed}
"""


def release(
    network: RosetteNetwork,
    model: str,
    folder: Path,
    bank: BankRecipe,
    training: TrainingRecipe,
) -> Path:
    """Returns the path of the card; the page for people is written by hand beside it."""
    name, version = model.split("@")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{model}.safetensors"
    state = {k: v.detach().cpu().contiguous() for k, v in network.state_dict().items()}
    save_file(state, file, metadata={"model": model, "license": "Apache-2.0"})
    file.chmod(0o644)  # the library writes it for the owner only
    recipe = f"scripts/train.py with {asdict(bank)} and {asdict(training)}".replace("'", "")
    card = folder / f"{model}.toml"
    card.write_text(
        CARD.format(
            name=name,
            version=int(version),
            file=file.name,
            sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
            embedding_size=network.project.out_features,
            descriptor_size=network.descriptor.out_channels,
            widths=", ".join(str(w) for w in network.widths),
            grid=", ".join(str(g) for g in network.grid),
            window=f"{bank.height}, {bank.width}",
            close_look=list(CLOSE_LOOK),
            coats=bank.coats,
            images=bank.coats * bank.views,
            recipe=recipe,
            seed=training.seed,
        )
    )
    return card
