"""The far end of the wire: answers what the bot calls over HTTP, remembers it, and hands out updates."""

import asyncio
import json
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

TOKEN = "123456789:AAGx-7fooBarBazQuxQuuxCorgeGraultGarply"
USERNAME = "recapbot"
BOT = {"id": 123456789, "is_bot": True, "first_name": "Recap", "username": USERNAME}
GROUP_ID = -1001
STRUCTURED = (
    "reply_markup",
    "reply_parameters",
    "link_preview_options",
    "commands",
    "results",
    "scope",
    "allowed_updates",
)


@dataclass
class Call:
    method: str
    said: dict

    def __getattr__(self, name):
        return self.said.get(name)

    @property
    def buttons(self):
        rows = (self.said.get("reply_markup") or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


@dataclass
class Wire:
    """`calls` are all but getMe and getUpdates; `faults` answers a method with (status, body) once each, in order."""

    base_url: str = ""
    calls: list = field(default_factory=list)
    faults: dict = field(default_factory=lambda: defaultdict(list))
    updates: list = field(default_factory=list)
    gates: dict = field(default_factory=dict)
    confirmed: int = 0
    last_id: int = 1000
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def of(self, *methods):
        return [call for call in self.calls if call.method in methods]

    @property
    def messages(self):
        return self.of("sendMessage")

    async def push(self, update):
        async with self.changed:
            self.updates.append(update)
            self.changed.notify_all()

    async def until(self, fulfilled):
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(fulfilled), 10)

    async def answer(self, request):
        method = request.match_info["method"]
        said = {name: _value(name, value) for name, value in (await _said(request)).items()}
        if request.match_info["token"] != TOKEN:
            return _refused(401, "Unauthorized")
        if method == "getUpdates" and not self.faults[method]:
            return _given(await self._updates(int(said.get("offset", 0)), float(said.get("timeout", 0))))
        if method not in {"getMe", "getUpdates"}:
            await self._note(Call(method, said))
        if self.faults[method]:
            status, body = self.faults[method].pop(0)
            return web.json_response(body, status=status)
        return _given(self._result(method, said))

    async def _note(self, call):
        async with self.changed:
            self.calls.append(call)
            self.changed.notify_all()
        if call.method in self.gates:
            await self.gates[call.method].wait()

    async def _updates(self, offset, seconds):
        async with self.changed:
            self.confirmed = max(self.confirmed, offset)
            self.updates = [update for update in self.updates if update["update_id"] >= offset]
            self.changed.notify_all()
            if not self.updates:
                try:
                    await asyncio.wait_for(self.changed.wait(), seconds)
                except TimeoutError:
                    return []
            return list(self.updates)

    def _result(self, method, said):
        if method == "getMe":
            return BOT
        if method in {"sendMessage", "editMessageText"}:
            self.last_id += method == "sendMessage"
            chat = int(said["chat_id"])
            kind = "private" if chat > 0 else "supergroup"
            number = self.last_id if method == "sendMessage" else int(said["message_id"])
            return {
                "message_id": number,
                "date": 1,
                "chat": {"id": chat, "type": kind},
                "text": said["text"],
                "from": BOT,
            }
        return True


async def _said(request):
    return await request.json() if request.content_type == "application/json" else await request.post()


def _value(name, value):
    return json.loads(value) if name in STRUCTURED else value


def _given(result):
    return web.json_response({"ok": True, "result": result})


def _refused(status, description):
    return web.json_response({"ok": False, "error_code": status, "description": description}, status=status)


@asynccontextmanager
async def serving(handlers=()):
    """The wire on a port of its own, with other routes (path, handler) beside it."""
    wire = Wire()
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", wire.answer)
    for path, handler in handlers:
        app.router.add_post(path, handler)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    wire.base_url = f"http://127.0.0.1:{port}/bot"
    try:
        yield wire
    finally:
        await runner.cleanup()
