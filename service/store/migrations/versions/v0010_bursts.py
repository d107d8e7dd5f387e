"""frames of one burst, fused into one picture."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "fused_burst",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("anchor_id", sa.Integer(), nullable=True),
        sa.Column("best_id", sa.Integer(), nullable=True),
        sa.Column("pose_left", sa.Float(), nullable=True),
        sa.Column("pose_yaw", sa.Float(), nullable=True),
        sa.Column("agreement", sa.Float(), nullable=True),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("rosette", sa.LargeBinary(), nullable=True),
        sa.Column("rootsift", sa.LargeBinary(), nullable=True),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.Column("behind", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fused_burst")),
        *(
            sa.ForeignKeyConstraint(
                [column], ["annotation.id"], name=op.f(f"fk_fused_burst_{column}_annotation")
            )
            for column in ("anchor_id", "best_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_fused_burst_anchor_id"), "fused_burst", ["anchor_id"])
    op.create_table(
        "fused_frame",
        sa.Column("burst_id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("embedding_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("burst_id", "annotation_id", name=op.f("pk_fused_frame")),
        sa.ForeignKeyConstraint(
            ["burst_id"], ["fused_burst.id"], name=op.f("fk_fused_frame_burst_id_fused_burst")
        ),
        sa.ForeignKeyConstraint(
            ["annotation_id"],
            ["annotation.id"],
            name=op.f("fk_fused_frame_annotation_id_annotation"),
        ),
    )
    op.create_index(op.f("ix_fused_frame_annotation_id"), "fused_frame", ["annotation_id"])
