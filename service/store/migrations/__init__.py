"""alembic's folder: the schema's history, oldest first in `versions`."""
