"""A day of collecting: every source at its pace, faults kept apart, memory flat."""

import asyncio
import gc
import tracemalloc
from array import array
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bot.app.collector import Collector
from bot.app.roster import Listed
from bot.app.visiting import Visiting
from bot.domain.series import PointColumns, stamp
from bot.errors import StoreError
from bot.sources.batch import Batch, FaultKind, Points, SourceFault
from bot.store import Store
from bot.store.visits import Visits

START = datetime(2026, 11, 24, 0, 2, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Simulated:
    """Jumps to the next moment somebody waits for, when all of `loops` wait."""

    def __init__(self, loops):
        self._now, self._waiting, self._loops = START, [], loops

    def now(self):
        return self._now

    async def wait_until(self, moment):
        if moment <= self._now:
            await asyncio.sleep(0)
            return
        pair = (moment, asyncio.get_running_loop().create_future())
        self._waiting.append(pair)
        try:
            await pair[1]
        finally:
            if pair in self._waiting:
                self._waiting.remove(pair)

    async def play(self, until, each=lambda: None):
        while True:
            while len(self._waiting) < self._loops:  # noqa: ASYNC110 - threads write meanwhile
                await asyncio.sleep(0)
            first = min(self._waiting, key=lambda pair: pair[0])
            if first[0] > until:
                return
            self._now = max(self._now, first[0])
            self._waiting.remove(first)
            first[1].set_result(None)
            each()
            await asyncio.sleep(0)


class Gauge:
    """A source that gives the hour's value, and fails where it is told to."""

    def __init__(self, name, clock, pace=30 * MINUTE):
        self.name, self.pace, self._clock = name, pace, clock
        self.asked, self.fault = [], None

    async def fetch(self, since, now):
        self.asked.append((now, since))
        if self.fault is not None:
            raise self.fault
        first, last = stamp(since) // 3_600_000 + 1, stamp(now) // 3_600_000
        times = array("q", [hour * 3_600_000 for hour in range(first, last + 1)])
        values = array("d", [50.0] * len(times))
        return Batch(points=(Points(PointColumns(f"volatility.{self.name}", times, times, values), "x"),))


class Scene:
    def __init__(self, store, count, **more):
        self.clock = Simulated(loops=count + 2)
        self.gauges = [Gauge(f"gauge{n}", self.clock, **more) for n in range(count)]
        self.said, self.store = [], store
        self.visiting = Visiting(store, self.clock)
        listed = [Listed(gauge, "test", DAY, again=3 * HOUR) for gauge in self.gauges]
        told = {"assets": ("BTC",), "tell": self.said.append, "rng": Random(3)}
        self.collector = Collector(listed, self.visiting, store, self.clock, **told)

    def play(self, length, *steps):
        """Runs for so long; `steps` are pairs of a time and what happens then."""

        async def run():
            stop = asyncio.Event()
            task = asyncio.create_task(self.collector.run(stop))
            for at, act in steps:
                await self.clock.play(START + at)
                act()
            await self.clock.play(START + length)
            stop.set()
            await task

        asyncio.run(run())


@pytest.fixture
def store(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'recap.sqlite3'}") as opened:
        yield opened


def test_each_source_is_visited_at_its_own_pace_and_not_in_step_with_the_others(store):
    scene = Scene(store, 4)
    scene.play(6 * HOUR)
    for gauge in scene.gauges:
        assert 10 <= len(gauge.asked) <= 14
    later = Counter(now for gauge in scene.gauges for now, _ in gauge.asked[1:])
    assert max(later.values()) == 1
    assert scene.said == []


def test_after_the_first_look_only_what_is_new_is_asked_for(store):
    scene = Scene(store, 1)
    scene.play(3 * HOUR)
    (first_now, first_since), *later = scene.gauges[0].asked
    assert first_now - first_since == DAY
    assert all(now - since <= 5 * HOUR for now, since in later)


def test_a_fault_is_told_once_left_alone_longer_each_time_and_healed(store):
    scene = Scene(store, 2)
    broken = scene.gauges[0]

    def fails():
        broken.fault = SourceFault(FaultKind.UNREACHABLE, "gauge0 can't be reached.")

    def heals():
        broken.fault = None

    scene.play(24 * HOUR, (HOUR, fails), (12 * HOUR, heals))
    assert scene.said[0] == "gauge0 can't be reached."
    assert scene.said[1].startswith("gauge0 is well again")
    assert len(scene.said) == 2
    tried = [now for now, _ in broken.asked if HOUR < now - START < 12 * HOUR]
    assert len(tried) <= 13
    assert len(scene.gauges[1].asked) > 40
    hours = next(c for c in store.points(START - DAY, START + DAY) if c.series == "volatility.gauge0")
    assert list(hours.time) == list(range(hours.time[0], hours.time[-1] + 1, 3_600_000))


def test_a_source_that_asks_to_be_left_alone_is_and_a_new_process_remembers(store):
    scene = Scene(store, 1)
    scene.gauges[0].fault = SourceFault(FaultKind.BLOCKED, "gauge0 doesn't serve this address.", DAY)
    scene.play(HOUR)
    assert len(scene.gauges[0].asked) == 1
    again = Scene(store, 1)
    again.play(20 * HOUR)
    assert again.gauges[0].asked == []
    last = Scene(store, 1)
    last.play(25 * HOUR)
    assert last.gauges[0].asked


def test_a_mistake_in_one_source_stops_no_other(store, caplog):
    scene = Scene(store, 2)
    scene.gauges[0].fault = ZeroDivisionError("a bug")
    scene.play(3 * HOUR)
    assert len(scene.gauges[1].asked) >= 5
    assert "please report it" in scene.said[0]
    assert Visits(store).get("gauge0").failures >= 1
    caplog.clear()


def test_what_cannot_be_stored_is_asked_for_again(store, monkeypatch):
    scene, write = Scene(store, 1), Store.transaction

    def full(_):
        raise StoreError("The disk is full.")

    scene.play(
        4 * HOUR,
        (10 * MINUTE, lambda: monkeypatch.setattr(Store, "transaction", full)),
        (2 * HOUR, lambda: monkeypatch.setattr(Store, "transaction", write)),
    )
    assert any("The disk is full." in said for said in scene.said)
    hours = next(c for c in store.points(START - DAY, START + DAY) if c.series == "volatility.gauge0")
    assert hours.time[-1] >= stamp(START + 2 * HOUR)
    assert list(hours.time) == list(range(hours.time[0], hours.time[-1] + 1, 3_600_000))


def test_a_day_of_visits_leaves_memory_as_it_was(store):
    scene, sizes = Scene(store, 6), []

    def weigh():
        gc.collect()
        sizes.append(tracemalloc.get_traced_memory()[0])

    for gauge in scene.gauges:
        gauge.asked = Forgetful()
    tracemalloc.start()
    try:
        scene.play(24 * HOUR, (6 * HOUR, weigh), (23 * HOUR, weigh))
    finally:
        tracemalloc.stop()
    assert sizes[1] - sizes[0] < 20_000


class Forgetful(list):
    """Keeps nothing: a test's own notes don't count."""

    def append(self, _):
        pass
