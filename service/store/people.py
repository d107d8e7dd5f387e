"""Who acts, and what one may do: roles in rising order, each may all that those below it may."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network, ip_address

from reid.errors import InputError

ANONYMOUS = "anonymous"
BANNER_READER = "banner reader"  # the machine that reads printed times
LONGEST = 100


class BadName(
    InputError, code="bad_input", message="A name has 1 to 100 characters and stands on one line."
): ...


def spelled(name: str) -> str:
    """The name as it is kept: one spelling of what different keyboards send."""
    plain = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(plain) <= LONGEST or any(unicodedata.category(c) == "Cc" for c in plain):
        raise BadName()
    return plain


def alike(name: str) -> str:
    """The same for two names that are taken for one: in any capitals, by any keyboard."""
    return unicodedata.normalize("NFC", name).strip().casefold()


class Role(StrEnum):
    """viewer: looks. observer: uploads, decides, reviews. curator: names, merges, splits, settles.

    admin: accounts and everything else.
    """

    VIEWER = "viewer"
    OBSERVER = "observer"
    CURATOR = "curator"
    ADMIN = "admin"

    def may(self, needed: "Role") -> bool:
        """Whether this role is `needed` or above it."""
        order = list(Role)
        return order.index(self) >= order.index(needed)

    def capped(self, most: "Role") -> "Role":
        """The lower of the two."""
        return most if self.may(most) else self


PLACE_FACTS: Mapping[str, Role | None] = {
    "position": Role.OBSERVER,  # of a station, deployment or photo; below: as REID_PLACES says
    "distance": Role.OBSERVER,  # between two stations; below: bounds, or nothing
    "movement": Role.OBSERVER,  # speeds and priors; below: nothing, ratings where squares allow one
    "station": Role.VIEWER,  # its name
    "date": Role.VIEWER,
    "exif": None,  # in no answer: pictures are encoded anew
}
"""What may tell where a camera hangs, and the least role that gets it as it is; None: nobody."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who sends a request. account_id None: the single user of a laptop, who need not log in.

    name: as it signs decisions. role: what it may do now, by its account and by its token's scope.
    language: that the account chose, or None. session, token: numbers of what let it in.
    temporary: somebody else chose the password, so that it must be changed first.
    """

    name: str
    role: Role
    account_id: int | None = None
    language: str | None = None
    session: int | None = None
    token: int | None = None
    temporary: bool = False

    @property
    def single(self) -> bool:
        """There are no accounts: a person states the name to sign with."""
        return self.account_id is None

    @property
    def sees_places(self) -> bool:
        """Positions, distances and movement as they are: for those who bring photos themselves."""
        return all(map(self.sees, ("position", "distance", "movement")))

    def sees(self, fact: str) -> bool:
        """Whether this role gets a fact of `PLACE_FACTS` as it is."""
        least = PLACE_FACTS[fact]
        return least is not None and self.role.may(least)

    def signs(self, stated: str = "") -> str:
        """The name under a decision: that of the account, else the stated one."""
        if not self.single:
            return self.name
        return stated.strip() or self.name or ANONYMOUS


@dataclass(frozen=True, slots=True)
class Browser:
    """What asks: address and name of the program."""

    address: str
    agent: str


def network_of(address: str) -> str:
    """The address, or of IPv6 the network: one line has 2 to the 64 addresses."""
    try:
        number = ip_address(address)
    except ValueError:  # a name
        return address[:60]
    if not isinstance(number, IPv6Address):
        return str(number)
    if number.ipv4_mapped:  # as a socket for both kinds writes IPv4
        return str(number.ipv4_mapped)
    return str(IPv6Network((int(number), 64), strict=False))
