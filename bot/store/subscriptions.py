"""What places subscribed to. Schedules alike are stored once, so that a tick looks at few rows however many chats."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, case, delete, func, insert, select, update

from bot.domain.chats import Place, Schedule, Subscription, SubscriptionState
from bot.domain.schedule import next_slot
from bot.domain.series import moment, stamp
from bot.errors import UsageError
from bot.store.database import Store
from bot.store.schema import schedules, subscriptions

__all__ = ["MOST_PER_CHAT", "Subscriptions", "schedule_of"]

MOST_PER_CHAT = 20
STRIKES = 3
STRIKE_SPAN = timedelta(hours=24)
"""A topic that is missing so often in a row, over that time at least, is taken for gone."""

_JOINED = subscriptions.join(schedules, schedules.c.id == subscriptions.c.schedule_id)
_WHOLE = select(subscriptions, schedules.c.zone, schedules.c.times, schedules.c.weekdays).select_from(_JOINED)


class Subscriptions:
    """Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, chat_id: int) -> tuple[Subscription, ...]:
        """A chat's, in all its topics, the oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute(_WHOLE.where(subscriptions.c.chat_id == chat_id).order_by(subscriptions.c.id))
            return tuple(map(_subscription, rows))

    def all(self) -> Iterator[Subscription]:
        with self._store.reading() as connection:
            yield from map(_subscription, connection.execute(_WHOLE.order_by(subscriptions.c.id)))

    def count(self) -> int:
        with self._store.reading() as connection:
            return connection.scalar(select(func.count()).select_from(subscriptions)) or 0

    def save(self, subscription: Subscription) -> Subscription:
        """Stored with its number. A place has one for each scope and length: another replaces its schedule.

        Raises UsageError where the chat has as many as it may.
        """
        with self._store.writing() as connection:
            schedule_id = _schedule_id(connection, subscription.schedule, subscription.starts)
            row = _row(subscription, schedule_id)
            known = _same(connection, subscription)
            if known is None:
                _check_number(connection, subscription.place.chat_id)
                known = connection.scalar(insert(subscriptions).values(row).returning(subscriptions.c.id))
            else:
                connection.execute(update(subscriptions).where(subscriptions.c.id == known).values(row))
            _drop_unused(connection)
            return replace(subscription, id=int(known or 0))

    def remove(self, subscription_id: int) -> bool:
        """False where there is none of that number."""
        with self._store.writing() as connection:
            done = connection.execute(delete(subscriptions).where(subscriptions.c.id == subscription_id)).rowcount
            _drop_unused(connection)
            return bool(done)

    def remove_all(self, place: Place) -> int:
        with self._store.writing() as connection:
            done = connection.execute(delete(subscriptions).where(*_at(place))).rowcount
            _drop_unused(connection)
            return done

    def pause(self, subscription_id: int, reason: str = "") -> None:
        self._set(subscription_id, state=SubscriptionState.PAUSED, reason=reason)

    def resume(self, subscription_id: int, now: datetime) -> None:
        """From the next slot on: what was missed stays missed."""
        self._set(subscription_id, state=SubscriptionState.ACTIVE, reason="", starts=stamp(now), strikes=0, struck=0)

    def strike(self, place: Place, now: datetime, reason: str) -> bool:
        """Notes that the topic could not be reached; True where that ends its subscriptions.

        What arrives there in between makes the count begin anew.
        """
        with self._store.writing() as connection:
            first = case((subscriptions.c.strikes == 0, stamp(now)), else_=subscriptions.c.struck)
            counted = {"strikes": subscriptions.c.strikes + 1, "struck": first}
            connection.execute(update(subscriptions).where(*_at(place)).values(counted))
            over = (
                subscriptions.c.state != SubscriptionState.TOPIC_GONE,
                subscriptions.c.strikes >= STRIKES,
                subscriptions.c.struck <= stamp(now - STRIKE_SPAN),
            )
            gone = {"state": SubscriptionState.TOPIC_GONE, "reason": reason}
            return bool(connection.execute(update(subscriptions).where(*_at(place), *over).values(gone)).rowcount)

    def _set(self, subscription_id: int, **values: object) -> None:
        with self._store.writing() as connection:
            connection.execute(update(subscriptions).where(subscriptions.c.id == subscription_id).values(values))


def schedule_of(zone: str, times: str, weekdays: str) -> Schedule:
    """A schedule out of its row's texts."""
    clocks = tuple(time.fromisoformat(text) for text in times.split(","))
    return Schedule(zone, clocks, frozenset(map(int, weekdays)))


def _at(place: Place) -> tuple[Any, Any]:
    return subscriptions.c.chat_id == place.chat_id, subscriptions.c.thread_id == place.thread_id


def _schedule_id(connection: Connection, schedule: Schedule, starts: datetime) -> int:
    row = {
        "zone": schedule.zone,
        "times": ",".join(f"{clock:%H:%M}" for clock in sorted(set(schedule.times))),
        "weekdays": "".join(map(str, sorted(schedule.weekdays))),
    }
    same = [schedules.c[name] == text for name, text in row.items()]
    known = connection.scalar(select(schedules.c.id).where(*same))
    if known is not None:
        return int(known)
    first = {**row, "next_at": stamp(next_slot(schedule, starts).at)}
    return int(connection.execute(insert(schedules).values(first).returning(schedules.c.id)).scalar_one())


def _same(connection: Connection, subscription: Subscription) -> int | None:
    key = (subscriptions.c.scope == subscription.scope, subscriptions.c.length_ms == _length(subscription))
    return connection.scalar(select(subscriptions.c.id).where(*_at(subscription.place), *key))


def _check_number(connection: Connection, chat_id: int) -> None:
    there = select(func.count()).select_from(subscriptions).where(subscriptions.c.chat_id == chat_id)
    if (connection.scalar(there) or 0) >= MOST_PER_CHAT:
        raise UsageError(f"A chat can have {MOST_PER_CHAT} subscriptions. Remove one with /unsubscribe first.")


def _drop_unused(connection: Connection) -> None:
    used = select(subscriptions.c.schedule_id).where(subscriptions.c.schedule_id == schedules.c.id).exists()
    connection.execute(delete(schedules).where(~used))


def _length(subscription: Subscription) -> int:
    return subscription.length // timedelta(milliseconds=1)


def _row(subscription: Subscription, schedule_id: int) -> dict[str, Any]:
    return {
        "chat_id": subscription.place.chat_id,
        "thread_id": subscription.place.thread_id,
        "scope": subscription.scope,
        "length_ms": _length(subscription),
        "schedule_id": schedule_id,
        "starts": stamp(subscription.starts),
        "state": subscription.state,
        "reason": subscription.reason,
        "strikes": subscription.strikes,
        "struck": 0,
    }


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        place=Place(row.chat_id, row.thread_id),
        schedule=schedule_of(row.zone, row.times, row.weekdays),
        starts=moment(row.starts),
        scope=row.scope,
        length=timedelta(milliseconds=row.length_ms),
        state=SubscriptionState(row.state),
        reason=row.reason,
        strikes=row.strikes,
        id=row.id,
    )
