"""Updates of Telegram that were taken in: it repeats those whose receipt it is not sure of."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, text

from bot.domain.clock import Clock
from bot.domain.series import stamp
from bot.store.database import Store
from bot.store.schema import seen_updates

__all__ = ["SeenUpdates"]

_FIRST = (
    "INSERT INTO seen_updates (update_id, time) VALUES {rows} ON CONFLICT (update_id) DO NOTHING RETURNING update_id"
)


class SeenUpdates:
    """Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def first_of(self, update_ids: Sequence[int]) -> list[bool]:
        """For each number whether it is asked about for the first time, in whatever process; of equal ones one is."""
        rows = ", ".join(f"(:id{n}, :time)" for n in range(len(update_ids)))
        named = {f"id{n}": update_id for n, update_id in enumerate(update_ids)}
        with self._store.writing() as connection:
            statement = text(_FIRST.format(rows=rows))
            new = set(connection.scalars(statement, {**named, "time": stamp(self._clock.now())}))
        answers = []
        for update_id in update_ids:
            answers.append(update_id in new)
            new.discard(update_id)
        return answers

    def purge(self, before: datetime) -> int:
        with self._store.writing() as connection:
            return connection.execute(delete(seen_updates).where(seen_updates.c.time < stamp(before))).rowcount
