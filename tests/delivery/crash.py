"""A sender in a process of its own that kills itself at a chosen point; run with the point, database and server."""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.app.clock import RehearsalClock
from bot.delivery.books import Books
from bot.delivery.pacing import Pacer, Rates
from bot.delivery.post import open_bot
from bot.delivery.sender import Sender
from bot.store import Store

START = datetime(2025, 2, 26, 7, tzinfo=UTC)
AFTER_CALLS = 5
LEASE = timedelta(seconds=60)


class Doomed:
    """An outbox whose process dies at `point` of a method, when it was called often enough."""

    def __init__(self, outbox, point):
        self._outbox, self._calls = outbox, 0
        self._when, _, self._method = point.partition("-")

    def __getattr__(self, name):
        method = getattr(self._outbox, name)
        return self._dying(method) if name == self._method else method

    def _dying(self, method):
        def call(*arguments):
            self._calls += 1
            dies = self._calls > AFTER_CALLS
            if dies and self._when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = method(*arguments)
            if dies and self._when == "after":
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call


async def notify(_text):
    """Nobody listens."""


async def main(point, database, base_url):
    clock = RehearsalClock(START, 60)
    with Store.open(database) as store:
        books = Books.of(store)
        books = replace(books, outbox=Doomed(books.outbox, point))
        pacer = Pacer(Rates(per_second=20, per_chat_second=30, per_group_minute=60), clock)
        async with open_bot("1:x", base_url) as bot:
            sender = Sender(books, bot, pacer, clock=clock, notify=notify, owner=f"doomed {os.getpid()}", lease=LEASE)
            await sender.run(asyncio.Event())


asyncio.run(main(*sys.argv[1:]))
