"""Recorded minutes of liquidations played as if they were heard now, so that a rehearsal has its waves.

A rehearsal hears no streams: its closures are the rows `liquidations.minute.{long,short,seconds}.<venue>…` of the data
it plays, each taken as one closure at the end of its minute when the rehearsed time has come to know it.
"""

import asyncio
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from bot.app.recap import Source
from bot.domain.clock import Clock
from bot.domain.liquidations import LiquidationEvent, Side
from bot.domain.series import PointColumns, moment, stamp
from bot.domain.waves import Wave, Waves
from bot.indicators.snapshot import History
from bot.sources.snapshot import StoredHistory

__all__ = ["RehearsedWaves", "minutes_of"]

MINUTES = "liquidations.minute."
LEARNT_EVERY = 10
"""Minutes after which the past is looked at anew."""

NEVER = datetime.max.replace(tzinfo=moment(0).tzinfo)


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One row of one series, in the order in which they become known."""

    known: int
    time: int
    series: str
    value: float

    @property
    def closure(self) -> LiquidationEvent | None:
        """What was closed by force in that minute, None for anything else."""
        match self.series.removeprefix(MINUTES).split("."):
            case ["long" | "short" as side, venue, asset] if self.value > 0:
                last = moment(self.time) - timedelta(milliseconds=1)
                return LiquidationEvent(last, venue, asset.upper(), Side(side), self.value, 0.0)
        return None


def minutes_of(source: Source) -> Sequence[PointColumns]:
    """The recorded minutes of an archive or of the store."""
    if isinstance(source, StoredHistory):
        return source.store.points(moment(0), NEVER, (MINUTES,))
    if not isinstance(source, History):
        return ()
    tracks = [track for name, track in source.tracks.items() if name.startswith(MINUTES)]
    return [
        PointColumns(t.name, array("q", t.time.tolist()), array("q", t.known.tolist()), array("d", t.value.tolist()))
        for t in tracks
    ]


class RehearsedWaves:
    """Plays the minutes on the rehearsal's clock; `alarm` gets each wave as it begins or grows."""

    def __init__(self, minutes: Iterable[PointColumns], clock: Clock, alarm: Callable[[Wave], object]) -> None:
        self._clock, self._alarm, self._waves = clock, alarm, Waves()
        rows = (
            Row(known, time, columns.series, value)
            for columns in minutes
            for time, known, value in zip(columns.time, columns.known, columns.value, strict=True)
        )
        self._rows = sorted(rows)

    async def run(self, stop: asyncio.Event) -> None:
        """From now on until `stop`; what was known before is the past."""
        begin = stamp(self._clock.now())
        self._waves.learn(_columns([row for row in self._rows if row.known <= begin]), moment(begin))
        coming = [row for row in self._rows if row.known > begin]
        tasks = [asyncio.create_task(self._play(coming, stop)), asyncio.create_task(stop.wait())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _play(self, rows: Sequence[Row], stop: asyncio.Event) -> None:
        heard: list[Row] = []
        for minute, (known, group) in enumerate(groupby(rows, key=lambda row: row.known)):
            await self._clock.wait_until(moment(known))
            told = list(group)
            self._hear(told, moment(known))
            heard += told
            if minute % LEARNT_EVERY == 0:
                self._waves.learn(_columns(heard), moment(known))
                heard = []
        await stop.wait()

    def _hear(self, rows: Iterable[Row], now: datetime) -> None:
        for row in rows:
            closure = row.closure
            if closure is not None and (wave := self._waves.add(closure, now)):
                self._alarm(wave)


def _columns(rows: Iterable[Row]) -> Sequence[PointColumns]:
    by_series = groupby(sorted(rows, key=lambda row: (row.series, row.time, row.known)), key=lambda row: row.series)
    return [_column(series, list(group)) for series, group in by_series]


def _column(series: str, rows: Sequence[Row]) -> PointColumns:
    times, known = array("q", [row.time for row in rows]), array("q", [row.known for row in rows])
    return PointColumns(series, times, known, array("d", [row.value for row in rows]))
