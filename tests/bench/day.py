"""A simulated day of collecting with every real source: hosts' limits, memory, and what the store grows by.

python tests/bench/day.py [--hours N]    every host is served on loopback, time jumps to the next moment waited for
"""

import argparse
import asyncio
import gc
import resource
import sys
import tempfile
from bisect import insort
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

from bot.app.collector import Collector
from bot.app.roster import roster
from bot.app.visiting import Visiting
from bot.settings import Settings
from bot.sources.http import Client
from bot.store import Store

sys.path[:0] = [str(Path(__file__).parents[1] / room) for room in ("sources", "live")]
FarEnd, World = import_module("loopback").FarEnd, import_module("world").World

START = datetime(2026, 11, 24, 0, 2, tzinfo=UTC)
QUIET_LOOKS = 3

LIMITS: Mapping[str, tuple[int, int]] = {
    "api.binance.com": (6000, 60),
    "fapi.binance.com/fapi": (2400, 60),
    "fapi.binance.com/fapi/v1/fundingRate": (500, 300),
    "fapi.binance.com/futures/data": (1000, 300),
    "api.bybit.com": (600, 5),
    "www.okx.com/api/v5/market/candles": (40, 2),
    "www.okx.com/api/v5/market/history-candles": (20, 2),
    "www.okx.com/api/v5/market/tickers": (20, 2),
    "www.okx.com/api/v5/public/funding-rate-history": (10, 2),
    "www.okx.com/api/v5/public/liquidation-orders": (40, 2),
    "www.okx.com/api/v5/rubik": (5, 2),
    "api.gateio.ws": (200, 10),
    "api.coinbase.com": (10, 1),
    "api.kraken.com": (64, 60),
    "www.deribit.com": (20, 1),
    "api.hyperliquid.xyz": (1200, 60),
    "api.coingecko.com": (30, 60),
    "api.alternative.me": (60, 60),
    "api.sosovalue.xyz": (20, 60),
}
"""The weight of questions each host takes in so many seconds, as it documents them."""

WEIGHTS: Mapping[str, int] = {
    "api.binance.com": 2,
    "fapi.binance.com/fapi/v1/klines": 5,
    "fapi.binance.com/fapi/v1/ticker": 40,
    "fapi.binance.com/fapi/v1/premiumIndex": 10,
    "api.hyperliquid.xyz": 20,
}


class Jumping:
    """A clock that is at once at the next moment somebody waits for, as soon as nobody is at work."""

    def __init__(self) -> None:
        self._now, self.waiting, self.moves = START, [], 0

    def now(self) -> datetime:
        return self._now

    async def wait_until(self, moment: datetime) -> None:
        self.moves += 1
        if moment <= self._now:
            await asyncio.sleep(0)
            return
        pair = (moment, self.moves, asyncio.get_running_loop().create_future())
        insort(self.waiting, pair, key=lambda found: found[:2])
        try:
            await pair[2]
        finally:
            if pair in self.waiting:
                self.waiting.remove(pair)

    def jump(self) -> None:
        moment, _, future = self.waiting.pop(0)
        self._now = max(self._now, moment)
        future.set_result(None)


class Counted(ThreadPoolExecutor):
    """Threads that tell whether any of them is at work."""

    busy = 0

    def submit(self, *work: Any, **named: Any) -> "Future[Any]":
        self.busy += 1
        future = super().submit(*work, **named)
        future.add_done_callback(self._done)
        return future

    def _done(self, _: object) -> None:
        self.busy -= 1


class Watched(FarEnd):
    """A far end that keeps no questions, but how many of them each limit saw at most."""

    def __init__(self, clock: Jumping) -> None:
        super().__init__(clock)
        self.under_way, self.count, self.most = 0, 0, Counter()
        self._seen: dict[str, deque[tuple[float, int]]] = defaultdict(deque)

    async def _handle(self, request: Any) -> Any:
        self.under_way, self.count = self.under_way + 1, self.count + 1
        self._note(request.path.removeprefix("/"))
        try:
            return await super()._handle(request)
        finally:
            self.under_way -= 1
            self.asked.clear()

    def _note(self, path: str) -> None:
        weight = next((w for part, w in WEIGHTS.items() if path.startswith(part)), 1)
        now = self.clock.now().timestamp()
        for part, (_, seconds) in LIMITS.items():
            if path.startswith(part):
                seen = self._seen[part]
                seen.append((now, weight))
                while seen[0][0] <= now - seconds:
                    seen.popleft()
                self.most[part] = max(self.most[part], sum(w for _, w in seen))


async def simulate(folder: Path, hours: int) -> None:
    clock, threads = Jumping(), Counted(8)
    asyncio.get_running_loop().set_default_executor(threads)
    far_end = Watched(clock)
    far_end.answers |= World(clock).answers()
    runner = await far_end.serve()
    settings, told = Settings(home=folder, endpoints=far_end.endpoints), []
    with Store.open(settings.database_url.get_secret_value()) as store:
        async with Client(settings.endpoints, clock, rng=Random(7), check_clock=False) as client:
            visiting = Visiting(store, clock)
            collector = Collector(
                roster(settings, client, clock),
                visiting,
                store,
                clock,
                assets=settings.assets,
                tell=told.append,
                rng=Random(7),
            )
            stop = asyncio.Event()
            task = asyncio.create_task(collector.run(stop))
            memory, sizes = [], []
            for hour in range(1, hours + 1):
                await play(clock, far_end, threads, START + timedelta(hours=hour))
                gc.collect()
                memory.append(resident())
                sizes.append((folder / "recap.sqlite3").stat().st_size / 1e6)
                print(f"hour {hour}: {far_end.count:,} questions, {memory[-1]:.1f} MB in use, store {sizes[-1]:.1f} MB",
                      flush=True)  # fmt: skip
            stop.set()
            await task
    await runner.cleanup()
    report(far_end, memory, sizes, told)


def resident() -> float:
    """Megabytes of memory in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


async def play(clock: Jumping, far_end: Watched, threads: Counted, until: datetime) -> None:
    while True:
        quiet, before = 0, (-1, -1)
        while quiet < QUIET_LOOKS:
            await asyncio.sleep(0.0005)
            seen = (clock.moves, far_end.count)
            idle = not far_end.under_way and not threads.busy and seen == before
            quiet, before = (quiet + 1 if idle else 0), seen
        if clock.waiting[0][0] > until:
            return
        clock.jump()


def report(far_end: Watched, memory: list[float], sizes: list[float], told: list[str]) -> None:
    print(f"{'host':50} {'most':>6} {'limit':>6}  window")
    for part, (limit, seconds) in LIMITS.items():
        flag = "" if far_end.most[part] <= limit else "  EXCEEDED"
        print(f"{part:50} {far_end.most[part]:6} {limit:6}  {seconds} s{flag}")
    settled = memory[1:] or memory
    print(f"memory from hour 2 on: {min(settled):.1f} to {max(settled):.1f} MB")
    if len(sizes) > 1:
        daily = 24 * (sizes[-1] - sizes[0]) / (len(sizes) - 1)
        print(f"store: {sizes[0]:.1f} MB after the first looks, {daily:.2f} MB a day more, "
              f"{sizes[0] + 365 * daily:.0f} MB after a year")  # fmt: skip
    print(f"{len(told)} changes told; the first: {told[:3]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=24)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(simulate(Path(folder), parser.parse_args().hours))


if __name__ == "__main__":
    main()
