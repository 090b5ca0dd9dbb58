"""Flash recaps on their way: whoever sees a wave, in whatever process, each chat hears of it once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, text

from bot.domain.chats import Chat, Place
from bot.domain.delivery import DeliveryState, Kind, Publication
from bot.domain.series import moment, stamp
from bot.store.chats import alerting
from bot.store.database import Store
from bot.store.fan_out import hand_out, put_publication
from bot.store.schema import chats as chats_table
from bot.store.schema import deliveries, publications, slots, subscriptions

__all__ = ["Flashes", "Occasion"]

REST = timedelta(minutes=30)
"""A wave that nobody saw grow for so long is over: what comes next is another one."""

LONGEST_COOLDOWN = timedelta(days=7)
_UNSENT = (DeliveryState.DEAD, DeliveryState.EXPIRED)

_SEEN = """
INSERT INTO leases (name, owner, until) VALUES (:name, :begun, :until)
ON CONFLICT (name) DO UPDATE SET
  owner = CASE WHEN leases.until < :time THEN excluded.owner ELSE leases.owner END,
  until = CASE WHEN leases.until < excluded.until THEN excluded.until ELSE leases.until END
RETURNING owner
"""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A wave as one process saw it: `kind` such as BTC/long, when it `begun`, and its `usd` at `time`."""

    kind: str
    begun: datetime
    time: datetime
    usd: float

    @property
    def slot(self) -> str:
        """What all flash recaps of such waves begin with."""
        return f"flash/{self.kind}/"


class Flashes:
    """Every method is one transaction and raises StoreError where the database fails.

    `made` of a flash recap is the time of its wave, so that cooldowns hold in a rehearsal too.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def waiting(self, occasion: Occasion) -> tuple[Chat, ...]:
        """The chats that want to hear of it: the wave is as large as they asked for, and news to them."""
        with self._store.writing() as connection:
            return _waiting(connection, occasion)

    def publish(self, occasion: Occasion, told: Mapping[str, Publication]) -> int:
        """One delivery to each of them, by the chat's language; those told meanwhile are left out. Returns how many."""
        with self._store.writing() as connection:
            chats = _waiting(connection, occasion)
            return sum(
                _hand_out(connection, occasion, publication, [chat for chat in chats if chat.locale == locale])
                for locale, publication in told.items()
            )


def _hand_out(connection: Connection, occasion: Occasion, publication: Publication, chats: Sequence[Chat]) -> int:
    if not chats:
        return 0
    numbers = put_publication(connection, publication, occasion.time)
    topics = _topics(connection)
    places = [Place(chat.chat_id, topics.get(chat.chat_id, 0)) for chat in chats]
    return hand_out(connection, publication, *numbers, places) // len(publication.parts)


def _topics(connection: Connection) -> dict[int, int]:
    """By chat: the topic in which it gets its recaps, where that is one alone."""
    first, last = func.min(subscriptions.c.thread_id), func.max(subscriptions.c.thread_id)
    same = chats_table.c.chat_id == subscriptions.c.chat_id
    wanting = select(subscriptions.c.chat_id, first).join(chats_table, same)
    alone = wanting.where(chats_table.c.alerts == 1).group_by(subscriptions.c.chat_id).having(first == last)
    return {row.chat_id: row[1] for row in connection.execute(alone)}


def _waiting(connection: Connection, occasion: Occasion) -> tuple[Chat, ...]:
    """All who see a wave at once wait here for one another, so that none overlooks what the others publish."""
    _seen(connection, "flash", occasion)
    begun = _seen(connection, f"flash/{occasion.kind}", occasion)
    wanting = [chat for chat in alerting(connection) if chat.alerts.least_usd <= occasion.usd]
    last, of_this = _last(connection, occasion) if wanting else ({}, {})
    return tuple(
        chat
        for chat in wanting
        if not (chat.chat_id in of_this and of_this[chat.chat_id] >= begun)
        and not (chat.chat_id in last and occasion.time < last[chat.chat_id] + chat.alerts.cooldown)
    )


def _seen(connection: Connection, name: str, occasion: Occasion) -> datetime:
    """When the wave began, for whoever saw it first; the row stays locked until the transaction ends."""
    named = {
        "name": name,
        "begun": str(stamp(occasion.begun)),
        "time": stamp(occasion.time),
        "until": stamp(occasion.time + REST),
    }
    return moment(int(str(connection.scalar(text(_SEEN), named))))


def _last(connection: Connection, occasion: Occasion) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """By chat: its last flash recap, and its last one of such a wave."""
    told = (
        select(deliveries.c.chat_id, slots.c.name, publications.c.made)
        .join_from(publications, deliveries, deliveries.c.publication_id == publications.c.id)
        .join(slots, slots.c.id == publications.c.slot_id)
        .where(
            publications.c.kind == Kind.FLASH,
            publications.c.made >= stamp(occasion.time - LONGEST_COOLDOWN),
            deliveries.c.part == 0,
            deliveries.c.state.not_in(_UNSENT),
        )
        .order_by(publications.c.made)
    )
    rows = [(chat_id, name, moment(made)) for chat_id, name, made in connection.execute(told)]
    of_this = {chat_id: made for chat_id, name, made in rows if name.startswith(occasion.slot)}
    return {chat_id: made for chat_id, _, made in rows}, of_this
