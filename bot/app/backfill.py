"""The past of every source that has one, so that there is something to compare with."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rich.markup import escape
from rich.table import Table

from bot.app.derived import derive
from bot.app.roster import Listed
from bot.app.visiting import WITHIN, Visiting
from bot.domain.clock import Clock
from bot.store import Store

__all__ = ["Filled", "backfill", "filled_table"]

Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Filled:
    """One source's past: how far back it is stored now, and what went wrong ("" where nothing did)."""

    listed: Listed
    days: float | None
    fault: str = ""


async def backfill(
    listed: Sequence[Listed],
    visiting: Visiting,
    store: Store,
    clock: Clock,
    *,
    back: timedelta,
    assets: Sequence[str],
    progress: Progress,
) -> tuple[Filled, ...]:
    """Asks each source for the time since `back` ago; those that were asked for it before are only brought up to date.

    Each source is stored as soon as it has answered: after a stop the next run goes on with the others.
    """
    wanted = [source for source in listed if source.glance or source.first > timedelta(days=1)]
    done = 0
    progress(done, len(wanted))

    async def fill(source: Listed) -> Filled:
        nonlocal done
        visit = await visiting.visit(source, max(back, source.first))
        done += 1
        progress(done, len(wanted))
        days = None if visit.reach is None else (clock.now() - visit.reach + WITHIN) / timedelta(days=1)
        return Filled(source, days, visit.sentence if visit.fault else "")

    filled = await asyncio.gather(*(fill(source) for source in wanted))
    await asyncio.to_thread(derive, store, assets, clock.now())
    return tuple(filled)


def filled_table(filled: Sequence[Filled]) -> Table:
    """How far back each source reaches now, and why one doesn't."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("source", "days back", "what is wrong"):
        table.add_column(column, overflow="fold")
    for found in filled:
        days = "" if found.days is None else f"{found.days:.0f}"
        table.add_row(found.listed.name, days, escape(found.fault))
    return table
