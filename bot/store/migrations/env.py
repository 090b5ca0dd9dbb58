"""What Alembic runs: the steps, inside the transaction and on the connection that `bot.store.migrate` holds."""

from alembic import context

from bot.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
