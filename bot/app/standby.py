"""What only one process of several may do at a time: done under a lease, taken over where its holder died."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

from bot.delivery.lease import Watch
from bot.delivery.waiting import first, passed, pause
from bot.domain.clock import Clock
from bot.errors import StoreError
from bot.store.leases import Leases

__all__ = ["Standby", "Work"]

log = logging.getLogger(__name__)

Work = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
"""Goes on until the event is set, then ends in order."""

STANDBY_SECONDS, LOOK = 2.0, timedelta(seconds=1)
"""Between two looks at another's lease, and at one's own."""


class Standby:
    """`owner` is unique to the process. A database that fails ends the work until the lease can be taken again."""

    def __init__(self, leases: Leases, name: str, owner: str, clock: Clock, work: Work) -> None:
        self._watch = Watch(leases, name, owner, clock)
        self._name, self._clock, self._work = name, clock, work

    async def run(self, stop: asyncio.Event) -> None:
        """Works while it holds the lease, stands by while another does; raises what the work raises."""
        while not stop.is_set():
            try:
                held = await self._watch.take()
            except StoreError as error:
                held = False
                log.warning("%s stands by until the database works: %s", self._name, error)
            if held:
                await self._shift(stop)
            if not stop.is_set():
                await pause(self._clock, STANDBY_SECONDS, stop)
        with suppress(StoreError):
            await self._watch.release()

    async def _shift(self, stop: asyncio.Event) -> None:
        log.info("This process does the work of %s.", self._name)
        over = asyncio.Event()
        task = asyncio.create_task(self._work(over))
        try:
            while not stop.is_set() and not task.done() and await self._keeps():
                await first(passed(self._clock, LOOK), stop.wait(), among=(task,))
        finally:
            over.set()
            await task

    async def _keeps(self) -> bool:
        """False as well where the database can't say: another may hold the lease soon."""
        if not self._watch.due():
            return True
        with suppress(StoreError):
            return await self._watch.take()
        return False
