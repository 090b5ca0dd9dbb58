"""Deliveries on their way: claimed by a sender, marked before each call, and finished with what came of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, delete, func, select, text, update

from bot.domain.chats import ChatKind, Place, QuietHours, Silence
from bot.domain.delivery import DeliveryState, Kind, Parcel, Part, Publication
from bot.domain.series import moment, stamp
from bot.store.database import Store
from bot.store.fan_out import hand_out, parts_from, put_publication
from bot.store.messages import SentMessage, note
from bot.store.schema import chats, deliveries, messages, publications, subscriptions

__all__ = ["Outbox", "Recovered", "Result"]

OPEN = (DeliveryState.WAITING, DeliveryState.READY, DeliveryState.RETRY)
OVER = (DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.DEAD, DeliveryState.EXPIRED)
MANY = 10_000
"""Rows changed at once where there may be millions."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a call: `state` SENT with its message, RETRY with its time, UNCERTAIN, DEAD or READY (unused)."""

    delivery_id: int
    state: DeliveryState
    message_id: int = 0
    not_before: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a sender that died left: `ready` may be sent, of `uncertain` nobody knows whether they arrived, `again` are
    of those that will be sent once more."""

    ready: int
    uncertain: int
    again: int = 0


class Outbox:
    """Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._parts: dict[int, tuple[Part, ...]] = {}

    def publish(self, publication: Publication, places: Iterable[Place], now: datetime) -> int:
        """Deliveries to these places; those that have one for the same slot are left out. Returns how many."""
        with self._store.writing() as connection:
            slot_id, publication_id = put_publication(connection, publication, now)
            return hand_out(connection, publication, slot_id, publication_id, places)

    def claim(
        self, owner: str, now: datetime, limit: int, lease: timedelta, held: Collection[int] = ()
    ) -> list[Parcel]:
        """Up to `limit` parcels for this sender until the lease ends, the most urgent first; none for `held` chats."""
        with self._store.writing() as connection:
            named = {"owner": owner, "lease": stamp(now + lease), "now": stamp(now), "limit": limit}
            ids = _claim(connection, named, held)
            return self._parcels(connection, ids, now) if ids else []

    def sending(self, delivery_ids: Sequence[int], owner: str) -> list[int]:
        """Marks them before their call; returns those that are still this sender's."""
        if not delivery_ids:
            return []
        mine = (deliveries.c.id.in_(delivery_ids), deliveries.c.state == DeliveryState.CLAIMED)
        with self._store.writing() as connection:
            marked = update(deliveries).where(*mine, deliveries.c.owner == owner)
            change = {"state": DeliveryState.SENDING, "attempts": deliveries.c.attempts + 1}
            return list(connection.scalars(marked.values(change).returning(deliveries.c.id)))

    def finish(self, results: Sequence[Result], now: datetime) -> None:
        """What came of calls; a part that is over, unless it is dead or expired, makes way for the next one."""
        if not results:
            return
        with self._store.writing() as connection:
            for result in results:
                _finish(connection, result, stamp(now))

    def release(self, delivery_ids: Sequence[int], owner: str) -> None:
        """Gives back what was claimed and not sent."""
        mine = (deliveries.c.id.in_(delivery_ids), deliveries.c.owner == owner)
        with self._store.writing() as connection:
            free = update(deliveries).where(*mine, deliveries.c.state == DeliveryState.CLAIMED)
            connection.execute(free.values(state=DeliveryState.READY, owner="", lease=0))

    def stop(self, publication_id: int, reason: str, now: datetime) -> int:
        """Nothing more of it is sent: its content is at fault. Returns how many deliveries that ends."""
        with self._store.writing() as connection:
            connection.execute(update(publications).where(publications.c.id == publication_id).values(stopped=reason))
            open_ones = (deliveries.c.publication_id == publication_id, deliveries.c.state.in_(OPEN))
            ended = {"state": DeliveryState.DEAD, "reason": reason, "finished": stamp(now)}
            return connection.execute(update(deliveries).where(*open_ones).values(ended)).rowcount

    def abandon(self, delivery_id: int, reason: str, now: datetime) -> int:
        """The rest of a thread at one place is not sent either; returns how many parts that ends."""
        with self._store.writing() as connection:
            row = connection.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one()
            rest = (*_same_thread(row), deliveries.c.part > row.part, deliveries.c.state.in_(OPEN))
            ended = {"state": DeliveryState.DEAD, "reason": reason, "finished": stamp(now)}
            return connection.execute(update(deliveries).where(*rest).values(ended)).rowcount

    def expire(self, now: datetime) -> int:
        """Ends what was not sent in time."""
        due = select(deliveries.c.id).where(deliveries.c.state.in_(OPEN), deliveries.c.expires <= stamp(now))
        ended = {"state": DeliveryState.EXPIRED, "reason": "not sent in time", "finished": stamp(now)}
        done = 0
        while True:
            with self._store.writing() as connection:
                some = update(deliveries).where(deliveries.c.id.in_(due.limit(MANY).scalar_subquery()))
                count = connection.execute(some.values(ended)).rowcount
            done += count
            if count < MANY:
                return done

    def recover(self, now: datetime, resend_private: timedelta | None = None) -> Recovered:
        """Takes up what a dead sender left: claimed parcels become ready, calls under way uncertain.

        With `resend_private` a person gets the message of such a call once more after that time.
        """
        with self._store.writing() as connection:
            over = (deliveries.c.lease < stamp(now), deliveries.c.lease > 0)
            claimed = update(deliveries).where(deliveries.c.state == DeliveryState.CLAIMED, *over)
            ready = connection.execute(claimed.values(state=DeliveryState.READY, owner="", lease=0)).rowcount
            columns = (deliveries.c.id, deliveries.c.chat_id, deliveries.c.attempts)
            sending = select(*columns).where(deliveries.c.state == DeliveryState.SENDING, *over)
            lost = [_left(row, now, resend_private) for row in connection.execute(sending).all()]
            for result in lost:
                _finish(connection, result, stamp(now))
            uncertain = sum(result.state is DeliveryState.UNCERTAIN for result in lost)
            return Recovered(ready, uncertain, len(lost) - uncertain)

    def counts(self) -> Mapping[DeliveryState, int]:
        with self._store.reading() as connection:
            rows = connection.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state)).all()
        return {DeliveryState(state): number for state, number in rows}

    def oldest_ready(self) -> datetime | None:
        """When the publication that has waited longest was made, None with nothing to send."""
        waiting = select(func.min(deliveries.c.publication_id)).where(deliveries.c.state.in_(OPEN))
        with self._store.reading() as connection:
            found = connection.scalar(select(publications.c.made).where(publications.c.id == waiting.scalar_subquery()))
        return None if found is None else moment(found)

    def notices(self, since: datetime, limit: int) -> tuple[str, ...]:
        """What operators were told since then, as plain text, the latest first."""
        told = (publications.c.kind == Kind.NOTICE, publications.c.made >= stamp(since))
        found = select(publications.c.parts).where(*told).order_by(publications.c.id.desc()).limit(limit)
        with self._store.reading() as connection:
            return tuple(part.text for document in connection.scalars(found) for part in parts_from(document))

    def purge(self, before: datetime) -> int:
        """Forgets deliveries that were over before then, with publications and messages that old."""
        over = (deliveries.c.state.in_(OVER), deliveries.c.finished < stamp(before))
        done, old = 0, select(deliveries.c.id).where(*over)
        while True:
            with self._store.writing() as connection:
                ids = deliveries.c.id.in_(old.limit(MANY).scalar_subquery())
                count = connection.execute(delete(deliveries).where(ids)).rowcount
            done += count
            if count < MANY:
                break
        with self._store.writing() as connection:
            used = select(deliveries.c.id).where(deliveries.c.publication_id == publications.c.id).exists()
            connection.execute(delete(publications).where(publications.c.made < stamp(before), ~used))
            connection.execute(delete(messages).where(messages.c.time < stamp(before)))
        return done

    def _parcels(self, connection: Connection, ids: Sequence[int], now: datetime) -> list[Parcel]:
        rows = connection.execute(_PARCELS.where(deliveries.c.id.in_(ids))).all()
        unknown = {row.publication_id for row in rows} - self._parts.keys()
        if unknown:
            found = select(publications.c.id, publications.c.parts).where(publications.c.id.in_(unknown))
            fresh = {number: parts_from(document) for number, document in connection.execute(found)}
            self._parts = {**dict(list(self._parts.items())[-50:]), **fresh}
        ranked = sorted(rows, key=lambda row: (row.urgency, row.not_before, row.id))
        return [_parcel(row, self._parts[row.publication_id], now) for row in ranked]


_PARCELS = select(
    deliveries,
    publications.c.kind,
    chats.c.kind.label("chat_kind"),
    chats.c.silence,
    chats.c.quiet_from,
    chats.c.quiet_to,
    chats.c.zone,
    chats.c.previews_links,
).select_from(
    deliveries.join(publications, publications.c.id == deliveries.c.publication_id).outerjoin(
        chats, chats.c.chat_id == deliveries.c.chat_id
    )
)

_CLAIM = """
UPDATE deliveries SET state = 'claimed', owner = :owner, lease = :lease WHERE id IN (
  SELECT id FROM deliveries
  WHERE state IN ('ready', 'retry') AND not_before <= :now AND expires > :now {held}
  ORDER BY urgency, not_before, id LIMIT :limit {locked}
) RETURNING id
"""


def _claim(connection: Connection, named: Mapping[str, Any], held: Collection[int]) -> list[int]:
    numbers = ", ".join(str(int(chat_id)) for chat_id in held)
    statement = _CLAIM.format(
        held=f"AND chat_id NOT IN ({numbers})" if held else "",
        locked="FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else "",
    )
    return list(connection.scalars(text(statement), named))


def _parcel(row: Row[Any], parts: tuple[Part, ...], now: datetime) -> Parcel:
    return Parcel(
        delivery_id=row.id,
        publication_id=row.publication_id,
        place=Place(row.chat_id, row.thread_id),
        chat_kind=ChatKind(row.chat_kind or ChatKind.PRIVATE),
        index=row.part,
        part=parts[row.part],
        silent=row.part > 0 or _silent(row, now),
        reply_to=row.reply_to,
        attempts=row.attempts,
        expires=moment(row.expires),
        kind=Kind(row.kind),
        edits=row.edits,
        previews_links=bool(row.previews_links),
    )


def _silent(row: Row[Any], now: datetime) -> bool:
    if row.silence != Silence.QUIET_HOURS:
        return bool(row.silence == Silence.ALWAYS)
    hours = QuietHours(_clock(row.quiet_from), _clock(row.quiet_to))
    return hours.cover(now.astimezone(ZoneInfo(row.zone)).time())


def _clock(minutes: int) -> Any:
    return (datetime.min.replace(tzinfo=UTC) + timedelta(minutes=minutes)).time()


def _left(row: Any, now: datetime, resend_private: timedelta | None) -> Result:
    """What becomes of a call whose sender died: the first of a private chat may be made again."""
    reason = "the sender died during the call"
    if resend_private is not None and row.chat_id > 0 and row.attempts == 1:
        return Result(row.id, DeliveryState.RETRY, not_before=now + resend_private, reason=reason)
    return Result(row.id, DeliveryState.UNCERTAIN, reason=reason)


def _finish(connection: Connection, result: Result, now: int) -> None:
    """Only what is still under way can be finished: a chat may have been forgotten meanwhile."""
    over = result.state in OVER
    values = {
        "state": result.state,
        "message_id": result.message_id,
        "reason": result.reason,
        "not_before": 0 if result.not_before is None else stamp(result.not_before),
        "owner": "",
        "lease": 0,
        "finished": now if over else 0,
    }
    under_way = deliveries.c.state.in_((DeliveryState.SENDING, DeliveryState.CLAIMED))
    change = update(deliveries).where(deliveries.c.id == result.delivery_id, under_way).values(values)
    row = connection.execute(change.returning(*deliveries.c)).one_or_none()
    if row is None:
        return
    if result.state in (DeliveryState.SENT, DeliveryState.UNCERTAIN):
        _wake_next(connection, row)
    if result.state is DeliveryState.SENT and not row.edits:
        _note_delivery(connection, row, now)
        _clear_strikes(connection, row)


def _wake_next(connection: Connection, row: Row[Any]) -> None:
    """The next part answers this one, or what this one answered where nobody knows its number."""
    following = (*_same_thread(row), deliveries.c.part == row.part + 1, deliveries.c.state == DeliveryState.WAITING)
    values = {"state": DeliveryState.READY, "reply_to": row.message_id or row.reply_to}
    connection.execute(update(deliveries).where(*following).values(values))


def _clear_strikes(connection: Connection, row: Row[Any]) -> None:
    """A topic that was reached is none that is missing."""
    if row.thread_id:
        here = (subscriptions.c.chat_id == row.chat_id, subscriptions.c.thread_id == row.thread_id)
        struck = update(subscriptions).where(*here, subscriptions.c.strikes > 0)
        connection.execute(struck.values(strikes=0))


def _same_thread(row: Row[Any]) -> tuple[Any, Any, Any]:
    return (
        deliveries.c.slot_id == row.slot_id,
        deliveries.c.chat_id == row.chat_id,
        deliveries.c.thread_id == row.thread_id,
    )


def _note_delivery(connection: Connection, row: Row[Any], now: int) -> None:
    told = select(publications.c.recap_id, publications.c.locale, publications.c.style)
    recap_id, locale, style = connection.execute(told.where(publications.c.id == row.publication_id)).one()
    if recap_id:
        place = Place(row.chat_id, row.thread_id)
        note(connection, [SentMessage(place, row.message_id, recap_id, locale, style, row.part)], now)
