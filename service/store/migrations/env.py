"""alembic runs this; the connection comes from `Database.migrate`, already in a transaction."""

from alembic import context

from service.store.tables.base import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
