"""Weights of other projects: found on disk or fetched from the hub, read without running code."""

import hashlib
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from reid.describe.peers.errors import (
    HubUnreachable,
    NoTensors,
    NotOneFileOfWeights,
    NotOnlyTensors,
    NoWeightsAt,
    NoWeightsInRepository,
    WeightsUnreadable,
)
from reid.errors import MissingExtra, UnknownModel

NAMES = ("model.safetensors", "pytorch_model.bin")  # as the hub calls them, best first
ENDINGS = (".safetensors", ".bin", ".pth", ".pt")
DIGITS = 8  # of the SHA-256, enough to tell files apart

# Checkpoints of wildlife-tools keep the state of numpy's generator; its arrays are harmless.
_RECONSTRUCT: Callable[..., Any] = np.arange(1).__reduce__()[0]  # type: ignore[assignment]
_HARMLESS: list[Callable[..., Any] | tuple[Callable[..., Any], str]] = [
    np.ndarray,
    np.dtype,
    np.dtypes.UInt32DType,
    (_RECONSTRUCT, "numpy.core.multiarray._reconstruct"),
    (_RECONSTRUCT, "numpy._core.multiarray._reconstruct"),
]


def locate(path: Path) -> Path:
    """The weights' file: the path itself, or the one file with weights in that folder."""
    if path.is_file():
        return path
    if not path.is_dir():
        raise NoWeightsAt(path=path)
    if named := [path / name for name in NAMES if (path / name).is_file()]:
        return named[0]
    weights = sorted(p for p in path.iterdir() if p.suffix in ENDINGS)
    if len(weights) != 1:
        listed = ", ".join(p.name for p in weights) or "none"
        raise NotOneFileOfWeights(path=path, files=listed)
    return weights[0]


def from_hub(repository: str) -> Path:
    """The weights of a repository on the Hugging Face hub, downloaded once into its cache."""
    try:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError
    except ImportError as error:
        raise MissingExtra(feature=repository, needs="timm", extra="peers") from error
    for name in NAMES:
        try:
            return Path(hf_hub_download(repository, name))
        except LocalEntryNotFoundError as error:  # no network, and not in the cache
            raise _unreachable(repository, error) from error
        except EntryNotFoundError:
            continue
        except OSError as error:
            raise _unreachable(repository, error) from error
    raise NoWeightsInRepository(repository=repository, names=NAMES)


def _unreachable(repository: str, error: Exception) -> UnknownModel:
    return HubUnreachable(repository=repository, why=_reason(error))


def _reason(error: Exception) -> str:
    """The first line of what went wrong."""
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(" .")


def read(path: Path) -> dict[str, Tensor]:
    """The tensors of a file by name; a training checkpoint gives those of its model.

    Raises UnfitWeights for a file that is damaged, or that could only be read by running code
    that came with it.
    """
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        with torch.serialization.safe_globals(_HARMLESS):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
        raise WeightsUnreadable(path=path, why=_reason(error)) from error
    return _tensors(path, content)


def _tensors(path: Path, content: Any) -> dict[str, Tensor]:  # noqa: ANN401
    """The innermost table of tensors: wildlife-tools says `model`, lightning `state_dict`."""
    for key in ("model", "state_dict", "model_state_dict"):
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
    if not isinstance(content, Mapping) or not content:
        raise NoTensors(path=path)
    if strange := [str(key) for key, value in content.items() if not isinstance(value, Tensor)]:
        raise NotOnlyTensors(path=path, name=strange[0])
    return {str(key).removeprefix("module."): value for key, value in content.items()}


def digest(path: Path) -> str:
    """The first digits of the file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:DIGITS]
