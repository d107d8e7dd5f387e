"""Passwords (argon2) and random secrets: cookies, tokens, one-time passwords."""

import hashlib
import secrets
import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from reid.errors import InputError

SHORTEST, LONGEST = 10, 1000
TOKEN_PREFIX = "lr_"  # noqa: S105  how one recognises a token, no secret
AT_ONCE = BoundedSemaphore(4)  # one hash takes 64 MB
CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher()


class WeakPassword(
    InputError,
    code="weak_password",
    message="A password has at least 10 characters and is not the name; a sentence is a good one.",
): ...


def checked(password: str, name: str = "") -> str:
    """The password, if it is long enough and not the name."""
    fits = SHORTEST <= len(password) <= LONGEST
    if not fits or password.casefold() == name.casefold():
        raise WeakPassword()
    return password


def hashed(password: str) -> str:
    """Its argon2id hash, with salt and parameters."""
    with AT_ONCE:
        return _hasher.hash(_plain(password))


def verified(password: str, known: str | None) -> bool:
    """Whether the hash is that of this password; it takes as long where there is no hash."""
    nobody = _nobody()
    with AT_ONCE:
        try:
            _hasher.verify(known or nobody, _plain(password))
        except (VerificationError, InvalidHashError):
            return False
    return known is not None


def outdated(known: str) -> bool:
    """Whether the hash was made with other parameters than one would be made with today."""
    return _hasher.check_needs_rehash(known)


def new_secret() -> str:
    """256 random bits for a cookie."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """256 random bits for a program, with a prefix by which leaked tokens can be searched."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def one_time_password() -> str:
    """Four groups that can be read out on the telephone; 79 random bits."""
    groups = ("".join(secrets.choice(CLEAR) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def fingerprint(secret: str) -> str:
    """What the database keeps of a cookie or token: it is random, so one SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_hex())


def _plain(password: str) -> str:
    """One spelling of what different keyboards send."""
    return unicodedata.normalize("NFC", password)
