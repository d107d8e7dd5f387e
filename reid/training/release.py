"""Write a trained network as weights/NAME@VERSION: the tensors and the card for the program."""

import hashlib
from pathlib import Path

from safetensors.torch import save_file

from reid.describe.look_network import LookNetwork

CARD = """name = "{name}"
version = {version}
file = "{file}"
sha256 = "{sha256}"
architecture = "LookNetwork"
embedding_size = {embedding_size}
descriptor_size = {descriptor_size}
widths = [{widths}]
normalisation = "local-contrast"
license = "Apache-2.0"
trained_on = "{trained_on}"
recipe = "{recipe}"
seed = {seed}
softness = {softness}
"""
SOFTNESS = 4.0  # see `ModelCard`
TRAINED_ON = (
    "procedural coats on painted bodies, before painted and freely licensed landscapes; no "
    "photograph of an animal. The glance is EfficientNet-Lite0 of ImageNet (Apache-2.0), unchanged"
)


def release(network: LookNetwork, model: str, folder: Path, *, recipe: str, seed: int) -> Path:
    """Returns the path of the card; the page for people is written by hand beside it.

    Tensors are kept in half precision. recipe: the command that trained them.
    """
    name, version = model.split("@")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{model}.safetensors"
    state = {
        key: (tensor.half() if tensor.is_floating_point() else tensor).cpu().contiguous()
        for key, tensor in network.state_dict().items()
    }
    save_file(state, file, metadata={"model": model, "license": "Apache-2.0"})
    file.chmod(0o644)  # the library writes it for the owner only
    card = folder / f"{model}.toml"
    card.write_text(
        CARD.format(
            name=name,
            version=int(version),
            file=file.name,
            sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
            embedding_size=network.layout.project.out_features,
            descriptor_size=network.descriptor.out_channels,
            widths=", ".join(str(w) for w in network.widths),
            trained_on=TRAINED_ON,
            recipe=recipe,
            seed=seed,
            softness=SOFTNESS,
        )
    )
    return card
