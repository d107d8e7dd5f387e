"""who was told exact places is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "place_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("exported", sa.Boolean(), nullable=False),
        sa.Column("looked_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_place_look_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_look")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_place_look_looked_at", "place_look", ["looked_at"])
    op.create_index("ix_place_look_account_id", "place_look", ["account_id", "looked_at"])
