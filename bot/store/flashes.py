"""Flash recaps on their way: whoever sees a wave, in whatever process, each chat hears of it once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from bot.domain.delivery import Publication
from bot.domain.series import moment, stamp
from bot.store.database import Store
from bot.store.fan_out import URGENCY, look_anew, numbered, put_publication

__all__ = ["Flashes", "Occasion"]

REST = timedelta(minutes=30)
"""A wave that nobody saw grow for so long is over: what comes next is another one."""

LONGEST_COOLDOWN = timedelta(days=7)

_SEEN = """
INSERT INTO leases (name, owner, until) VALUES (:name, :begun, :until)
ON CONFLICT (name) DO UPDATE SET
  owner = CASE WHEN leases.until < :time THEN excluded.owner ELSE leases.owner END,
  until = CASE WHEN leases.until < excluded.until THEN excluded.until ELSE leases.until END
RETURNING owner
"""

_TOLD = """
WITH told AS (
  SELECT d.chat_id, max(p.made) AS last, max(CASE WHEN substr(s.name, 1, length(:slot)) = :slot THEN p.made END) AS same
  FROM publications p JOIN slots s ON s.id = p.slot_id JOIN deliveries d ON d.publication_id = p.id
  WHERE p.kind = 'flash' AND p.made >= :since AND d.part = 0 AND d.state NOT IN ('dead', 'expired')
  GROUP BY d.chat_id
)
"""
"""By chat: its last flash recap, and its last one of such a wave."""

_WAITING = """
FROM chats c LEFT JOIN told t ON t.chat_id = c.chat_id {more}
WHERE c.alerts = 1 AND c.state = 'active' AND c.alert_usd <= :usd
  AND (t.last IS NULL OR t.last + c.alert_cooldown_ms <= :time) AND (t.same IS NULL OR t.same < :begun)
"""

_LOCALES = f"{_TOLD} SELECT DISTINCT c.locale {_WAITING.format(more='')}"

_TOPICS = """
LEFT JOIN (
  SELECT w.chat_id, min(w.thread_id) AS thread_id FROM subscriptions w JOIN chats a ON a.chat_id = w.chat_id
  WHERE a.alerts = 1 GROUP BY w.chat_id HAVING min(w.thread_id) = max(w.thread_id)
) topic ON topic.chat_id = c.chat_id CROSS JOIN ({parts}) n
"""
"""The topic in which a chat gets its recaps, where that is one alone."""

_HAND_OUT = f"""
INSERT INTO deliveries (slot_id, publication_id, chat_id, thread_id, part, state, urgency, expires)
{_TOLD}
SELECT :slot_id, :publication_id, c.chat_id, coalesce(topic.thread_id, 0), n.part, n.state, :urgency, :expires
{_WAITING.format(more=_TOPICS)} AND c.locale = :locale
ON CONFLICT (slot_id, chat_id, thread_id, part) DO NOTHING
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

    def locales(self, occasion: Occasion) -> frozenset[str]:
        """The languages of the chats that want to hear of it: it is as large as they asked for, and news to them."""
        with self._store.writing() as connection:
            return frozenset(connection.scalars(text(_LOCALES), _named(connection, occasion)))

    def publish(self, occasion: Occasion, told: Mapping[str, Publication]) -> int:
        """One delivery to each of them, by the chat's language; those told meanwhile are left out. Returns how many."""
        with self._store.writing() as connection:
            named = _named(connection, occasion)
            return sum(_hand_out(connection, publication, named, occasion.time) for publication in told.values())


def _hand_out(connection: Connection, publication: Publication, named: Mapping[str, Any], now: datetime) -> int:
    slot_id, publication_id = put_publication(connection, publication, now)
    own = {
        "slot_id": slot_id,
        "publication_id": publication_id,
        "locale": publication.locale,
        "urgency": URGENCY[publication.kind],
        "expires": stamp(publication.expires),
    }
    statement = text(_HAND_OUT.format(parts=numbered(len(publication.parts))))
    written = connection.execute(statement, {**named, **own}).rowcount
    look_anew(connection, written)
    return written // len(publication.parts)


def _named(connection: Connection, occasion: Occasion) -> dict[str, Any]:
    """All who see a wave at once wait here for one another, so that none overlooks what the others publish."""
    _seen(connection, "flash", occasion)
    begun = _seen(connection, f"flash/{occasion.kind}", occasion)
    return {
        "begun": stamp(begun),
        "time": stamp(occasion.time),
        "since": stamp(occasion.time - LONGEST_COOLDOWN),
        "slot": occasion.slot,
        "usd": occasion.usd,
    }


def _seen(connection: Connection, name: str, occasion: Occasion) -> datetime:
    """When the wave began, for whoever saw it first; the row stays locked until the transaction ends."""
    named = {
        "name": name,
        "begun": str(stamp(occasion.begun)),
        "time": stamp(occasion.time),
        "until": stamp(occasion.time + REST),
    }
    return moment(int(str(connection.scalar(text(_SEEN), named))))
