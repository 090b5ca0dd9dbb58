"""A year of schedules: chats over all zones, a tick every quarter of an hour, every slot served exactly once.

python tests/bench/year.py [--chats N] [--days N]    on SQLite; expected slots come from the zones' rules alone
"""

import argparse
import tempfile
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.chats import Chat, ChatKind, Place, Schedule, Subscription
from bot.store import Store
from bot.store.chats import Chats
from bot.store.schedules import Schedules
from bot.store.subscriptions import Subscriptions

START = datetime(2026, 1, 1, tzinfo=UTC)
TICK = timedelta(minutes=15)
TIMES = [clock_time(hour, minute) for hour in range(24) for minute in (0, 30)]
LONGEST_GAP = timedelta(hours=26)


def schedules(count):
    """One a chat, over every zone there is, at times that fall into gaps and overlaps too."""
    zones = sorted(available_timezones() - {"localtime"})
    return [Schedule(zones[n % len(zones)], (TIMES[(7 * n) % len(TIMES)],)) for n in range(count)]


def slot(schedule, day):
    """When a schedule's slot of a local date is, in UTC: the first of two, and after a gap its end; None without."""
    zone = ZoneInfo(schedule.zone)
    local = datetime.combine(day, schedule.times[0], zone)
    there = local.astimezone(UTC)
    if there.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return there
    # In a gap: the first instant after it, found by halving.
    before, after = there - LONGEST_GAP, there + LONGEST_GAP
    wanted = local.replace(tzinfo=None)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        inside = middle.astimezone(zone).replace(tzinfo=None) < wanted
        before, after = (middle, after) if inside else (before, middle)
    return after.replace(microsecond=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--chats", type=int, default=2000)
    parser.add_argument("--days", type=int, default=365)
    options = parser.parse_args()
    wanted, end = schedules(options.chats), START + timedelta(days=options.days)
    expected = Counter()
    for schedule in wanted:
        days = (date(2025, 12, 30) + timedelta(days=n) for n in range(options.days + 5))
        expected.update({(schedule, at) for day in days if START < (at := slot(schedule, day)) <= end})
    served, began = Counter(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/year.sqlite3") as store:
        chats, subscriptions, table = Chats(store), Subscriptions(store), Schedules(store)
        chats_of = Counter(wanted)
        for number, schedule in enumerate(wanted, 1):
            chats.save(Chat(number, ChatKind.PRIVATE, zone=schedule.zone))
            subscriptions.save(Subscription(Place(number), schedule, START))
        now = START
        while now < end:
            now += TICK
            for due in table.due(now):
                served[due.schedule, due.at] += chats_of[due.schedule]
                table.serve(due, {}, now)
    missed, doubled, odd = expected - served, served - expected, served.keys() - expected.keys()
    print(
        f"{options.chats:,} chats, {len({s.zone for s in wanted})} zones, {options.days} days: "
        f"{sum(expected.values()):,} slots expected, {sum(served.values()):,} served, "
        f"{sum(missed.values())} missed, {sum(doubled.values())} twice or at another time, "
        f"{time.perf_counter() - began:.0f} s"
    )
    for schedule, at in [*missed, *odd][:5]:
        print(f"  {schedule.zone} {schedule.times[0]:%H:%M}: {at:%Y-%m-%d %H:%M:%S} UTC")


if __name__ == "__main__":
    main()
