"""A publication's deliveries, written by the database itself: one statement for any number of places."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from bot.domain.chats import Place
from bot.domain.delivery import Button, DeliveryState, Kind, Part, Publication
from bot.domain.series import stamp
from bot.store.schema import deliveries, publications, slots

__all__ = ["URGENCY", "fan_out", "hand_out", "look_anew", "numbered", "parts_from", "put_publication"]

URGENCY = {kind: n for n, kind in enumerate(Kind)}

MANY = 10_000

_FAN_OUT = """
INSERT INTO deliveries (slot_id, publication_id, chat_id, thread_id, part, state, urgency, expires)
SELECT :slot_id, :publication_id, s.chat_id, s.thread_id, p.part, p.state, :urgency, :expires
FROM subscriptions s JOIN chats c ON c.chat_id = s.chat_id CROSS JOIN ({parts}) p
WHERE s.schedule_id = :schedule_id AND s.scope = :scope AND s.length_ms = :length_ms AND s.starts <= :at
  AND s.state = 'active' AND c.state = 'active' AND c.locale = :locale AND c.style = :style
ON CONFLICT (slot_id, chat_id, thread_id, part) DO NOTHING
"""


def put_publication(connection: Connection, publication: Publication, now: datetime) -> tuple[int, int]:
    """The numbers of its slot and of itself; the same slot, locale and style is the same publication."""
    slot_id = _slot_id(connection, publication.slot)
    same = (
        publications.c.slot_id == slot_id,
        publications.c.locale == publication.locale,
        publications.c.style == publication.style,
    )
    known = connection.scalar(select(publications.c.id).where(*same))
    if known is None:
        row = {**_row(publication), "slot_id": slot_id, "made": stamp(now)}
        known = connection.scalar(insert(publications).values(row).returning(publications.c.id))
    return slot_id, int(known or 0)


def fan_out(
    connection: Connection, publication: Publication, slot_id: int, publication_id: int, wanted: Mapping[str, Any]
) -> int:
    """A delivery for each part and each place that wants this; a place that has one for the slot gets no other."""
    named = {
        **wanted,
        "slot_id": slot_id,
        "publication_id": publication_id,
        "urgency": URGENCY[publication.kind],
        "expires": stamp(publication.expires),
    }
    written = connection.execute(text(_FAN_OUT.format(parts=numbered(len(publication.parts)))), named).rowcount
    look_anew(connection, written)
    return written


def hand_out(
    connection: Connection, publication: Publication, slot_id: int, publication_id: int, places: Iterable[Place]
) -> int:
    """The same for places that are named."""
    rows = [
        {
            "slot_id": slot_id,
            "publication_id": publication_id,
            "chat_id": place.chat_id,
            "thread_id": place.thread_id,
            "part": part,
            "state": _first_state(part),
            "urgency": URGENCY[publication.kind],
            "expires": stamp(publication.expires),
        }
        for place in places
        for part in range(len(publication.parts))
    ]
    if not rows:
        return 0
    columns = ", ".join(rows[0])
    marks = ", ".join(f":{name}" for name in rows[0])
    key = "slot_id, chat_id, thread_id, part"
    statement = text(f"INSERT INTO deliveries ({columns}) VALUES ({marks}) ON CONFLICT ({key}) DO NOTHING")  # noqa: S608
    before = _of_publication(connection, publication_id)
    connection.execute(statement, rows)
    return _of_publication(connection, publication_id) - before


def numbered(parts: int) -> str:
    """A query for so many parts with the state each begins in."""
    return " UNION ALL ".join(f"SELECT {n} AS part, '{_first_state(n)}' AS state" for n in range(parts))


def look_anew(connection: Connection, written: int) -> None:
    """PostgreSQL's own look at the table comes minutes later: until then it plans claims for the number before."""
    if written >= MANY and connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE deliveries"))


def parts_from(document: str) -> tuple[Part, ...]:
    """A publication's parts out of the JSON they are stored as."""
    return tuple(
        Part(
            html=part["html"],
            text=part["text"],
            buttons=tuple(tuple(Button(**button) for button in row) for row in part["buttons"]),
            photo=part["photo"],
        )
        for part in json.loads(document)
    )


def _slot_id(connection: Connection, name: str) -> int:
    connection.execute(text("INSERT INTO slots (name) VALUES (:name) ON CONFLICT (name) DO NOTHING"), {"name": name})
    return int(connection.execute(select(slots.c.id).where(slots.c.name == name)).scalar_one())


def _row(publication: Publication) -> dict[str, Any]:
    return {
        "kind": publication.kind,
        "locale": publication.locale,
        "style": publication.style,
        "recap_id": publication.recap_id,
        "parts": json.dumps([_part(part) for part in publication.parts], ensure_ascii=False),
        "expires": stamp(publication.expires),
    }


def _part(part: Part) -> dict[str, Any]:
    buttons = [[{"text": b.text, "data": b.data, "url": b.url} for b in row] for row in part.buttons]
    return {"html": part.html, "text": part.text, "buttons": buttons, "photo": part.photo}


def _first_state(part: int) -> DeliveryState:
    return DeliveryState.WAITING if part else DeliveryState.READY


def _of_publication(connection: Connection, publication_id: int) -> int:
    rows = select(func.count()).where(deliveries.c.publication_id == publication_id)
    return connection.scalar(rows) or 0
