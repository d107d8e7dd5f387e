"""the field: corrections with history, stations with cameras, clocks, copies, shaped encounters."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ADDED = {  # as SQL: SQLite takes a CHECK or a REFERENCES with a new column, alembic does not
    "photo": (
        "sequence INTEGER",
        "damage TEXT",
        "likeness TEXT",
        "copy_of VARCHAR(64) CONSTRAINT fk_photo_copy_of REFERENCES photo (id)",
        "withdrawn BOOLEAN DEFAULT FALSE NOT NULL",
    ),
    "annotation": (
        "viewpoint VARCHAR(10) CONSTRAINT ck_annotation_viewpoint CHECK (viewpoint IN"
        " ('left', 'frontleft', 'backleft', 'right', 'frontright', 'backright', 'unknown'))",
        "placed VARCHAR(8) DEFAULT 'rule' NOT NULL"
        " CONSTRAINT ck_annotation_placed CHECK (placed IN ('rule', 'person'))",
        "withdrawn BOOLEAN DEFAULT FALSE NOT NULL",
        "proposed BOOLEAN DEFAULT FALSE NOT NULL",
    ),
    "upload_file": ("changed TEXT", "individual VARCHAR(100)"),
    "encounter": ("shaped BOOLEAN DEFAULT FALSE NOT NULL",),
}


def upgrade() -> None:
    """Forward."""
    op.add_column("photo", sa.Column("file_time", sa.DateTime(), nullable=True))
    for table, columns in ADDED.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    op.create_index("ix_photo_copy_of", "photo", ["copy_of"])
    _corrections()
    _stations()
    _questions()
    _keep_times_of_files()


def _corrections() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('stated', 'annotated', 'withdrawn', 'restored', 'shaped', 'clock', 'erased',"
            " 'undone')",
            name=op.f("ck_correction_kind"),
        ),
        sa.ForeignKeyConstraint(["undoes"], ["correction.id"], name=op.f("fk_correction_undoes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("undoes", name=op.f("uq_correction_undoes")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "corrected_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.String(length=64), nullable=True),
        sa.Column("annotation_id", sa.Integer(), nullable=True),
        sa.Column("encounter_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["correction.id"], name=op.f("fk_corrected_value_correction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrected_value")),
        sqlite_autoincrement=True,
    )
    for column in ("correction_id", "photo_id", "annotation_id", "encounter_id", "field"):
        op.create_index(f"ix_corrected_value_{column}", "corrected_value", [column])


def _stations() -> None:
    op.create_table(
        "deployment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("station", sa.String(length=200), nullable=False),
        sa.Column("camera", sa.String(length=200), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("heading", sa.Float(), nullable=True),
        sa.Column("starts_at", sa.DateTime(), nullable=True),
        sa.Column("ends_at", sa.DateTime(), nullable=True),
        sa.Column("zone", sa.String(length=10), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["station"], ["station.name"], name=op.f("fk_deployment_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint("name", name=op.f("uq_deployment_name")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deployment_station_camera", "deployment", ["station", "camera"])
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("station", sa.String(length=200), nullable=False),
        sa.Column("camera", sa.String(length=200), nullable=False),
        sa.Column("from_time", sa.DateTime(), nullable=True),
        sa.Column("until_time", sa.DateTime(), nullable=True),
        sa.Column("offset_s", sa.Float(), nullable=False),
        sa.Column("drift_s_a_day", sa.Float(), nullable=False),
        sa.Column("drift_from", sa.DateTime(), nullable=True),
        sa.Column("zone", sa.String(length=10), nullable=True),
        sa.Column("photo_id", sa.String(length=64), nullable=True),
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_clock_photo_id")),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["correction.id"], name=op.f("fk_clock_correction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_clock_station_camera", "clock", ["station", "camera"])


def _questions() -> None:
    op.create_table(
        "encounter_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("encounter_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("cut", sa.Text(), nullable=False),
        sa.Column("llr", sa.Float(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=True),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('bridge', 'apart', 'two_animals')", name=op.f("ck_encounter_question_kind")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'followed', 'dismissed')", name=op.f("ck_encounter_question_state")
        ),
        sa.ForeignKeyConstraint(
            ["encounter_id"], ["encounter.id"], name=op.f("fk_encounter_question_encounter_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["encounter.id"], name=op.f("fk_encounter_question_other_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encounter_question")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_encounter_question_encounter_id", "encounter_question", ["encounter_id"])


def _keep_times_of_files() -> None:
    """What the files themselves said, from the statements that were kept."""
    said = sa.text(
        "SELECT photo_id, value FROM claim"
        " WHERE field = 'captured_at' AND source IN ('exif', 'file name') ORDER BY source, id"
    )
    keep = sa.text(
        "UPDATE photo SET file_time = :time WHERE id = :photo AND file_time IS NULL"
    ).bindparams(sa.bindparam("time", type_=sa.DateTime()))
    connection = op.get_bind()
    for photo, value in connection.execute(said).all():
        time = datetime.fromisoformat(value).replace(tzinfo=None)
        connection.execute(keep, {"time": time, "photo": photo})
