"""Every row of a catalogue, read without the service."""

import sqlite3
from contextlib import closing

MACHINERY = {"alembic_version", "sqlite_sequence"}
# table: columns that a later migration added; what it says stays elsewhere
NEW_COLUMNS = {
    "annotation": {"error_facts", "viewpoint", "placed", "withdrawn", "proposed"},
    "upload_file": {"error_facts", "changed", "individual"},
    "photo": {"file_time", "sequence", "damage", "likeness", "copy_of", "withdrawn"},
    "encounter": {"shaped"},
}


def dump(file):
    """{table: (columns, rows)} of a SQLite file; blobs as they are."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        kind = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        names = [name for (name,) in database.execute(kind) if name not in MACHINERY]
        return {name: _table(database, name) for name in names}


def _table(database, name):
    cursor = database.execute(f'SELECT * FROM "{name}"')  # noqa: S608  a name of the file itself
    columns = tuple(column[0] for column in cursor.description)
    return columns, sorted(cursor.fetchall(), key=repr)


def changes(before, after):
    """What of `before` is not in `after` as it was, and what is new there: sentences."""
    found = [f"table {name} is gone" for name in before if name not in after]
    for name in sorted({*before} & {*after}):
        (old, rows), (new, others) = before[name], after[name]
        added = [column for column in new if column not in old]
        found += [f"{name}: unlisted column {column}" for column in added
                  if column not in NEW_COLUMNS.get(name, ())]  # fmt: skip
        found += [f"{name}: column {column} is gone" for column in old if column not in new]
        if set(old) <= set(new):
            places = [new.index(column) for column in old]
            same = sorted((tuple(row[at] for at in places) for row in others), key=repr)
            if same != rows:
                wrong = [row for row in rows if row not in same][:3]
                found.append(f"{name}: {len(rows)} rows became {len(same)}; not there: {wrong}")
    return found
