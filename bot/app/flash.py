"""Flash recaps: a wave of liquidations told within seconds, once to each chat that wants to hear of one as large.

`Flash.saw` takes the waves of `bot.domain.waves.Waves`, in the running bot as the `alarm` of the intake of the venues'
streams (`bot.sources.liquidations_intake`), in a rehearsal of `bot.app.rehearsed_waves`. Several
processes may see the same wave: the store lets each chat hear of it once. The end of a wave isn't posted, and a flash
recap isn't edited when its wave grows.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Protocol

from bot.chat.newsroom import Ask, Told
from bot.chat.recap_buttons import recap_rows
from bot.chat.texts import Texts
from bot.domain.clock import Clock
from bot.domain.delivery import Kind, Part, Publication
from bot.domain.explanation import Explanation
from bot.domain.waves import Wave
from bot.domain.window import MARKET
from bot.errors import RecapError, UsageError
from bot.narrative.environment import Templates
from bot.narrative.flash import STYLE, flash
from bot.store.flashes import Flashes, Occasion

__all__ = ["Flash", "Newsdesk"]

log = logging.getLogger(__name__)

BEFORE = timedelta(hours=4)
"""The hours in which a reason is looked for."""

PATIENCE_SECONDS = 3.0
"""An alert doesn't wait longer for its reason: the wave itself is the news."""

USEFUL = timedelta(minutes=30)
"""Sent later than that, an alert is none."""


class Newsdesk(Protocol):
    """Who knows what lies behind a move."""

    async def behind(self, ask: Ask) -> tuple[Told, Explanation]:
        """A recap and its explanation; raises UsageError where there is no data for one."""


class Flash:
    """`clock` is the time of the waves, `wall` the one in which messages expire; `sent` is called for new deliveries.

    `notify` tells operators what they must know.
    """

    def __init__(
        self,
        flashes: Flashes,
        newsdesk: Newsdesk,
        templates: Templates,
        texts: Texts,
        *,
        wall: Clock,
        notify: Callable[[str], Awaitable[None]],
        sent: Callable[[], object],
    ) -> None:
        self._flashes, self._newsdesk, self._templates, self._texts = flashes, newsdesk, templates, texts
        self._wall, self._notify, self._sent = wall, notify, sent
        self._seen: dict[str, Wave] = {}
        self._news, self._told = asyncio.Event(), asyncio.Event()
        self._told.set()

    def saw(self, wave: Wave) -> None:
        """A wave began or grew; returns at once. Of waves that grow faster than they are told the last state counts."""
        self._seen[_kind(wave)] = wave
        self._told.clear()
        self._news.set()

    async def settled(self) -> None:
        """Returns when all that was seen is told."""
        await self._told.wait()

    async def run(self, stop: asyncio.Event) -> None:
        """Tells what was seen until `stop`; a failure is told to operators, and the next wave is told all the same."""
        while not stop.is_set():
            await _either(self._news, stop)
            self._news.clear()
            await self.tell_seen()
            if not self._seen:
                self._told.set()

    async def tell_seen(self) -> int:
        """Tells all waves seen since, the largest first; returns to how many chats."""
        told = 0
        while self._seen:
            kind = max(self._seen, key=lambda kind: self._seen[kind].usd)
            wave = self._seen.pop(kind)
            try:
                told += await self.tell(wave)
            except RecapError as error:
                log.warning("A wave of %s could not be told: %s", kind, error)
                await self._notify(f"A wave of liquidations ({kind}) could not be told: {error}")
        return told

    async def tell(self, wave: Wave) -> int:
        """Hands it to every chat that waits for one as large; returns to how many."""
        occasion = Occasion(_kind(wave), wave.begun, wave.end, wave.usd)
        locales = await asyncio.to_thread(self._flashes.locales, occasion)
        if not locales:
            return 0
        told = await self._published(wave, occasion, locales)
        handed = await asyncio.to_thread(self._flashes.publish, occasion, told)
        self._sent()
        log.info("%s: at least %.0f USD, told to %d chats.", occasion.kind, wave.usd, handed)
        return handed

    async def _published(self, wave: Wave, occasion: Occasion, locales: Iterable[str]) -> dict[str, Publication]:
        return {locale: await self._publication(wave, occasion, locale) for locale in sorted(locales)}

    async def _publication(self, wave: Wave, occasion: Occasion, locale: str) -> Publication:
        told, explanation = await self._behind(wave, locale)
        thread = await asyncio.to_thread(flash, wave, explanation, locale, self._templates)
        *first, last = thread.posts
        rows = () if told is None else recap_rows(told, self._texts.of(locale))
        parts = (*(Part(post.html, post.text) for post in first), Part(last.html, last.text, rows))
        slot = f"{occasion.slot}{wave.end:%Y-%m-%dT%H:%M:%S.%fZ}/{wave.usd:.0f}"
        expires = self._wall.now() + USEFUL
        return Publication(slot, Kind.FLASH, parts, expires, locale, STYLE, "" if told is None else told.recap_id)

    async def _behind(self, wave: Wave, locale: str) -> tuple[Told | None, Explanation | None]:
        """What the hours before show, nothing where there is no data or no time."""
        scope = MARKET.name if wave.asset == "BTC" else wave.asset
        ask = Ask(scope, BEFORE, wave.end.replace(second=0, microsecond=0), locale)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._newsdesk.behind(ask)
        except (UsageError, TimeoutError) as reason:
            log.info(
                "A wave of %s is told without a reason: %s", _kind(wave), str(reason) or "it took too long to find"
            )
            return None, None


def _kind(wave: Wave) -> str:
    return f"{wave.asset}/{wave.side}"


async def _either(*events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
