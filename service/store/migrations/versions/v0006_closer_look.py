"""the closer look: another kind of features."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FEATURES = "kind IN ('rosette', 'rootsift', 'afar-0', 'afar-1', 'closer')"


def upgrade() -> None:
    """Another CHECK; SQLite makes the table anew for it, and alembic forgets the old one then."""
    name = op.f("ck_local_features_kind")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(name, "local_features", type_="check")
    with op.batch_alter_table("local_features") as table:
        table.create_check_constraint(name, FEATURES)
