"""Tables of bursts: frames of one camera that were fused into one picture."""

from sqlalchemy import Column, ForeignKey
from sqlalchemy.types import Float, Integer, LargeBinary, String

from service.store.tables.base import Utc, now, numbered, table

# What came of fusing the frames of one burst. All but the first three are NULL where it came to
# nothing: the frames do not agree, or show two animals.
fused_burst = numbered(
    "fused_burst",
    Column("model", String(60), nullable=False),
    Column("created_at", Utc, nullable=False, default=now),
    Column("anchor_id", Integer, ForeignKey("annotation.id"), index=True),  # whose pixels it has
    Column("best_id", Integer, ForeignKey("annotation.id")),  # whose quality it has
    Column("pose_left", Float),
    Column("pose_yaw", Float),
    Column("agreement", Float),
    Column("vector", LargeBinary),
    Column("rosette", LargeBinary),
    Column("rootsift", LargeBinary),
    Column("picture", LargeBinary),  # PNG, grey
    Column("behind", LargeBinary),  # PNG: how many frames stand behind each pixel
)

fused_frame = table(
    "fused_frame",
    Column("burst_id", Integer, ForeignKey("fused_burst.id"), primary_key=True),
    Column("annotation_id", Integer, ForeignKey("annotation.id"), primary_key=True, index=True),
    Column("embedding_id", Integer, nullable=False),  # of the features that were fused
    Column("position", Integer),  # in the picture, 0 is the anchor; NULL: it is not in it
)
