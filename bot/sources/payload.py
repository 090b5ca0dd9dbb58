"""Answers of public sources read with care: numbers, days, closes, and the two times of every row."""

from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.holidays import us_market_holidays
from bot.domain.series import PointColumns, moment, stamp
from bot.sources.archive_units import quantity
from bot.sources.batch import FaultKind, Points, SourceFault

__all__ = [
    "NEW_YORK",
    "Revised",
    "Row",
    "Sightings",
    "close",
    "is_session",
    "last_session",
    "next_session",
    "number",
    "points",
    "reading",
]

NEW_YORK = ZoneInfo("America/New_York")
SATURDAY = 5
_UNREADABLE = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)
Row = tuple[datetime, datetime, float]
"""When it happened, when it was known, and the value."""


@contextmanager
def reading(source: str) -> Iterator[None]:
    """Turns whatever a payload of another shape raises into a SourceFault that names the source."""
    try:
        yield
    except _UNREADABLE as error:
        sentence = f"{source} answered in another shape than agreed on ({type(error).__name__}: {error})."
        remedy = "Nothing of it was taken; if that lasts, the source has changed and this program needs an update."
        raise SourceFault(FaultKind.GARBLED, f"{sentence} {remedy}") from error


def number(value: Any) -> float:
    """A finite number, or text that is one; raises ValueError or TypeError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(f"{value!r} is no number")
    found = float(value)
    if not isfinite(found):
        raise ValueError(f"{value!r} is no finite number")
    return found


def close(day: date, at: time = time(16)) -> datetime:
    """That day's close in New York, UTC."""
    return datetime.combine(day, at, NEW_YORK).astimezone(UTC)


def is_session(day: date) -> bool:
    """Whether the US stock market opens that day."""
    return day.weekday() < SATURDAY and day not in us_market_holidays(day.year)


def next_session(day: date) -> date:
    """The first session after that day."""
    return next(d for n in range(1, 15) if is_session(d := day + timedelta(days=n)))


def last_session(now: datetime, at: time = time(16)) -> date:
    """The newest session that has closed."""
    today = now.astimezone(NEW_YORK).date()
    days = (today - timedelta(days=n) for n in range(15))
    return next(day for day in days if is_session(day) and close(day, at) <= now)


def points(series: str, publisher: str, rows: Iterable[Row]) -> Points:
    """The rows sorted, each once; raises ValueError for a number in the wrong unit or two values at one time."""
    found = sorted({(stamp(when), stamp(known), value) for when, known, value in rows})
    unit = quantity(series)
    for when, known, value in found:
        if unit is not None and not unit.fits(value):
            raise ValueError(f"{series} can't be {value:.15g}: it is in {unit.bounds}")
        if known < when:
            raise ValueError(f"{series} can't be known before it happened")
    if len({row[:2] for row in found}) < len(found):
        raise ValueError(f"{series} has two values at one time")
    times, knowns, values = zip(*found, strict=True) if found else ((), (), ())
    return Points(PointColumns(series, array("q", times), array("q", knowns), array("d", values)), publisher)


@dataclass(frozen=True, slots=True)
class _Sight:
    value: float
    known: datetime


class Sightings:
    """When each row was first seen, so that a later visit neither moves its `known` nor backdates a revision.

    What the very first visit brings is history: it counts as known at its safe stamp, or now where that lies ahead.
    A row or a value that is new on a later visit is known from then on.
    """

    def __init__(self) -> None:
        self._seen: dict[str, dict[datetime, _Sight]] = {}

    def prime(self, columns: PointColumns) -> None:
        """Remembers what is stored already."""
        seen = self._seen.setdefault(columns.series, {})
        for when, known, value in zip(columns.time, columns.known, columns.value, strict=True):
            seen[moment(when)] = _Sight(value, moment(known))

    def rows(self, series: str, found: Iterable[tuple[datetime, datetime, float]], now: datetime) -> list[Row]:
        """Rows of (time, safe stamp, value) with the moment each was known; what hasn't happened yet is left out."""
        told, seen = self._seen.get(series), dict[datetime, _Sight]()
        for when, safe, value in found:
            if when <= now:
                seen[when] = self._sight(told, when, safe, value, now)
        self._seen[series] = {**(told or {}), **seen}
        return [(when, sight.known, sight.value) for when, sight in seen.items()]

    @staticmethod
    def _sight(
        told: dict[datetime, _Sight] | None, when: datetime, safe: datetime, value: float, now: datetime
    ) -> _Sight:
        if told is None:
            return _Sight(value, min(safe, now))
        before = told.get(when)
        if before is not None and before.value == value:
            return before
        # Rows from before anything seen so far are history too: a longer look back.
        early = before is None and bool(told) and when < min(told)
        return _Sight(value, min(safe, now) if early else now)


class Revised:
    """What sources share that give the same rows again and again, some of them revised.

    `revises` are beginnings of the names of their series: what is stored of them is told by `prime` before the first
    visit, so that a restart backdates nothing.
    """

    revises: tuple[str, ...]

    def __init__(self) -> None:
        self._sightings = Sightings()

    def prime(self, stored: PointColumns) -> None:
        """Remembers what the store has of a series, sorted by (`time`, `known`)."""
        self._sightings.prime(stored)
