"""The far end of the wire: every public host on loopback, and a clock nobody waits for."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from urllib.parse import unquote

from aiohttp import web

from bot.sources.http import Client


class HurriedClock:
    """Nobody waits for it: it is at once where someone wants to wait until."""

    def __init__(self, now=datetime(2026, 11, 24, 12, tzinfo=UTC)):
        self.start, self._now, self.waits = now, now, []

    def now(self):
        return self._now

    def set(self, now):
        self._now = now

    async def wait_until(self, moment):
        await asyncio.sleep(0)
        if moment > self._now:
            self.waits.append(moment - self._now)
            self._now = moment

    @property
    def passed(self):
        """Seconds since the test began."""
        return (self._now - self.start).total_seconds()


@dataclass(frozen=True)
class Reply:
    """An answer with all that can be odd about it: `silent` never comes, `torn` breaks off before its end."""

    content: object = ""
    status: int = 200
    headers: dict = field(default_factory=dict)
    silent: bool = False
    torn: bool = False

    @property
    def text(self):
        return self.content if isinstance(self.content, str) else json.dumps(self.content)


@dataclass(frozen=True)
class Asked:
    """One question as it arrived; `path` begins with the host it was meant for."""

    path: str
    query: dict
    headers: dict
    body: str

    @property
    def json(self):
        return json.loads(self.body)


class FarEnd:
    """`answers[host/path]` is a Reply, what goes out as JSON, a status, or a function of what was asked.

    The longest beginning of a path counts; a `Turns` of answers gives one after the other, and the last ever after.
    `sockets[host/path]` talks to a websocket. Every answer is dated by the clock, `ahead` of it.
    """

    def __init__(self, clock):
        self.clock, self.ahead = clock, timedelta(0)
        self.answers, self.sockets, self.asked, self._base = {}, {}, [], ""

    def of(self, path):
        """The questions for addresses that begin so."""
        return [asked for asked in self.asked if asked.path.startswith(path)]

    @property
    def endpoints(self):
        hosts = {path.partition("/")[0] for path in (*self.answers, *self.sockets)}
        return {host: f"{self._base}/{host}" for host in hosts}

    async def serve(self):
        """The runner of a server that answers."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, shutdown_timeout=0.01)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._base = "http://{}:{}".format(*runner.addresses[0][:2])
        return runner

    async def run(self, work, **options):
        """What `work` makes of a client while this is served."""
        runner = await self.serve()
        try:
            async with Client(self.endpoints, self.clock, **{"rng": Random(7)} | options) as client:
                return await work(client)
        finally:
            await runner.cleanup()

    async def _handle(self, request):
        path = unquote(request.path).removeprefix("/")
        if path in self.sockets:
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            await self.sockets[path](socket)
            return socket
        asked = Asked(path, dict(request.query), dict(request.headers), await request.text())
        self.asked.append(asked)
        return await self._send(request, self._answer(asked))

    def _answer(self, asked):
        fitting = [known for known in self.answers if asked.path.startswith(known)]
        answer = self.answers[max(fitting, key=len)] if fitting else 404
        answer = answer.next() if isinstance(answer, Turns) else answer
        answer = answer(asked) if callable(answer) else answer
        if isinstance(answer, int):
            return Reply("<html><body>no</body></html>", answer)
        return answer if isinstance(answer, Reply) else Reply(answer)

    async def _send(self, request, reply):
        if reply.silent:
            await asyncio.Event().wait()
        headers = {"Date": format_datetime(self.clock.now() + self.ahead, usegmt=True)} | reply.headers
        if not reply.torn:
            return web.Response(text=reply.text, status=reply.status, headers=headers)
        response = web.StreamResponse(headers=headers | {"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(reply.text.encode()[:999])
        request.transport.close()
        return response


class Turns:
    """Answers given one after the other, the last one ever after."""

    def __init__(self, *answers):
        self._answers = list(answers)

    def next(self):
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
