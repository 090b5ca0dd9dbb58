"""The conversation itself: a line is typed, the bot does what it does, all of it is shown; and so on."""

import asyncio
import re
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from bot.app.clock import RehearsalClock, WallClock
from bot.app.conversation.screen import Button, Screen
from bot.app.conversation.settled import settled
from bot.app.conversation.stage import Stage
from bot.app.conversation.typed import Typed
from bot.app.conversation.witness import Witness
from bot.app.conversation.words import understood
from bot.app.serve import House
from bot.delivery.waiting import first, pause
from bot.emulator.entities import parse
from bot.emulator.server import Call
from bot.emulator.state import Query
from bot.emulator.world import Json

__all__ = ["Session"]

T = TypeVar("T")

STEP = timedelta(minutes=15)
"""The clock is put forward in such steps, and stops at each slot: none is missed."""

LOOK_SECONDS = 1.0
WALL = WallClock()


class _Stopped(Exception):
    """Ctrl-C, or a part of the bot failed."""


@dataclass(eq=False)
class Session:
    """`stop` ends it from outside; `left` from within."""

    house: House
    clock: RehearsalClock
    stage: Stage
    screen: Screen
    stop: asyncio.Event
    left: bool = False
    _witness: Witness = field(init=False)
    _calls: deque[Call] = field(default_factory=deque)
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _queries: list[Query] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._witness = Witness(self.stage, self.screen)

    def told(self, call: Call) -> None:
        """For the emulator: something was called."""
        if self._witness.would_show(call):
            self._calls.append(call)
            self._came.set()

    async def run(self, typed: Typed) -> None:
        """Until the input ends, somebody leaves, or `stop`."""
        try:
            while not self.left:
                self.screen.ask(self.stage.prompt)
                line = await self._until(typed.line(), prompted=True)
                self.screen.answered(line)
                if line is None:
                    return
                await self._until(self._act(line))
                await self._until(self._settled())
        except _Stopped:
            self.screen.answered(None)

    async def forward(self, length: timedelta) -> None:
        target = self.clock.now() + length
        while (now := self.clock.now()) < target:
            due = await asyncio.to_thread(self.house.services.schedules.soonest)
            stop = min(moment for moment in (target, now + STEP, due) if moment is not None and moment > now)
            self.clock.put_forward(stop - now)
            await self._look()
            await self._settled()
        self.screen.note(f"It is {self.clock.now():%Y-%m-%d %H:%M} UTC.")

    async def watch(self) -> None:
        """Time passes by itself too: slots that fall due are served."""
        while not self.stop.is_set():
            await self._look()
            await pause(WALL, LOOK_SECONDS, self.stop)

    async def _look(self) -> None:
        async with self._looking:
            await self.house.ticks.look()

    async def inline(self, text: str) -> None:
        self._queries.append(await self.stage.person.asks_inline(text))

    async def press(self, button: Button) -> None:
        url, message = button.data.get("url"), button.message
        if message is None:
            self._pick(button.data)
        elif message.chat.kind == "private" and message.chat is not self.stage.person.chat:
            self.screen.note(f"Only {message.chat.title} can press that: it stands in a private chat.")
        elif url is not None:
            await self._follow(url)
        elif "callback_data" in button.data:
            query = await self.stage.person.presses(message, button.data["callback_data"])
            self._queries.append(query)
        else:
            self.screen.note("This terminal can't do what that button does.")

    async def _act(self, line: str) -> None:
        if line.strip() and not await understood(self, line):
            await self.stage.says(line)

    async def _settled(self) -> None:
        """Until the bot has done what there was to do, the links that its answers opened included."""
        await settled(self.house, self.stage.emulator.state.mailbox)
        while self._queries:
            query = self._queries.pop(0)
            if query.answer is None:
                self.screen.note("No answer came: Telegram shows a sign of waiting.")
            elif url := str(query.answer.get("url", "")):
                await self._follow(url)
                await settled(self.house, self.stage.emulator.state.mailbox)

    async def _until(self, work: Coroutine[Any, Any, T], *, prompted: bool = False) -> T:
        """What the work gives; what is called meanwhile is shown as it comes."""
        task = asyncio.create_task(work)
        try:
            while True:
                if self._calls and prompted:
                    self.screen.answered(None)
                    self._show()
                    self.screen.ask(self.stage.prompt)
                self._show()
                if task.done():
                    return task.result()
                if self.stop.is_set():
                    raise _Stopped
                self._came.clear()
                await first(self._came.wait(), self.stop.wait(), among=(task,))
        finally:
            task.cancel()

    async def _follow(self, url: str) -> None:
        """A link of the bot opens in its private chat, or adds it to a group; any other is only shown."""
        self.screen.note(f"→ {url}")
        found = re.fullmatch(rf"https://t\.me/{self.stage.emulator.world.bot.username}(?:\?(\w+)=(.*))?", url)
        if found is None:
            return
        kind, payload = found[1], found[2] or ""
        if kind == "startgroup":
            await self.stage.group()
            await self.stage.says(f"/start@{self.stage.emulator.world.bot.username} {payload}")
        else:
            self.stage.private()
            await self.stage.says(f"/start {payload}".strip())

    def _pick(self, result: Json) -> None:
        """An inline result, said in the chat in its asker's name."""
        stage, said = self.stage, result["input_message_content"]
        content = parse(said["message_text"], said.get("parse_mode", ""))
        thread_id = stage.topic.thread_id if stage.topic is not None else 0
        message = stage.emulator.world.post(
            stage.chat, stage.person.user, content, thread_id=thread_id, keyboard=result.get("reply_markup")
        )
        self.screen.message(message, stage.place, "via @recapbot")

    def _show(self) -> None:
        while self._calls:
            self._witness.show(self._calls.popleft())
