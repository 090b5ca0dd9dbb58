"""What the bot looks at again and again: slots that are due, figures that were revised, rows that are old."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.app.broadcast import Broadcast, tick
from bot.app.corrections import Corrections
from bot.app.notices import Notices
from bot.delivery.books import Books
from bot.domain.clock import Clock

__all__ = ["Ticks", "ticking"]

TICK_SECONDS, REHEARSED_TICK_SECONDS = 15, 1
REPORT_HOUR = 7
"""UTC: what is wrong is told to operators then."""
KEPT = timedelta(days=30)
"""Chats that are gone, recaps and deliveries are forgotten after that, as /privacy says."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """`nudge` is called for new deliveries, `report` once a day.

    A rehearsal, which is not `live`, runs fast and revises nothing.
    """

    broadcast: Broadcast
    corrections: Corrections
    books: Books
    notices: Notices
    nudge: Callable[[], object]
    report: Callable[[], Awaitable[None]]
    wall: Clock
    live: bool

    async def look(self) -> None:
        await tick(self.broadcast, self.notices)
        if self.live:
            await self.corrections.tick(self.wall.now())
        self.nudge()

    async def forget(self) -> None:
        before = self.wall.now() - KEPT
        await asyncio.to_thread(self.books.chats.purge, before)
        await asyncio.to_thread(self.books.outbox.purge, before)


async def ticking(ticks: Ticks, stop: asyncio.Event) -> None:
    """Looks and forgets at their times, in UTC, until `stop`."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    manners = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    seconds = TICK_SECONDS if ticks.live else REHEARSED_TICK_SECONDS
    scheduler.add_job(ticks.look, "interval", seconds=seconds, **manners)
    scheduler.add_job(ticks.forget, "interval", hours=6, **manners)
    if ticks.live:
        scheduler.add_job(ticks.report, "cron", hour=REPORT_HOUR, **manners)
    scheduler.start()
    try:
        await stop.wait()
    finally:
        scheduler.shutdown(wait=False)
