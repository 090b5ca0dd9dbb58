"""Public hosts asked over HTTP, politely: paced, retried, mapped to other addresses, every failure one sentence.

One Client serves a process. A source calls `json` or `text` and gets what was sent, or a SourceFault that names the
host and the remedy. Addresses, questions and keys are never told: a key may stand in any of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from json import dumps
from random import Random
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urljoin, urlsplit

from aiohttp import ClientConnectionError, ClientError, ClientPayloadError, ClientResponse, ClientSession, ClientTimeout

from bot.domain.clock import Clock
from bot.sources.batch import FaultKind, SourceFault
from bot.sources.endpoints import Endpoints, host_of
from bot.sources.hosts import Pace, Turns, paces_of
from bot.sources.http_faults import garbled, parsed, refused, status_fault, unreachable
from bot.sources.http_memory import Memory
from bot.sources.http_skew import Skews

__all__ = ["Answer", "Client"]

TIMEOUT = timedelta(seconds=10)
PATIENCE = timedelta(seconds=30)
"""How long after its first turn a question is still repeated."""

TRIES = 4
LARGEST = 32_000_000
"""Bytes of an answer; the longest honest one, a list of all markets, has a third of that."""

MOST_MOVES = 5
_ELSEWHERE = {301, 302, 303, 307, 308}
_NOT_MODIFIED, _OK, _MOVED, _BAD = 304, 200, 300, 400
_KEYS = ("key", "token", "authorization", "secret")
_AGENT = "Mozilla/5.0 (compatible; market-recap-bot)"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host said: its status, headers (looked up in any case), and text."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class _Question:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    keyed: bool

    @property
    def host(self) -> str:
        return host_of(self.url)


@dataclass(slots=True)
class _Hold:
    until: datetime
    fault: SourceFault = field(repr=False)


class Client:
    """Asks hosts. `endpoints` maps a host to the address that answers in its place; times come from `clock`.

    With `check_clock` an answer is refused when most hosts date theirs more than a minute away from `clock`; turn it
    off where the clock isn't meant to show the present.
    """

    def __init__(
        self,
        endpoints: Mapping[str, str],
        clock: Clock,
        *,
        session: ClientSession | None = None,
        timeout: timedelta = TIMEOUT,
        rng: Random | None = None,
        check_clock: bool = True,
    ) -> None:
        self._endpoints, self._clock, self._session = Endpoints(endpoints), clock, session
        self._owns_session = session is None
        self._timeout = ClientTimeout(total=timeout.total_seconds())
        self._rng = rng or Random()  # noqa: S311 - it spreads retries and guards nothing
        self._check_clock = check_clock
        self._turns, self._skews, self._memory = Turns(), Skews(), Memory()
        self._holds: dict[str, _Hold] = {}
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections, unless they were handed in; nothing is asked any more."""
        self._closed = True
        if self._owns_session and self._session is not None:
            await self._session.close()
            self._session = None

    def ws_url(self, url: str) -> str:
        """Where a websocket meant for `url` connects."""
        return self._endpoints.websocket(url)

    @property
    def ahead(self) -> timedelta:
        """How far the world's clocks are ahead of this machine's, as the hosts asked so far see it."""
        return self._skews.ahead

    def clock_fault(self) -> SourceFault | None:
        """Why this machine's clock can't be trusted, as the hosts asked so far see it; None where it can."""
        return self._skews.fault()

    async def json(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        pace: Pace | None = None,
    ) -> Any:
        """The answer, read; with a body it is a POST of JSON. Raises SourceFault."""
        return parsed(host_of(url), await self.text(url, params=params, headers=headers, body=body, pace=pace))

    async def text(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        pace: Pace | None = None,
    ) -> str:
        """The answer as it was sent, or as it was sent last where nothing has changed since. Raises SourceFault."""
        address = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url
        own, sent = dict(headers or {}), None
        if body is not None:
            own, sent = {"Content-Type": "application/json"} | own, dumps(body).encode()
        conditions = self._memory.conditions(address) if sent is None else {}
        method = "GET" if sent is None else "POST"
        answer = await self.answer(method, address, headers=own | conditions, body=sent, pace=pace)
        if answer.status == _NOT_MODIFIED:
            if (kept := self._memory.text(address)) is not None:
                return kept
            # It was pushed out of memory meanwhile.
            answer = await self.answer(method, address, headers=own, body=sent, pace=pace)
        if answer.status >= _BAD:
            raise refused(host_of(url), f"it answered with status {answer.status}")
        if not _OK <= answer.status < _MOVED:
            raise refused(host_of(url), f"it has moved (status {answer.status})")
        if sent is None:
            self._memory.keep(address, answer.headers, answer.text)
        return answer.text

    async def answer(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        pace: Pace | None = None,
    ) -> Answer:
        """The answer with its status, which may be one from 300 to 499 whose text tells more. Raises SourceFault."""
        question = _Question(method, url, {"User-Agent": _AGENT, **(headers or {})}, body, _keyed(url, headers or {}))
        deadline, tries = self._clock.now() + PATIENCE, 0
        while True:
            await self._turn(question, pace, deadline)
            if not tries:
                deadline = self._clock.now() + PATIENCE
            tries += 1
            try:
                return await self._ask(question)
            except SourceFault as fault:
                await self._pause(question.host, fault, tries, deadline)

    async def _turn(self, question: _Question, pace: Pace | None, deadline: datetime) -> None:
        """Waits until the host may be asked; raises the fault for which it is left alone beyond the deadline."""
        host = question.host
        hold = self._holds.get(host)
        if hold is not None and hold.until > deadline:
            left = hold.until - self._clock.now()
            raise SourceFault(hold.fault.kind, str(hold.fault), left)
        if hold is not None:
            await self._clock.wait_until(hold.until)
        paces = {host: pace} if pace else paces_of(host, urlsplit(question.url).path)
        await self._clock.wait_until(max(self._turns.take(part, p, self._clock.now()) for part, p in paces.items()))

    async def _pause(self, host: str, fault: SourceFault, tries: int, deadline: datetime) -> None:
        """Waits for another try, or raises the fault where there is none to be had in time."""
        now = self._clock.now()
        if fault.kind in {FaultKind.BLOCKED, FaultKind.LIMITED} and fault.wait is not None:
            self._holds[host] = _Hold(now + fault.wait, fault)
        wait = fault.wait or timedelta(seconds=2 ** (tries - 1)) * self._rng.uniform(0.5, 1)
        repeatable = fault.kind in {FaultKind.UNREACHABLE, FaultKind.LIMITED}
        if not repeatable or tries >= TRIES or now + wait > deadline:
            raise fault
        await self._clock.wait_until(now + wait)

    async def _ask(self, question: _Question) -> Answer:
        host = question.host
        try:
            answer = await self._exchange(question)
        except TimeoutError:
            raise unreachable(host, "it didn't answer in time") from None
        except ClientPayloadError:
            raise unreachable(host, "it broke off in the middle of its answer") from None
        except (ClientConnectionError, OSError) as error:
            raise unreachable(host, f"the connection failed ({type(error).__name__})") from None
        except ClientError as error:
            raise garbled(host, f"speaks no HTTP that can be understood ({type(error).__name__})") from None
        self._skews.note(host, answer.headers, self._clock.now())
        fault = status_fault(host, answer.status, answer.headers, self._clock.now(), question.keyed)
        if fault is None and self._check_clock:
            fault = self._skews.fault()
        if fault is not None:
            raise fault
        self._holds.pop(host, None)
        return answer

    async def _exchange(self, question: _Question) -> Answer:
        if self._closed:
            raise refused(question.host, "this program is stopping")
        if self._session is None:
            self._session = ClientSession()
        url = question.url
        for _ in range(MOST_MOVES):
            async with self._session.request(
                question.method,
                self._endpoints.http(url),
                headers=question.headers,
                data=question.body,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                moved = response.headers.get("Location", "") if response.status in _ELSEWHERE else ""
                # A key goes to nobody else, and what was sent isn't sent twice.
                if not moved or question.keyed or question.method != "GET":
                    return Answer(response.status, response.headers, await _content(question.host, response))
                url = urljoin(url, moved)
        raise garbled(question.host, f"sends on to another address more than {MOST_MOVES} times")


async def _content(host: str, response: ClientResponse) -> str:
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > LARGEST:
            raise garbled(host, f"answered with more than {LARGEST // 1_000_000} million bytes")
    try:
        return content.decode(response.charset or "utf-8", errors="replace")
    except LookupError:
        return content.decode(errors="replace")


def _keyed(url: str, headers: Mapping[str, str]) -> bool:
    names = [name.lower() for name in headers] + [pair.partition("=")[0].lower() for pair in _query(url)]
    return any(word in name for name in names for word in _KEYS)


def _query(url: str) -> list[str]:
    return url.partition("?")[2].split("&")
