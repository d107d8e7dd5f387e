"""Who acts, and what one may do: roles in rising order, each may all that those below it may."""

from dataclasses import dataclass
from enum import StrEnum

ANONYMOUS = "anonymous"


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


@dataclass(frozen=True, slots=True)
class Actor:
    """Who sends a request. account_id None: the single user of a laptop, who need not log in.

    name: as it signs decisions. language: that the account chose, or None.
    """

    name: str
    role: Role
    account_id: int | None = None
    language: str | None = None

    @property
    def single(self) -> bool:
        """There are no accounts: a person states the name to sign with."""
        return self.account_id is None

    @property
    def sees_places(self) -> bool:
        """Positions as they are, not rounded: for those who bring photos themselves."""
        return self.role.may(Role.OBSERVER)

    def signs(self, stated: str = "") -> str:
        """The name under a decision: that of the account, else the stated one."""
        if not self.single:
            return self.name
        return stated.strip() or self.name or ANONYMOUS
