"""Minutes added up to hours, and hours to days.

Pure: the same rows give the same rows again, known when the last row they are made of was known. Rows must be given
whole from `since` on: only hours and days that begin then or later are told.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.domain.series import PointColumns, stamp
from bot.sources.batch import Points
from bot.sources.liquidations_rows import Rows, latest, published_by

__all__ = ["ENOUGH", "HOUR_MS", "KEPT", "days", "droppable", "hours"]

ENOUGH = 0.98
"""Of a stretch's seconds: a reconnection of a minute an hour spoils nothing."""

KEPT = timedelta(days=14)
"""Minutes older than this may go: hours and days are made of them by then."""

TELL_DAYS = {"gate"}
"""Venues that publish their days themselves."""

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
Held = Mapping[int, tuple[float, int]]
"""By the end of a stretch: value, and when it was known."""


def hours(minutes: Iterable[PointColumns], since: datetime, now: datetime) -> tuple[Points, ...]:
    """`liquidations.hour.{seconds,long,short}.<venue>[.<asset>]` of the hours that are over, of what was heard."""
    rows = Rows()
    for columns in minutes:
        match columns.series.split("."):
            case ["liquidations", "minute", "seconds", venue] | ["liquidations", "minute", "long" | "short", venue, _]:
                for end, (value, known) in _sums(latest(columns), HOUR_MS, since, now).items():
                    rows.add(columns.series.replace("minute", "hour", 1), published_by([venue]), end, known, value)
    return rows.points()


def days(hourly: Iterable[PointColumns], since: datetime, now: datetime) -> tuple[Points, ...]:
    """`liquidations.{long,short}.<venue>.<asset>` of the days that are over and were listened to nearly all along."""
    held, rows = {columns.series: latest(columns) for columns in hourly}, Rows()
    for series, values in held.items():
        match series.split("."):
            case ["liquidations", "hour", "long" | "short" as side, venue, asset] if venue not in TELL_DAYS:
                seconds = _sums(held.get(f"liquidations.hour.seconds.{venue}", {}), DAY_MS, since, now)
                for end, (value, known) in _sums(values, DAY_MS, since, now).items():
                    heard, heard_known = seconds.get(end, (0.0, 0))
                    if heard >= ENOUGH * DAY_MS / 1000:
                        name = f"liquidations.{side}.{venue}.{asset}"
                        rows.add(name, published_by([venue]), end, max(known, heard_known), value)
    return rows.points()


def droppable(series: str, now: datetime) -> datetime | None:
    """Rows of the series that happened before this moment may go once they are rolled up; None keeps all of them."""
    return now - KEPT if series.startswith("liquidations.minute.") else None


def _sums(held: Held, length: int, since: datetime, now: datetime) -> dict[int, tuple[float, int]]:
    """By the end of each stretch of `length` milliseconds from then to now: the sum, and when all of it was known."""
    found: dict[int, tuple[float, int]] = {}
    for time, (value, known) in held.items():
        end = -(-time // length) * length
        if stamp(since) <= end - length and end <= stamp(now):
            total, newest = found.get(end, (0.0, 0))
            found[end] = (total + value, max(newest, known))
    return found
