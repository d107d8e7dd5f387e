"""space and time of a case as a prior."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column(
        "case_record",
        sa.Column("movement_prior", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
