"""Websockets that stay: connected, subscribed, watched for silence, and connected again."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from bot.domain.clock import Clock
from bot.domain.liquidations import LiquidationEvent
from bot.sources.batch import FaultKind, SourceFault
from bot.sources.streams_dialects import Dialect
from bot.sources.streams_repeats import Repeats

__all__ = ["Listener", "Stream"]

HANDSHAKE_SECONDS = 15
LONGEST_PAUSE = timedelta(seconds=60)
PROVEN = timedelta(minutes=1)
"""A connection that stood this long was a good one: the next pause is short again."""

BLOCKED = timedelta(days=1)
LIMITED = timedelta(minutes=10)
_BLOCKING, _LIMITING = {403, 451}, {418, 429}


class Listener(Protocol):
    """Who wants to know. `lost` tells since when nothing is sure, which may lie before now."""

    def connected(self, venue: str, at: datetime) -> None:
        """The subscription stands: from here on silence means that nothing happened."""

    def lost(self, venue: str, since: datetime, fault: SourceFault) -> None:
        """Nothing is heard any more; the stream tries again by itself."""

    def heard(self, events: Sequence[LiquidationEvent], now: datetime) -> None:
        """Closures of one frame, none of them told before."""

    def noted(self, sentence: str) -> None:
        """Something odd that stops nothing, told once a connection."""


class Stream:
    """One venue's closures, as long as `run` runs. `url` is the dialect's, or what answers in its place."""

    def __init__(
        self, dialect: Dialect, url: str, session: ClientSession, *, clock: Clock, listener: Listener, rng: Random
    ) -> None:
        self._dialect, self._url, self._session = dialect, url, session
        self._clock, self._listener, self._rng = clock, listener, rng
        self._repeats = Repeats()
        self._forget_connection()

    def _forget_connection(self) -> None:
        now = self._clock.now()
        self._since: datetime | None = None
        self._alive = self._news = now
        self._sure_until: datetime | None = None
        self._odd: set[str] = set()

    async def run(self) -> None:
        """Listens until cancelled; no fault of the venue ends it."""
        failures = 0
        while True:
            self._forget_connection()
            fault = await self._visit()
            now = self._clock.now()
            self._listener.lost(self._dialect.venue, self._sure_until or now, fault)
            proven = self._since is not None and now - self._since >= PROVEN
            failures = 0 if proven else failures + 1
            await self._clock.wait_until(now + (fault.wait or self._pause(failures)))

    def _pause(self, failures: int) -> timedelta:
        """Twice as long each time, never the same for all who were cut off at once."""
        longest = min(LONGEST_PAUSE, timedelta(seconds=2 ** min(failures, 10)))
        return longest * self._rng.uniform(0.5, 1)

    async def _visit(self) -> SourceFault:
        """One connection, from the handshake to its end."""
        try:
            await self._dialect.prepare()
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                socket = await self._session.ws_connect(self._url)
            async with socket:
                return await self._listen(socket)
        except SourceFault as fault:
            return fault
        except WSServerHandshakeError as refusal:
            return self._refused(refusal.status)
        except (ClientError, OSError) as error:
            return self._fault(FaultKind.UNREACHABLE, f"can't be reached ({type(error).__name__}); it is tried again")

    async def _listen(self, socket: ClientWebSocketResponse) -> SourceFault:
        self._alive = self._news = self._clock.now()
        for line in self._dialect.hello():
            await socket.send_str(line)
        works = [self._read(socket), self._watch(), *([self._ping(socket)] if self._dialect.ping else [])]
        tasks = [asyncio.create_task(work) for work in works]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, socket: ClientWebSocketResponse) -> SourceFault:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._take(message.data, socket)
            elif message.type is WSMsgType.ERROR:
                break
            else:
                self._note(f"{self._dialect.venue} sent a binary frame")
        return self._fault(FaultKind.UNREACHABLE, f"closed the stream (code {socket.close_code}); it is opened again")

    async def _take(self, text: str, socket: ClientWebSocketResponse) -> None:
        self._alive = now = self._clock.now()
        frame = self._dialect.read(text)
        if frame.subscribed and self._since is None:
            self._since = now
            self._listener.connected(self._dialect.venue, now)
        if frame.events:
            self._news = now
            if fresh := self._repeats.fresh(frame.events):
                self._listener.heard(fresh, now)
        if frame.fault:
            self._note(frame.fault)
        for answer in frame.answers:
            await socket.send_str(answer)

    async def _watch(self) -> SourceFault:
        """Ends when the venue has been silent for longer than it can be."""
        quiet, patience = self._dialect.quiet, self._dialect.patience
        while True:
            now = self._clock.now()
            if patience is not None and now - self._alive >= patience:
                return self._silent(self._alive, "answers no more")
            if now - self._news >= quiet:
                return self._silent(self._news, "acknowledged, then told of nothing")
            due = self._news + quiet
            await self._clock.wait_until(due if patience is None else min(due, self._alive + patience))

    def _silent(self, since: datetime, what: str) -> SourceFault:
        self._sure_until = since
        return self._fault(FaultKind.STALE, f"{what} since {since:%H:%M:%S} UTC; the stream is opened again")

    async def _ping(self, socket: ClientWebSocketResponse) -> SourceFault:
        while True:
            await self._clock.wait_until(self._clock.now() + self._dialect.ping_every)
            await socket.send_str(self._dialect.ping)

    def _note(self, sentence: str) -> None:
        if sentence not in self._odd and len(self._odd) < 10:
            self._odd.add(sentence)
            self._listener.noted(sentence)

    def _refused(self, status: int) -> SourceFault:
        if status in _BLOCKING:
            kind, wait = FaultKind.BLOCKED, BLOCKED
            remedy = "it doesn't serve this country or address; it is left alone for a day, other venues go on"
        elif status in _LIMITING:
            kind, wait, remedy = FaultKind.LIMITED, LIMITED, "too many connections; it is left alone for 10 minutes"
        else:
            kind, wait, remedy = FaultKind.UNREACHABLE, None, "it is tried again"
        return self._fault(kind, f"refused the stream with HTTP {status}: {remedy}", wait)

    def _fault(self, kind: FaultKind, what: str, wait: timedelta | None = None) -> SourceFault:
        return SourceFault(kind, f"{self._dialect.venue}: {what}", wait)
