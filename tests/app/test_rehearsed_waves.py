"""Recorded minutes played as if heard now: each wave at its time, none of what was known before."""

import asyncio
from array import array
from datetime import UTC, datetime, timedelta

import pytest

from bot.app.rehearsed_waves import RehearsedWaves, minutes_of
from bot.domain.series import PointColumns, stamp
from bot.indicators.snapshot import History
from bot.sources.snapshot import StoredHistory

START = datetime(2025, 2, 25, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Leaping:
    """Time leaps to whatever is waited for; `stop` is set at `end`."""

    def __init__(self, end):
        self._now, self._end, self.stop = START, end, asyncio.Event()

    def now(self):
        return self._now

    async def wait_until(self, moment):
        self._now = max(self._now, moment)
        if self._now >= self._end:
            self.stop.set()
            await asyncio.Event().wait()


def recorded(large):
    """A day before the start and an hour after it, in which these minutes held so many USD of longs."""
    minutes = range(-1440, 60)
    times = array("q", [stamp(START + n * MINUTE) for n in minutes])
    known = array("q", [time + 3000 for time in times])
    longs = [large.get(n, 10_000.0) for n in minutes]
    rows = {"seconds.okx": [60.0] * len(times), "long.okx.btc": longs, "short.okx.btc": [10_000.0] * len(times)}
    return [PointColumns(f"liquidations.minute.{name}", times, known, array("d", usd)) for name, usd in rows.items()]


def played(large, end=START + 59 * MINUTE):
    async def inside():
        clock, waves = Leaping(end), []
        await RehearsedWaves(recorded(large), clock, waves.append).run(clock.stop)
        return waves

    return asyncio.run(asyncio.wait_for(inside(), 20))


def test_a_large_minute_is_a_wave_when_it_is_known_and_grows():
    waves = played({10: 30e6, 11: 45e6, 12: 5e3})
    assert [(wave.usd // 1e6, wave.grown) for wave in waves] == [(30, False), (75, True)]
    assert waves[0].end == START + 10 * MINUTE - timedelta(milliseconds=1)
    assert (waves[0].asset, waves[0].venues) == ("BTC", ("okx",))


def test_what_was_known_before_the_rehearsal_is_no_news():
    assert played({-1: 90e6}) == []


def test_what_becomes_known_after_its_end_is_not_told():
    assert played({50: 90e6}, end=START + 40 * MINUTE) == []


@pytest.mark.parametrize("kind", ["archive", "store"])
def test_minutes_come_from_an_archive_and_from_the_store(kind, store):
    columns = [*recorded({}), PointColumns("etf.net_flow.btc", array("q", [1]), array("q", [2]), array("d", [3.0]))]
    for column in columns:
        store.write_points(column, "OKX")
    source = History.of(columns, ()) if kind == "archive" else StoredHistory(store)
    found = minutes_of(source)
    assert sorted(c.series for c in found) == [
        f"liquidations.minute.{n}" for n in ("long.okx.btc", "seconds.okx", "short.okx.btc")
    ]
    assert all(len(c) == 1500 for c in found)
