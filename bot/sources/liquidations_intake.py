"""All venues' closures from their websockets into the store, minute by minute, and waves told at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.clock import Clock
from bot.domain.liquidations import LiquidationEvent
from bot.domain.waves import Wave, Waves
from bot.errors import RecapError
from bot.sources.batch import Batch, SourceFault
from bot.sources.minutes import GRACE, Minutes

__all__ = ["Intake", "Running"]

MINUTE = timedelta(minutes=1)
UNKEPT = 24 * 60
"""Minutes that wait in memory for a store that can't be written to."""


class Running(Protocol):
    """What listens to one venue until cancelled, such as a Stream."""

    async def run(self) -> None:
        """Tells the intake what it hears."""


class Intake:
    """The listener of all streams. A crash loses the running minute at most; a gap shows in the venue's seconds.

    `keep` writes a batch and raises RecapError where it can't, which is tried again with the next minute. `alarm` gets
    each wave within the turn in which its closure was heard; `note` sentences for the operator.
    """

    def __init__(
        self,
        minutes: Minutes,
        waves: Waves,
        clock: Clock,
        *,
        keep: Callable[[Batch], Awaitable[object]],
        alarm: Callable[[Wave], object],
        note: Callable[[str], object],
    ) -> None:
        self._minutes, self._waves, self._clock = minutes, waves, clock
        self._keep, self._alarm, self._note = keep, alarm, note
        self._unkept: list[Batch] = []
        self._faults: dict[str, str] = {}

    async def run(self, streams: Iterable[Running], stop: asyncio.Event) -> None:
        """Listens and writes until told to stop; then the minutes that are over are written."""
        tasks = [asyncio.create_task(stream.run()) for stream in streams]
        tasks += [asyncio.create_task(self._write_each_minute()), asyncio.create_task(_stopped(stop))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.write()

    async def _write_each_minute(self) -> None:
        while True:
            now = self._clock.now()
            over = now.replace(second=0, microsecond=0) + MINUTE + GRACE
            await self._clock.wait_until(over)
            await self.write()

    async def write(self) -> None:
        """Writes the minutes that are over, after those that could not be written before."""
        now = self._clock.now()
        batch = self._minutes.close(now)
        self._waves.learn((points.columns for points in batch.points), now)
        for sentence in batch.notes:
            self._note(sentence)
        self._unkept = [*self._unkept, batch][-UNKEPT:] if batch.points else self._unkept
        try:
            while self._unkept:
                await self._keep(self._unkept[0])
                del self._unkept[0]
        except RecapError as error:
            self._note(f"{len(self._unkept)} minutes of liquidations wait to be written: {error}")

    def connected(self, venue: str, at: datetime) -> None:
        self._minutes.connected(venue, at)
        if self._faults.pop(venue, None):
            self._note(f"{venue}: heard again from {at:%H:%M:%S} UTC on")

    def lost(self, venue: str, since: datetime, fault: SourceFault) -> None:
        """A fault that comes again at each attempt is told once."""
        self._minutes.lost(venue, since)
        if self._faults.get(venue) != str(fault):
            self._faults[venue] = str(fault)
            self._note(str(fault))

    def heard(self, events: Sequence[LiquidationEvent], now: datetime) -> None:
        self._minutes.add(events, now)
        for event in events:
            if wave := self._waves.add(event, now):
                self._alarm(wave)

    def noted(self, sentence: str) -> None:
        self._note(sentence)


async def _stopped(stop: asyncio.Event) -> None:
    await stop.wait()
