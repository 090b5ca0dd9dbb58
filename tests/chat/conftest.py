"""The real application against an emulated Telegram; the newsroom behind it tells prepared recaps."""

import asyncio
import itertools
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from telegram import Update

from bot.chat.application import build_application, started
from bot.chat.features import FEATURES
from bot.chat.newsroom import Evidence, SourceState, SourceStatus, Told
from bot.chat.services import Services
from bot.chat.texts import Texts
from bot.domain.thread import Post
from bot.emulator import Emulator, Person, Topic, emulating
from bot.emulator.accounts import Member
from bot.emulator.entities import Formatted
from bot.emulator.faults import Fault
from bot.emulator.mailbox import Mailbox
from bot.emulator.refusals import Refused
from bot.store import Store
from bot.store.chats import Chats
from bot.store.outbox import Outbox
from bot.store.schedules import Schedules
from bot.store.subscriptions import Subscriptions
from bot.store.updates import SeenUpdates

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
RECAP_ID = "k3v9x0q2ab"
THREAD = (
    Post("BTC −3.1%: no accident\n91,231 USD gave way.", "<b>BTC −3.1%: no accident</b>\n91,231 USD gave way."),
    Post("1. Funds sold & left\n• a\n• b", "<b>1. Funds sold &amp; left</b>\n• a\n• b"),
    Post("Window: 24 h. Not advice.", "<i>Window: 24 h. Not advice.</i>"),
)


class ManualClock:
    """Stands until it is moved; who waits is let on in order."""

    def __init__(self):
        self._now, self._waits = NOW, []

    def now(self):
        return self._now

    async def wait_until(self, moment):
        if moment > self._now:
            passed = asyncio.get_running_loop().create_future()
            self._waits.append((moment, passed))
            await passed

    async def waited_for(self):
        """Returns once somebody waits."""
        while not self._waits:  # noqa: ASYNC110 - who waits is inside the bot
            await asyncio.sleep(0)

    def advance(self, **time):
        self._now += timedelta(**time)
        for moment, passed in self._waits:
            if moment <= self._now and not passed.done():
                passed.set_result(None)
        self._waits = [wait for wait in self._waits if not wait[1].done()]


class FakeNewsroom:
    """Tells `thread` for every ask; `refusal` is raised instead, `gone` loses the evidence, `gate` holds it up."""

    def __init__(self):
        self.asks, self.remembered, self.thread = [], {}, THREAD[:1]
        self.refusal = self.gate = None
        self.gone = False
        self.states = (
            SourceState("Farside", SourceStatus.LATE, NOW - timedelta(hours=20)),
            SourceState("Binance", SourceStatus.GOOD, NOW - timedelta(minutes=2)),
            SourceState("FRED", SourceStatus.DOWN, None),
        )

    async def recap(self, ask):
        self.asks.append(ask)
        if self.gate is not None:
            await self.gate.wait()
        if self.refusal is not None:
            raise self.refusal
        return Told(RECAP_ID, tuple(self.thread), ask.scope, ask.length, ask.as_of or NOW)

    async def why(self, recap_id, locale, cause=None):
        if self.gone or recap_id != RECAP_ID:
            return None
        if cause is None:
            words = {"en": "Two causes", "zh": "两个原因"}[locale]
            return Evidence((Post(words, f"<b>{words}</b>"),), causes=2)
        posts = (Post(f"Cause {cause}", f"<blockquote>Cause {cause}</blockquote>"),) if cause <= 2 else ()
        return Evidence(posts, causes=2)

    async def levels(self, scope, _):
        if self.refusal is not None:
            raise self.refusal
        return (Post(f"{scope} 91,231", f"<b>{scope}</b> 91,231"),)

    async def sources(self):
        return self.states

    async def remember(self, place, recap_id, message_ids):
        self.remembered.update({(place.chat_id, number): recap_id for number in message_ids})
        self.remembered[place] = recap_id

    async def told(self, chat_id, message_id):
        return self.remembered.get((chat_id, message_id))

    async def last_told(self, place):
        return self.remembered.get(place)


class Call:
    """What the bot called, its arguments as attributes."""

    def __init__(self, call):
        self.method, self.said = call.method, call.said

    def __getattr__(self, name):
        return self.said.get(name)

    @property
    def buttons(self):
        rows = (self.said.get("reply_markup") or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


class Handed(Mailbox):
    """Hands each update to the application, so that what people do is over when the bot has handled it."""

    def __init__(self, handle):
        super().__init__()
        self.handle = handle

    async def put(self, kind, content, update_id=0):
        update = {"update_id": update_id or next(self._ids), kind: content}
        await self.handle(update)
        return update


@dataclass
class Talk:
    """A running bot and the people around it: each action returns what the bot called until it was handled.

    People and groups come into being when they are named by number, the bot a member of the group.
    """

    emulator: Emulator
    application: object
    services: Services
    clock: ManualClock
    newsroom: FakeNewsroom
    numbers: object = field(default_factory=lambda: itertools.count(1))
    recaps: dict = field(default_factory=dict)

    def __post_init__(self):
        self.emulator.state.mailbox = Handed(self.handle)

    @property
    def world(self):
        return self.emulator.world

    def of(self, *methods):
        return [Call(call) for call in self.emulator.of(*methods)]

    @property
    def messages(self):
        return self.of("sendMessage")

    def calls(self, since=0):
        return [Call(call) for call in list(self.emulator.calls)[since:]]

    def fails(self, method, code, description, **parameters):
        """The next call of this method is refused."""
        self.emulator.faults.add(Fault.REFUSED, method, refusal=Refused(code, description, **parameters))

    def waits(self):
        """From now on updates wait until the bot fetches them."""
        self.emulator.state.mailbox = Mailbox()

    def person(self, user=7, language="en"):
        self._user(user).language_code = language
        return Person(self._user(user), self.emulator.state)

    def _user(self, user):
        return self.world.users.get(user) or self.world.user("Ann <b>", user_id=user)

    def chat(self, chat):
        if chat > 0:
            return self.world.private(self._user(chat))
        if chat not in self.world.chats:
            group = self.world.supergroup("Desk & Co", chat_id=chat)
            group.members[self.world.bot.id] = Member("member")
        return self.world.chats[chat]

    def topic(self, chat, thread):
        group = self.chat(chat)
        group.forum = True
        return group.topics.setdefault(thread, Topic(thread, f"Topic {thread}"))

    async def channel(self, chat, username=""):
        """A channel that the bot posts in, and its owner, 7."""
        channel = self.world.channel("News", username, chat)
        self.person().owns(channel)
        await self.person().adds_bot(channel)
        return channel

    def recap(self, chat=7):
        """A message of the bot that was there before."""
        if chat not in self.recaps:
            place = self.chat(chat)
            place.started = True
            sender, sender_chat = (None, place) if place.kind == "channel" else (self.world.bot, None)
            self.recaps[chat] = self.world.post(place, sender, Formatted("a recap"), sender_chat=sender_chat)
        return self.recaps[chat]

    def update(self, **content):
        return {"update_id": next(self.numbers), **content}

    def written(self, text, chat=7, user=7, language="en", *, thread=0, **more):
        """A message that the bot hasn't been told of."""
        topic = self.topic(chat, thread) if thread else None
        return self.person(user, language).writes(text, self.chat(chat), topic=topic, **more)

    def message(self, text, *args, **more):
        return self.written(text, *args, **more).json

    async def handle(self, update):
        found = Update.de_json(update, self.application.bot)
        await self.application.update_processor.process_update(found, self.application.process_update(found))

    async def says(self, text, chat=7, user=7, language="en", *, thread=0, **more):
        before = len(self.emulator.calls)
        topic = self.topic(chat, thread) if thread else None
        self.chat(chat).members.setdefault(user, Member("member"))
        await self.person(user, language).says(text, self.chat(chat), topic=topic, **more)
        return self.calls(before)

    async def presses(self, data, chat=7, user=7, language="en", *, below=None, **more):
        before = len(self.emulator.calls)
        await self.person(user, language).presses(below or self.recap(chat), data, stale=True, **more)
        return self.calls(before)

    async def asks_inline(self, text, language="en"):
        await self.person(7, language).asks_inline(text)
        return self.of("answerInlineQuery")[-1]

    def set(self, chat_id, **settings):
        self.services.chats.save(replace(self.services.chats.get(chat_id), **settings))


@pytest.fixture
def store(tmp_path):
    """What the stores do on each kind of database is tested with them; here one kind serves."""
    with Store.open(f"sqlite:///{tmp_path / 'recap.sqlite3'}") as opened:
        yield opened


@pytest.fixture
def talking(store):
    """`async with talking() as talk`: the bot runs."""

    @asynccontextmanager
    async def run(**changes):
        clock, newsroom = ManualClock(), FakeNewsroom()
        services = Services(
            newsroom=newsroom,
            chats=Chats(store),
            subscriptions=Subscriptions(store),
            schedules=Schedules(store),
            outbox=Outbox(store),
            seen=SeenUpdates(store, clock),
            clock=clock,
            texts=Texts.load(),
            operators=frozenset({99}),
        )
        services = replace(services, **changes)
        async with emulating(Emulator(now=lambda: clock.now().timestamp())) as emulator:
            application = build_application(emulator.token, services, FEATURES, base_url=emulator.base_url)
            async with started(application, services):
                emulator.calls.clear()
                yield Talk(emulator, application, services, clock, newsroom)

    return run
