"""Table of files whose bytes arrive in pieces."""

from sqlalchemy import Column, ForeignKey
from sqlalchemy.types import Integer, String, Text

from service.store.tables.base import Utc, now, table

# The bytes lie in a folder, see service.store.arriving_bytes. A row outlives its bytes until it
# expires: whoever did not get the answer asks again and gets the same.
arriving_file = table(
    "arriving_file",
    Column("id", String(32), primary_key=True),  # random, hex
    Column("account_id", Integer, ForeignKey("account.id")),  # NULL: nobody logs in here
    Column("file_name", Text, nullable=False),
    Column("bytes", Integer, nullable=False),  # of the whole file, as announced
    Column("sha256", String(64)),  # of the whole file, as announced
    Column("created_at", Utc, nullable=False, default=now),
    Column("expires_at", Utc, nullable=False, index=True),
    Column("upload_id", Integer, ForeignKey("upload.id")),  # NULL: not taken in yet
    Column("position", Integer),  # in that upload
)
