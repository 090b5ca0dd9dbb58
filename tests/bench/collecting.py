"""Collecting against targets: a full poll of every source, and a cold backfill of 90 days at the hosts' limits.

python tests/bench/collecting.py [--days N]    every host is served on loopback by another process, 100 ms a call
"""

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from bot.app.backfill import backfill
from bot.app.clock import WallClock
from bot.app.roster import Listed, roster
from bot.app.visiting import Visiting
from bot.settings import Settings
from bot.sources.http import Client
from bot.store import Store

sys.path[:0] = [str(Path(__file__).parents[1] / room) for room in ("sources", "live")]
FarEnd, World = import_module("loopback").FarEnd, import_module("world").World

LATENCY_SECONDS = 0.1
POLL_TARGET, BACKFILL_TARGET = 8.0, 180.0


class Wall:
    """The present, for the world."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Distant(FarEnd):
    """A far end with a latency."""

    async def _handle(self, request):
        await asyncio.sleep(LATENCY_SECONDS)
        return await super()._handle(request)


def serve(told: Connection) -> None:
    """The world in a process of its own."""

    async def run() -> None:
        far_end = Distant(Wall())
        far_end.answers |= World(Wall()).answers()
        await far_end.serve()
        told.send(far_end.endpoints)
        await asyncio.Event().wait()

    asyncio.run(run())


async def poll(listed: tuple[Listed, ...], visiting: Visiting) -> dict[str, float]:
    """Seconds until each source had answered, all of them asked at once."""
    began, took = time.perf_counter(), {}

    async def visit(source: Listed) -> None:
        await visiting.visit(source)
        took[source.name] = time.perf_counter() - began

    await asyncio.gather(*(visit(source) for source in listed))
    return took


async def measure(settings: Settings, store: Store, back: timedelta) -> None:
    clock = WallClock()
    async with Client(settings.endpoints, clock) as client:
        listed, visiting = roster(settings, client, clock), Visiting(store, clock)
        began = time.perf_counter()
        filled = await backfill(
            listed, visiting, store, clock, back=back, assets=settings.assets, progress=lambda _, __: None
        )
        seconds = time.perf_counter() - began
        faults = [found for found in filled if found.fault]
        print(f"cold backfill of {back.days} days: {seconds:.0f} s (target {BACKFILL_TARGET:.0f}), "
              f"{len(filled)} sources, {len(faults)} failed")  # fmt: skip
        for found in faults:
            print(f"  {found.listed.name}: {found.fault}")
    async with Client(settings.endpoints, clock) as client:
        took = await poll(roster(settings, client, clock), visiting)
    slowest = sorted(took.items(), key=lambda pair: -pair[1])[:4]
    print(f"full poll of {len(took)} sources: {slowest[0][1]:.1f} s (target {POLL_TARGET:.0f}); the slowest: "
          + ", ".join(f"{name} {seconds:.1f}" for name, seconds in slowest))  # fmt: skip
    rows = sum(found.rows for found in store.coverage())
    print(f"{rows:,} rows stored")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=90)
    days = parser.parse_args().days
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), endpoints=ours.recv())
        with Store.open(settings.database_url.get_secret_value()) as store:
            asyncio.run(measure(settings, store, timedelta(days=days)))
            size = (Path(folder) / "recap.sqlite3").stat().st_size
            print(f"store: {size / 1e6:.0f} MB")
    process.kill()


if __name__ == "__main__":
    main()
