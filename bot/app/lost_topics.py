"""A forum topic that can't be reached any more: said once in its group, where everybody sees it."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from bot.chat.texts import Texts
from bot.domain.chats import Chat, Place
from bot.domain.clock import Clock
from bot.domain.delivery import Kind, Part, Publication
from bot.store.chats import Chats
from bot.store.outbox import Outbox

__all__ = ["LostTopics"]

LASTS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LostTopics:
    """Recaps of the topic never go elsewhere by themselves: this line alone goes to General."""

    outbox: Outbox
    chats: Chats
    texts: Texts
    clock: Clock

    async def __call__(self, place: Place) -> None:
        chat = await asyncio.to_thread(self.chats.get, place.chat_id)
        if chat is None or not place.thread_id:
            return
        notice = self._notice(chat, place)
        await asyncio.to_thread(self.outbox.publish, notice, [Place(place.chat_id)], self.clock.now())

    def _notice(self, chat: Chat, place: Place) -> Publication:
        now, tongue = self.clock.now(), self.texts.of(chat.locale)
        part = Part(str(tongue.html("places.topic_lost")), tongue.plain("places.topic_lost"))
        slot = f"topic/{place.chat_id}/{place.thread_id}/{now:%Y-%m-%d}"
        return Publication(slot, Kind.NOTICE, (part,), now + LASTS, chat.locale, chat.style)
