"""Due slots: each recap is made once, and handed to the outbox for every place that wants it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.chat.newsroom import Ask, Newsroom, Told
from bot.chat.recap_buttons import recap_rows
from bot.chat.texts import Texts
from bot.domain.clock import Clock
from bot.domain.delivery import Kind, Part, Publication
from bot.errors import RecapError, UsageError
from bot.store.schedules import DueSlot, Schedules, Want

__all__ = ["Broadcast", "tick"]

log = logging.getLogger(__name__)

Notify = Callable[[str], Awaitable[None]]


class Broadcast:
    """`settle` is how long after a slot its last data arrives; a slot missed by more than `catch_up` is skipped.

    `wall` gives the time in which messages expire: a rehearsal's `clock` runs faster than they travel.
    """

    def __init__(
        self,
        schedules: Schedules,
        newsroom: Newsroom,
        texts: Texts,
        *,
        clock: Clock,
        wall: Clock,
        notify: Notify,
        catch_up: timedelta,
        settle: timedelta = timedelta(0),
    ) -> None:
        self._schedules, self._newsroom, self._texts = schedules, newsroom, texts
        self._clock, self._wall, self._notify = clock, wall, notify
        self._catch_up, self._settle = catch_up, settle

    async def tick(self) -> int:
        """Serves or skips every slot that is due; returns how many deliveries that made."""
        now = self._clock.now()
        due = await asyncio.to_thread(self._schedules.due, now - self._settle)
        return sum([await self._serve(slot, now) for slot in due])

    async def _serve(self, slot: DueSlot, now: datetime) -> int:
        if now - slot.at > self._catch_up:
            await asyncio.to_thread(self._schedules.skip, slot, "the bot was down at that time")
            return 0
        told: dict[Want, Publication] = {}
        for want in await asyncio.to_thread(self._schedules.wants, slot):
            try:
                told[want] = await self._publication(slot, want)
            except UsageError as reason:
                # Data may still come: the slot stays due until it is too late for it.
                if now - slot.at + self._settle < self._catch_up / 2:
                    log.info("The recap of %s can't be told yet: %s", want.scope, reason)
                    return 0
                told[want] = self._apology(slot, want)
                await self._notify(f"The recap of {want.scope} for {slot.at:%Y-%m-%d %H:%M} UTC failed: {reason}")
        return await asyncio.to_thread(self._schedules.serve, slot, told, self._wall.now())

    async def _publication(self, slot: DueSlot, want: Want) -> Publication:
        told = await self._newsroom.recap(Ask(want.scope, want.length, slot.at, want.locale, want.style))
        return self._published(slot, want, self._parts(told, want), told.recap_id)

    def _apology(self, slot: DueSlot, want: Want) -> Publication:
        """One honest line instead of silence."""
        tongue = self._texts.of(want.locale)
        part = Part(str(tongue.html("recap.refused.no_data")), tongue.plain("recap.refused.no_data"))
        return self._published(slot, want, (part,), "")

    def _published(self, slot: DueSlot, want: Want, parts: tuple[Part, ...], recap_id: str) -> Publication:
        hours = want.length // timedelta(hours=1)
        name = f"daily/{slot.at:%Y-%m-%dT%H:%MZ}/{want.scope}/{hours}h"
        expires = self._wall.now() + self._catch_up
        return Publication(name, Kind.DAILY, parts, expires, want.locale, want.style, recap_id)

    def _parts(self, told: Told, want: Want) -> tuple[Part, ...]:
        *first, last = told.parts
        rows = recap_rows(told, self._texts.of(want.locale))
        return (*(Part(post.html, post.text) for post in first), Part(last.html, last.text, rows))


async def tick(broadcast: Broadcast, notify: Notify) -> None:
    """One tick; a database that fails is told and tried again at the next."""
    try:
        await broadcast.tick()
    except RecapError as error:
        log.warning("Slots could not be served: %s", error)
        await notify(f"Slots could not be served: {error}")
