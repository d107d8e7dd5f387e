"""Write a fine-tuned network beside the released ones: tensors, a card, a page, a calibrator."""

import hashlib
import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path

from safetensors.torch import save_file

from reid.describe.look_network import LookNetwork
from reid.errors import BadSettings
from reid.weights import ModelCard

PRIVATE = "private photographs, not for release"
MODEL = re.compile(r"[a-z][a-z0-9-]{0,40}@[0-9]{1,6}")

PAGE = """# {model}

The embedding of {base}, adapted to one catalogue: **{private}**. Whoever has these weights has
learned from photographs that were not published; keep them where the photographs are kept.

**Trained on** {trained_on}.

    {command}

{heads}

**Asked** about individuals of the test, which took no part in learning or in saying when to stop;
each photo against all others of its flank, another occasion for a genuine pair; 95 % intervals by
bootstrap over individuals:

{table}
"""
LOCAL_KEPT = """Everything but the embedding is that of {base} to the bit: descriptors, coat, trust,
place and pose, and with them the evidence."""
LOCAL_ELSEWHERE = """The network below the embedding is that of {base}, but sees whole crops: no
calibrator of {base} speaks for this model, and the service takes it only with one of its own."""
LOCAL_CHANGED = """Stem and trunk changed, and descriptors with them: no calibrator of {base} speaks
for this model, and the service takes it only with one of its own."""


class BadModelName(
    BadSettings, message="{model}: a model is called NAME@VERSION, e.g. nyala@1"
): ...


class ModelNameReserved(
    BadSettings, message="{model}: that name is the project's own, choose another"
): ...


class ModelVersionTaken(
    BadSettings, message="{folder} has {file} already: choose the next version"
): ...


def check_name(model: str, folder: Path) -> None:
    """NAME@VERSION, not taken in `folder`, and not one of the project's own names."""
    if not MODEL.fullmatch(model):
        raise BadModelName(model=model)
    if model.startswith(("rosette@", "evidence@")):
        raise ModelNameReserved(model=model)
    taken = [p.name for p in folder.glob(f"{model}.*")]
    if taken:
        raise ModelVersionTaken(folder=folder, file=taken[0])


def write_finetuned(
    network: LookNetwork,
    base: ModelCard,
    model: str,
    folder: Path,
    *,
    trained_on: str,
    recipe: str,
    seed: int,
    page: str,
) -> Path:
    """Returns the path of the card, which is written last: where it is, all is."""
    check_name(model, folder)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{model}.safetensors"
    state = {k: v.detach().cpu().contiguous() for k, v in network.state_dict().items()}
    save_file(state, file, metadata={"model": model, "license": PRIVATE})
    name, version = model.split("@")
    card = replace(
        base,
        name=name,
        version=int(version),
        file=file.name,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        license=PRIVATE,
        trained_on=f"{trained_on}; {PRIVATE}",
        recipe=recipe,
        seed=seed,
    )
    (folder / f"{model}.md").write_text(page, encoding="utf-8")
    path = folder / f"{model}.toml"
    path.write_text(_toml(card.stored()), encoding="utf-8")
    return path


def same_descriptors(network: LookNetwork, released: LookNetwork) -> bool:
    """Whether everything below the embedding is that of the released network, to the bit."""
    start = released.state_dict()
    changed = {n.split(".")[0] for n, v in network.state_dict().items() if not v.equal(start[n])}
    return not changed & {"stem", "trunk", "descriptor"}


def inherit_calibrator(base: str, model: str, source: Path, folder: Path) -> Path | None:
    """Copy the calibrator of `base` for a model with the same descriptors; None if there is none.

    Only a calibrator that gives the cosine no weight can be inherited: the embedding is another.
    """
    for path in sorted(source.glob("*.toml")):
        card = tomllib.loads(path.read_text(encoding="utf-8"))
        if card.get("model") != base or "full" not in card:
            continue
        if card["full"][1] or card["quick"][1]:
            return None
        name, version = model.split("@")
        card |= {"name": f"evidence-{name}", "version": int(version), "model": model}
        card["fitted_on"] = f"{card.get('fitted_on', '')}; inherited from {path.stem} of {base}"
        inherited = folder / f"evidence-{model}.toml"
        inherited.write_text(_toml(card), encoding="utf-8")
        return inherited
    return None


def _toml(values: dict[str, object]) -> str:
    """Flat TOML; JSON writes strings, numbers and lists as TOML does."""
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
