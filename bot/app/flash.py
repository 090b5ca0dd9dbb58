"""Flash recaps: each wave of liquidations is told once, to the chats that want to know."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.chat.newsroom import Ask, Newsroom, Told
from bot.chat.recap_buttons import recap_rows
from bot.chat.texts import Texts
from bot.domain.chats import Chat, ChatKind, Place
from bot.domain.clock import Clock
from bot.domain.delivery import Kind, Part, Publication
from bot.domain.waves import Wave
from bot.errors import RecapError
from bot.narrative.environment import Templates
from bot.narrative.flash import flash
from bot.sources.liquidations_rows import PUBLISHERS
from bot.store.chats import Chats
from bot.store.outbox import Outbox
from bot.store.subscriptions import Subscriptions

__all__ = ["Flash"]

log = logging.getLogger(__name__)

BEFORE = timedelta(hours=4)
"""The stretch that is told below a wave."""

LASTS = timedelta(minutes=15)
"""Later than that it is no news."""

LONGEST = 4096


@dataclass(frozen=True, eq=False)
class Flash:
    """`alarm` takes waves as they are seen, `run` tells them one after the other; `nudge` wakes the sender."""

    newsroom: Newsroom
    chats: Chats
    subscriptions: Subscriptions
    outbox: Outbox
    templates: Templates
    texts: Texts
    clock: Clock
    nudge: Callable[[], object]
    _waves: "asyncio.Queue[Wave]" = field(default_factory=asyncio.Queue)

    def alarm(self, wave: Wave) -> None:
        """Called in the turn in which the wave is seen."""
        self._waves.put_nowait(wave)

    async def run(self) -> None:
        """Tells waves until cancelled; a database that fails is logged, and the next wave is told."""
        while True:
            wave = await self._waves.get()
            try:
                count = await self.tell(wave)
            except RecapError as error:
                log.warning("A wave of %s could not be told: %s", wave.asset, error)
            else:
                log.info("A wave of %s %s liquidations is told to %d chats.", wave.asset, wave.side, count)
                self.nudge()

    async def tell(self, wave: Wave) -> int:
        """Queues the post for every chat that wants this wave now; returns for how many."""
        now = self.clock.now()
        wanting = await asyncio.to_thread(self._wanting, wave, now)
        by_locale: dict[str, list[Chat]] = {}
        for chat in wanting:
            by_locale.setdefault(chat.locale, []).append(chat)
        return sum([await self._publish(wave, locale, found, now) for locale, found in by_locale.items()])

    def _wanting(self, wave: Wave, now: datetime) -> list[Chat]:
        """Chats whose threshold is reached and whose last flash lies far enough back."""
        alerting = [chat for chat in self.chats.alerting() if wave.usd >= chat.alerts.least_usd]
        longest = max((chat.alerts.cooldown for chat in alerting), default=timedelta(0))
        told = self.outbox.last_told(Kind.FLASH, now - longest)
        return [chat for chat in alerting if _rested(chat, told, now)]

    async def _publish(self, wave: Wave, locale: str, chats: Iterable[Chat], now: datetime) -> int:
        told = await self._before(wave, locale)
        part = self._part(wave, locale, told)
        slot = f"flash/{wave.asset}/{wave.side.value}/{wave.start:%Y-%m-%dT%H:%MZ}"
        recap_id = told.recap_id if told is not None else ""
        publication = Publication(slot, Kind.FLASH, (part,), now + LASTS, locale, "flash", recap_id)
        return await asyncio.to_thread(self._queue, publication, tuple(chats), now)

    def _queue(self, publication: Publication, chats: tuple[Chat, ...], now: datetime) -> int:
        return self.outbox.publish(publication, [self._place(chat) for chat in chats], now)

    def _place(self, chat: Chat) -> Place:
        """The topic in which the chat gets its recaps, where that is one alone."""
        if chat.kind is not ChatKind.SUPERGROUP:
            return Place(chat.chat_id)
        places = {subscription.place for subscription in self.subscriptions.of(chat.chat_id)}
        return places.pop() if len(places) == 1 else Place(chat.chat_id)

    async def _before(self, wave: Wave, locale: str) -> Told | None:
        """What is known of the hours before, None where the data doesn't tell."""
        try:
            return await self.newsroom.recap(Ask(wave.asset, BEFORE, None, locale, "brief"))
        except RecapError as reason:
            log.info("The hours before the wave of %s can't be told: %s", wave.asset, reason)
            return None

    def _part(self, wave: Wave, locale: str, told: Told | None) -> Part:
        venues = tuple(PUBLISHERS.get(venue, venue) for venue in wave.venues)
        if told is not None and told.parts:
            post, before = flash(wave, venues, True, locale, self.templates), told.parts[0]
            if len(post.html) + len(before.html) + 2 <= LONGEST:
                rows = recap_rows(told, self.texts.of(locale))
                return Part(f"{post.html}\n\n{before.html}", f"{post.text}\n\n{before.text}", rows)
        post = flash(wave, venues, False, locale, self.templates)
        return Part(post.html, post.text)


def _rested(chat: Chat, told: Mapping[int, datetime], now: datetime) -> bool:
    last = told.get(chat.chat_id)
    return last is None or now - last >= chat.alerts.cooldown
