"""Every source visited at its own pace, liquidations listened to, and what follows from both written."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random

from bot.app.derived import derive
from bot.app.listening import Listening
from bot.app.retention import forget_old
from bot.app.roster import Listed
from bot.app.visiting import Visiting
from bot.domain.clock import Clock
from bot.errors import RecapError
from bot.store import Store
from bot.store.visits import Visit

__all__ = ["Collector"]

log = logging.getLogger(__name__)

DERIVED_EVERY = timedelta(minutes=5)
"""Right after the visits that follow a full hour, and after late rows."""

SETTLED = timedelta(seconds=20)
FORGOTTEN_EVERY = timedelta(hours=6)
AT_ONCE = 24
"""Visits under way: hosts are kept apart by the client anyway."""

Tell = Callable[[str], object]


class Collector:
    """Runs until told to stop. One source that fails never stops another; each change for better or worse is told.

    `listening` hears liquidations as they happen; None where nobody streams them.
    """

    def __init__(
        self,
        listed: Sequence[Listed],
        visiting: Visiting,
        store: Store,
        clock: Clock,
        *,
        assets: Sequence[str],
        tell: Tell,
        rng: Random,
        listening: Listening | None = None,
    ) -> None:
        self._listed, self._visiting, self._store, self._clock = tuple(listed), visiting, store, clock
        self._assets, self._tell, self._rng, self._listening = tuple(assets), tell, rng, listening
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def run(self, stop: asyncio.Event) -> None:
        """Visits, listens, derives and forgets until `stop`; a visit under way is given up."""
        works = [self._keep(listed) for listed in self._listed]
        works += [self._deriving(), self._forgetting()]
        tasks = [asyncio.create_task(work) for work in works]
        if self._listening is not None:
            tasks.append(asyncio.create_task(self._listening.run(stop)))
        stopped = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait({*tasks, stopped}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopped}:
                task.result()
        finally:
            stop.set()
            for task in (*tasks[: len(works)], stopped):
                task.cancel()
            await asyncio.gather(*tasks, stopped, return_exceptions=True)

    async def once(self) -> None:
        """Visits every source one time, and derives what follows."""
        await asyncio.gather(*(self._visit(listed) for listed in self._listed))
        await self._derive()

    async def _keep(self, listed: Listed) -> None:
        while True:
            before = self._visiting.of(listed).not_before
            if before is not None:
                await self._clock.wait_until(before)
            await self._visit(listed)
            now = self._clock.now()
            pause = self._visiting.of(listed).not_before
            await self._clock.wait_until(listed.due(now, self._rng.random()) if pause is None else pause)

    async def _visit(self, listed: Listed) -> None:
        before = self._visiting.of(listed)
        async with self._turns:
            try:
                after = await self._visiting.visit(listed)
            except RecapError as error:
                self._tell(f"{listed.name} could not be stored: {error}")
                await self._clock.wait_until(self._clock.now() + listed.source.pace)
                return
        if sentence := _change(before, after):
            self._tell(sentence)

    async def _deriving(self) -> None:
        """Shortly after full steps of the clock, when what they brought is stored."""
        while True:
            now = self._clock.now()
            step = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0) + DERIVED_EVERY
            await self._clock.wait_until(step + SETTLED)
            await self._derive()

    async def _derive(self) -> None:
        try:
            await asyncio.to_thread(derive, self._store, self._assets, self._clock.now())
        except RecapError as error:
            self._tell(f"Totals could not be made: {error}")

    async def _forgetting(self) -> None:
        while True:
            await self._clock.wait_until(self._clock.now() + FORGOTTEN_EVERY)
            try:
                await asyncio.to_thread(forget_old, self._store, self._clock.now())
            except RecapError as error:
                self._tell(f"Old rows could not be dropped: {error}")


def _change(before: Visit, after: Visit) -> str:
    """A sentence where a source began to fail, fails otherwise, or is well again; empty where all is as before."""
    if after.fault and after.sentence != before.sentence:
        return after.sentence
    if before.fault and not after.fault:
        return f"{after.name} is well again: {after.value}" if after.value else f"{after.name} is well again."
    return ""
