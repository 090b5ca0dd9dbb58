"""Intake of liquidations: from a websocket on loopback to minutes in an SQLite store, against ccxt.pro's default loop.

python tests/bench/liquidations.py [--events N] [--runs N]    the venue runs in a process of its own

Both sides get the same frames: orders of Binance one a frame in bursts of a thousand frames, entries of OKX 50 a frame,
rows of Bybit 200 a frame. Ours must find every closure and every dollar in the store again; ccxt.pro's loop is counted
by what `watch_liquidations_for_symbols` hands to its caller (it has no such loop for Bybit).
"""

import argparse
import asyncio
import json
import multiprocessing
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from statistics import median

import ccxt.pro
from aiohttp import ClientSession, web

from bot.domain.series import stamp
from bot.domain.waves import Waves
from bot.sources.batch import Batch
from bot.sources.liquidations_contracts import Contract, Contracts
from bot.sources.liquidations_intake import Intake
from bot.sources.minutes import Minutes
from bot.sources.streams import Stream
from bot.sources.streams_dialects import Binance, Bybit, Dialect, Okx
from bot.store import Store

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
ASSETS = ("BTC", "ETH", "SOL")
PRICE = 100
BURST = 1000
TARGET = 20_000
SPEED = 60
"""A minute passes in a second, so that minutes are written while events arrive."""

PATIENCE_SECONDS = 10


class FastClock:
    def __init__(self) -> None:
        self._begun = time.perf_counter()

    def now(self) -> datetime:
        return START + SPEED * timedelta(seconds=time.perf_counter() - self._begun)

    async def wait_until(self, moment: datetime) -> None:
        await asyncio.sleep(max(0.0, (moment - self.now()).total_seconds() / SPEED))


def side(n: int) -> int:
    return n % 3 == 0


def binance(n: int) -> dict[str, object]:
    order = {"s": f"{ASSETS[n % 3]}USDT", "S": "BUY" if side(n) else "SELL", "o": "LIMIT", "f": "IOC", "q": "1"}
    return {"e": "forceOrder", "E": stamp(START) + n, "o": order | fill(n)}


def fill(n: int) -> dict[str, object]:
    amounts = {"p": str(PRICE), "ap": str(PRICE), "X": "FILLED", "l": "1", "z": "1"}
    return amounts | {"T": stamp(START) + n % 60_000, "z": str(1 + n // 60_000)}


def okx(n: int) -> dict[str, object]:
    order = {"posSide": "short" if side(n) else "long", "side": "buy" if side(n) else "sell"}
    amount = {"bkLoss": "0", "bkPx": str(PRICE), "ccy": "", "sz": str(1 + n // 60_000)}
    return order | amount | {"ts": str(stamp(START) + n % 60_000)}


def bybit(n: int) -> dict[str, object]:
    position = {"s": f"{ASSETS[n % 3]}USDT", "S": "Sell" if side(n) else "Buy"}
    return {"T": stamp(START) + n % 60_000} | position | {"v": str(1 + n // 60_000), "p": str(PRICE)}


def frames(venue: str, count: int) -> list[str]:
    if venue == "binance":
        return [json.dumps(binance(n)) for n in range(count)]
    if venue == "okx":
        arg = {"channel": "liquidation-orders", "instType": "SWAP"}
        chunks = [[okx(m) for m in range(n, min(n + 50, count))] for n in range(0, count, 50)]
        row = {"instId": "BTC-USDT-SWAP", "instFamily": "BTC-USDT", "instType": "SWAP", "uly": "BTC-USDT"}
        return [json.dumps({"arg": arg, "data": [row | {"details": chunk}]}) for chunk in chunks]
    chunks = [[bybit(m) for m in range(n, min(n + 200, count))] for n in range(0, count, 200)]
    return [json.dumps({"topic": "allLiquidation.BTCUSDT", "type": "snapshot", "ts": 0, "data": c}) for c in chunks]


def sent_usd(count: int) -> float:
    return float(sum(PRICE * (1 + n // 60_000) for n in range(count)))


ACKS = {
    "binance": '{"result":null,"id":1}',
    "okx": '{"event":"subscribe","arg":{"channel":"liquidation-orders","instType":"SWAP"},"connId":"a"}',
    "bybit": '{"success":true,"ret_msg":"","conn_id":"a","req_id":"0","op":"subscribe"}',
}
PONGS = {"binance": "{}", "okx": "pong", "bybit": '{"op":"pong"}'}


def serve(count: int, pipe: Connection) -> None:
    """The venues: after a subscription all frames, in bursts, then quiet."""

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        await socket.receive_str()
        venue = request.path.split("/")[1]
        await socket.send_str(ACKS[venue])
        with suppress(ConnectionError):
            for n, frame in enumerate(made[venue]):
                await socket.send_str(frame)
                if n % BURST == BURST - 1:
                    await asyncio.sleep(0)
            async for _ in socket:
                await socket.send_str(PONGS[venue])
        return socket

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", handle)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        pipe.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    made = {venue: frames(venue, count) for venue in ACKS}
    asyncio.run(run())


@dataclass(frozen=True)
class Result:
    what: str
    received: int
    sent: int
    seconds: float
    note: str = ""

    @property
    def line(self) -> str:
        rate = self.received / self.seconds
        lost = f"{self.sent - self.received:,} lost"
        return f"{self.what:34}{self.received:>10,} of {self.sent:,}{lost:>16}{rate:>12,.0f} events/s  {self.note}"


def contracts() -> Contracts:
    return {"BTC-USDT-SWAP": Contract("BTC", 1.0)}


async def okx_contracts() -> Contracts:
    return contracts()


async def ours(venue: str, dialect: Dialect, port: int, count: int, folder: Path) -> Result:
    """Stream, minutes, store: until all events came, or nothing new came for long, and the last minute is written."""
    clock, received, newest = FastClock(), 0, time.perf_counter()
    all_came, writing_seconds = asyncio.Event(), 0.0
    with Store.open(f"sqlite:///{folder / f'{venue}-{time.time_ns()}.sqlite3'}") as store:

        def write(batch: Batch) -> None:
            with store.transaction() as transaction:
                for points in batch.points:
                    transaction.write_points(points.columns, points.publisher)

        async def keep(batch: Batch) -> None:
            nonlocal writing_seconds
            begun = time.perf_counter()
            await asyncio.to_thread(write, batch)
            writing_seconds = time.perf_counter() - begun

        minutes = Minutes(ASSETS, START)

        class Counting(Intake):
            def heard(self, events, now):
                nonlocal received, newest
                received, newest = received + len(events), time.perf_counter()
                super().heard(events, now)
                if received >= count:
                    all_came.set()

        intake = Counting(minutes, Waves(), clock, keep=keep, alarm=print, note=lambda _: None)
        stop = asyncio.Event()
        async with ClientSession() as session:
            url = f"http://127.0.0.1:{port}/{venue}"
            stream = Stream(dialect, url, session, clock=clock, listener=intake, rng=Random(1))
            begun = time.perf_counter()
            running = asyncio.create_task(intake.run([stream], stop))
            with suppress(TimeoutError):
                await asyncio.wait_for(all_came.wait(), PATIENCE_SECONDS)
            seconds = newest - begun
            await clock.wait_until(clock.now() + timedelta(minutes=1, seconds=5))
            seconds += writing_seconds
            stop.set()
            await running
        usd = stored(store, "long") + stored(store, "short")
    note = "every dollar stored" if usd == sent_usd(count) else f"{usd:,.0f} of {sent_usd(count):,.0f} USD stored"
    return Result(f"{venue}: this intake, to SQLite", received, count, seconds, note)


def stored(store: Store, side: str) -> float:
    """USD of the venues' minutes in the store, newest revisions."""
    found = store.points(START - timedelta(hours=1), START + timedelta(days=1))
    wanted = [c for c in found if c.series.startswith(f"liquidations.minute.{side}.") and c.series.count(".") == 4]
    return sum(sum(dict(zip(c.time, c.value, strict=True)).values()) for c in wanted)


def market(exchange: ccxt.pro.Exchange, asset: str, name: str) -> dict[str, object]:
    kind = {"type": "swap", "spot": False, "swap": True, "contract": True, "linear": True, "inverse": False}
    pair = {"id": name, "lowercaseId": name.lower(), "symbol": f"{asset}/USDT:USDT", "base": asset, "quote": "USDT"}
    return exchange.safe_market_structure(kind | pair | {"settle": "USDT", "contractSize": 1.0, "info": {}})


async def theirs(venue: str, port: int, count: int) -> Result:
    """`watch_liquidations_for_symbols` in a loop, as its documentation shows it."""
    exchange = getattr(ccxt.pro, venue)({"options": {"defaultType": "swap"}})
    url = f"ws://127.0.0.1:{port}/{venue}"
    assets = ASSETS if venue == "binance" else ("BTC",)
    names = {a: f"{a}USDT" if venue == "binance" else f"{a}-USDT-SWAP" for a in assets}
    exchange.set_markets([market(exchange, asset, name) for asset, name in names.items()])
    exchange.urls["api"]["ws"] = {"linear": url, "future": url} if venue == "binance" else url
    received, begun = 0, time.perf_counter()
    newest = begun
    try:
        while True:
            watching = exchange.watch_liquidations_for_symbols([f"{asset}/USDT:USDT" for asset in assets])
            received += len(await asyncio.wait_for(watching, PATIENCE_SECONDS))
            newest = time.perf_counter()
    except TimeoutError:
        pass
    finally:
        await exchange.close()
    return Result(f"{venue}: ccxt.pro's default loop", received, count, max(newest - begun, 1e-6), "in memory")


async def measured(port: int, count: int, folder: Path, runs: int) -> list[Result]:
    dialects: dict[str, Callable[[], Dialect]] = {
        "binance": Binance,
        "okx": lambda: Okx(okx_contracts),
        "bybit": lambda: Bybit(ASSETS),
    }
    found = []
    for venue, dialect in dialects.items():
        works: list[Callable[[], Awaitable[Result]]] = [
            lambda venue=venue, dialect=dialect: ours(venue, dialect(), port, count, folder)
        ]
        if venue != "bybit":
            works.append(lambda venue=venue: theirs(venue, port, count))
        for work in works:
            results = sorted([await work() for _ in range(runs)], key=lambda r: r.seconds)
            found.append(results[len(results) // 2])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(asked.events, there), daemon=True)
    server.start()
    with tempfile.TemporaryDirectory() as scratch:
        results = asyncio.run(measured(here.recv(), asked.events, Path(scratch), asked.runs))
    server.terminate()
    for result in results:
        print(result.line)
    rate = median(r.received / r.seconds for r in results if "this intake" in r.what)
    print(f"median of this intake's rates {rate:,.0f} events/s, target >= {TARGET:,} (ratio {rate / TARGET:.1f})")


if __name__ == "__main__":
    main()
