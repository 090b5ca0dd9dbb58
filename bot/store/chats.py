"""Chats and their settings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, literal, select, text, update

from bot.domain.chats import Access, Alerts, Chat, ChatKind, ChatState, QuietHours, Silence
from bot.domain.delivery import DeliveryState
from bot.domain.series import moment, stamp
from bot.store.database import Store
from bot.store.schema import chats, deliveries, messages, subscriptions

__all__ = ["Chats"]

UNSENT = (DeliveryState.WAITING, DeliveryState.READY, DeliveryState.RETRY)
STANDING = frozenset({"state", "reason", "since"})
"""What isn't the chat's to set."""


_COLUMNS = [column.name for column in chats.columns]
_VALUES = ", ".join(f":{name}" for name in _COLUMNS)
_NEW = f"INSERT INTO chats ({', '.join(_COLUMNS)}) VALUES ({_VALUES}) ON CONFLICT (chat_id) DO NOTHING"  # noqa: S608


class Chats:
    """Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, chat_id: int) -> Chat | None:
        with self._store.reading() as connection:
            return _get(connection, chat_id)

    def get_all(self, chat_ids: Sequence[int]) -> list[Chat | None]:
        """Each chat, None where it is unknown."""
        with self._store.reading() as connection:
            rows = connection.execute(select(chats).where(chats.c.chat_id.in_(set(chat_ids))))
            known = {row.chat_id: _chat(row) for row in rows}
        return [known.get(chat_id) for chat_id in chat_ids]

    def save(self, chat: Chat) -> None:
        """These settings from now on, of a known chat or a new one; a known one stays paused or gone if it is."""
        with self._store.writing() as connection:
            _save(connection, chat, kept=STANDING)

    def touch(self, chat_id: int, kind: ChatKind, locale: str) -> Chat:
        """The chat, made with default settings where it is new, and back to life where it was gone or paused."""
        return self.touch_all([(chat_id, kind, locale)])[0]

    def touch_all(self, heard: Iterable[tuple[int, ChatKind, str]]) -> list[Chat]:
        """Several chats as in `touch`: number, kind and the language of a new one."""
        with self._store.writing() as connection:
            return [_touch(connection, *chat) for chat in heard]

    def gone(self, chat_id: int, reason: str, now: datetime) -> None:
        """Blocked, removed or deleted: settings are kept for a while, nothing more is sent."""
        with self._store.writing() as connection:
            state = {"state": ChatState.GONE, "reason": reason, "since": stamp(now)}
            connection.execute(update(chats).where(chats.c.chat_id == chat_id).values(state))
            dead = {"state": DeliveryState.DEAD, "reason": reason, "finished": stamp(now)}
            unsent = deliveries.c.state.in_(UNSENT)
            connection.execute(update(deliveries).where(deliveries.c.chat_id == chat_id, unsent).values(dead))

    def pause(self, chat_id: int, reason: str, now: datetime) -> bool:
        """The bot may not write there: nothing more is sent for the time being. False where it was known already."""
        with self._store.writing() as connection:
            state = {"state": ChatState.PAUSED, "reason": reason, "since": stamp(now)}
            served = (chats.c.chat_id == chat_id, chats.c.state == ChatState.ACTIVE)
            return bool(connection.execute(update(chats).where(*served).values(state)).rowcount)

    def migrate(self, old_id: int, new_id: int) -> None:
        """The group became a supergroup: everything about it moves to the new number, what is there already stays."""
        with self._store.writing() as connection:
            old = _get(connection, old_id)
            if old is not None and _get(connection, new_id) is None:
                _save(connection, _renumbered(old, new_id))
            connection.execute(delete(chats).where(chats.c.chat_id == old_id))
            _move(connection, subscriptions, ("thread_id", "scope", "length_ms"), old_id, new_id)
            _move(connection, deliveries, ("slot_id", "thread_id", "part"), old_id, new_id)
            connection.execute(delete(messages).where(messages.c.chat_id == old_id))

    def forget(self, chat_id: int) -> None:
        """Nothing about the chat is left."""
        with self._store.writing() as connection:
            for table in (chats, subscriptions, deliveries, messages):
                connection.execute(delete(table).where(table.c.chat_id == chat_id))

    def purge(self, gone_before: datetime) -> int:
        """Forgets chats that have been gone since before then; returns how many."""
        with self._store.reading() as connection:
            gone = (chats.c.state == ChatState.GONE, chats.c.since < stamp(gone_before))
            found = connection.scalars(select(chats.c.chat_id).where(*gone)).all()
        for chat_id in found:
            self.forget(chat_id)
        return len(found)

    def count(self) -> Mapping[ChatState, int]:
        with self._store.reading() as connection:
            rows = connection.execute(select(chats.c.state, func.count()).group_by(chats.c.state)).all()
        return {ChatState(state): number for state, number in rows}

    def all(self) -> Iterator[Chat]:
        with self._store.reading() as connection:
            yield from map(_chat, connection.execute(select(chats).order_by(chats.c.chat_id)))


def _touch(connection: Connection, chat_id: int, kind: ChatKind, locale: str) -> Chat:
    chat = _get(connection, chat_id)
    if chat is None:
        chat = Chat(chat_id, kind, locale)
        # Another process may hear of it at the same moment: those who are touched together must not fail for that.
        connection.execute(text(_NEW), _row(chat))
    elif chat.state is not ChatState.ACTIVE or chat.kind is not kind:
        chat = _active(chat, kind)
        _save(connection, chat)
    return chat


def _get(connection: Connection, chat_id: int) -> Chat | None:
    row = connection.execute(select(chats).where(chats.c.chat_id == chat_id)).one_or_none()
    return None if row is None else _chat(row)


def _save(connection: Connection, chat: Chat, kept: frozenset[str] = frozenset()) -> None:
    """Columns that are `kept` are set in a new chat only."""
    row = _row(chat)
    changes = {name: value for name, value in row.items() if name not in kept}
    if not connection.execute(update(chats).where(chats.c.chat_id == chat.chat_id).values(changes)).rowcount:
        connection.execute(insert(chats).values(row))


def _active(chat: Chat, kind: ChatKind) -> Chat:
    return _of({**_row(chat), "kind": kind, "state": ChatState.ACTIVE, "reason": "", "since": None})


def _renumbered(chat: Chat, chat_id: int) -> Chat:
    return _of({**_row(chat), "chat_id": chat_id, "kind": ChatKind.SUPERGROUP})


def _move(connection: Connection, table: Any, key: tuple[str, ...], old_id: int, new_id: int) -> None:
    """Renames the chat in rows that don't exist under the new number, and drops those that do."""
    other = table.alias()
    same = [table.c[name] == other.c[name] for name in key]
    there = select(literal(1)).where(other.c.chat_id == new_id, *same).exists()
    connection.execute(update(table).where(table.c.chat_id == old_id, ~there).values(chat_id=new_id))
    connection.execute(delete(table).where(table.c.chat_id == old_id))


def _chat(row: Row[Any]) -> Chat:
    return _of(row._asdict())


def _of(row: Mapping[str, Any]) -> Chat:
    since = row["since"]
    return Chat(
        chat_id=row["chat_id"],
        kind=ChatKind(row["kind"]),
        locale=row["locale"],
        style=row["style"],
        scope=row["scope"],
        zone=row["zone"],
        silence=Silence(row["silence"]),
        quiet=QuietHours(_clock(row["quiet_from"]), _clock(row["quiet_to"])),
        alerts=Alerts(bool(row["alerts"]), row["alert_usd"], timedelta(milliseconds=row["alert_cooldown_ms"])),
        access=Access(row["access"]),
        trusts_anonymous=bool(row["trusts_anonymous"]),
        deletes_commands=bool(row["deletes_commands"]),
        previews_links=bool(row["previews_links"]),
        state=ChatState(row["state"]),
        reason=row["reason"],
        since=None if since is None else moment(since),
    )


def _row(chat: Chat) -> dict[str, Any]:
    return {
        "chat_id": chat.chat_id,
        "kind": chat.kind,
        "locale": chat.locale,
        "style": chat.style,
        "scope": chat.scope,
        "zone": chat.zone,
        "silence": chat.silence,
        "quiet_from": _minutes(chat.quiet.start),
        "quiet_to": _minutes(chat.quiet.end),
        "alerts": int(chat.alerts.on),
        "alert_usd": chat.alerts.least_usd,
        "alert_cooldown_ms": chat.alerts.cooldown // timedelta(milliseconds=1),
        "access": chat.access,
        "trusts_anonymous": int(chat.trusts_anonymous),
        "deletes_commands": int(chat.deletes_commands),
        "previews_links": int(chat.previews_links),
        "state": chat.state,
        "reason": chat.reason,
        "since": None if chat.since is None else stamp(chat.since),
    }


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
