"""Waiting for whichever comes first."""

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import timedelta
from typing import Any

from bot.domain.clock import Clock

__all__ = ["first", "passed", "pause"]


async def first(*waits: Awaitable[Any], among: Iterable[asyncio.Task[Any]] = ()) -> None:
    """Returns when one of `waits` or one task `among` others ends; `waits` are cancelled then, the tasks go on."""
    own = {asyncio.ensure_future(wait) for wait in waits}
    try:
        await asyncio.wait({*own, *among}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in own:
            wait.cancel()
        await asyncio.gather(*own, return_exceptions=True)


async def pause(clock: Clock, seconds: float, *events: asyncio.Event) -> None:
    """So many seconds, or less when one of `events` is set."""
    await first(passed(clock, timedelta(seconds=seconds)), *(event.wait() for event in events))


async def passed(clock: Clock, length: timedelta) -> None:
    """Returns when so much time has passed; the clock is read when the wait begins, so that one set back is none."""
    await clock.wait_until(clock.now() + length)
