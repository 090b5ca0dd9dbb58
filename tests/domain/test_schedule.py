"""Slots: one run per local date and time, whatever a zone's clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.chats import Schedule
from bot.domain.schedule import next_slot, slots_between

ZONES = sorted(zone for zone in available_timezones() if "/" in zone)


def slot(zone, clock, after):
    return next_slot(Schedule(zone, (time.fromisoformat(clock),)), datetime.fromisoformat(after).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("zone", "clock", "after", "at"),
    [
        ("Africa/Cairo", "00:15", "2026-04-23T12:00", "2026-04-23T22:00"),  # midnight to one is left out
        ("America/New_York", "02:30", "2026-03-08T05:00", "2026-03-08T07:00"),
        ("America/New_York", "01:30", "2026-10-31T12:00", "2026-11-01T05:30"),  # the first of two
        ("America/New_York", "01:30", "2026-11-01T05:30", "2026-11-02T06:30"),  # not the second
        ("Australia/Lord_Howe", "02:15", "2026-10-03T00:00", "2026-10-03T15:30"),  # half an hour is left out
        ("Pacific/Apia", "08:00", "2011-12-29T18:00", "2011-12-30T18:00"),  # December 30 never was
    ],
)
def test_clocks_that_jump(zone, clock, after, at):
    assert slot(zone, clock, after).at == datetime.fromisoformat(at).replace(tzinfo=UTC)


def test_a_date_that_never_was_has_no_run():
    dates = {
        s.local_date
        for s in slots_between(
            Schedule("Pacific/Apia", (time(8),)), datetime(2011, 12, 27, tzinfo=UTC), datetime(2012, 1, 3, tzinfo=UTC)
        )
    }
    assert date(2011, 12, 29) in dates
    assert date(2011, 12, 30) not in dates
    assert date(2011, 12, 31) in dates


def test_only_the_weekdays_chosen_run():
    mondays = Schedule("UTC", (time(8),), frozenset({1}))
    found = list(slots_between(mondays, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)))
    assert [s.local_date.day for s in found] == [5, 12, 19, 26]


@settings(max_examples=60)
@given(
    st.sampled_from(ZONES),
    st.integers(0, 3650),
    st.times(max_value=time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0)),
)
def test_every_zone_runs_once_a_date_in_rising_order(zone, days, clock):
    start = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=days)
    found = list(slots_between(Schedule(zone, (clock,)), start, start + timedelta(days=40)))
    dates = [s.local_date for s in found]
    assert len(set(dates)) == len(dates)
    assert all(a.at < b.at for a, b in pairwise(found))
    there = ZoneInfo(zone)
    for a, b in pairwise(found):
        left_out = (a.local_date + timedelta(days=n) for n in range(1, (b.local_date - a.local_date).days))
        assert all(not _was(day, there) for day in left_out)


def _was(day, zone):
    """True where the zone had that date."""
    noon = datetime.combine(day, time(12), zone).astimezone(UTC).astimezone(zone)
    return noon.date() == day
