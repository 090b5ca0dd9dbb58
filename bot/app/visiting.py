"""One visit to a source: what is new is asked for and stored, and how it went is remembered."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.app.roster import YEAR, Listed
from bot.domain.clock import Clock
from bot.domain.series import TIMEFRAMES, BarColumns, PointColumns, moment
from bot.errors import RecapError
from bot.sources.archive_units import quantity
from bot.sources.batch import Batch, FaultKind, SourceFault
from bot.sources.chain import is_revised
from bot.store import Store
from bot.store.visits import Visit, Visits

__all__ = ["WITHIN", "Visiting", "newest_of"]

log = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(hours=1)
LONG_LOOK = timedelta(days=7)
"""Once a day a source is asked so far back: what one of its assets lacked meanwhile is healed by that."""

WITHIN = timedelta(minutes=10)
"""A look back that falls so little short of what is wanted is no gap."""


class Visiting:
    """Visits of one process to the sources of a roster; writes are one transaction a visit, one at a time."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._visits = Visits(store)
        self._known: dict[str, Visit] = {visit.name: visit for visit in self._visits.all()}
        self._primed: set[str] = set()
        self._looked: dict[str, datetime] = {}
        self._writing = asyncio.Lock()

    @property
    def visits(self) -> Mapping[str, Visit]:
        """How the last visit to each source went, by name."""
        return MappingProxyType(self._known)

    def of(self, listed: Listed) -> Visit:
        return self._known.get(listed.name, Visit(listed.name))

    def may(self, listed: Listed) -> bool:
        """Whether the source may be asked now: after a fault it is left alone for a while."""
        until = self.of(listed).not_before
        return until is None or until <= self._clock.now()

    async def visit(self, listed: Listed, back: timedelta | None = None) -> Visit:
        """Asks for what is new, or for all since `back` ago where that isn't stored without a gap yet.

        Never raises for what a source does wrong; raises StoreError where the answer can't be kept.
        """
        now, before = self._clock.now(), self.of(listed)
        since = self._since(listed, before, now, listed.first if back is None else back)
        try:
            await self._prime(listed)
            batch = await listed.source.fetch(since, now)
        except SourceFault as fault:
            visit = _failed(listed, before, now, fault)
        except RecapError:
            raise
        except Exception as error:  # noqa: BLE001 - one source's mistake must not stop the others
            visit = _failed(listed, before, now, _unforeseen(listed, error))
        else:
            await self.keep(batch)
            visit = _succeeded(listed, before, now, since, batch)
        await self._remember(visit)
        return visit

    def _since(self, listed: Listed, before: Visit, now: datetime, back: timedelta) -> datetime:
        wanted = now - back
        if before.newest is None or before.reach is None or before.reach > wanted + WITHIN:
            self._looked[listed.name] = now
            return wanted
        again = listed.again
        if now - self._looked.get(listed.name, wanted) >= timedelta(days=1):
            self._looked[listed.name], again = now, max(again, LONG_LOOK)
        return max(before.newest - again, wanted)

    async def _prime(self, listed: Listed) -> None:
        """A source that gives the same rows again is told once which of them are stored."""
        source = listed.source
        if listed.name in self._primed or not is_revised(source):
            return
        now = self._clock.now()
        for columns in await asyncio.to_thread(self._store.points, now - 2 * YEAR, now, tuple(source.revises)):
            source.prime(columns)
        self._primed.add(listed.name)

    async def keep(self, batch: Batch) -> None:
        """Stores all of it or, raising StoreError, nothing."""
        async with self._writing:
            await asyncio.to_thread(self._write, batch)

    def _write(self, batch: Batch) -> None:
        with self._store.transaction() as transaction:
            for points in batch.points:
                transaction.write_points(points.columns, points.publisher)
            for bars in batch.bars:
                transaction.write_bars(bars)
            transaction.write_releases(batch.releases)
            transaction.write_headlines(batch.headlines)

    async def _remember(self, visit: Visit) -> None:
        self._known[visit.name] = visit
        async with self._writing:
            await asyncio.to_thread(self._visits.save, visit)


def _failed(listed: Listed, before: Visit, now: datetime, fault: SourceFault) -> Visit:
    """Left alone as long as the source says, else longer each time."""
    failures = before.failures + 1
    pause = fault.wait or min(LONGEST_PAUSE, listed.source.pace * 2 ** min(failures - 1, 6))
    return replace(
        before, tried=now, fault=fault.kind.value, sentence=str(fault), failures=failures, not_before=now + pause
    )


def _unforeseen(listed: Listed, error: Exception) -> SourceFault:
    log.error("%s: a mistake in this program", listed.name, exc_info=error)
    sentence = f"{listed.name}: something unforeseen went wrong ({type(error).__name__}); please report it."
    return SourceFault(FaultKind.GARBLED, sentence)


def _succeeded(listed: Listed, before: Visit, now: datetime, since: datetime, batch: Batch) -> Visit:
    newest, value = newest_of(batch)
    # What lies between the last success and this look back would be a gap.
    joined = before.reach is not None and before.newest is not None and since <= before.newest
    reach = min(since, before.reach) if joined and before.reach is not None else since
    return Visit(
        listed.name,
        tried=now,
        succeeded=now,
        newest=max((min(m, now) for m in (before.newest, newest) if m is not None), default=None),
        value=value or before.value,
        answered_by=getattr(listed.source, "answered_by", ""),
        reach=reach,
        notes=batch.notes,
    )


def newest_of(batch: Batch) -> tuple[datetime | None, str]:
    """The time of the newest datum, and that datum in words."""
    found = [
        *(_point(points.columns) for points in batch.points if len(points.columns)),
        *(_bar(bars) for bars in batch.bars if len(bars)),
        *((headline.time, headline.title) for headline in batch.headlines),
        *((release.time, release.event) for release in batch.releases),
    ]
    return max(found, key=lambda pair: pair[0], default=(None, ""))


def _point(columns: PointColumns) -> tuple[datetime, str]:
    known = quantity(columns.series)
    unit = f" {known.unit}" if known is not None else ""
    return moment(columns.time[-1]), f"{columns.series} {columns.value[-1]:,.6g}{unit}"


def _bar(bars: BarColumns) -> tuple[datetime, str]:
    closed = moment(bars.time[-1]) + TIMEFRAMES[bars.timeframe]
    return closed, f"{bars.venue} {bars.symbol} {bars.close[-1]:,.6g}"
