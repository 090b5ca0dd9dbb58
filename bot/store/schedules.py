"""Slots that are due, and their fan-out, written together with the schedule's advance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.domain.chats import ChatState, Place, Schedule, Subscription, SubscriptionState
from bot.domain.delivery import Publication
from bot.domain.schedule import next_slot
from bot.domain.series import moment, stamp
from bot.store.database import Store
from bot.store.fan_out import fan_out, put_publication
from bot.store.schema import chats, schedules, skipped, subscriptions
from bot.store.subscriptions import schedule_of

__all__ = ["DueSlot", "Schedules", "Skipped", "Want"]


@dataclass(frozen=True, slots=True)
class Want:
    """What some places want at a slot: one text serves all of them."""

    scope: str
    length: timedelta
    locale: str
    style: str


@dataclass(frozen=True, slots=True)
class DueSlot:
    """A slot whose time has come."""

    schedule_id: int
    schedule: Schedule
    at: datetime


@dataclass(frozen=True, slots=True)
class Skipped:
    """A slot that was not served, and why."""

    at: datetime
    reason: str


class Schedules:
    """Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def due(self, now: datetime) -> tuple[DueSlot, ...]:
        """Slots up to `now`, the earliest first; a schedule that missed several gives its first."""
        with self._store.reading() as connection:
            found = select(schedules).where(schedules.c.next_at <= stamp(now)).order_by(schedules.c.next_at)
            rows = connection.execute(found).all()
            return tuple(
                DueSlot(row.id, schedule_of(row.zone, row.times, row.weekdays), moment(row.next_at)) for row in rows
            )

    def wants(self, slot: DueSlot) -> Mapping[Want, int]:
        """What the places of a slot want, with the number of places that want each."""
        with self._store.reading() as connection:
            return _wants(connection, slot.schedule_id, stamp(slot.at))

    def soonest(self) -> datetime | None:
        """When the next slot of all is due."""
        with self._store.reading() as connection:
            found = connection.scalar(select(func.min(schedules.c.next_at)))
        return None if found is None else moment(found)

    def serve(self, slot: DueSlot, publications: Mapping[Want, Publication], now: datetime) -> int:
        """Writes the deliveries of all wants and moves the schedule on, as a whole; returns how many were written.

        0 where another process served the slot before.
        """
        with self._store.writing() as connection:
            if not _advance(connection, slot):
                return 0
            return sum(_serve(connection, slot, want, publication, now) for want, publication in publications.items())

    def skip(self, slot: DueSlot, reason: str) -> None:
        """Too late for this slot: it is remembered with the reason, and the schedule moves on to its next one."""
        with self._store.writing() as connection:
            if _advance(connection, slot):
                connection.execute(delete(skipped).where(skipped.c.schedule_id == slot.schedule_id))
                row = {"schedule_id": slot.schedule_id, "slot": stamp(slot.at), "reason": reason}
                connection.execute(insert(skipped).values(row))

    def recompute(self, now: datetime) -> int:
        """Puts right every next slot that the zones' rules have moved; returns how many. After an update of them."""
        moved = 0
        with self._store.writing() as connection:
            for row in connection.execute(select(schedules).where(schedules.c.next_at > stamp(now))).all():
                right = stamp(next_slot(schedule_of(row.zone, row.times, row.weekdays), now).at)
                if right != row.next_at:
                    connection.execute(update(schedules).where(schedules.c.id == row.id).values(next_at=right))
                    moved += 1
        return moved

    def next_of(self, subscription: Subscription, now: datetime) -> datetime | None:
        """When the subscription is served next; None where it is paused."""
        if subscription.state is not SubscriptionState.ACTIVE:
            return None
        return next_slot(subscription.schedule, max(now, subscription.starts - timedelta(milliseconds=1))).at

    def last_skipped(self, place: Place) -> Skipped | None:
        """The latest slot that a subscription of the place should have got and did not."""
        mine = skipped.join(subscriptions, subscriptions.c.schedule_id == skipped.c.schedule_id)
        where = (
            subscriptions.c.chat_id == place.chat_id,
            subscriptions.c.thread_id == place.thread_id,
            subscriptions.c.starts <= skipped.c.slot,
        )
        found = select(skipped).select_from(mine).where(*where).order_by(skipped.c.slot.desc()).limit(1)
        with self._store.reading() as connection:
            row = connection.execute(found).one_or_none()
        return None if row is None else Skipped(moment(row.slot), row.reason)


def _wants(connection: Connection, schedule_id: int, at: int) -> Mapping[Want, int]:
    wanted = (subscriptions.c.scope, subscriptions.c.length_ms, chats.c.locale, chats.c.style)
    rows = connection.execute(
        select(*wanted, func.count())
        .select_from(subscriptions.join(chats, chats.c.chat_id == subscriptions.c.chat_id))
        .where(
            subscriptions.c.schedule_id == schedule_id,
            subscriptions.c.state == SubscriptionState.ACTIVE,
            subscriptions.c.starts <= at,
            chats.c.state == ChatState.ACTIVE,
        )
        .group_by(*wanted)
    )
    return {Want(scope, timedelta(milliseconds=length), locale, style): n for scope, length, locale, style, n in rows}


def _advance(connection: Connection, slot: DueSlot) -> bool:
    """Moves the schedule to the slot after this one; False where somebody has moved it already."""
    here = (schedules.c.id == slot.schedule_id, schedules.c.next_at == stamp(slot.at))
    following = next_slot(slot.schedule, slot.at).at
    return bool(connection.execute(update(schedules).where(*here).values(next_at=stamp(following))).rowcount)


def _serve(connection: Connection, slot: DueSlot, want: Want, publication: Publication, now: datetime) -> int:
    slot_id, publication_id = put_publication(connection, publication, now)
    wanted = {
        "schedule_id": slot.schedule_id,
        "at": stamp(slot.at),
        "scope": want.scope,
        "length_ms": want.length // timedelta(milliseconds=1),
        "locale": want.locale,
        "style": want.style,
    }
    return fan_out(connection, publication, slot_id, publication_id, wanted)
