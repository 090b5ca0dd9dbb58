"""When a schedule's slots are: one run per local date and time, whatever the clocks of the zone do.

A local time that a zone skips runs at the first moment after the gap; one that happens twice runs the first time; a
local date that never was has no run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.chats import Schedule

__all__ = ["Slot", "next_slot", "slots_between"]

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
FURTHEST = 9
"""Days to look ahead: a week of weekdays, and a zone that left out a date."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """The moment (UTC) of a local date and time."""

    at: datetime
    local_date: date
    local_time: time


def next_slot(schedule: Schedule, after: datetime) -> Slot:
    """The first slot later than `after`."""
    return next(slot for slot in _from(schedule, after) if slot.at > after)


def slots_between(schedule: Schedule, first: datetime, last: datetime) -> Iterator[Slot]:
    """All slots later than `first` and no later than `last`, in order."""
    while (slot := next_slot(schedule, first)).at <= last:
        yield slot
        first = slot.at


def _from(schedule: Schedule, after: datetime) -> list[Slot]:
    zone = ZoneInfo(schedule.zone)
    start = after.astimezone(zone).date() - DAY
    dates = [start + n * DAY for n in range(FURTHEST + 2)]
    days = [day for day in dates if day.isoweekday() in schedule.weekdays]
    slots = [_slot(day, clock, zone) for day in days for clock in schedule.times]
    # Two local times inside one gap fall together: the earlier stands for both.
    return sorted({slot.at: slot for slot in sorted((s for s in slots if s), reverse=True)}.values())


def _slot(day: date, clock: time, zone: ZoneInfo) -> Slot | None:
    local = datetime.combine(day, clock, zone)
    at = local.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return Slot(at, day, clock)
    at = _after_gap(local, zone)
    return Slot(at, day, clock) if at.astimezone(zone).date() == day else None


def _after_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment a gap's clocks show the first time that isn't left out."""
    before, after = (local.replace(fold=fold).astimezone(UTC) for fold in (1, 0))
    low, high = before - DAY, after + DAY
    wanted = local.replace(tzinfo=None)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).replace(tzinfo=None) >= wanted:
            high = middle
        else:
            low = middle
    return high.replace(microsecond=0)
