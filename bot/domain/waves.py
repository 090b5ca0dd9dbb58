"""Waves of liquidations, seen while they happen.

A wave is when the last five minutes' closures of one asset and side stand far above what five minutes held during the
last day (median and median absolute deviation), and above a floor in USD. Only venues that were listened to long
enough to have a past count, so that a venue that joins is no wave. A wave ends when the five minutes fall to half the
line; after a pause the next one may begin. While it grows it is told again, for those who wait for a larger sum.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean, median

from bot.domain.liquidations import LiquidationEvent, Side
from bot.domain.series import PointColumns, stamp

__all__ = ["FLOORS_USD", "Wave", "Waves", "line_usd"]

SPAN = timedelta(minutes=5)
PAST = timedelta(days=1)
PAUSE = timedelta(minutes=30)
STEP_USD = 1e6
"""A wave that grew by so much is told again."""

LEAST = 30
"""Past spans without which nothing can be called unusual."""

DEVIATIONS = 10.0
"""Robust z of the line: closures come in bursts, so that even five deviations happen every day."""

FLOORS_USD: Mapping[str, float] = {"BTC": 10e6, "ETH": 8e6}
FLOOR_USD = 3e6

_MINUTES = SPAN // timedelta(minutes=1)
_MINUTE_MS = 60_000
_Kind = tuple[str, Side]


@dataclass(frozen=True, slots=True)
class Wave:
    """`usd` was closed from `start` to `end`, within five minutes; at least, as venues report less.

    `begun` is the start of the whole wave, the same each time it is told; `grown` False the first time, when it
    crossed the line.
    """

    asset: str
    side: Side
    start: datetime
    end: datetime
    usd: float
    line_usd: float
    venues: tuple[str, ...]
    begun: datetime
    grown: bool = False


def line_usd(past: Iterable[float], floor_usd: float) -> float:
    """What the sum of a span must reach: ten robust deviations above the past, and the floor.

    Where more than half the spans were alike, the mean absolute deviation stands in for the median one.
    """
    sums = list(past)
    middle = median(sums)
    distances = [abs(value - middle) for value in sums]
    deviation = median(distances) / 0.6745 or 1.2533 * fmean(distances)
    return max(floor_usd, middle + DEVIATIONS * deviation)


@dataclass(slots=True)
class _Gauge:
    """The last span's closures of one asset and side."""

    recent: deque[LiquidationEvent] = field(default_factory=deque)
    venues: Counter[str] = field(default_factory=Counter)
    usd: float = 0.0
    line_usd: float | None = None
    running: bool = False
    begun: datetime | None = None
    told_usd: float = 0.0
    quiet_until: datetime | None = None

    def add(self, event: LiquidationEvent) -> None:
        self.recent.append(event)
        self.venues[event.venue] += 1
        self.usd += event.usd

    def pass_to(self, now: datetime) -> None:
        """Lets go of what is older than the span; the wave is over when what is left fell to half the line."""
        while self.recent and (gone := self.recent[0].time + SPAN) <= now:
            old = self.recent.popleft()
            self.venues[old.venue] -= 1
            self.usd -= old.usd
            if self.running and self.line_usd is not None and self.usd <= self.line_usd / 2:
                self.running, self.quiet_until = False, gone + PAUSE
        if not self.recent:
            self.usd = 0.0  # no dust of rounding


class Waves:
    """Gets the told minutes, to know the past, and each closure as it is heard."""

    def __init__(self, floors_usd: Mapping[str, float] = FLOORS_USD, floor_usd: float = FLOOR_USD) -> None:
        self._floors, self._floor = floors_usd, floor_usd
        self._whole: dict[str, set[int]] = {}
        self._past: dict[_Kind, dict[str, dict[int, float]]] = {}
        self._panel: frozenset[str] = frozenset()
        self._gauges: dict[_Kind, _Gauge] = {}

    def learn(self, minutes: Iterable[PointColumns], now: datetime) -> None:
        """Takes `liquidations.minute.{seconds,long,short}.*` of the venues, from the store or as they are told."""
        for columns in minutes:
            self._learn(columns.series.split("."), columns)
        self._forget(stamp(now - PAST) // _MINUTE_MS)
        self._panel, spans = self._chosen()
        for kind in self._past:
            gauge = self._gauges.setdefault(kind, _Gauge())
            gauge.pass_to(now)
            if not gauge.running:
                gauge.line_usd = self._line(kind, spans)

    def _learn(self, name: list[str], columns: PointColumns) -> None:
        minutes = [time // _MINUTE_MS for time in columns.time]
        match name:
            case ["liquidations", "minute", "seconds", venue]:
                heard = zip(minutes, columns.value, strict=True)
                whole = self._whole.setdefault(venue, set())
                for minute, seconds in heard:
                    (whole.add if seconds >= 60 else whole.discard)(minute)
            case ["liquidations", "minute", "long" | "short" as side, venue, asset]:
                held = self._past.setdefault((asset.upper(), Side(side)), {}).setdefault(venue, {})
                held.update(zip(minutes, columns.value, strict=True))

    def add(self, event: LiquidationEvent, now: datetime) -> Wave | None:
        """The wave that begins with this closure or grew by a step; what is told late, as backlogs are, begins none."""
        gauge = self._gauges.get((event.asset, event.side))
        if gauge is None or gauge.line_usd is None or event.venue not in self._panel:
            return None
        if abs(now - event.time) >= SPAN:
            return None
        gauge.pass_to(now)
        gauge.add(event)
        return self._told(gauge, event, gauge.line_usd)

    def _told(self, gauge: _Gauge, event: LiquidationEvent, line: float) -> Wave | None:
        rests = gauge.quiet_until is not None and event.time < gauge.quiet_until
        grown, start = gauge.running, gauge.recent[0].time
        if (rests and not grown) or gauge.usd < (gauge.told_usd + STEP_USD if grown else line):
            return None
        gauge.begun = gauge.begun if gauge.begun and grown else start
        gauge.running, gauge.told_usd = True, gauge.usd
        venues = tuple(sorted(+gauge.venues))
        end = max(start, event.time)
        return Wave(event.asset, event.side, start, end, gauge.usd, line, venues, gauge.begun, grown)

    def _chosen(self) -> tuple[frozenset[str], list[int]]:
        """The venues listened to right now that share enough of a past, and the spans they share."""
        newest = max((max(whole) for whole in self._whole.values() if whole), default=0)
        present = [venue for venue, whole in self._whole.items() if newest in whole]
        chosen: list[str] = []
        for venue in sorted(present, key=lambda v: (-len(self._spans([v])), v)):
            if len(self._spans([*chosen, venue])) >= LEAST:
                chosen.append(venue)
        return frozenset(chosen), self._spans(chosen) if chosen else []

    def _spans(self, venues: Iterable[str]) -> list[int]:
        """The last minutes of the spans in which all of the venues were listened to, an end to a start."""
        whole = set.intersection(*(self._whole[venue] for venue in venues))
        ends = sorted(minute for minute in whole if minute % _MINUTES == 0)
        return [end for end in ends if all(end - back in whole for back in range(_MINUTES))]

    def _line(self, kind: _Kind, spans: list[int]) -> float | None:
        if not spans:
            return None
        held = [by_minute for venue, by_minute in self._past[kind].items() if venue in self._panel]
        sums = [sum(h.get(end - back, 0.0) for h in held for back in range(_MINUTES)) for end in spans]
        return line_usd(sums, self._floors.get(kind[0], self._floor))

    def _forget(self, before: int) -> None:
        for venue, whole in self._whole.items():
            self._whole[venue] = {minute for minute in whole if minute >= before}
        for by_venue in self._past.values():
            for venue, held in by_venue.items():
                by_venue[venue] = {minute: usd for minute, usd in held.items() if minute >= before}
