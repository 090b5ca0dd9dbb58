"""The collector composed: its client, its roster, and the streams it listens to."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

from bot.app.collector import Collector
from bot.app.listening import Listening
from bot.app.roster import roster
from bot.app.visiting import Visiting
from bot.domain.clock import Clock
from bot.domain.waves import Wave
from bot.settings import Settings
from bot.sources.http import Client
from bot.store import Store

__all__ = ["collecting"]


@asynccontextmanager
async def collecting(
    settings: Settings,
    store: Store,
    clock: Clock,
    *,
    tell: Callable[[str], object],
    alarm: Callable[[Wave], object],
) -> AsyncIterator[Collector]:
    """The collector of these settings, over connections of its own.

    `tell` gets sentences for the operator, `alarm` each wave of liquidations as it begins.
    """
    rng = Random()  # noqa: S311 - it spreads visits and guards nothing
    async with Client(settings.endpoints, clock, rng=rng) as client:
        visiting = Visiting(store, clock)
        listening = Listening(settings, client, store, clock, keep=visiting.keep, alarm=alarm, note=tell, rng=rng)
        yield Collector(
            roster(settings, client, clock),
            visiting,
            store,
            clock,
            assets=settings.assets,
            tell=tell,
            rng=rng,
            listening=listening,
        )
