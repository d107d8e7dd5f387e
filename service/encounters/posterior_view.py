"""View model of who an encounter may be: identities before and after the photos spoke."""

from dataclasses import dataclass

from service.encounters.posterior import WhoItIs
from service.web.languages import gettext as _
from service.web.quantities import percent
from service.web.words import signed


@dataclass(frozen=True, slots=True)
class Chance:
    """One line of the table of who an encounter may be. identity_id 0: not in the catalogue."""

    identity_id: int
    name: str
    signed: str
    prior: str
    posterior: str
    share: float


def chances(answer: WhoItIs, *, shown: int = 20) -> tuple[Chance, ...]:
    """The most probable identities, and an animal not in the catalogue, which is always there."""
    lines = [
        Chance(
            chance.identity_id,
            chance.name,
            signed(chance.llr) if chance.compared else _("not compared"),
            percent(chance.prior),
            percent(chance.posterior),
            chance.posterior,
        )
        for chance in answer.identities[:shown]
    ]
    unknown = Chance(
        0,
        _("an animal not in the catalogue"),
        "",
        percent(answer.prior_unknown),
        percent(answer.unknown),
        answer.unknown,
    )
    return tuple(sorted([*lines, unknown], key=lambda chance: -chance.share))
