"""Two synthetic catalogues on either side of a border that share some animals."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from reid.errors import BadSettings
from reid.synthetic.survey import SurveyPlan, plan_survey, write_photos

STATIONS = 6  # of either side


class SharedMoreThanAll(
    BadSettings,
    message="{shared} of {animals} animals cannot be shared: name two or more animals, and fewer "
    "shared ones",
): ...


@dataclass(frozen=True, slots=True)
class NeighbourPlans:
    """The photos that either side takes, and the names of the animals that both meet."""

    ours: tuple[SurveyPlan, ...]
    theirs: tuple[SurveyPlan, ...]
    shared: frozenset[str]


def plan_neighbours(
    *, animals: int, shared: int, encounters: int, seed: int, stations: int = STATIONS
) -> NeighbourPlans:
    """Two surveys of `animals` each: other stations, cameras, days and circumstances.

    Each camera takes one photo of an encounter: of a burst only the best would be passed on.
    Which animals are shared is drawn; relatives, who share a style, fall on either side.
    """
    if not 0 <= shared < animals:
        raise SharedMoreThanAll(shared=shared, animals=animals)
    total = 2 * animals - shared
    drawn = np.random.default_rng((seed, 8)).permutation(total) + 1
    names = [f"L{number:03d}" for number in drawn.tolist()]
    common, rest = names[:shared], names[shared:]
    sides = (common + rest[: animals - shared], common + rest[animals - shared :])
    ours, theirs = (
        _met(members, total, encounters, stations, seed, side) for side, members in enumerate(sides)
    )
    return NeighbourPlans(ours, tuple(map(_beyond, theirs)), frozenset(common))


def _met(
    members: Collection[str], total: int, encounters: int, stations: int, seed: int, side: int
) -> tuple[SurveyPlan, ...]:
    rng = np.random.default_rng((seed, 9, side))
    plans = plan_survey(total, encounters, stations, rng)
    first: dict[tuple[str, str], SurveyPlan] = {}
    for plan in plans:
        if plan.individual in members:
            first.setdefault((plan.encounter + plan.individual, plan.camera), plan)
    return tuple(first.values())


def _beyond(plan: SurveyPlan) -> SurveyPlan:
    """The same photo by a camera of the other side, which looks at something else."""
    station, camera, encounter = (
        "N" + name[1:] for name in (plan.station, plan.camera, plan.encounter)
    )
    return replace(plan, station=station, camera=camera, encounter=encounter)


def write_side(
    folder: Path, plans: tuple[SurveyPlan, ...], *, seed: int, width: int | None
) -> Path:
    """The photos and index of one side; what was written whole before is used again."""
    done = folder / "done"
    key = f"{seed} {width} {len(plans)} {_digest(plans)}"
    if not done.exists() or done.read_text() != key:
        write_photos(folder, plans, seed=seed, width=width)
        done.write_text(key)
    return folder / "index.csv"


def _digest(plans: tuple[SurveyPlan, ...]) -> str:
    return sha256(repr(plans).encode()).hexdigest()
