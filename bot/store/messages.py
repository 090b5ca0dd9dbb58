"""Messages that tell a recap: what a reply to one is about, and which to edit when a figure is corrected."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, text

from bot.domain.chats import Place
from bot.domain.delivery import Kind, Part, Publication
from bot.domain.series import stamp
from bot.store.database import Store
from bot.store.fan_out import URGENCY, parts_from, put_publication
from bot.store.schema import messages, publications

__all__ = ["Daily", "Messages", "SentMessage", "note"]

_EDITS = """
INSERT INTO deliveries (slot_id, publication_id, chat_id, thread_id, part, state, urgency, expires, edits)
SELECT :slot_id, :publication_id, m.chat_id, m.thread_id, m.part, 'ready', :urgency, :expires, m.message_id
FROM messages m JOIN chats c ON c.chat_id = m.chat_id
WHERE m.recap_id = :recap_id AND m.locale = :locale AND m.style = :style AND m.part IN ({parts}) AND m.time > :since
  AND c.state = 'active' AND NOT EXISTS (
    SELECT 1 FROM messages later
    WHERE later.chat_id = m.chat_id AND later.thread_id = m.thread_id AND later.time > m.time
      AND later.recap_id <> m.recap_id AND later.style <> 'flash'
  )
ON CONFLICT (slot_id, chat_id, thread_id, part) DO NOTHING
"""


_NOTE = """
INSERT INTO messages (chat_id, message_id, thread_id, recap_id, locale, style, part, time)
VALUES (:chat_id, :message_id, :thread_id, :recap_id, :locale, :style, :part, :time)
ON CONFLICT (chat_id, message_id) DO UPDATE SET
  thread_id = excluded.thread_id, recap_id = excluded.recap_id, locale = excluded.locale, style = excluded.style,
  part = excluded.part, time = excluded.time
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


@dataclass(frozen=True, slots=True)
class Daily:
    """A recap as it was handed out on schedule in one language and style."""

    recap_id: str
    locale: str
    style: str
    parts: tuple[Part, ...]


class Messages:
    """Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, sent: Iterable[SentMessage], now: datetime) -> None:
        """Messages sent in answer to somebody; those of the outbox note themselves."""
        with self._store.writing() as connection:
            note(connection, sent, stamp(now))

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

    def dailies(self, since: datetime) -> tuple[Daily, ...]:
        """The recaps that were handed out on schedule since then, in each language and style."""
        scheduled = (publications.c.kind == Kind.DAILY, publications.c.recap_id != "")
        found = select(publications).where(*scheduled, publications.c.made > stamp(since)).order_by(publications.c.id)
        with self._store.reading() as connection:
            rows = connection.execute(found).all()
        return tuple(Daily(row.recap_id, row.locale, row.style, parts_from(row.parts)) for row in rows)

    def correct(
        self, publication: Publication, now: datetime, *, since: datetime | None = None, only: Collection[int] = ()
    ) -> int:
        """Queues its parts, or `only` some of them, to replace the messages that told `recap_id` since then.

        They must be of its locale and style, and the last recap of their place; a flash recap after them is none.
        What has the same slot happens once, so a slot that names the recap alone allows one correction. Returns how
        many messages are to be edited.
        """
        parts = sorted(only) or range(len(publication.parts))
        statement = text(_EDITS.format(parts=", ".join(str(int(part)) for part in parts)))
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
                "since": 0 if since is None else stamp(since),
            }
            return connection.execute(statement, named).rowcount


def note(connection: Connection, sent: Iterable[SentMessage], now: int) -> None:
    """Inside a transaction: the messages, each in place of what was noted under its number."""
    if rows := [_row(message, now) for message in sent]:
        connection.execute(text(_NOTE), rows)


def _row(message: SentMessage, now: int) -> dict[str, int | str]:
    return {
        "chat_id": message.place.chat_id,
        "message_id": message.message_id,
        "thread_id": message.place.thread_id,
        "recap_id": message.recap_id,
        "locale": message.locale,
        "style": message.style,
        "part": message.part,
        "time": now,
    }


def _message(row: Row[Any]) -> SentMessage:
    place = Place(row.chat_id, row.thread_id)
    return SentMessage(place, row.message_id, row.recap_id, row.locale, row.style, row.part)
