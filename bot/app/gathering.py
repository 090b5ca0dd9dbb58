"""Live data for one recap: what is due is asked for within a few seconds, and what didn't come is said."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from bot.app.derived import derive
from bot.app.roster import Listed, roster
from bot.app.visiting import Visiting
from bot.domain.clock import Clock
from bot.errors import RecapError
from bot.settings import Settings
from bot.sources.http import Client
from bot.store import Store

__all__ = ["BUDGET", "Gathered", "gather"]

BUDGET = timedelta(seconds=20)
FRESH = timedelta(minutes=5)
"""A source that answered so recently isn't asked again."""

GRACE = timedelta(seconds=1)
"""For visits that are given up to end."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Names of the sources that answered, and of those that didn't with a sentence why; `thin` without any past."""

    answered: tuple[str, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)
    thin: bool = False

    @property
    def told(self) -> tuple[str, ...]:
        """What whoever asked for a recap must know, in sentences."""
        lines = []
        if self.failed:
            lines.append(f"Not everything arrived: {_named(self.failed)}. recap doctor tells why.")
        if self.thin:
            lines.append("There is little past to compare with yet. recap backfill brings 90 days of it.")
        return tuple(lines)


async def gather(
    settings: Settings, store: Store, clock: Clock, *, budget: timedelta = BUDGET, rng: Random | None = None
) -> Gathered:
    """Visits every source that may have something new, at once, and gives up those that take longer than `budget`.

    Raises RecapError where no source answers at all, and StoreError where nothing can be kept.
    """
    async with Client(settings.endpoints, clock, rng=rng) as client:
        listed, visiting = roster(settings, client, clock), Visiting(store, clock)
        due = [source for source in listed if _is_due(visiting, source, clock)]
        thin = any(visiting.of(source).reach is None for source in due if source.glance)
        late = await _within(budget, due, visiting)
    failed = {source.name: visiting.of(source).sentence or "it didn't answer in time" for source in listed}
    failed = {name: why for name, why in failed.items() if name in late or visiting.visits[name].fault}
    answered = tuple(source.name for source in listed if source.name not in failed)
    if not answered:
        raise RecapError(f"No source of market data could be reached. {next(iter(failed.values()))}")
    await asyncio.to_thread(derive, store, settings.assets, clock.now())
    return Gathered(answered, failed, thin)


def _is_due(visiting: Visiting, source: Listed, clock: Clock) -> bool:
    visited = visiting.of(source).succeeded
    pause = max(FRESH, source.source.pace / 2)
    return visiting.may(source) and (visited is None or clock.now() - visited >= pause)


async def _within(budget: timedelta, due: Sequence[Listed], visiting: Visiting) -> set[str]:
    """The names of those that took longer."""
    tasks = {asyncio.create_task(visiting.visit(source, source.glance)): source for source in due}
    if not tasks:
        return set()
    done, late = await asyncio.wait(tasks, timeout=budget.total_seconds())
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    for task in done:
        task.result()
    return {tasks[task].name for task in late}


def _named(failed: dict[str, str]) -> str:
    names = list(failed)
    few, more = ", ".join(names[:6]), len(names) - 6
    return f"{few} and {more} more" if more > 0 else few
