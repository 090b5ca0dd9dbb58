"""Every public host on loopback, saying what a test tells it to, and a client that speaks HTTP to it."""

import asyncio
import json
from dataclasses import dataclass, field
from urllib.parse import unquote

import aiohttp
import pytest
from aiohttp import web

from bot.domain.series import moment
from bot.sources.batch import FaultKind, SourceFault

FAULTS = {401: FaultKind.REFUSED, 403: FaultKind.BLOCKED, 404: FaultKind.REFUSED, 429: FaultKind.LIMITED}


@dataclass
class Hosts:
    """`answers` by the beginning of host and path: what is sent as JSON, text as it is, a status, or a function."""

    answers: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def of(self, path):
        return [request for request in self.asked if path in request["path"]]

    async def handle(self, request):
        path = unquote(request.path.removeprefix("/"))
        content = await request.text()
        asked = {"path": path, "query": dict(request.query), "headers": dict(request.headers), "body": content}
        self.asked.append(asked)
        fitting = sorted((known for known in self.answers if path.startswith(known)), key=len)
        answer = self.answers[fitting[-1]] if fitting else 404
        answer = answer(asked) if callable(answer) else answer
        if isinstance(answer, int):
            return web.Response(status=answer, text="<html>no</html>", content_type="text/html")
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return web.Response(text=text)


class LoopbackClient:
    """A plain client whose every host is the test's."""

    def __init__(self, session, base):
        self._session, self._base = session, base

    async def text(self, url, *, params=None, headers=None, body=None):
        address = f"{self._base}/{url.removeprefix('https://')}"
        method = "GET" if body is None else "POST"
        host = url.split("/")[2]
        async with self._session.request(method, address, params=params, headers=headers, json=body) as response:
            if response.status != 200:
                kind = FAULTS.get(response.status, FaultKind.UNREACHABLE)
                raise SourceFault(kind, f"{host} answered with the status {response.status}.")
            return await response.text()

    async def json(self, url, *, params=None, headers=None, body=None):
        text = await self.text(url, params=params, headers=headers, body=body)
        try:
            return json.loads(text)
        except ValueError as error:
            raise SourceFault(FaultKind.GARBLED, f"{url.split('/')[2]} answered with no JSON.") from error


@pytest.fixture
def hosts():
    return Hosts()


@pytest.fixture
def visit(hosts):
    """Runs what a function makes of a client against the hosts."""

    async def run(work):
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", hosts.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = "http://{}:{}".format(*runner.addresses[0][:2])
        try:
            async with aiohttp.ClientSession() as session:
                return await work(LoopbackClient(session, base))
        finally:
            await runner.cleanup()

    return lambda work: asyncio.run(run(work))


@pytest.fixture
def rows():
    """A batch's rows by series, as (time, known, value) in ISO text."""

    def told(batch, series):
        return [
            (f"{moment(time):%Y-%m-%d %H:%M}", f"{moment(known):%Y-%m-%d %H:%M}", value)
            for points in batch.points
            if points.columns.series == series
            for time, known, value in zip(points.columns.time, points.columns.known, points.columns.value, strict=True)
        ]

    return told
