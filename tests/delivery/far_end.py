"""The emulated Telegram as senders need it: every chat is there, what arrived is kept in order, and calls fail."""

import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from bot.emulator import Emulator, Flood, Message, Topic, World, emulating
from bot.emulator.accounts import Member
from bot.emulator.faults import Fault
from bot.emulator.refusals import Refused

TOKEN = "1:x"
OK = 200


@dataclass
class Arrived:
    """A message that was taken: as it was sent, as it stands now, and when it came."""

    fields: dict
    shown: Message
    at: float

    @property
    def id(self):
        return self.shown.message_id

    @property
    def chat(self):
        return self.shown.chat.id

    @property
    def text(self):
        return self.shown.text


class Everywhere(World):
    """People and groups come into being when the bot first writes to them."""

    def find(self, chat_id):
        number = int(chat_id)
        if number not in self.chats:
            self._inhabit(number)
        return super().find(number)

    def _inhabit(self, number):
        if number > 0:
            self.private(self.user("Somebody", user_id=number)).started = True
        else:
            self.supergroup("Desk", chat_id=number).members[self.bot.id] = Member("member")


class FarEnd(Emulator):
    """`async with FarEnd() as far`: serves at `far.base_url`; `far.messages` is what arrived, in order.

    `clock` gives the seconds of `at` and of Telegram's limits.
    """

    def __init__(self, clock=time.monotonic, latency=0.0, *, limits=False, port=0):
        super().__init__(token=TOKEN, latency=latency, told=self._told)
        self.state.world = Everywhere(self.world.bot, self.now)
        self.clock, self.port, self._stack = clock, port, AsyncExitStack()
        self.messages, self.most_at_once, self._at_once = [], 0, 0
        if limits:
            self.limit(Flood(clock))

    async def __aenter__(self):
        await self._stack.enter_async_context(emulating(self, self.port))
        self.port = int(self.address.rpartition(":")[2])
        return self

    async def __aexit__(self, *_error):
        await self._stack.aclose()

    async def answer(self, request):
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return await super().answer(request)
        finally:
            self._at_once -= 1

    def _told(self, call):
        if call.method in {"sendMessage", "sendPhoto"} and call.code == OK:
            message = self.message(call.said["chat_id"], call.result["message_id"])
            self.messages.append(Arrived(call.said, message, self.clock()))

    @property
    def refused(self):
        """Calls that Telegram's limits refused."""
        return self.state.flood.refused

    def texts(self):
        return [message.text for message in self.messages]

    def arrived(self):
        """How often each chat got each text."""
        return Counter((message.chat, message.text) for message in self.messages)

    def message(self, chat, number) -> Message:
        return self.world.find(chat).messages[int(number)]

    def fails(self, how: Any, *methods, chat=0, **when):
        """Calls fail: `how` is a fault, or (code, description) with which they are refused."""
        methods = methods or ("sendMessage",)
        if isinstance(how, Fault):
            self.faults.add(how, *methods, chat_id=chat, **when)
        else:
            self.faults.add(Fault.REFUSED, *methods, chat_id=chat, refusal=Refused(*how), **when)

    def waits(self, seconds, **where):
        """Calls are told to come again later."""
        refusal = Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        self.faults.add(Fault.REFUSED, "sendMessage", refusal=refusal, **where)

    def bot_is(self, chat, status):
        """The bot's standing in a chat from now on."""
        self.world.find(chat).members[self.world.bot.id] = Member(status)

    def topic(self, chat, thread_id):
        group = self.world.find(chat)
        group.forum = True
        return group.topics.setdefault(thread_id, Topic(thread_id, f"Topic {thread_id}"))

    async def called(self, number):
        """Returns when so many calls have come."""
        await self.until(lambda: len(self.calls) >= number, 30)
