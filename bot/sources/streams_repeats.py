"""Closures told twice: over a reconnection, by a backlog, by a frame sent again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.liquidations import LiquidationEvent

__all__ = ["Repeats"]

MEMORY = timedelta(minutes=15)
MOST = 50_000

Key = tuple[datetime, str, str, float, float]


class Repeats:
    """Remembers one venue's closures for 15 minutes, or the newest 50,000.

    Two alike in one frame are two closures; what an earlier frame told already is none.
    """

    def __init__(self) -> None:
        self._young: dict[Key, int] = {}
        self._old: dict[Key, int] = {}
        self._turn: datetime | None = None

    def fresh(self, events: Iterable[LiquidationEvent]) -> list[LiquidationEvent]:
        """Those not told before, in their order."""
        new: list[LiquidationEvent] = []
        told: dict[Key, int] = {}
        young, old = self._young, self._old
        for event in events:
            key = (event.time, event.asset, event.side, event.usd, event.price)
            told[key] = count = told.get(key, 0) + 1
            if count > young.get(key, 0) and count > old.get(key, 0):
                young[key] = count
                new.append(event)
        if new:
            self._forget(new[-1].time)
        return new

    def _forget(self, now: datetime) -> None:
        if self._turn is None:
            self._turn = now + MEMORY
        if now >= self._turn or len(self._young) >= MOST:
            self._old, self._young, self._turn = self._young, {}, now + MEMORY
