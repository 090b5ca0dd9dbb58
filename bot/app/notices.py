"""What operators must know, told to them through the outbox."""

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from html import escape

from bot.domain.chats import Place
from bot.domain.clock import Clock
from bot.domain.delivery import Kind, Part, Publication
from bot.store.outbox import Outbox

__all__ = ["Notices"]

log = logging.getLogger(__name__)

LASTS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Notices:
    """The same words reach an operator once an hour at most."""

    outbox: Outbox
    operators: frozenset[int]
    locale: str
    clock: Clock

    async def __call__(self, text: str) -> None:
        log.warning("%s", text)
        now = self.clock.now()
        mark = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
        parts = (Part(escape(text), text),)
        notice = Publication(f"notice/{now:%Y-%m-%dT%H}/{mark}", Kind.NOTICE, parts, now + LASTS, self.locale, "thread")
        places = [Place(operator) for operator in sorted(self.operators)]
        await asyncio.to_thread(self.outbox.publish, notice, places, now)
