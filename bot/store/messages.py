"""Messages that tell a recap: what a reply to one is about, and which to edit when a figure is corrected."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, text

from bot.domain.chats import Place
from bot.domain.delivery import Publication
from bot.domain.series import stamp
from bot.store.database import Store
from bot.store.fan_out import URGENCY, put_publication
from bot.store.schema import messages

__all__ = ["Messages", "SentMessage", "note"]

_EDITS = """
INSERT INTO deliveries (slot_id, publication_id, chat_id, thread_id, part, state, urgency, expires, edits)
SELECT :slot_id, :publication_id, m.chat_id, m.thread_id, m.part, 'ready', :urgency, :expires, m.message_id
FROM messages m JOIN chats c ON c.chat_id = m.chat_id
WHERE m.recap_id = :recap_id AND m.locale = :locale AND m.style = :style AND m.part < :parts AND c.state = 'active'
ON CONFLICT (slot_id, chat_id, thread_id, part) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that tells part of a recap."""

    place: Place
    message_id: int
    recap_id: str
    locale: str
    style: str
    part: int = 0


class Messages:
    """Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, message: SentMessage, now: datetime) -> None:
        """A message sent in answer to somebody; those of the outbox note themselves."""
        with self._store.writing() as connection:
            note(connection, message, stamp(now))

    def get(self, chat_id: int, message_id: int) -> SentMessage | None:
        where = (messages.c.chat_id == chat_id, messages.c.message_id == message_id)
        with self._store.reading() as connection:
            row = connection.execute(select(messages).where(*where)).one_or_none()
        return None if row is None else _message(row)

    def last(self, place: Place) -> SentMessage | None:
        """The latest there."""
        where = (messages.c.chat_id == place.chat_id, messages.c.thread_id == place.thread_id)
        latest = select(messages).where(*where).order_by(messages.c.time.desc(), messages.c.message_id.desc()).limit(1)
        with self._store.reading() as connection:
            row = connection.execute(latest).one_or_none()
        return None if row is None else _message(row)

    def of(self, recap_id: str) -> tuple[SentMessage, ...]:
        with self._store.reading() as connection:
            rows = connection.execute(select(messages).where(messages.c.recap_id == recap_id))
            return tuple(map(_message, rows))

    def correct(self, publication: Publication, now: datetime) -> int:
        """Queues its parts to replace the messages that told `recap_id` in its locale and style.

        What has the same slot happens once, so a slot that names the recap alone allows one correction. Returns how
        many messages are to be edited.
        """
        with self._store.writing() as connection:
            slot_id, publication_id = put_publication(connection, publication, now)
            named = {
                "slot_id": slot_id,
                "publication_id": publication_id,
                "urgency": URGENCY[publication.kind],
                "expires": stamp(publication.expires),
                "recap_id": publication.recap_id,
                "locale": publication.locale,
                "style": publication.style,
                "parts": len(publication.parts),
            }
            return connection.execute(text(_EDITS), named).rowcount


def note(connection: Connection, message: SentMessage, now: int) -> None:
    """Inside a transaction: the message, in place of what was noted under its number."""
    place = message.place
    same = (messages.c.chat_id == place.chat_id, messages.c.message_id == message.message_id)
    connection.execute(delete(messages).where(*same))
    row = {
        "chat_id": place.chat_id,
        "message_id": message.message_id,
        "thread_id": place.thread_id,
        "recap_id": message.recap_id,
        "locale": message.locale,
        "style": message.style,
        "part": message.part,
        "time": now,
    }
    connection.execute(insert(messages).values(row))


def _message(row: Row[Any]) -> SentMessage:
    place = Place(row.chat_id, row.thread_id)
    return SentMessage(place, row.message_id, row.recap_id, row.locale, row.style, row.part)
