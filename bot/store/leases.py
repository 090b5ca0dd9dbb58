"""Who does what only one process may do at a time."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, text, update

from bot.domain.series import stamp
from bot.store.database import Store
from bot.store.schema import leases

__all__ = ["Leases"]

_FIRST = "INSERT INTO leases (name, owner, until) VALUES (:name, '', 0) ON CONFLICT (name) DO NOTHING"


class Leases:
    """Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, name: str, owner: str, now: datetime, length: timedelta) -> bool:
        """True when `owner` holds the lease until `now + length`: it was free, had ended or was its own.

        Who finds it held only looks: a write would be in the way of its holder's.
        """
        if self.holder(name, now) not in (None, owner):
            return False
        with self._store.writing() as connection:
            connection.execute(text(_FIRST), {"name": name})
            free = (leases.c.name == name, or_(leases.c.owner == owner, leases.c.until <= stamp(now)))
            held = update(leases).where(*free).values(owner=owner, until=stamp(now + length))
            return bool(connection.execute(held).rowcount)

    def release(self, name: str, owner: str) -> None:
        with self._store.writing() as connection:
            connection.execute(delete(leases).where(leases.c.name == name, leases.c.owner == owner))

    def holder(self, name: str, now: datetime) -> str | None:
        """Who holds it, None where nobody does."""
        held = select(leases.c.owner).where(leases.c.name == name, leases.c.until > stamp(now))
        with self._store.reading() as connection:
            return connection.scalar(held)
