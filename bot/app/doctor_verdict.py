"""Everything a recap needs looked at, and what it adds up to."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from bot.app.doctor_checks import clock_check, disk_check, rules_check, store_check, telegram_check, zones_check
from bot.app.doctor_report import Check, Health, Report, SourceState
from bot.app.doctor_sources import PATIENCE, asked, remembered
from bot.app.roster import roster
from bot.domain.clock import Clock
from bot.errors import RecapError
from bot.settings import Settings
from bot.sources.http import Client
from bot.sources.snapshot import StoredHistory
from bot.store import Store
from bot.store.visits import Visit, Visits

__all__ = ["examine"]

DAY = timedelta(days=1)
ENOUGH_VENUES = 2
_ALL_NEEDED = ("ETF flows", "macro", "mood and liquidity", "options")
_ONE_NEEDED = {"liquidations": "No source of liquidations works.", "headlines": "No feed of headlines works."}

Reach = tuple[datetime, datetime] | None
"""From when to when bars are stored."""


async def examine(settings: Settings, clock: Clock, *, offline: bool, patience: timedelta = PATIENCE) -> Report:
    """Looks at everything; asks only one asset of each venue, and stores nothing."""
    stored, visits, reach = await asyncio.to_thread(_store, settings)
    few = settings.model_copy(update={"assets": settings.assets[:1]})
    async with Client(settings.endpoints, clock) as client:
        listed = roster(few, client, clock)
        if offline:
            states = tuple(remembered(each, visits.get(each.name, Visit(each.name))) for each in listed)
        else:
            states = await asked(listed, visits, clock, patience)
        checks = (
            stored,
            clock_check(client, asked=not offline),
            await telegram_check(settings, None if offline else client),
            disk_check(settings.home),
            rules_check(settings),
            zones_check(),
        )
    return _report(checks, states, reach, clock.now())


def _store(settings: Settings) -> tuple[Check, Mapping[str, Visit], Reach]:
    """The store's state, how the last visits went, and how far the bars in it reach."""
    try:
        with Store.open(settings.database_url.get_secret_value()) as store:
            visits = {visit.name: visit for visit in Visits(store).all()}
            return store_check(store), visits, StoredHistory(store).reach("BTC")
    except RecapError as error:
        return Check("store", Health.BROKEN, "it can't be opened", str(error)), {}, None


def _report(checks: tuple[Check, ...], states: tuple[SourceState, ...], reach: Reach, now: datetime) -> Report:
    lacking = tuple(_lacking(checks, states, now))
    broken = any(check.health is Health.BROKEN for check in checks)
    possible = not broken and (_venues(states, now) or _recent(reach, now))
    return Report(now, checks, states, lacking, 2 if not possible else 1 if lacking else 0)


def _recent(reach: Reach, now: datetime) -> bool:
    """Whether what is stored is recent enough for a recap."""
    return reach is not None and now - reach[1] <= DAY


def _well(states: Sequence[SourceState], now: datetime) -> list[SourceState]:
    return [state for state in states if state.health(now) is Health.WELL]


def _venues(states: Sequence[SourceState], now: datetime) -> set[str]:
    """Venues whose hourly bars come."""
    bars = (s.name for s in _well(states, now) if s.group == "exchanges" and ".bars." in s.name)
    return {name.partition(".")[0] for name in bars if name.endswith(".1h")}


def _lacking(checks: Sequence[Check], states: Sequence[SourceState], now: datetime) -> Iterator[str]:
    """What of all that is needed doesn't work, in sentences; two venues suffice, one feed, one who tells closures."""
    yield from (f"{c.name}: {c.said}." for c in checks if c.health in {Health.DEGRADED, Health.BROKEN})
    venues, well = _venues(states, now), {state.group for state in _well(states, now)}
    if len(venues) < ENOUGH_VENUES:
        yield f"Prices come from {len(venues)} of the {ENOUGH_VENUES} venues that are needed."
    yield from (sentence for group, sentence in _ONE_NEEDED.items() if group not in well)
    silent = [s.name for s in states if s.group in _ALL_NEEDED and s.health(now) is not Health.WELL]
    if silent:
        yield f"Without {', '.join(silent)}."
