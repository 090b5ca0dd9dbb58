"""A venue on loopback that says what a test tells it to, a clock turned by hand, and an ear that remembers."""

import asyncio
import heapq
import itertools
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from aiohttp import ClientSession, web

from bot.sources.liquidations_contracts import Contract
from bot.sources.streams import Stream

START = datetime(2026, 11, 24, 12, tzinfo=UTC)


class ManualClock:
    """Time moves when a test says so."""

    def __init__(self, now=START):
        self._now, self._turn, self._waiting = now, itertools.count(), []

    def now(self):
        return self._now

    async def wait_until(self, moment):
        if moment <= self._now:
            return
        done = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (moment, next(self._turn), done))
        await done

    @property
    def waits(self):
        """The moments something waits for, next first."""
        return sorted(moment for moment, _, done in self._waiting if not done.done())

    async def pass_to(self, moment):
        """Everything that falls due on the way gets its turn, in order."""
        while self._waiting and self._waiting[0][0] <= moment:
            due, _, done = heapq.heappop(self._waiting)
            if not done.done():
                self._now = max(self._now, due)
                done.set_result(None)
                await settle()
        self._now = max(self._now, moment)
        await settle()

    async def pass_by(self, **length):
        await self.pass_to(self._now + timedelta(**length))


async def settle():
    """Lets everything that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


class Pulse:
    """Beats whenever the far end of a socket or the listener did something, so that nobody needs to look twice."""

    def __init__(self):
        self._beaten = asyncio.Event()

    def beat(self):
        self._beaten.set()

    async def until(self, true, patience=10):
        async with asyncio.timeout(patience):
            while not true():
                self._beaten.clear()
                await self._beaten.wait()


class Ear:
    """A listener that remembers."""

    def __init__(self, pulse):
        self.pulse = pulse
        self.events, self.notes, self.faults, self.log, self.newest = [], [], [], [], None

    def connected(self, venue, at):
        self.log.append(("connected", venue, at))
        self.pulse.beat()

    def lost(self, venue, since, fault):
        self.log.append(("lost", venue, since))
        self.faults.append(fault)
        self.pulse.beat()

    def heard(self, events, now):
        self.events += events
        self.newest = now
        self.pulse.beat()

    def noted(self, sentence):
        self.notes.append(sentence)
        self.pulse.beat()


@dataclass
class Venue:
    """A websocket server: `talk(socket, n)` is the n-th connection's far end, `status` refuses the handshake."""

    pulse: Pulse
    talk: object = None
    status: int = 101
    said: list = field(default_factory=list)
    connections: int = 0
    url: str = ""
    sockets: list = field(default_factory=list)
    transports: list = field(default_factory=list)

    async def handle(self, request):
        self.connections += 1
        self.pulse.beat()
        if self.status != 101:
            return web.Response(status=self.status, text="<html>no</html>")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        self.transports.append(request.transport)
        await self.talk(socket, self.connections)
        return socket

    async def close(self):
        """Hangs up."""
        await self.sockets[-1].close()

    async def listen(self, socket, answers=None):
        """Notes what the client says and answers it, until it goes."""
        async for message in socket:
            self.said.append(message.data)
            if answers and (reply := answers(message.data)):
                await socket.send_str(reply)
            self.pulse.beat()


@asynccontextmanager
async def serving(venue):
    app = web.Application()
    app.router.add_get("/ws", venue.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    venue.url = f"http://{host}:{port}/ws"
    try:
        yield venue
    finally:
        await runner.cleanup()


@asynccontextmanager
async def listening(dialect, venue, ear, clock):
    """A stream that runs against the venue."""
    async with serving(venue), ClientSession() as session:
        stream = Stream(dialect, venue.url, session, clock=clock, listener=ear, rng=Random(7))
        task = asyncio.create_task(stream.run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@dataclass(frozen=True)
class Bench:
    """What tests of streams are made with."""

    clock: ManualClock
    ear: Ear
    venue: Venue
    listening: object = staticmethod(listening)
    serving: object = staticmethod(serving)
    settle: object = staticmethod(settle)

    def until(self, true):
        return self.ear.pulse.until(true)


@pytest.fixture
def bench():
    pulse = Pulse()
    return Bench(ManualClock(), Ear(pulse), Venue(pulse))


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def okx_sizes():
    """What a contract of OKX stands for."""
    return {
        "BTC-USDT-SWAP": Contract("BTC", 0.01),
        "ETH-USDT-SWAP": Contract("ETH", 0.1),
        "BTC-USD-SWAP": Contract("BTC", 100.0, inverse=True),
    }
