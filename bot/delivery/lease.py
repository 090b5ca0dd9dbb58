"""One sender per bot: who holds the lease sends, the others stand by."""

import asyncio
from datetime import datetime, timedelta

from bot.domain.clock import Clock
from bot.store.leases import Leases

__all__ = ["LENGTH", "Watch"]

LENGTH = timedelta(seconds=12)
"""A sender that died is replaced after so long."""


class Watch:
    """A lease as its holder sees it: held until it ends by the holder's own clock."""

    def __init__(self, leases: Leases, name: str, owner: str, clock: Clock, length: timedelta = LENGTH) -> None:
        self._leases, self._name, self._owner, self._clock = leases, name, owner, clock
        self._length = length
        self._taken: datetime | None = None

    async def take(self) -> bool:
        """Takes or renews it; False where another holds it. Raises StoreError, and then it is held no more."""
        asked, self._taken = self._clock.now(), None
        if await asyncio.to_thread(self._leases.take, self._name, self._owner, asked, self._length):
            self._taken = asked
        return self._taken is not None

    def holds(self) -> bool:
        """False as well when the clock was set back: the lease's end is unknown then."""
        return self._taken is not None and self._taken <= self._clock.now() < self._taken + self._length

    def due(self) -> bool:
        """Time to renew."""
        return not self.holds() or (self._taken is not None and self._clock.now() >= self._taken + self._length / 3)

    async def release(self) -> None:
        self._taken = None
        await asyncio.to_thread(self._leases.release, self._name, self._owner)
