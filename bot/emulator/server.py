"""The Bot API over HTTP on loopback, its calls remembered."""

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.emulator.accounts import Json, User
from bot.emulator.faults import Faults
from bot.emulator.files import Upload
from bot.emulator.flood import Flood
from bot.emulator.mailbox import Mailbox
from bot.emulator.methods import METHODS
from bot.emulator.people import Person
from bot.emulator.refusals import Refused
from bot.emulator.state import State
from bot.emulator.world import World

__all__ = ["TOKEN", "Call", "Emulator", "emulating"]

TOKEN = "123456789:AAGx-7fooBarBazQuxQuuxCorgeGraultGarply"  # noqa: S105 - opens nothing but this emulator
UNKNOWN = Refused(404, "Not Found: method not found")
UNAUTHORISED = Refused(401, "Unauthorized")
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Call:
    """What the bot called, with what, and what it got: the status, and the result of a call that was granted."""

    method: str
    said: Json
    code: int
    result: Any = None


@dataclass(eq=False, slots=True)
class Emulator:
    """`latency` in seconds lies on each call; `told` is called with each call after it is done."""

    token: str = TOKEN
    latency: float = 0.0
    now: Callable[[], float] = time.time
    told: Callable[[Call], None] | None = None
    faults: Faults = field(default_factory=Faults)
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    counts: Counter[str] = field(default_factory=Counter)
    address: str = ""
    state: State = field(init=False)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        bot = User(int(self.token.partition(":")[0]), "Recap", "", "recapbot", is_bot=True)
        self.state = State(World(bot, self.now), Mailbox())

    @property
    def world(self) -> World:
        return self.state.world

    @property
    def base_url(self) -> str:
        """For the bot: ends in /bot."""
        return f"{self.address}/bot"

    def person(self, first_name: str, language_code: str = "en", user_id: int = 0) -> Person:
        """Somebody new."""
        return Person(self.world.user(first_name, language_code, user_id), self.state)

    def limit(self, flood: Flood | None = None) -> Flood:
        """Puts Telegram's flood limits, or these, in force."""
        self.state.flood = flood or Flood(time.monotonic)
        return self.state.flood

    def of(self, *methods: str) -> list[Call]:
        """The calls of these methods, oldest first."""
        return [call for call in self.calls if call.method in methods]

    async def until(self, fulfilled: Callable[[], Any], seconds: float = 10) -> None:
        """Waits until a call makes it so; raises TimeoutError."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(fulfilled), seconds)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        method = request.match_info["method"]
        said = await _arguments(request)
        try:
            if request.match_info["token"] != self.token:
                raise UNAUTHORISED
            fault = self.faults.meet(method, said)
            if early := await self.faults.before(fault, request):
                return early
            if self.latency:
                await asyncio.sleep(self.latency)
            body, code = {"ok": True, "result": await self._do(method, said)}, 200
        except Refused as refused:
            fault, body, code = None, refused.body, refused.code
        await self._note(Call(method, said, code, body.get("result")))
        return await self.faults.after(fault, request, web.json_response(body, status=code))

    async def _do(self, method: str, said: Json) -> Any:
        name, mailbox = method.lower(), self.state.mailbox
        if name == "getupdates":
            return await mailbox.fetch(
                int(said.get("offset", 0)), int(said.get("limit", 100)), float(said.get("timeout", 0)), _allowed(said)
            )
        if name == "setwebhook":
            await mailbox.call_in(str(said.get("url", "")), str(said.get("secret_token", "")), _allowed(said))
            return True
        if name == "deletewebhook":
            await mailbox.recall()
            return True
        if name not in METHODS:
            raise UNKNOWN
        return METHODS[name](self.state, said)

    async def _note(self, call: Call) -> None:
        async with self._changed:
            self.counts[call.method] += 1
            if call.method != "getUpdates":
                self.calls.append(call)
            self._changed.notify_all()
        if self.told is not None:
            self.told(call)


@asynccontextmanager
async def emulating(emulator: Emulator | None = None, port: int = 0) -> AsyncIterator[Emulator]:
    """The emulator at a port of loopback, a free one where none is given."""
    emulator = emulator or Emulator()
    app = web.Application(client_max_size=16 * 2**20)
    app.router.add_route("*", "/bot{token:[^/]+}/{method}", emulator.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        emulator.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield emulator
    finally:
        await emulator.state.mailbox.recall()
        emulator.faults.lift()
        await runner.cleanup()


async def _arguments(request: web.Request) -> Json:
    """From the query, a form, or JSON; values that are JSON themselves are read."""
    said: Json = dict(request.query)
    if request.content_type == "application/json":
        said |= await request.json()
    else:
        said |= {name: _taken(value) for name, value in (await request.post()).items()}
    return {name: _value(name, value) for name, value in said.items()}


def _taken(value: object) -> object:
    return Upload(value.filename, value.file.read()) if isinstance(value, web.FileField) else value


def _value(name: str, value: Any) -> Any:
    """As Telegram reads it: JSON also where it came as text, but never in what is to be shown."""
    if name in {"text", "query", "caption"} or not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _allowed(said: Json) -> frozenset[str] | None:
    allowed = said.get("allowed_updates")
    return frozenset(allowed) if isinstance(allowed, list) and allowed else None
