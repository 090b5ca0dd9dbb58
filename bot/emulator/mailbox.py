"""Updates on their way to the bot: kept until it confirms them, fetched by one poller at a time or called in."""

import asyncio
import itertools
import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.emulator.accounts import Json
from bot.emulator.refusals import bad_request, conflict

__all__ = ["Mailbox", "Webhook"]

USUAL = frozenset({"message", "edited_message", "channel_post", "edited_channel_post", "callback_query"}) | {
    "inline_query",
    "chosen_inline_result",
    "my_chat_member",
}
"""What a bot gets that doesn't say what it wants."""

LONGEST_PAUSE_SECONDS = 5.0
HTTPS = 443
PORTS = frozenset({80, 88, HTTPS, 8443})
LONGEST_SECRET = 256
SECRET = re.compile(r"[A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates are called in; `reach` is the address itself, behind the TLS that the public one promises."""

    url: str
    secret: str
    reach: str


@dataclass(slots=True)
class Mailbox:
    """`confirmed` is the id below which the bot has everything; `offered` how often an update was handed out."""

    waiting: deque[Json] = field(default_factory=deque)
    webhook: Webhook | None = None
    allowed: frozenset[str] = USUAL
    confirmed: int = 0
    offered: int = 0
    last_error: str = ""
    pause_seconds: float = 0.05
    proxies: dict[str, str] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(700_000_001))
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _poll: asyncio.Event | None = None
    _calling: asyncio.Task[None] | None = None

    async def put(self, kind: str, content: Json, update_id: int = 0) -> Json:
        """A new update, or one with the id of an old; kinds the bot doesn't want are dropped."""
        update: Json = {"update_id": update_id or next(self._ids), kind: content}
        if kind in self.allowed:
            async with self._changed:
                self.waiting.append(update)
                self._changed.notify_all()
        return update

    async def settled(self) -> None:
        """Returns when the bot has taken in all there is."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self.waiting)

    async def fetch(self, offset: int, limit: int, seconds: float, allowed: frozenset[str] | None) -> list[Json]:
        """For getUpdates; raises Refused for a bot with a webhook, and for a poller whom another one displaces."""
        if self.webhook is not None:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        if self._poll is not None:
            self._poll.set()
        self._poll = mine = asyncio.Event()
        self.allowed = allowed or self.allowed
        async with self._changed:
            self._confirm(offset)
            self._changed.notify_all()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait_for(lambda: self.waiting or mine.is_set()), seconds or 0.001)
            if mine.is_set():
                raise conflict(
                    "terminated by other getUpdates request; make sure that only one bot instance is running"
                )
            self._poll = None
            found = list(itertools.islice(self.waiting, limit))
            self.offered += len(found)
            return found

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self.waiting) > -offset:
                self.waiting.popleft()
        while self.waiting and self.waiting[0]["update_id"] < offset:
            self.waiting.popleft()
        self.confirmed = max(self.confirmed, offset)

    async def call_in(self, url: str, secret: str, allowed: frozenset[str] | None) -> None:
        """For setWebhook: from now on each update is posted there, again and again until it is taken."""
        await self.recall()
        if not url:
            return
        _check(url, secret)
        public = next((public for public in self.proxies if url.startswith(public)), "")
        reach = self.proxies[public] + url.removeprefix(public) if public else url
        self.webhook, self.allowed = Webhook(url, secret, reach), allowed or self.allowed
        self._calling = asyncio.create_task(self._call(self.webhook))

    async def recall(self) -> None:
        """For deleteWebhook."""
        self.webhook = None
        if self._calling is not None:
            self._calling.cancel()
            with suppress(asyncio.CancelledError):
                await self._calling
            self._calling = None

    async def _call(self, webhook: Webhook) -> None:
        failures = 0
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
        async with ClientSession(timeout=ClientTimeout(30)) as session:
            while True:
                async with self._changed:
                    await self._changed.wait_for(lambda: bool(self.waiting))
                    update = self.waiting[0]
                self.offered += 1
                try:
                    async with session.post(webhook.reach, json=update, headers=headers) as answer:
                        self.last_error = "" if answer.ok else f"Wrong response from the webhook: {answer.status}"
                except (ClientError, TimeoutError) as error:
                    self.last_error = type(error).__name__
                failures = failures + 1 if self.last_error else 0
                if failures:
                    await asyncio.sleep(min(LONGEST_PAUSE_SECONDS, self.pause_seconds * failures))
                    continue
                async with self._changed:
                    self.waiting.remove(update)
                    self.confirmed = max(self.confirmed, update["update_id"] + 1)
                    self._changed.notify_all()


def _check(url: str, secret: str) -> None:
    """Raises Refused for what Telegram doesn't call."""
    if not url.startswith("https://"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (urlsplit(url).port or HTTPS) not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if len(secret) > LONGEST_SECRET:
        raise bad_request("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
