"""Words that all processes go by, such as that sending is paused."""

from sqlalchemy import delete, insert, select

from bot.store.database import Store
from bot.store.schema import flags

__all__ = ["SENDING_PAUSED", "Flags"]

SENDING_PAUSED = "sending_paused"
"""Nothing goes out; its value is who paused it and why."""


class Flags:
    """Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, name: str) -> str:
        """Its value, "" where it isn't set."""
        with self._store.reading() as connection:
            return connection.scalar(select(flags.c.value).where(flags.c.name == name)) or ""

    def set(self, name: str, value: str) -> None:
        """Sets it, or with "" takes it down."""
        with self._store.writing() as connection:
            connection.execute(delete(flags).where(flags.c.name == name))
            if value:
                connection.execute(insert(flags).values(name=name, value=value))
