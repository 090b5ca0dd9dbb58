"""Updates of Telegram that were taken in: it repeats those whose receipt it is not sure of."""

from datetime import datetime

from sqlalchemy import delete, text

from bot.domain.clock import Clock
from bot.domain.series import stamp
from bot.store.database import Store
from bot.store.schema import seen_updates

__all__ = ["SeenUpdates"]

_FIRST = "INSERT INTO seen_updates (update_id, time) VALUES (:update_id, :time) ON CONFLICT (update_id) DO NOTHING"


class SeenUpdates:
    """Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def first(self, update_id: int) -> bool:
        """True the first time this number is asked about, in whatever process."""
        with self._store.writing() as connection:
            named = {"update_id": update_id, "time": stamp(self._clock.now())}
            return connection.execute(text(_FIRST), named).rowcount == 1

    def purge(self, before: datetime) -> int:
        with self._store.writing() as connection:
            return connection.execute(delete(seen_updates).where(seen_updates.c.time < stamp(before))).rowcount
