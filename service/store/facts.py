"""Pose and quality of annotations, each with the model that saw them; the newest are shown."""

import json
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, func, insert, select

from reid.types import AnnotationFeatures, Flank, Grade, Measures, Pose, Quality, Reason, Viewpoint
from service.store.database import AnyRow
from service.store.tables.encounters import annotation
from service.store.tables.features import annotation_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationFacts:
    """What a model saw of one animal; None where it was not measured."""

    pose: Pose | None = None
    quality: Quality | None = None

    @property
    def estimated_flank(self) -> Flank | None:
        """The side that is seen; unknown where the network is not sure."""
        return self.pose.flank if self.pose else None

    @property
    def estimated_flank_probability(self) -> float | None:
        """Of the likelier side, [0.5, 1]."""
        return max(self.pose.left, 1 - self.pose.left) if self.pose else None

    @property
    def shows_animal(self) -> bool:
        """Whether any coat was seen, as far as anybody judged."""
        return self.quality is None or self.quality.shows_animal

    @property
    def viewpoint(self) -> Viewpoint | None:
        """The direction from which the animal is seen."""
        return self.pose.viewpoint if self.pose else None


_any = annotation_facts.alias()
_newest = select(func.max(_any.c.id)).where(_any.c.annotation_id == annotation.c.id)

NEWEST = annotation_facts.c.id == _newest.correlate(annotation).scalar_subquery()
"""Condition on the newest facts of an annotation that stands in FROM."""

ANNOTATIONS = annotation.outerjoin(annotation_facts, NEWEST)
"""Every annotation with its newest facts, for FROM; columns of NULL where nothing was measured."""


def add(connection: Connection, annotation_id: int, features: AnnotationFeatures) -> None:
    """Keep pose and quality, instead of what the same model said before."""
    model, pose, quality = features.embedding.model, features.pose, features.quality
    of_this = annotation_facts.c.annotation_id == annotation_id
    connection.execute(delete(annotation_facts).where(of_this, annotation_facts.c.model == model))
    values: dict[str, object] = {"annotation_id": annotation_id, "model": model}
    if pose:
        values |= {"pose_left": pose.left, "pose_yaw": pose.yaw}
    if quality:
        values |= {
            "quality_model": quality.model,
            "measures": json.dumps(asdict(quality.measures)),
            "value": quality.value,
            "grade": quality.grade.value,
            "reasons": " ".join(quality.reasons),
        }
    connection.execute(insert(annotation_facts).values(**values))


def without_animal(connection: Connection) -> set[int]:
    """Annotations in which no coat was seen."""
    seen_none = annotation_facts.c.reasons.contains(Reason.NO_ANIMAL.value, autoescape=True)
    rows = connection.execute(select(annotation.c.id).select_from(ANNOTATIONS).where(seen_none))
    return set(rows.scalars())


def pose_of(row: AnyRow) -> Pose | None:
    """The pose in a row with the columns of `annotation_facts`."""
    left, yaw = (row._mapping[annotation_facts.c[name]] for name in ("pose_left", "pose_yaw"))
    return None if left is None else Pose(left, yaw)


def quality_of(row: AnyRow) -> Quality | None:
    """The quality in a row with the columns of `annotation_facts`."""
    of = row._mapping
    model = of[annotation_facts.c.quality_model]
    if model is None:
        return None
    return Quality(
        measures=Measures(**json.loads(of[annotation_facts.c.measures])),
        value=of[annotation_facts.c.value],
        grade=Grade(of[annotation_facts.c.grade]),
        reasons=tuple(Reason(word) for word in of[annotation_facts.c.reasons].split()),
        model=model,
    )
