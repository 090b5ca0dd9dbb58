"""Clocks, the far end of the wire, and a sender with its books on both kinds of database."""

import asyncio
import contextlib
import importlib.util
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.app.clock import RehearsalClock
from bot.delivery.books import Books
from bot.delivery.courier import Policy
from bot.delivery.pacing import Pacer, Rates
from bot.delivery.post import open_bot
from bot.delivery.sender import Sender
from bot.domain.chats import ChatKind, Place
from bot.domain.delivery import DeliveryState, Kind, Part, Publication
from bot.errors import StoreError

START = datetime(2025, 2, 26, 7, tzinfo=UTC)
OPEN = {state for state in DeliveryState if state.value in {"waiting", "ready", "claimed", "sending", "retry"}}


def _loaded(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


far_end = _loaded("far_end")


class ManualClock:
    """Goes only when told, from one awaited moment to the next."""

    def __init__(self):
        self._now, self._waits = START, []

    def now(self):
        return self._now

    def seconds(self):
        """Since the start."""
        return (self._now - START).total_seconds()

    async def wait_until(self, moment):
        if moment > self._now:
            wait = (moment, asyncio.get_running_loop().create_future())
            self._waits.append(wait)
            await wait[1]

    async def advance(self, seconds):
        end = self._now + timedelta(seconds=seconds)
        await settle()
        while due := [wait for wait in self._waits if wait[0] <= end and not wait[1].done()]:
            first = min(due, key=lambda wait: wait[0])
            self._waits.remove(first)
            self._now = max(self._now, first[0])
            first[1].set_result(None)
            await settle()
        self._now = end


async def settle():
    """Lets everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


class FastClock:
    """A minute passes in a second; `jump` sets the time shown, as an operator sets a machine's clock."""

    SPEED = 60

    def __init__(self):
        self._clock, self._offset = RehearsalClock(START, self.SPEED), timedelta()

    def now(self):
        return self._clock.now() + self._offset

    async def wait_until(self, moment):
        await self._clock.wait_until(moment - self._offset)

    def seconds(self):
        return (self._clock.now() - START).total_seconds()

    def jump(self, by):
        self._offset += by


@dataclass
class Office:
    """A sender at work against a far end; made inside the running loop by `office`."""

    books: Books
    far: Any
    clock: FastClock
    rates: Rates
    policy: Policy = field(default_factory=Policy)
    told: list = field(default_factory=list)
    sender: Sender | None = None
    pacer: Pacer | None = None

    def publish(self, chats, *htmls, slot="daily/1", hours=4.0, kind=Kind.DAILY, thread_id=0, parts=None, **fields):
        """One post to these chats, known as Telegram would have them."""
        for chat in chats:
            known = ChatKind.PRIVATE if chat > 0 else ChatKind.SUPERGROUP
            self.books.chats.touch(chat, known, "en")
            if thread_id:
                self.far.topic(chat, thread_id)
        parts = parts or tuple(Part(html, html) for html in htmls or ("<b>post</b>",))
        expires = self.clock.now() + timedelta(hours=hours)
        post = Publication(slot, kind, parts, expires, "en", "thread", **fields)
        made = self.books.outbox.publish(post, [Place(chat, thread_id) for chat in chats], self.clock.now())
        if self.sender:
            self.sender.nudge()
        return made

    def counts(self):
        return {state.value: number for state, number in self.books.outbox.counts().items() if number}

    async def done(self, least=0):
        """Returns when nothing is left to do."""
        while True:
            with contextlib.suppress(StoreError):
                counts = await asyncio.to_thread(self.books.outbox.counts)
                if sum(counts.values()) >= least and not any(counts.get(state) for state in OPEN):
                    return
            await self.clock.wait_until(self.clock.now() + timedelta(seconds=0.5))

    async def until(self, condition):
        while not condition():
            await self.clock.wait_until(self.clock.now() + timedelta(seconds=0.2))

    @contextlib.asynccontextmanager
    async def sending(self, owner="one", clock=None, **wrapped):
        """The sender runs inside."""
        stop = asyncio.Event()
        self.pacer = Pacer(self.rates, self.clock)
        async with open_bot("1:x", self.far.base_url) as bot:
            books = wrapped.get("books", self.books)
            self.sender = Sender(
                books,
                bot,
                self.pacer,
                clock=clock or self.clock,
                notify=self._notify,
                owner=owner,
                lease=timedelta(seconds=60),
                policy=self.policy,
                random=Random(1),
            )
            running = asyncio.create_task(self.sender.run(stop))
            try:
                yield self.sender
            finally:
                stop.set()
                await running

    async def _notify(self, text):
        self.told.append(text)


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def works(store):
    """`works(body, …)`: runs `body(office)` with a far end up; the sender runs inside `office.sending()`."""

    def run(body, *, latency=0.0, limits=False, policy=None, rates=None):
        async def inside():
            clock = FastClock()
            async with far_end.FarEnd(clock.seconds, latency, limits=limits) as far:
                fast = rates or Rates(per_second=1000, per_chat_second=30, per_group_minute=60)
                office = Office(Books.of(store), far, clock, fast, policy or Policy())
                return await asyncio.wait_for(body(office), 30)

        return asyncio.run(inside())

    return run


@pytest.fixture(autouse=True)
def _waits_are_timedeltas(monkeypatch):
    """Else the library warns whenever Telegram says to wait."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
