"""The commands that bring live data in: `collect` and `backfill`."""

import asyncio
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.app import options
from bot.errors import RecapError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.app.backfill import Filled

__all__ = ["backfill", "collect"]

LONGEST = 400


def collect(
    once: Annotated[bool, typer.Option("--once", help="Visit every source one time and end.")] = False,
) -> None:
    """Collect live market data into the store until Ctrl-C, without a bot."""
    asyncio.run(_collect(once))


def backfill(
    days: Annotated[int, typer.Option(help="How many days back.", min=1, max=LONGEST)] = 90,
) -> None:
    """Bring in the past of every source that has one; stop and go on as you like."""
    from bot.app.backfill import filled_table
    from bot.app.terminal import counting, show

    with counting("sources") as count:
        filled = asyncio.run(_backfill(timedelta(days=days), count))
    show(filled_table(filled))
    if all(found.fault for found in filled):
        raise RecapError("No source of market data could be reached. recap doctor tells more.")


async def _collect(once: bool) -> None:

    from bot.app.clock import WallClock
    from bot.app.collecting import collecting
    from bot.app.stopping import stopping
    from bot.store import Store

    settings, clock = options.settings(), WallClock()
    with Store.open(settings.database_url.get_secret_value()) as store:
        async with collecting(settings, store, clock, tell=_say, alarm=lambda _: None) as collector:
            if once:
                await collector.once()
                return
            with stopping() as stop:
                await collector.run(stop)


async def _backfill(back: timedelta, progress: "Callable[[int, int], object]") -> "tuple[Filled, ...]":
    from bot.app.backfill import backfill as filled
    from bot.app.clock import WallClock
    from bot.app.roster import roster
    from bot.app.visiting import Visiting
    from bot.sources.http import Client
    from bot.store import Store

    settings, clock = options.settings(), WallClock()
    with Store.open(settings.database_url.get_secret_value()) as store:
        async with Client(settings.endpoints, clock) as client:
            listed, visiting = roster(settings, client, clock), Visiting(store, clock)
            return await filled(listed, visiting, store, clock, back=back, assets=settings.assets, progress=progress)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
