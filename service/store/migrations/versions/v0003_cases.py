"""cases."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "case_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("together", sa.Float(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("together > 0 AND together < 1", name=op.f("ck_case_record_together")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_record")),
        sa.UniqueConstraint("name", name=op.f("uq_case_record_name")),
    )
    op.create_table(
        "case_encounter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("encounter_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reviewer", sa.String(length=100), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('added', 'removed')", name=op.f("ck_case_encounter_kind")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_record.id"], name=op.f("fk_case_encounter_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["encounter_id"], ["encounter.id"], name=op.f("fk_case_encounter_encounter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_encounter")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_encounter_case_id", "case_encounter", ["case_id", "id"], unique=False)
    op.create_index(
        op.f("ix_case_encounter_encounter_id"), "case_encounter", ["encounter_id"], unique=False
    )
