"""The form of a file of signatures: a head, an Ed25519 signature, and packed content.

    line "leopard-reid signatures 1"          which form
    32 bytes                                  public key
    8 bytes, 8 bytes                          length of the content packed and unpacked, little end
    64 bytes                                  signature of all of the above and the packed content
    packed content (zlib)                     4 bytes length, JSON, then arrays in the JSON's order

The signature is looked at before anything is unpacked, and no more is unpacked than the head says.
"""

import json
import zlib

from reid.signatures.content import Signatures
from reid.signatures.errors import (
    NotSignatures,
    SignaturesChanged,
    SignaturesCutOff,
    SignaturesDamaged,
    SignaturesOfNewerForm,
    SignaturesTooLarge,
)
from reid.signatures.keys import OwnerKey, fingerprint, verifies
from reid.signatures.manifest import manifest_of, signatures_of

FORM = 1
NAME = b"leopard-reid signatures "
HEAD = NAME + b"%d\n" % FORM
LARGEST = 2**30  # bytes unpacked
DENSEST = 20  # times smaller than unpacked: features pack to about nine tenths
SUFFIX = ".signatures"


def write(signatures: Signatures, key: OwnerKey) -> bytes:
    """The file as it is sent, signed with the owner's key."""
    manifest, arrays = manifest_of(signatures)
    head = json.dumps(manifest, ensure_ascii=False, separators=(",", ":")).encode()
    content = b"".join([len(head).to_bytes(4, "little"), head, *arrays])
    if len(content) > LARGEST:
        raise SignaturesTooLarge(size=len(content), most=LARGEST)
    return sealed(content, key)


def sealed(content: bytes, key: OwnerKey) -> bytes:
    """Content packed and signed, whatever it is."""
    packed = zlib.compress(content, 6)
    lengths = len(packed).to_bytes(8, "little") + len(content).to_bytes(8, "little")
    front = HEAD + key.public + lengths
    return front + key.sign(front + packed) + packed


def read(data: bytes) -> Signatures:
    """What a file holds, with the fingerprint of the key that signed it.

    Raises an InputError of `reid.signatures.errors` for any other bytes, and never another one.
    """
    content, public = unsealed(data)
    try:
        length = int.from_bytes(content[:4], "little")
        manifest = json.loads(content[4 : 4 + length].decode())
    except (ValueError, RecursionError) as error:
        raise SignaturesDamaged(fault="its table of contents is no JSON") from error
    return signatures_of(manifest, content[4 + length :], fingerprint(public))


def unsealed(data: bytes) -> tuple[bytes, bytes]:
    """The unpacked content of a file, and the public key that signed it."""
    _check_form(data)
    front = len(HEAD) + 32 + 16
    start = front + 64
    if len(data) < start:
        raise SignaturesCutOff(present=len(data), expected=start)
    public = data[len(HEAD) : len(HEAD) + 32]
    length, size = (int.from_bytes(data[at : at + 8], "little") for at in (front - 16, front - 8))
    if len(data) < start + length:
        raise SignaturesCutOff(present=len(data), expected=start + length)
    if len(data) > start + length:
        raise SignaturesChanged()
    packed = data[start:]
    if not verifies(public, data[:front] + packed, data[front:start]):
        raise SignaturesChanged()
    if size > min(LARGEST, DENSEST * len(packed)):
        raise SignaturesTooLarge(size=size, most=min(LARGEST, DENSEST * len(packed)))
    return _unpacked(packed, size), public


def _check_form(data: bytes) -> None:
    if data.startswith(HEAD):
        return
    line = data[:60].split(b"\n")[0]
    number = line.removeprefix(NAME)
    if line.startswith(NAME) and number.isdigit():
        raise SignaturesOfNewerForm(form=int(number), ours=FORM)
    if data and HEAD.startswith(data):
        raise SignaturesCutOff(present=len(data), expected=len(HEAD) + 112)
    raise NotSignatures()


def _unpacked(packed: bytes, size: int) -> bytes:
    """No more than `size` bytes are ever made."""
    machine = zlib.decompressobj()
    try:
        content = machine.decompress(packed, size + 1)
    except zlib.error as error:
        raise SignaturesDamaged(fault="it cannot be unpacked") from error
    if len(content) != size or not machine.eof or machine.unused_data:
        raise SignaturesDamaged(fault="it is not as long as it says")
    return content
