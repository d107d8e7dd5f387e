"""The key of a catalogue's owner: it signs files, and makes the codes that stand for names."""

import base64
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from reid.signatures.errors import AnotherFingerprint, KeyUnreadable, NotAFingerprint

NAME = "signatures.key"
DIGITS, GROUP = 30, 5  # of a fingerprint: about 99 bits
LETTERS = 6  # of a code; more where two would be equal
READABLE = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@dataclass(frozen=True, slots=True)
class OwnerKey:
    """An Ed25519 key. seed: 32 bytes, the secret itself."""

    seed: bytes

    @property
    def public(self) -> bytes:
        """32 bytes that anybody may have."""
        return bytes(SigningKey(self.seed).verify_key)

    @property
    def fingerprint(self) -> str:
        """See `fingerprint`."""
        return fingerprint(self.public)

    def sign(self, message: bytes) -> bytes:
        """64 bytes that only the holder of the key can make."""
        return SigningKey(self.seed).sign(message).signature

    def codes(self, identities: Iterable[int]) -> dict[int, str]:
        """A code for each identity, the same in every file of this key.

        It is made of the identity's number with the secret, so it tells neither name nor number.
        """
        whole = {number: self._code(number) for number in sorted(set(identities))}
        letters = LETTERS
        while len({code[:letters] for code in whole.values()}) < len(whole):
            letters += 1
        return {number: code[:letters] for number, code in whole.items()}

    def _code(self, number: int) -> str:
        secret = hashlib.blake2b(str(number).encode(), key=self.seed, person=b"identity")
        return base64.b32encode(secret.digest()).decode().rstrip("=").translate(READABLE)


def fingerprint(public: bytes) -> str:
    """A public key as 30 digits in groups of five, to be read out over the telephone."""
    number = int.from_bytes(hashlib.sha256(public).digest()) % 10**DIGITS
    digits = f"{number:0{DIGITS}d}"
    return " ".join(digits[at : at + GROUP] for at in range(0, DIGITS, GROUP))


def check_told(signed: str, read_out: str) -> None:
    """Raises AnotherFingerprint unless these are the digits of a fingerprint, in any spacing."""
    digits = "".join(letter for letter in read_out if letter in "0123456789")
    if len(digits) != DIGITS:
        raise NotAFingerprint(digits=DIGITS, count=len(digits))
    if digits != signed.replace(" ", ""):
        raise AnotherFingerprint(fingerprint=signed)


def verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of the key signed this message."""
    try:
        VerifyKey(public).verify(message, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


def own_key(folder: Path) -> OwnerKey:
    """The key in the data folder, made at the first need; only its owner may read the file."""
    if not (folder / NAME).exists():
        _make(folder / NAME)
    key = known_key(folder)
    assert key is not None, "it was made"  # noqa: S101
    return key


def known_key(folder: Path) -> OwnerKey | None:
    """The key in the data folder; None where none was made yet."""
    path = folder / NAME
    if not path.exists():
        return None
    try:
        seed = bytes.fromhex(path.read_text("ascii"))
    except ValueError as error:
        raise KeyUnreadable(path=path) from error
    if len(seed) != 32:
        raise KeyUnreadable(path=path)
    return OwnerKey(seed)


def _make(path: Path) -> None:
    """Write a new key as a whole; of two processes at the same moment one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(bytes(SigningKey.generate()).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)  # fails where there is one meanwhile
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        if not path.exists():
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
