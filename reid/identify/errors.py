"""Why decisions of people cannot all hold."""

from reid.errors import Conflict


class DecisionsContradict(
    Conflict,
    message="the encounters at {one} and {other} were decided to be one animal, but other "
    "decisions keep their groups apart: withdraw one of these decisions",
): ...
