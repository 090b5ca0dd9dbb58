"""Closures added up by the minute, venue and asset, with the seconds each venue was really listened to.

A minute's rows are stamped with its end. Where a venue was connected, a minute without closures is a row of zeros: so
silence differs from absence. What arrives after its minute was told is told as a revision of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.liquidations import LiquidationEvent, Side
from bot.domain.series import stamp
from bot.sources.batch import Batch
from bot.sources.liquidations_rows import PUBLISHERS, Rows, published_by
from bot.sources.liquidations_spans import Spans

__all__ = ["GRACE", "MINUTE_MS", "Minutes"]

GRACE = timedelta(seconds=3)
"""How long a closure may take from the venue to here without being late."""

REACH = 15
"""Minutes back to which late closures still count."""

AHEAD = timedelta(minutes=5)
"""A closure from further in the future has a broken stamp."""

MINUTE_MS = 60_000
_SECONDS = "liquidations.minute.seconds.{}"
_COUNT = "liquidations.minute.count.{}"


@dataclass(slots=True)
class _Bucket:
    """USD closed of longs and of shorts in one minute, at one venue, of one asset."""

    long: float = 0.0
    short: float = 0.0
    count: int = 0


_EMPTY = _Bucket()
_Minute = dict[tuple[str, str], _Bucket]
"""By venue and asset."""


class Minutes:
    """Counts from the minute in which it is made; a minute is told when it is over, never before."""

    def __init__(self, assets: Iterable[str], began: datetime) -> None:
        self._assets = tuple(assets)
        self._first = self._next = stamp(began) // MINUTE_MS
        self._minutes: dict[int, _Minute] = {}
        self._spans = Spans()
        self._late: set[int] = set()
        self._unsure: dict[str, int] = {}
        self._refused: dict[str, int] = {}

    def connected(self, venue: str, at: datetime) -> None:
        self._spans.opened(venue, stamp(at))

    def lost(self, venue: str, since: datetime) -> None:
        """`since` may lie in minutes that were told already: their seconds will be told again."""
        self._spans.closed(venue, stamp(since))
        minute = stamp(since) // MINUTE_MS
        self._unsure[venue] = min(minute, self._unsure.get(venue, minute))

    def add(self, events: Iterable[LiquidationEvent], now: datetime) -> None:
        """Counts them in the minutes in which they happened, where they are of the asked assets."""
        earliest, latest = self._span_of_trust(now)
        for event in events:
            if event.asset not in self._assets:
                continue
            minute = stamp(event.time) // MINUTE_MS
            if earliest <= minute <= latest:
                self._count(event, minute)
            else:
                self._refused[event.venue] = self._refused.get(event.venue, 0) + 1

    def _span_of_trust(self, now: datetime) -> tuple[int, int]:
        return max(self._first, stamp(now) // MINUTE_MS - REACH), stamp(now + AHEAD) // MINUTE_MS

    def _count(self, event: LiquidationEvent, minute: int) -> None:
        key = (event.venue, event.asset)
        buckets = self._minutes.setdefault(minute, {})
        bucket = buckets.get(key)
        if bucket is None:
            bucket = buckets[key] = _Bucket()
        bucket.count += 1
        if event.side is Side.LONG:
            bucket.long += event.usd
        else:
            bucket.short += event.usd
        if minute < self._next:
            self._late.add(minute)

    def close(self, now: datetime) -> Batch:
        """The minutes that are over and were not told yet, and what changed in those that were."""
        over, rows = stamp(now - GRACE) // MINUTE_MS, Rows()
        told = {*self._late, *range(self._next, over)}
        self._tell_seconds_again(rows, stamp(now), told)
        for minute in sorted(told):
            self._tell(minute, rows, stamp(now))
        notes = tuple(f"{v}: {n} liquidations were too old or too new to count" for v, n in self._refused.items())
        self._forget(max(self._next, over))
        return Batch(points=rows.points(), notes=notes)

    def _tell(self, minute: int, rows: Rows, known: int) -> None:
        """One minute of every venue that was listened to or told of something in it, and the totals."""
        buckets, end = self._minutes.get(minute, {}), (minute + 1) * MINUTE_MS
        heard = {venue: self._spans.within(venue, end - MINUTE_MS, end) for venue in PUBLISHERS}
        speaking = {venue for venue, _ in buckets}
        for venue in (v for v in PUBLISHERS if heard[v] or v in speaking):
            publisher = published_by([venue])
            rows.add(_SECONDS.format(venue), publisher, end, known, heard[venue] / 1000)
            rows.add(_COUNT.format(venue), publisher, end, known, self._counted(buckets, venue))
            name = f"liquidations.minute.{{side}}.{venue}.{{asset}}"
            rows.add_sides(name, publisher, end, known, self._usd(buckets, [venue]))
        whole = [venue for venue in PUBLISHERS if heard[venue] == MINUTE_MS]
        if whole:
            name = "liquidations.minute.{side}.{asset}"
            rows.add_sides(name, published_by(whole), end, known, self._usd(buckets, whole))

    def _tell_seconds_again(self, rows: Rows, known: int, told: set[int]) -> None:
        """Of minutes that were told while a venue was already silent."""
        for venue, first in self._unsure.items():
            for minute in (m for m in range(max(first, self._first), self._next) if m not in told):
                end = (minute + 1) * MINUTE_MS
                heard = self._spans.within(venue, end - MINUTE_MS, end)
                rows.add(_SECONDS.format(venue), published_by([venue]), end, known, heard / 1000)

    def _counted(self, buckets: _Minute, venue: str) -> int:
        return sum(buckets.get((venue, asset), _EMPTY).count for asset in self._assets)

    def _usd(self, buckets: _Minute, venues: list[str]) -> dict[str, tuple[float, float]]:
        """Long and short USD of each asset over the venues."""
        found = {asset: [buckets.get((venue, asset), _EMPTY) for venue in venues] for asset in self._assets}
        return {asset: (sum(b.long for b in held), sum(b.short for b in held)) for asset, held in found.items()}

    def _forget(self, following: int) -> None:
        self._next = following
        self._late.clear()
        self._unsure.clear()
        self._refused.clear()
        oldest = following - REACH - 1
        self._spans.forget(oldest * MINUTE_MS)
        self._minutes = {minute: buckets for minute, buckets in self._minutes.items() if minute >= oldest}
