"""How fast the bot answers: the sample's recaps, the real store on SQLite, the far end in a process of its own.

python tests/bench/chat.py [--chats 200] [--rate 300] [--seconds 20]
"""

import argparse
import asyncio
import contextlib
import gc
import itertools
import multiprocessing
import resource
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

from telegram import Update
from telegram.ext import BaseRateLimiter

from bot import resources
from bot.app.clock import RehearsalClock, WallClock
from bot.app.newsroom import Newsdesk
from bot.app.running import event_loop
from bot.app.wiring import Desk
from bot.chat.application import build_application, started
from bot.chat.features import FEATURES
from bot.chat.services import Services
from bot.chat.texts import Texts
from bot.delivery.limiter import PacedRequests
from bot.delivery.pacing import Pacer, Rates
from bot.emulator import Emulator, emulating
from bot.emulator.faults import Fault
from bot.emulator.refusals import too_many
from bot.emulator.server import TOKEN
from bot.narrative.environment import Templates
from bot.reasoning.rulebook import load_rulebook
from bot.sources.archive import read_archive
from bot.sources.snapshot import from_archive
from bot.store import Store
from bot.store.chats import Chats
from bot.store.outbox import Outbox
from bot.store.schedules import Schedules
from bot.store.subscriptions import Subscriptions
from bot.store.updates import SeenUpdates

NOW = datetime(2025, 2, 26, 0, 7, tzinfo=UTC)
FIRST = range(1, 51)
NEWCOMERS = 10_000_000
STEADY_SECONDS = 5
REFUSED = range(5001, 5003)
"""People whom Telegram always tells to wait; from three at once on it is the bot as a whole that is too fast."""
WAITING = range(6001, 6061)
"""People who ask for what takes its time."""
WAIT_SECONDS = 3
SLOW_SCOPE = "SOL"
FRESH_DAYS = ("2025-02-15", "2025-02-16", "2025-02-18", "2025-02-20", "2025-02-22")


def newsroom(store, clock):
    rulebook = load_rulebook(resources.rules_folder())
    source = from_archive(read_archive(resources.sample_archive()), rulebook.topics)
    return Slow(Newsdesk(Desk(source, rulebook, Templates.load(resources.templates_folder())), store, clock))


@dataclass
class Slow:
    """A newsroom of which one scope's source is slow."""

    newsdesk: Newsdesk

    def __getattr__(self, name):
        return getattr(self.newsdesk, name)

    async def recap(self, ask):
        if ask.scope == SLOW_SCOPE:
            await asyncio.sleep(WAIT_SECONDS)
        return await self.newsdesk.recap(ask)


@dataclass
class Watch(BaseRateLimiter):
    """Notes when each chat's recap is handed to the network, and when it has arrived; `pace` may hold calls up."""

    pace: PacedRequests | None = None
    issued: dict = field(default_factory=dict)
    arrived: dict = field(default_factory=dict)

    async def initialize(self):
        pass

    async def shutdown(self):
        pass

    async def process_request(self, callback, args, kwargs, endpoint, data, rate_limit_args):
        if endpoint == "sendMessage":
            self.issued[data["chat_id"]] = time.perf_counter()
        if self.pace is None:
            result = await callback(*args, **kwargs)
        else:
            result = await self.pace.process_request(callback, args, kwargs, endpoint, data, rate_limit_args)
        if endpoint == "sendMessage":
            self.arrived[data["chat_id"]] = time.perf_counter()
        return result


def people(arguments):
    """Everybody who asks."""
    most = max(arguments.rate * arguments.seconds, arguments.chats * STEADY_SECONDS)
    return [*FIRST, *REFUSED, *WAITING, *range(1000, 1000 + arguments.chats), *range(NEWCOMERS, NEWCOMERS + most)]


def far_end(pipe, known):
    """Telegram with these people in it, until it is told to stop; it remembers no calls."""

    async def serve():
        emulator = Emulator(calls=deque(maxlen=0))
        for user_id in known:
            emulator.person("Ann", user_id=user_id).chat.started = True
        wait = too_many(WAIT_SECONDS)
        emulator.faults.add(
            Fault.REFUSED, times=10**9, refusal=wait, when=lambda said: int(said.get("chat_id", 0)) in REFUSED
        )
        gc.freeze()
        async with emulating(emulator):
            pipe.send(emulator.base_url)
            await asyncio.to_thread(pipe.recv)

    asyncio.run(serve())


@contextlib.contextmanager
def elsewhere(known):
    """The far end's address."""
    mine, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=far_end, args=(theirs, known))
    process.start()
    try:
        yield mine.recv()
    finally:
        mine.send("stop")
        process.join(10)
        process.kill()


def asking(numbers, chat, text="/recap"):
    message = {
        "message_id": next(numbers),
        "date": int(time.time()),
        "chat": {"id": chat, "type": "private", "first_name": "Ann"},
        "from": {"id": chat, "is_bot": False, "first_name": "Ann", "language_code": "en"},
        "text": text,
        "entities": [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}],
    }
    return {"update_id": next(numbers), "message": message}


async def at_once(application, watch, numbers, chats, text="/recap"):
    """Seconds until each of so many chats' recap is issued, and has arrived, all having asked at the same moment."""
    updates = [Update.de_json(asking(numbers, chat, text), application.bot) for chat in chats]
    watch.issued.clear()
    watch.arrived.clear()
    begun = time.perf_counter()
    for update in updates:
        application.update_queue.put_nowait(update)
    while len(watch.arrived) < len(updates):  # noqa: ASYNC110 - the bot knows nothing of being measured
        await asyncio.sleep(0.005)
    return [[when - begun for when in noted.values()] for noted in (watch.issued, watch.arrived)]


async def sustained(application, watch, numbers, rate, seconds):
    """Seconds from each update to its arrival, and the memory before and after, at a steady rate."""
    watch.arrived.clear()
    begun, due, memory = time.perf_counter(), {}, [resident_mb()]
    for n in range(rate * seconds):
        chat = NEWCOMERS + n
        due[chat] = begun + n / rate
        await asyncio.sleep(max(0.0, due[chat] - time.perf_counter()))
        application.update_queue.put_nowait(Update.de_json(asking(numbers, chat), application.bot))
        if n == rate * seconds // 2:
            memory.append(resident_mb())
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(2 * seconds):
            while len(watch.arrived) < rate * seconds:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
    took = time.perf_counter() - begun
    waits = [watch.arrived[chat] - when for chat, when in due.items() if chat in watch.arrived]
    return waits, rate * seconds - len(waits), took, [*memory, resident_mb()]


async def beside(application, watch, numbers, rate):
    """Seconds from update to arrival at a steady rate: alone, beside people told to wait, beside slow recaps."""
    watch.pace = PacedRequests(Pacer(Rates(10_000, 1000, 60_000, burst=1000), WallClock()))
    told(f"{rate} updates/s alone: arrived", (await sustained(application, watch, numbers, rate, STEADY_SECONDS))[0])
    for what, chats, text in (("refused (429)", REFUSED, "/help"), ("slow", WAITING, f"/recap {SLOW_SCOPE}")):
        for chat in chats:
            application.update_queue.put_nowait(Update.de_json(asking(numbers, chat, text), application.bot))
        waits, *_ = await sustained(application, watch, numbers, rate, STEADY_SECONDS)
        told(f"{rate} updates/s beside {len(chats)} {what}: arrived", waits)
    watch.pace = None


def resident_mb():
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def told(what, seconds):
    times = (median(seconds), quantiles(seconds, n=20)[-1], max(seconds))
    figures = "   ".join(f"{name} {1000 * t:7.1f} ms" for name, t in zip(("median", "p95", "most"), times, strict=True))
    print(f"{what:<58} {figures}")


async def main(arguments, base_url, store):
    watch, numbers, clock = Watch(), itertools.count(1), RehearsalClock(NOW, 1)
    stores = (Chats(store), Subscriptions(store), Schedules(store), Outbox(store), SeenUpdates(store, WallClock()))
    services = Services(newsroom(store, clock), *stores, clock, Texts.load())
    application = build_application(TOKEN, services, FEATURES, base_url=base_url, rate_limiter=watch)
    async with started(application, services):
        gc.freeze()
        await at_once(application, watch, numbers, FIRST)
        chats = range(1000, 1000 + arguments.chats)
        for name in ("new", *["known"] * 5):
            issued, arrived = await at_once(application, watch, numbers, chats)
            told(f"/recap from cache, {arguments.chats} {name} chats at once: issued", issued)
            told(f"/recap from cache, {arguments.chats} {name} chats at once: arrived", arrived)
        for day in FRESH_DAYS:
            _, arrived = await at_once(application, watch, numbers, chats, f"/recap eth {day}")
            told(f"/recap computed anew, {arguments.chats} chats at once: arrived", arrived)
        waits, *_ = await sustained(application, watch, numbers, arguments.chats, STEADY_SECONDS)
        told(f"/recap from cache, {arguments.chats} chats a second for {STEADY_SECONDS} s: arrived", waits)
        await beside(application, watch, numbers, arguments.chats // 2)
        cpu = time.process_time()
        waits, lost, took, memory = await sustained(application, watch, numbers, arguments.rate, arguments.seconds)
        used = (time.process_time() - cpu) / took
        told(f"{arguments.rate} updates/s for {arguments.seconds} s: arrived", waits)
        megabytes = " -> ".join(f"{m:.0f}" for m in memory)
        print(f"lost {lost}; took {took:.1f} s; {used:.0%} of one core; memory {megabytes} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--rate", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, elsewhere(people(given)) as address:
        opened = Store.open(f"sqlite:///{folder}/recap.sqlite3")
        with opened, asyncio.Runner(loop_factory=event_loop()) as runner:
            runner.run(main(given, address, opened))
