"""An index as a file beside the catalogue: a cache that is checked before it is used."""

import hashlib
import io
import secrets
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from reid.errors import GalleryError

HEAD = b"leopard-reid index 1\n"


class IndexFileDamaged(GalleryError, message="{file} is damaged; it is made again"): ...


@dataclass(frozen=True, slots=True)
class KeptIndex:
    """An index and what it holds. keys: (N,) int64, as `keys_of` makes them. facts: two numbers."""

    index: faiss.Index
    keys: NDArray[np.int64]
    facts: tuple[float, float]


def write_index(path: Path, kept: KeptIndex, about: str) -> None:
    """Write it whole or not at all. about: of which catalogue and network it is."""
    out = io.BytesIO()
    arrays = {
        "index": faiss.serialize_index(kept.index),
        "keys": kept.keys,
        "facts": np.array(kept.facts, np.float64),
        "about": np.array(about),
    }
    np.savez(out, **arrays)  # type: ignore[arg-type]
    data = out.getbuffer()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with beside.open("wb") as file:
            file.write(HEAD + _digest(data) + b"\n")
            file.write(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_index(path: Path, about: str) -> KeptIndex | None:
    """The index; None where there is no file, or one about something else.

    Raises IndexFileDamaged before anything of a damaged file is used.
    """
    try:
        whole = path.read_bytes()
    except FileNotFoundError:
        return None
    start = len(HEAD) + 65
    data = memoryview(whole)[start:]
    if whole[:start] != HEAD + _digest(data) + b"\n":
        raise IndexFileDamaged(file=path)
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        if str(arrays["about"]) != about:
            return None
        first, second = arrays["facts"].tolist()
        index = faiss.deserialize_index(arrays["index"])
        return KeptIndex(index, arrays["keys"], (first, second))


def _digest(data: memoryview) -> bytes:
    return hashlib.blake2b(data, digest_size=32).hexdigest().encode()
