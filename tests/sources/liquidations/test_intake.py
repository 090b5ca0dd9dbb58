"""From websockets to the store: flushed each minute, nothing lost while the store rests, waves told at once."""

import asyncio
import json
from datetime import timedelta
from random import Random

from aiohttp import ClientSession

from bot.domain.series import PointColumns, stamp
from bot.domain.waves import Waves
from bot.errors import StoreError
from bot.sources.batch import FaultKind, SourceFault
from bot.sources.liquidations_intake import Intake
from bot.sources.minutes import Minutes
from bot.sources.streams import Stream
from bot.sources.streams_dialects import Bybit

MINUTE = timedelta(minutes=1)
PING = '{"op":"ping"}'


def frame(*closures):
    data = [{"T": time, "s": "BTCUSDT", "S": "Buy", "v": str(coins), "p": "100000"} for time, coins in closures]
    return json.dumps({"topic": "allLiquidation.BTCUSDT", "ts": 0, "data": data})


def running(bench, keep, talk, scenario):
    """An intake of one venue while the scenario plays; returns its waves and notes."""
    waves, notes = [], []

    async def run():
        bench.venue.talk = talk
        minutes = Minutes(["BTC"], bench.clock.now())
        intake = Intake(minutes, Waves(), bench.clock, keep=keep, alarm=waves.append, note=notes.append)
        stop = asyncio.Event()
        async with bench.serving(bench.venue), ClientSession() as session:
            stream = Stream(Bybit(["BTC"]), bench.venue.url, session, clock=bench.clock, listener=intake, rng=Random(1))
            task = asyncio.create_task(intake.run([stream], stop))
            await scenario()
            stop.set()
            await task

    asyncio.run(run())
    return waves, notes


async def pass_minutes(bench, count):
    """Twenty seconds at a time, with a ping and its answer each."""
    for _ in range(3 * count):
        pings = bench.venue.said.count(PING)
        await bench.clock.pass_by(seconds=20)
        await bench.until(lambda pings=pings: bench.venue.said.count(PING) > pings)
        await bench.settle()


def answers(text):
    return '{"op":"pong"}' if text == PING else None


def dollars(batches):
    return sum(
        value
        for batch in batches
        for points in batch.points
        for value in points.columns.value
        if points.columns.series == "liquidations.minute.long.btc"
    )


def test_each_minute_is_written_when_it_is_over(bench, store):
    async def keep(batch):
        with store.transaction() as transaction:
            for points in batch.points:
                transaction.write_points(points.columns, points.publisher)

    async def talk(socket, _):
        first = stamp(bench.clock.now())
        await socket.send_str(frame(*((first + n, 1) for n in range(100))))
        await bench.venue.listen(socket, answers)

    async def scenario():
        await bench.until(lambda: bench.venue.said)
        await pass_minutes(bench, 3)
        await bench.clock.pass_by(seconds=4)

    start = bench.clock.now()
    running(bench, keep, talk, scenario)
    stored = {c.series: c for c in store.points(start, start + timedelta(hours=1))}
    assert list(stored["liquidations.minute.long.btc"].value) == [10_000_000, 0, 0]
    assert list(stored["liquidations.minute.seconds.bybit"].value) == [60, 60, 60]


def test_minutes_wait_for_a_store_that_rests(bench):
    kept, resting = [], [True]

    async def keep(batch):
        if resting[0]:
            raise StoreError("The database is locked.")
        kept.append(batch)

    async def talk(socket, _):
        await socket.send_str(frame((stamp(bench.clock.now()), 1)))
        await bench.venue.listen(socket, answers)

    async def scenario():
        await bench.until(lambda: bench.venue.said)
        await pass_minutes(bench, 2)
        await bench.clock.pass_by(seconds=4)
        resting[0] = False
        await pass_minutes(bench, 1)

    _, notes = running(bench, keep, talk, scenario)
    assert dollars(kept) == 100_000
    heard = [p.columns for batch in kept for p in batch.points if "seconds" in p.columns.series]
    assert [list(columns.value) for columns in heard] == [[60], [60], [60]]
    assert "2 minutes of liquidations wait to be written: The database is locked." in notes


def test_a_fault_that_comes_again_is_told_once(bench):
    notes, closures = [], []
    intake = Intake(
        Minutes(["BTC"], bench.clock.now()), Waves(), bench.clock, keep=closures.append, alarm=print, note=notes.append
    )
    down = SourceFault(FaultKind.UNREACHABLE, "bybit: can't be reached; it is tried again")
    for _ in range(3):
        intake.lost("bybit", bench.clock.now(), down)
    intake.connected("bybit", bench.clock.now())
    intake.lost("bybit", bench.clock.now(), down)
    assert notes == [str(down), "bybit: heard again from 12:00:00 UTC on", str(down)]


def past(now, count=24 * 60):
    """A day in which 1,000 USD were closed each minute."""
    times = [stamp(now.replace(second=0) - n * MINUTE) for n in reversed(range(count))]
    return [
        PointColumns(name, times, times, [value] * count)
        for name, value in (
            ("liquidations.minute.seconds.bybit", 60.0),
            ("liquidations.minute.long.bybit.btc", 1000.0),
            ("liquidations.minute.short.bybit.btc", 1000.0),
        )
    ]


def test_a_wave_is_told_in_the_turn_in_which_it_crosses_the_line(bench):
    told = []

    def alarm(wave):
        told.append(wave)
        bench.ear.pulse.beat()

    async def keep(_):
        pass

    async def run():
        now = bench.clock.now()
        waves = Waves()
        waves.learn(past(now), now)
        intake = Intake(Minutes(["BTC"], now), waves, bench.clock, keep=keep, alarm=alarm, note=print)
        closures = frame((stamp(now), 60), (stamp(now), 50), (stamp(now), 70))
        bench.venue.talk = lambda socket, _: socket.send_str(closures)
        async with bench.listening(Bybit(["BTC"]), bench.venue, intake, bench.clock):
            await bench.until(lambda: told)

    asyncio.run(run())
    assert [(w.asset, w.usd, w.grown) for w in told] == [("BTC", 11_000_000, False), ("BTC", 18_000_000, True)]
