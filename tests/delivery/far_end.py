"""The far end of the wire: a server that takes messages as the Bot API does, keeps them, and fails when told."""

import asyncio
import contextlib
import json
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

from aiohttp import web

GONE = (403, "Forbidden: bot was blocked by the user")


@dataclass
class Message:
    """One that was taken, as it stands."""

    id: int
    chat: int
    text: str
    fields: dict
    at: float
    edits: list = field(default_factory=list)


@dataclass
class Fault:
    """`how`: an (error code, text[, parameters]) or one of lost, cut, hang, html, short, unwell."""

    how: object
    chat: int | None = None
    times: int = 1
    method: str = "send"
    html_only: bool = False
    replies_only: bool = False

    def hits(self, method, form):
        here = self.chat in (None, int(form.get("chat_id", 0)))
        formed = "parse_mode" in form or not self.html_only
        chained = "reply_parameters" in form or not self.replies_only
        return self.times > 0 and method.startswith(self.method) and here and formed and chained


class Limits:
    """Telegram's: 30 in any second overall, 20 in any minute a group, and one a second to a person, three at once."""

    def __init__(self, clock):
        self._clock, self._all, self._groups, self._people = clock, deque(), defaultdict(deque), {}

    def wait(self, chat):
        """Seconds until a message may go, 0 and counted when at once."""
        now = self._clock()
        windows = [(self._all, 30, 1.0)] + ([(self._groups[chat], 20, 60.0)] if chat < 0 else [])
        for times, most, span in windows:
            while times and times[0] <= now - span:
                times.popleft()
            if len(times) >= most:
                return times[0] + span - now
        if chat > 0 and (early := self._people.get(chat, now) - 2 - now) > 0:
            return early
        self._people[chat] = max(self._people.get(chat, now), now) + 1
        for times, _, _ in windows:
            times.append(now)
        return 0


class FarEnd:
    """`async with FarEnd() as far`: serves at `far.base_url`; `far.messages` is what arrived, in order."""

    def __init__(self, clock=time.monotonic, latency=0.0, *, limits=False, port=0):
        self.clock, self.latency, self.port = clock, latency, port
        self.limits = Limits(clock) if limits else None
        self.messages, self.faults, self.calls, self.refused = [], [], [], 0
        self.pictures, self.most_at_once, self._at_once = {}, 0, 0
        self._arrived = asyncio.Condition()
        self._closing = asyncio.Event()

    async def __aenter__(self):
        app = web.Application(client_max_size=2**24)
        app.router.add_post("/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.05, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error):
        self._closing.set()
        await self._runner.cleanup()

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.port}/bot"

    def fails(self, how, **where):
        self.faults.append(Fault(how, **where))

    def texts(self, chat=None):
        return [m.text for m in self.messages if chat in (None, m.chat)]

    async def called(self, number):
        """Returns when so many calls have come."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.calls) >= number)

    async def _answer(self, request):
        method, form = request.match_info["method"], await _form(request)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            async with self._arrived:
                self.calls.append((method, form))
                self._arrived.notify_all()
            if self.latency:
                await asyncio.sleep(self.latency)
            return await self._with_faults(request, method, form)
        finally:
            self._at_once -= 1

    async def _with_faults(self, request, method, form):
        fault = next((f for f in self.faults if f.hits(method, form)), None)
        if fault is None:
            return self._limited(method, form)
        fault.times -= 1
        match fault.how:
            case "cut":
                request.transport.close()
            case "lost":
                self._limited(method, form)
                request.transport.close()
            case "hang":
                self._limited(method, form)
                with contextlib.suppress(asyncio.CancelledError):
                    await self._closing.wait()
            case "html":
                return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
            case "short":
                self._limited(method, form)
                return web.Response(text='{"ok":true,"result":{"mess', content_type="application/json")
            case "unwell":
                return web.json_response({"ok": False, "description": "Internal"})
            case (code, text, *rest):
                return _error(code, text, *rest)
        return web.Response()

    def _limited(self, method, form):
        if method.startswith(("send", "edit")) and self.limits and (wait := self.limits.wait(int(form["chat_id"]))):
            self.refused += 1
            seconds = max(1, round(wait + 0.5))
            return _error(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
        return getattr(self, f"_{method}")(form)

    def _getMe(self, _form):  # noqa: N802 - as Telegram calls it
        return _ok({"id": 1, "is_bot": True, "first_name": "Recap", "username": "recap_bot"})

    def _sendMessage(self, form):  # noqa: N802
        return _ok(self._take(form, form["text"]))

    def _sendPhoto(self, form):  # noqa: N802
        file_id = form["photo"]
        if isinstance(file_id, bytes):
            file_id = f"file{len(self.pictures) + 1}"
            self.pictures[file_id] = form["photo"]
        elif file_id not in self.pictures:
            return _error(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        photo = [{"file_id": file_id, "file_unique_id": file_id, "width": 9, "height": 9}]
        return _ok(self._take({**form, "photo": file_id}, form.get("caption", "")) | {"photo": photo})

    def _editMessageText(self, form):  # noqa: N802
        message = next((m for m in self.messages if m.id == int(form["message_id"])), None)
        if message is None:
            return _error(400, "Bad Request: message to edit not found")
        if message.text == form["text"]:
            return _error(400, "Bad Request: message is not modified: specified new message content is the same")
        message.edits.append(message.text)
        message.text = form["text"]
        return _ok(_shown(message))

    def _take(self, form, text):
        message = Message(len(self.messages) + 1, int(form["chat_id"]), text, form, self.clock())
        self.messages.append(message)
        return _shown(message)


async def _form(request):
    data = await request.post()
    return {name: value.file.read() if isinstance(value, web.FileField) else value for name, value in data.items()}


def _shown(message):
    chat = {"id": message.chat, "type": "private" if message.chat > 0 else "supergroup", "title": "t"}
    return {"message_id": message.id, "date": 1_740_000_000, "chat": chat, "text": message.text}


def _ok(result):
    return web.json_response({"ok": True, "result": result})


def _error(code, text, parameters=None):
    document = {"ok": False, "error_code": code, "description": text, "parameters": parameters or {}}
    return web.Response(status=code, text=json.dumps(document), content_type="application/json")
