"""the review room: accounts, history of identities, pairs and opinions."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

IDENTITY = (
    "sex VARCHAR(10) DEFAULT 'unknown' NOT NULL"
    " CONSTRAINT ck_identity_sex CHECK (sex IN ('female', 'male', 'unknown'))",
    "life_stage VARCHAR(10) DEFAULT 'unknown' NOT NULL CONSTRAINT ck_identity_life_stage"
    " CHECK (life_stage IN ('adult', 'subadult', 'juvenile', 'unknown'))",
    "note TEXT DEFAULT '' NOT NULL",
    "merged_into INTEGER CONSTRAINT fk_identity_merged_into REFERENCES identity (id)",
)

FEATURES = "kind IN ('rosette', 'rootsift', 'afar-0', 'afar-1')"


def _widen_features() -> None:
    """Another CHECK; SQLite makes the table anew for it, and alembic forgets the old one then."""
    name = op.f("ck_local_features_kind")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(name, "local_features", type_="check")
    with op.batch_alter_table("local_features") as table:
        table.create_check_constraint(name, FEATURES)


def upgrade() -> None:
    """Forward."""
    _widen_features()
    for column in IDENTITY:  # as SQL: SQLite takes a CHECK with a new column, alembic does not
        op.execute(f"ALTER TABLE identity ADD COLUMN {column}")
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("temporary", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "role IN ('viewer', 'observer', 'curator', 'admin')", name=op.f("ck_account_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "login_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempt")),
    )
    op.create_index("ix_login_attempt_address_at", "login_attempt", ["address", "at"], unique=False)
    op.create_index("ix_login_attempt_name_at", "login_attempt", ["name", "at"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "scope IN ('viewer', 'observer', 'curator', 'admin')", name=op.f("ck_api_token_scope")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"], unique=False)
    op.create_table(
        "identity_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("identity_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('created', 'joined', 'renamed', 'described', 'merged', 'split', 'kept',"
            " 'undone')",
            name=op.f("ck_identity_change_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_identity_change_identity_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["identity.id"], name=op.f("fk_identity_change_other_id")
        ),
        sa.ForeignKeyConstraint(
            ["undoes"], ["identity_change.id"], name=op.f("fk_identity_change_undoes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_change")),
        sa.UniqueConstraint("undoes", name=op.f("uq_identity_change_undoes")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_identity_change_identity_id"), "identity_change", ["identity_id"], unique=False
    )
    op.create_index(
        op.f("ix_identity_change_other_id"), "identity_change", ["other_id"], unique=False
    )
    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_login_session_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("digest", name=op.f("uq_login_session_digest")),
    )
    op.create_index(
        op.f("ix_login_session_account_id"), "login_session", ["account_id"], unique=False
    )
    op.create_table(
        "pair_evidence",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column("calibrator", sa.String(length=60), nullable=False),
        sa.Column("llr", sa.Float(), nullable=False),
        sa.Column("comparable", sa.Boolean(), nullable=False),
        sa.Column("one_newest", sa.Integer(), nullable=False),
        sa.Column("other_newest", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("one < other", name=op.f("ck_pair_evidence_order")),
        sa.ForeignKeyConstraint(["one"], ["encounter.id"], name=op.f("fk_pair_evidence_one")),
        sa.ForeignKeyConstraint(["other"], ["encounter.id"], name=op.f("fk_pair_evidence_other")),
        sa.PrimaryKeyConstraint(
            "one", "other", "model", "calibrator", name=op.f("pk_pair_evidence")
        ),
    )
    op.create_index(op.f("ix_pair_evidence_other"), "pair_evidence", ["other"], unique=False)
    op.create_table(
        "pair_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("encounter_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column("calibrator", sa.String(length=60), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["encounter_id"], ["encounter.id"], name=op.f("fk_pair_search_encounter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_search")),
        sa.UniqueConstraint(
            "encounter_id", "model", "calibrator", name=op.f("uq_pair_search_encounter_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "clustering",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clustering")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "review_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("truth", sa.String(length=10), nullable=True),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("worth", sa.Float(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "source IN ('suggested', 'asked', 'known', 'conflict')",
            name=op.f("ck_review_pair_source"),
        ),
        sa.CheckConstraint("truth IN ('same', 'different')", name=op.f("ck_review_pair_truth")),
        sa.CheckConstraint("needed >= 1", name=op.f("ck_review_pair_needed")),
        sa.CheckConstraint("one < other", name=op.f("ck_review_pair_order")),
        sa.ForeignKeyConstraint(["one"], ["encounter.id"], name=op.f("fk_review_pair_one")),
        sa.ForeignKeyConstraint(["other"], ["encounter.id"], name=op.f("fk_review_pair_other")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_pair")),
        sa.UniqueConstraint("one", "other", name=op.f("uq_review_pair_one")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_review_pair_other"), "review_pair", ["other"], unique=False)
    op.create_table(
        "identity_change_encounter",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("encounter_id", sa.Integer(), nullable=False),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["after_id"], ["decision.id"], name=op.f("fk_identity_change_encounter_after_id")
        ),
        sa.ForeignKeyConstraint(
            ["before_id"], ["decision.id"], name=op.f("fk_identity_change_encounter_before_id")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["identity_change.id"],
            name=op.f("fk_identity_change_encounter_change_id"),
        ),
        sa.ForeignKeyConstraint(
            ["encounter_id"],
            ["encounter.id"],
            name=op.f("fk_identity_change_encounter_encounter_id"),
        ),
        sa.PrimaryKeyConstraint(
            "change_id", "encounter_id", name=op.f("pk_identity_change_encounter")
        ),
    )
    op.create_table(
        "opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("observer", sa.String(length=100), nullable=False),
        sa.Column("answer", sa.String(length=14), nullable=False),
        sa.Column("certainty", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("llr", sa.Float(), nullable=True),
        sa.Column("model", sa.String(length=60), nullable=True),
        sa.Column("calibrator", sa.String(length=60), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "answer IN ('same', 'different', 'not_comparable', 'cannot_tell', 'withdrawn')",
            name=op.f("ck_opinion_answer"),
        ),
        sa.CheckConstraint(
            "certainty IN ('certain', 'probable', 'possible')", name=op.f("ck_opinion_certainty")
        ),
        sa.CheckConstraint(
            "reason IN ('flank', 'blur', 'dark', 'small', 'angle', 'hidden', 'pattern', 'other')",
            name=op.f("ck_opinion_reason"),
        ),
        sa.ForeignKeyConstraint(["pair_id"], ["review_pair.id"], name=op.f("fk_opinion_pair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_opinion_observer", "opinion", ["observer", "id"], unique=False)
    op.create_index("ix_opinion_pair_id", "opinion", ["pair_id", "id"], unique=False)
    op.create_table(
        "reference_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reviewer", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('approved', 'refused', 'unmarked')", name=op.f("ck_reference_mark_state")
        ),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name=op.f("fk_reference_mark_annotation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_mark")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_reference_mark_annotation_id", "reference_mark", ["annotation_id", "id"], unique=False
    )
    op.create_table(
        "review_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("reviewer", sa.String(length=100), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('closed', 'needed', 'blind')", name=op.f("ck_review_change_kind")
        ),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["review_pair.id"], name=op.f("fk_review_change_pair_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_review_change_pair_id"), "review_change", ["pair_id"], unique=False)
    op.create_table(
        "account_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("value", sa.String(length=10), nullable=True),
        sa.Column("reviewer", sa.String(length=100), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('made', 'role', 'closed', 'opened', 'password', 'logged_out')",
            name=op.f("ck_account_change_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_change_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_account_change_account_id"), "account_change", ["account_id"], unique=False
    )
