"""A running bot and the people around it, on an emulated Telegram."""

import itertools
from dataclasses import dataclass, field, replace

from telegram import Update

from bot.chat.services import Services
from bot.emulator import Emulator, Person, Topic
from bot.emulator.accounts import Member
from bot.emulator.entities import Formatted
from bot.emulator.faults import Fault
from bot.emulator.mailbox import Mailbox
from bot.emulator.refusals import Refused


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
    clock: object
    newsroom: object
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
