"""The clock on the wall, and one that plays a recorded stretch as if it were now."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import monotonic

__all__ = ["RehearsalClock", "WallClock"]

LONGEST_NAP = 60.0
"""Seconds: a machine that slept, or whose clock was set, looks again."""


class WallClock:
    """Time as it passes."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def wait_until(self, moment: datetime) -> None:
        """A clock that is set back meanwhile makes nobody wait longer than they meant to."""
        end = monotonic() + (moment - self.now()).total_seconds()
        while (rest := min((moment - self.now()).total_seconds(), end - monotonic())) > 0:  # noqa: ASYNC110 - time itself
            await asyncio.sleep(min(rest, LONGEST_NAP))


class RehearsalClock:
    """Starts at `start` when it is made and runs `speed` times as fast as the wall's; it may be put forward."""

    def __init__(self, start: datetime, speed: float, elapsed: Callable[[], float] = monotonic) -> None:
        self._start, self._speed, self._elapsed = start, speed, elapsed
        self._origin = elapsed()
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(self._elapsed() - self._origin) * self._speed)

    def put_forward(self, length: timedelta) -> None:
        """Whoever waits looks at the clock again."""
        self._start += length
        self._moved.set()
        self._moved = asyncio.Event()

    async def wait_until(self, moment: datetime) -> None:
        while (rest := (moment - self.now()).total_seconds() / self._speed) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), min(rest, LONGEST_NAP))
