"""the facts of an error beside its English sentence, so that pages say it in every language."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns that stay empty in old rows: these have their English sentence alone."""
    for table in ("annotation", "upload_file"):
        op.add_column(table, sa.Column("error_facts", sa.Text(), nullable=True))
