"""The whole bot, polling, against an emulated Telegram that is as strict as the real one.

What users of such bots ask for, one behaviour a test: posts go to the topic they were asked for in, a group that moves
or a person who leaves loses nothing, long texts arrive whole, nothing comes twice, floods are sat out, schedules keep
local time, secrets stay secret, and nobody is disturbed.
"""

import asyncio
import shutil
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from fakes import NOW, FakeNewsroom, ManualClock

from bot.app.broadcast import Broadcast
from bot.app.clock import RehearsalClock
from bot.app.lost_topics import LostTopics
from bot.chat.application import build_application, started
from bot.chat.features import FEATURES
from bot.chat.polling import polling
from bot.chat.services import Services
from bot.chat.texts import Texts
from bot.delivery.books import Books
from bot.delivery.limiter import PacedRequests
from bot.delivery.pacing import Pacer, Rates
from bot.delivery.post import open_bot
from bot.delivery.sender import Sender
from bot.domain.delivery import DeliveryState
from bot.emulator import Emulator, emulating
from bot.store import Store
from bot.store.schedules import Schedules
from bot.store.updates import SeenUpdates

OPEN = {DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.RETRY}
OPERATOR = 999_999
CATCH_UP = timedelta(hours=2)
QUICK = Rates(per_second=1000, per_chat_second=30, per_group_minute=600)


class FastClock:
    """A minute passes in a second; `jump` sets the time shown, as an operator sets a machine's clock."""

    def __init__(self):
        self._clock, self._offset = RehearsalClock(NOW, 60), timedelta()

    def now(self):
        return self._clock.now() + self._offset

    async def wait_until(self, moment):
        await self._clock.wait_until(moment - self._offset)

    def jump(self, **by):
        self._offset += timedelta(**by)


@dataclass
class House:
    """The bot at work and the world around it.

    `sends` adds the sender, the scheduler's ticks and the pace of real sending; time flies then instead of standing.
    """

    emulator: Emulator
    store: Store
    clock: Any
    newsroom: Any
    sends: bool
    rates: Rates
    owner: str = "one"
    told: list = field(default_factory=list)
    changes: dict = field(default_factory=dict)
    application: Any = None
    sender: Any = None
    polled: Any = None
    _stack: AsyncExitStack | None = None
    _stop: asyncio.Event | None = None

    def __post_init__(self):
        self.books, self.schedules, self.texts = Books.of(self.store), Schedules(self.store), Texts.load()
        self.services = replace(self._services(), **self.changes)
        self.broadcast = Broadcast(
            self.schedules, self.newsroom, self.texts, clock=self.clock, wall=self.clock, notify=self._notify,
            catch_up=CATCH_UP,
        )  # fmt: skip

    def _services(self):
        return Services(
            newsroom=self.newsroom,
            chats=self.books.chats,
            subscriptions=self.books.subscriptions,
            schedules=self.schedules,
            outbox=self.books.outbox,
            seen=SeenUpdates(self.store, self.clock),
            clock=self.clock,
            texts=self.texts,
            operators=frozenset({OPERATOR}),
        )

    def another(self, owner):
        """A second process on the same store and token."""
        return replace(self, owner=owner, application=None, sender=None, polled=None, _stack=None, _stop=None)

    async def start(self, *, polls=True):
        """The bot, as a process that begins."""
        self._stack, self._stop = AsyncExitStack(), asyncio.Event()
        pacer = Pacer(self.rates, self.clock)
        self.application = build_application(
            self.emulator.token,
            self.services,
            FEATURES,
            base_url=self.emulator.base_url,
            rate_limiter=PacedRequests(pacer) if self.sends else None,
        )
        await self._stack.enter_async_context(started(self.application, self.services))
        incoming = polling(self.application, self.clock, self._stop) if polls else self._stop.wait()
        self.polled = asyncio.create_task(incoming)
        if self.sends:
            await self._send(pacer)

    async def _send(self, pacer):
        bot = await self._stack.enter_async_context(open_bot(self.emulator.token, self.emulator.base_url))
        self.sender = Sender(
            self.books,
            bot,
            pacer,
            clock=self.clock,
            notify=self._notify,
            owner=self.owner,
            topic_lost=LostTopics(self.books.outbox, self.books.chats, self.texts, self.clock),
            random=Random(1),
        )
        running = asyncio.create_task(self.sender.run(self._stop))
        self._stack.push_async_callback(lambda: running)

    async def stop(self):
        if self._stack is not None:
            stack, self._stack = self._stack, None
            if gate := getattr(self.newsroom, "gate", None):
                gate.set()
            self._stop.set()
            await asyncio.gather(self.polled, return_exceptions=True)
            await stack.aclose()

    async def restart(self):
        await self.stop()
        await self.start()

    async def group(self, owner, title="Desk", *, kind="supergroup", admin=False, **more):
        """A group with its owner and the bot in it, which has greeted."""
        world = self.emulator.world
        made = world.group(title) if kind == "group" else world.supergroup(title, **more)
        owner.owns(made)
        await owner.adds_bot(made, admin=admin)
        await self.heard()
        return made

    async def heard(self):
        """Returns when the bot has handled all there was to hear."""
        await self.emulator.state.mailbox.settled()
        await self.application.update_queue.join()

    async def ask(self, person, text, chat=None, **how):
        """Says it; what the bot wrote there since."""
        asked = await person.says(text, chat, **how)
        await self.heard()
        return self.after(asked)

    async def press(self, person, message, button, **how):
        """Presses it; the query, with what the bot answered on it."""
        query = await person.presses(message, button, **how)
        await self.heard()
        return query

    def after(self, message):
        """What the bot wrote after a message in its chat, and nobody deleted."""
        return [m for m in self.written(message.chat) if m.message_id > message.message_id]

    def written(self, chat):
        """What the bot wrote in a chat; in a channel all posts that are no commands."""
        mine = self.emulator.world.bot if chat.kind != "channel" else None
        found = [m for m in chat.messages.values() if m.sender is mine and not m.deleted and m.text]
        return [m for m in found if not m.text.startswith("/")]

    def held(self, chat):
        return self.books.subscriptions.of(chat.id)

    def kept(self, chat):
        """The settings of a chat, as they are stored."""
        return self.books.chats.get(chat.id)

    def set(self, chat, **settings):
        self.books.chats.save(replace(self.kept(chat), **settings))

    async def tick(self, **passed):
        """After so much time, what is due is made and sent."""
        self.clock.jump(**passed)
        await self.broadcast.tick()
        await self.sent()

    async def sent(self, least=0):
        """Returns when the outbox has nothing left that may go."""
        self.sender.nudge()
        while True:
            counts = await asyncio.to_thread(self.books.outbox.counts)
            if sum(counts.values()) >= least and not any(counts.get(state) for state in OPEN):
                return
            await self.clock.wait_until(self.clock.now() + timedelta(seconds=0.5))

    def counts(self):
        return {str(state): number for state, number in self.books.outbox.counts().items()}

    async def _notify(self, text):
        self.told.append(text)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory):
    """A database with its tables, made once."""
    path = tmp_path_factory.mktemp("store") / "empty.sqlite3"
    with Store.open(f"sqlite:///{path}"):
        return path


@pytest.fixture
def living(empty_store, tmp_path):
    """`living(story)` runs `await story(house)` with the bot at work; `before` prepares the house."""

    def run(story, *, sends=False, clock=None, newsroom=None, begin=True, rates=None, **changes):
        path = tmp_path / "recap.sqlite3"
        shutil.copy(empty_store, path)

        async def scene():
            time = clock or (FastClock() if sends else ManualClock())
            emulator = Emulator(now=lambda: time.now().timestamp())
            with Store.open(f"sqlite:///{path}") as store:
                async with emulating(emulator):
                    reporter = newsroom(store, time) if newsroom else FakeNewsroom()
                    house = House(emulator, store, time, reporter, sends, rates or QUICK, changes=changes)
                    try:
                        if begin:
                            await house.start()
                        return await asyncio.wait_for(story(house), 20)
                    finally:
                        await house.stop()

        return asyncio.run(scene())

    return run


@pytest.fixture
def standing_clock():
    """`standing_clock(at)`: it stands there until it is moved."""

    def at(moment):
        clock = ManualClock()
        clock.advance(seconds=(moment - clock.now()).total_seconds())
        return clock

    return at


@pytest.fixture(autouse=True)
def _loopback(monkeypatch, tmp_path):
    """No certificates, which take longer to read than a test; and no warning whenever Telegram says to wait."""
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
