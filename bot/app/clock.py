"""The clock on the wall."""

import asyncio
from datetime import UTC, datetime

__all__ = ["WallClock"]


class WallClock:
    """Time as it passes."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def wait_until(self, moment: datetime) -> None:
        # A machine that slept or whose clock was set wakes up late or early: look again.
        while (rest := (moment - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - time itself is waited for
            await asyncio.sleep(min(rest, 60))
