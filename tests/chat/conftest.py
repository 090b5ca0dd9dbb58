"""The real application against a far end on loopback; the newsroom behind it tells prepared recaps."""

import asyncio
import importlib.util
import itertools
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from telegram import Update

from bot.chat.application import build_application, started
from bot.chat.features import FEATURES
from bot.chat.newsroom import Evidence, SourceState, SourceStatus, Told
from bot.chat.services import Services
from bot.chat.texts import Texts
from bot.domain.thread import Post
from bot.store import Store
from bot.store.chats import Chats
from bot.store.outbox import Outbox
from bot.store.schedules import Schedules
from bot.store.subscriptions import Subscriptions
from bot.store.updates import SeenUpdates

_spec = importlib.util.spec_from_file_location("chat_wire", Path(__file__).with_name("wire.py"))
wire_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(wire_module)

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


@dataclass
class Talk:
    """A running bot and the people around it: each action returns when the bot has handled it."""

    wire: object
    application: object
    services: Services
    clock: ManualClock
    newsroom: FakeNewsroom
    numbers: object

    @property
    def messages(self):
        return self.wire.messages

    def update(self, **content):
        return {"update_id": next(self.numbers), **content}

    def message(self, text, chat=7, user=7, language="en", *, thread=0, age=timedelta(0), reply_to=None):
        message = {
            "message_id": next(self.numbers),
            "date": int((self.clock.now() - age).timestamp()),
            "chat": chat_of(chat),
            "text": text,
        }
        if user:
            message["from"] = person(user, language)
        if text.startswith("/"):
            length = len(text.split()[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        if thread:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to is not None:
            message["reply_to_message"] = reply_to
        return message

    async def handle(self, update):
        found = Update.de_json(update, self.application.bot)
        await self.application.update_processor.process_update(found, self.application.process_update(found))

    async def says(self, text, *args, kind="message", **more):
        """A message; what the bot called meanwhile."""
        before = len(self.wire.calls)
        await self.handle(self.update(**{kind: self.message(text, *args, **more)}))
        return self.wire.calls[before:]

    def press(self, data, chat=7, user=7, language="en", message_id=500):
        message = {
            "message_id": message_id,
            "date": 1,
            "chat": chat_of(chat),
            "text": "a recap",
            "from": wire_module.BOT,
        }
        query = {"id": str(next(self.numbers)), "from": person(user, language), "chat_instance": "1"}
        return self.update(callback_query={**query, "data": data, "message": message})

    async def presses(self, data, *args, **more):
        before = len(self.wire.calls)
        await self.handle(self.press(data, *args, **more))
        return self.wire.calls[before:]

    async def asks_inline(self, text, language="en"):
        query = {"id": str(next(self.numbers)), "from": person(7, language), "query": text, "offset": ""}
        await self.handle(self.update(inline_query=query))
        return self.wire.of("answerInlineQuery")[-1]

    def set(self, chat_id, **settings):
        self.services.chats.save(replace(self.services.chats.get(chat_id), **settings))


def person(user, language):
    return {"id": user, "is_bot": False, "first_name": "Ann <b>", "language_code": language}


def chat_of(chat):
    if isinstance(chat, dict):
        return chat
    return (
        {"id": chat, "type": "private", "first_name": "Ann"}
        if chat > 0
        else {
            "id": chat,
            "type": "supergroup",
            "title": "Desk & Co",
        }
    )


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
        async with wire_module.serving() as wire:
            application = build_application(wire_module.TOKEN, services, FEATURES, base_url=wire.base_url)
            async with started(application, services):
                wire.calls.clear()
                yield Talk(wire, application, services, clock, newsroom, itertools.count(1))

    return run


@pytest.fixture
def wire_of():
    return wire_module
