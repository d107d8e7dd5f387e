"""quality and pose of annotations."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "annotation_facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column("pose_left", sa.Float(), nullable=True),
        sa.Column("pose_yaw", sa.Float(), nullable=True),
        sa.Column("quality_model", sa.String(length=60), nullable=True),
        sa.Column("measures", sa.Text(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("grade", sa.String(length=10), nullable=True),
        sa.Column("reasons", sa.String(length=100), nullable=True),
        sa.CheckConstraint(
            "grade IN ('good', 'usable', 'poor', 'unusable')",
            name=op.f("ck_annotation_facts_grade"),
        ),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name=op.f("fk_annotation_facts_annotation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotation_facts")),
        sa.UniqueConstraint(
            "annotation_id", "model", name=op.f("uq_annotation_facts_annotation_id")
        ),
        sqlite_autoincrement=True,
    )
