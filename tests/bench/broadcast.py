"""One post to many chats over a line with latency and Telegram's limits: how much of the configured rate is reached.

python tests/bench/broadcast.py [CHATS …] [--parts N] [--latency SECONDS] [--rate PER_SECOND] [--database URL]

Time is real: 900 chats take 36 s at 25 a second, 10,000 take 6 min 40 s. Every second chat is a group. Beside it, where
aiolimiter is installed, the same with python-telegram-bot's own limiter, for `--compare` chats at most. The busiest
second is the far end's, which refuses the 31st message in one.
"""

import argparse
import asyncio
import importlib.util
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.app.clock import WallClock
from bot.delivery.books import Books
from bot.delivery.pacing import Pacer, Rates
from bot.delivery.post import MOST_CALLS, open_bot
from bot.delivery.sender import Sender
from bot.domain.chats import ChatKind, Place
from bot.domain.delivery import DeliveryState, Kind, Part, Publication
from bot.store import Store

TARGET = 0.97
OPEN = set(DeliveryState) - {
    DeliveryState.SENT,
    DeliveryState.UNCERTAIN,
    DeliveryState.DEAD,
    DeliveryState.EXPIRED,
}


@dataclass(frozen=True)
class Run:
    """What came of a broadcast: of the messages wanted, those that didn't arrive and those that did more than once."""

    name: str
    seconds: float
    rate: float
    refused: int
    lost: int
    repeated: int
    busiest: int

    def __str__(self) -> str:
        told = f"429: {self.refused}  lost: {self.lost}  repeated: {self.repeated}  busiest second: {self.busiest}"
        return f"{self.name:<34}{self.seconds:>8.1f} s {self.rate:>7.2f}/s  {told}"


def far_end(latency):
    path = Path(__file__).parents[1] / "delivery" / "far_end.py"
    spec = importlib.util.spec_from_file_location("far_end", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FarEnd(latency=latency, limits=True)


def chats_of(number):
    return [n if n % 2 else -1_000_000 - n for n in range(1, number + 1)]


def judged(name, far, chats, parts):
    """The rate from the first message to the last, as the far end saw them."""
    arrived = far.arrived()
    span = far.messages[-1].at - far.messages[0].at
    lost = len(chats) * parts - len(arrived)
    rate = (len(far.messages) - 1) / span
    return Run(name, span, rate, far.refused, lost, sum(arrived.values()) - len(arrived), busiest(far.messages))


def busiest(messages):
    """Most messages that were taken within a second."""
    most, first = 0, 0
    for last, message in enumerate(messages):
        while messages[first].at <= message.at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


async def ours(chats, options, url):
    with Store.open(url) as store:
        books, clock, stop = Books.of(store), WallClock(), asyncio.Event()
        for chat in chats:
            books.chats.touch(chat, ChatKind.PRIVATE if chat > 0 else ChatKind.SUPERGROUP, "en")
        parts = tuple(Part(f"<b>{n}</b>", str(n)) for n in range(options.parts))
        expires = clock.now() + timedelta(hours=4)
        post = Publication(f"bench/{time.time()}", Kind.DAILY, parts, expires, "en", "thread")
        books.outbox.publish(post, [Place(chat) for chat in chats], clock.now())
        async with far_end(options.latency) as far, open_bot("1:x", far.base_url) as bot:
            pacer = Pacer(Rates(per_second=options.rate), clock)
            sender = Sender(books, bot, pacer, clock=clock, notify=said, owner=f"bench {time.time()}")
            running = asyncio.create_task(sender.run(stop))
            while OPEN & (await asyncio.to_thread(books.outbox.counts)).keys():
                await clock.wait_until(clock.now() + timedelta(seconds=0.5))
            stop.set()
            await running
            return judged(f"{len(chats):,} chats, {options.parts} part(s)", far, chats, options.parts)


async def theirs(chats, options):
    """The library's limiter with its defaults for groups, at the same overall rate, as often as it takes."""
    limiter = AIORateLimiter(overall_max_rate=options.rate, max_retries=5)
    async with far_end(options.latency) as far:
        request = HTTPXRequest(connection_pool_size=MOST_CALLS, pool_timeout=60)
        gate = asyncio.Semaphore(MOST_CALLS)

        async def send(bot, chat):
            for n in range(options.parts):
                async with gate:
                    try:
                        await bot.send_message(chat, f"<b>{n}</b>", parse_mode="HTML")
                    except RetryAfter:
                        return

        async with ExtBot("1:x", far.base_url, request=request, rate_limiter=limiter) as bot:
            await asyncio.gather(*(send(bot, chat) for chat in chats))
        return judged(f"  AIORateLimiter, {len(chats):,} chats", far, chats, options.parts)


async def said(text):
    print("  told:", text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chats", type=int, nargs="*", default=[900, 3000])
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--latency", type=float, default=0.08)
    parser.add_argument("--rate", type=float, default=25.0)
    parser.add_argument("--compare", type=int, default=900, help="chats of the comparison; 0 for none")
    parser.add_argument("--database", help="PostgreSQL's address; SQLite in a temporary folder without it")
    options = parser.parse_args()
    compared = importlib.util.find_spec("aiolimiter") is not None
    for number in options.chats:
        with tempfile.TemporaryDirectory() as folder:
            url = options.database or f"sqlite:///{folder}/recap.sqlite3"
            run = asyncio.run(ours(chats_of(number), options, url))
        reached = run.rate / options.rate
        met = reached >= TARGET and not (run.refused or run.lost or run.repeated)
        print(run, f" {reached:.1%} of the rate: {'reached' if met else 'MISSED'}", flush=True)
        if compared and options.compare:
            print(asyncio.run(theirs(chats_of(min(number, options.compare)), options)), flush=True)
    if not compared:
        print("  AIORateLimiter: not compared, aiolimiter is not installed")


if __name__ == "__main__":
    main()
