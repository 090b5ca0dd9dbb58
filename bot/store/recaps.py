"""Recaps that were told, so that they can be told again and asked about."""

import hashlib
import json
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, text, update

from bot.domain.series import moment, stamp
from bot.domain.thread import Figure, Post
from bot.store.database import Store
from bot.store.schema import recaps, threads

__all__ = ["Recaps", "StoredRecap", "StoredThread", "recap_id_of"]

_FIRST = (
    "INSERT INTO recaps (id, scope, length_ms, as_of, made) VALUES (:id, :scope, :length_ms, :as_of, :made) "
    "ON CONFLICT (id) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class StoredRecap:
    """Which recap it is."""

    recap_id: str
    scope: str
    length: timedelta
    as_of: datetime


@dataclass(frozen=True, slots=True)
class StoredThread:
    """One recap in one language and style: its posts, the evidence in short, and each told cause in full.

    `figures` are the numbers of its posts, for whoever must know later what it said.
    """

    locale: str
    style: str
    posts: tuple[Post, ...]
    evidence: tuple[Post, ...]
    causes: tuple[tuple[Post, ...], ...]
    figures: tuple[Figure, ...] = ()


def recap_id_of(scope: str, length: timedelta, as_of: datetime) -> str:
    """Ten letters and digits, the same for the same recap: fit for a button's data."""
    name = f"{scope}/{length // timedelta(seconds=1)}/{stamp(as_of)}"
    return b32encode(hashlib.blake2b(name.encode(), digest_size=10).digest()).decode().lower()[:10]


class Recaps:
    """Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, recap: StoredRecap, thread: StoredThread, now: datetime) -> None:
        """The recap, and the thread in place of an earlier one in the same language and style."""
        row = {
            "id": recap.recap_id,
            "scope": recap.scope,
            "length_ms": recap.length // timedelta(milliseconds=1),
            "as_of": stamp(recap.as_of),
            "made": stamp(now),
        }
        with self._store.writing() as connection:
            connection.execute(text(_FIRST), row)
            same = (
                threads.c.recap_id == recap.recap_id,
                threads.c.locale == thread.locale,
                threads.c.style == thread.style,
            )
            document = _document(thread)
            if not connection.execute(update(threads).where(*same).values(document=document)).rowcount:
                told = {"recap_id": recap.recap_id, "locale": thread.locale, "style": thread.style}
                connection.execute(insert(threads).values(**told, document=document))

    def get(self, recap_id: str) -> StoredRecap | None:
        with self._store.reading() as connection:
            row = connection.execute(select(recaps).where(recaps.c.id == recap_id)).one_or_none()
        if row is None:
            return None
        return StoredRecap(row.id, row.scope, timedelta(milliseconds=row.length_ms), moment(row.as_of))

    def thread(self, recap_id: str, locale: str, style: str = "") -> StoredThread | None:
        """The thread in that language, in that style or any."""
        where = [threads.c.recap_id == recap_id, threads.c.locale == locale]
        found = select(threads).where(*where, *([threads.c.style == style] if style else []))
        with self._store.reading() as connection:
            row = connection.execute(found.order_by(threads.c.style.desc()).limit(1)).one_or_none()
        return None if row is None else _thread(row.locale, row.style, row.document)

    def latest(self, scope: str, length: timedelta, since: datetime) -> StoredRecap | None:
        """The newest recap of the scope and length as of `since` or later."""
        where = (recaps.c.scope == scope, recaps.c.length_ms == length // timedelta(milliseconds=1))
        newest = select(recaps).where(*where, recaps.c.as_of >= stamp(since)).order_by(recaps.c.as_of.desc()).limit(1)
        with self._store.reading() as connection:
            row = connection.execute(newest).one_or_none()
        return None if row is None else StoredRecap(row.id, scope, length, moment(row.as_of))

    def purge(self, before: datetime) -> int:
        """Forgets recaps made before then; returns how many."""
        with self._store.writing() as connection:
            old = select(recaps.c.id).where(recaps.c.made < stamp(before))
            connection.execute(delete(threads).where(threads.c.recap_id.in_(old.scalar_subquery())))
            return connection.execute(delete(recaps).where(recaps.c.made < stamp(before))).rowcount


def _document(thread: StoredThread) -> str:
    return json.dumps(
        {
            "posts": _plain(thread.posts),
            "evidence": _plain(thread.evidence),
            "causes": [_plain(posts) for posts in thread.causes],
            "figures": [[figure.text, figure.value, figure.unit, figure.reading] for figure in thread.figures],
        },
        ensure_ascii=False,
    )


def _thread(locale: str, style: str, document: str) -> StoredThread:
    row = json.loads(document)
    causes = tuple(_posts(posts) for posts in row["causes"])
    figures = tuple(Figure(*figure) for figure in row.get("figures", ()))
    return StoredThread(locale, style, _posts(row["posts"]), _posts(row["evidence"]), causes, figures)


def _plain(posts: tuple[Post, ...]) -> list[dict[str, str]]:
    return [{"text": post.text, "html": post.html} for post in posts]


def _posts(rows: list[dict[str, str]]) -> tuple[Post, ...]:
    return tuple(Post(row["text"], row["html"]) for row in rows)
