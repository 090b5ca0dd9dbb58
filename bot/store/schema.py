"""The tables as the latest migration leaves them.

Times are milliseconds since 1970 UTC. A primary key stands first in its table, in key order, and says what makes two
rows the same; the other columns may be corrected by a later write. Revisions of a point are rows of their own, because
`known` is part of the key.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

__all__ = [
    "HEAD",
    "bars",
    "chats",
    "deliveries",
    "flags",
    "headlines",
    "leases",
    "media",
    "media_files",
    "messages",
    "metadata",
    "points",
    "publications",
    "recaps",
    "releases",
    "schedules",
    "seen_updates",
    "skipped",
    "slots",
    "subscriptions",
    "threads",
    "visits",
]

HEAD = "0002"
"""The latest migration; kept here so that opening a database that is up to date needs no Alembic."""

# PostgreSQL sorts text by the server's language unless told otherwise; "C" is the order of SQLite and Python.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
# Only an INTEGER key numbers its rows by itself in SQLite.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()


def _key(name: str) -> Column[object]:
    return Column(name, BigInteger if name in {"time", "known"} else _TEXT, primary_key=True)


def _id() -> Column[int]:
    return Column("id", _NUMBER, primary_key=True, autoincrement=True)


def _number(name: str, default: int | None = None) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=None if default is None else str(default))


def _word(name: str, default: str | None = None) -> Column[str]:
    return Column(name, _TEXT, nullable=False, server_default=default)


points = Table(
    "points",
    metadata,
    _key("series"),
    _key("time"),
    _key("known"),
    Column("value", Double, nullable=False),
    Column("source", _TEXT, nullable=False),
    sqlite_with_rowid=False,
)

bars = Table(
    "bars",
    metadata,
    _key("venue"),
    _key("symbol"),
    _key("timeframe"),
    _key("time"),
    Column("known", BigInteger, nullable=False),
    Column("open", Double, nullable=False),
    Column("high", Double, nullable=False),
    Column("low", Double, nullable=False),
    Column("close", Double, nullable=False),
    Column("volume", Double, nullable=False),
    sqlite_with_rowid=False,
)

releases = Table(
    "releases",
    metadata,
    _key("time"),
    _key("event"),
    Column("impact", _TEXT, nullable=False),
    Column("forecast", _TEXT, nullable=False),
    Column("previous", _TEXT, nullable=False),
    Column("actual", _TEXT, nullable=False),
    Column("actual_known", BigInteger),
    sqlite_with_rowid=False,
)

headlines = Table(
    "headlines",
    metadata,
    _key("time"),
    _key("outlet"),
    _key("title"),
    Column("url", _TEXT, nullable=False),
    sqlite_with_rowid=False,
)

chats = Table(
    "chats",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    _word("kind"),
    _word("locale"),
    _word("style"),
    _word("scope"),
    _word("zone"),
    _word("silence"),
    _number("quiet_from"),
    _number("quiet_to"),
    _number("alerts"),
    Column("alert_usd", Double, nullable=False),
    _number("alert_cooldown_ms"),
    _word("access"),
    _number("trusts_anonymous"),
    _number("deletes_commands"),
    _number("previews_links"),
    _word("state"),
    _word("reason"),
    Column("since", BigInteger),
)
"""Settings of a chat; `quiet_from` and `quiet_to` in minutes since midnight, yes and no as 1 and 0."""

schedules = Table(
    "schedules",
    metadata,
    _id(),
    _word("zone"),
    _word("times"),
    _word("weekdays"),
    _number("next_at"),
    UniqueConstraint("zone", "times", "weekdays"),
    Index("schedules_due", "next_at"),
)
"""One row for all subscriptions with the same zone, times (`08:00,20:00`) and ISO weekdays (`1234567`)."""

subscriptions = Table(
    "subscriptions",
    metadata,
    _id(),
    _number("chat_id"),
    _number("thread_id"),
    _word("scope"),
    _number("length_ms"),
    _number("schedule_id"),
    _number("starts"),
    _word("state"),
    _word("reason"),
    _number("strikes"),
    _number("struck"),
    UniqueConstraint("chat_id", "thread_id", "scope", "length_ms"),
    Index("subscriptions_of_schedule", "schedule_id"),
)
"""`struck` is the time of the first of the `strikes`."""

skipped = Table(
    "skipped",
    metadata,
    Column("schedule_id", BigInteger, primary_key=True, autoincrement=False),
    Column("slot", BigInteger, primary_key=True, autoincrement=False),
    _word("reason"),
)
"""Slots of a schedule that were not served, and why."""

recaps = Table(
    "recaps",
    metadata,
    Column("id", _TEXT, primary_key=True),
    _word("scope"),
    _number("length_ms"),
    _number("as_of"),
    _number("made"),
    Index("recaps_told", "scope", "length_ms", "as_of"),
)

threads = Table(
    "threads",
    metadata,
    Column("recap_id", _TEXT, primary_key=True),
    Column("locale", _TEXT, primary_key=True),
    Column("style", _TEXT, primary_key=True),
    _word("document"),
)
"""A recap in one language and style: its posts, figures and evidence, as JSON."""

slots = Table("slots", metadata, _id(), Column("name", _TEXT, nullable=False, unique=True))
"""Occasions to send something; what has the same one reaches a place once."""

publications = Table(
    "publications",
    metadata,
    _id(),
    _number("slot_id"),
    _word("kind"),
    _word("locale"),
    _word("style"),
    _word("recap_id"),
    _word("parts"),
    _number("expires"),
    _number("made"),
    _word("stopped", ""),
    UniqueConstraint("slot_id", "locale", "style"),
    Index("publications_of_recap", "recap_id"),
)
"""`parts` as JSON; `stopped` says why nothing more of it may be sent."""

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    _number("slot_id"),
    _number("publication_id"),
    _number("chat_id"),
    _number("thread_id"),
    _number("part"),
    _word("state"),
    _number("urgency"),
    _number("not_before", 0),
    _number("attempts", 0),
    _number("reply_to", 0),
    _number("edits", 0),
    _number("message_id", 0),
    _word("reason", ""),
    _word("owner", ""),
    _number("lease", 0),
    _number("expires"),
    _number("finished", 0),
    UniqueConstraint("slot_id", "chat_id", "thread_id", "part"),
    Index(
        "deliveries_claimable",
        "urgency",
        "not_before",
        "id",
        sqlite_where=text("state IN ('ready', 'retry')"),
        postgresql_where=text("state IN ('ready', 'retry')"),
    ),
    Index(
        "deliveries_open",
        "expires",
        sqlite_where=text("state IN ('waiting', 'ready', 'retry')"),
        postgresql_where=text("state IN ('waiting', 'ready', 'retry')"),
    ),
    Index(
        "deliveries_held",
        "lease",
        sqlite_where=text("state IN ('claimed', 'sending')"),
        postgresql_where=text("state IN ('claimed', 'sending')"),
    ),
    Index(
        "deliveries_of_chat",
        "chat_id",
        sqlite_where=text("state IN ('waiting', 'ready', 'retry')"),
        postgresql_where=text("state IN ('waiting', 'ready', 'retry')"),
    ),
    Index("deliveries_of_publication", "publication_id"),
)
"""`lease` is when a claim ends; `finished` when the last state was reached, 0 before."""

messages = Table(
    "messages",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    _number("thread_id"),
    _word("recap_id"),
    _word("locale"),
    _word("style"),
    _number("part"),
    _number("time"),
    Index("messages_of_recap", "recap_id"),
    Index("messages_of_place", "chat_id", "thread_id", "time"),
    Index("messages_old", "time"),
)
"""Messages that tell a recap, whether posted on schedule or asked for."""

media = Table(
    "media", metadata, Column("digest", _TEXT, primary_key=True), Column("content", LargeBinary, nullable=False)
)

media_files = Table(
    "media_files",
    metadata,
    Column("bot_id", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", _TEXT, primary_key=True),
    _word("file_id"),
)
"""What Telegram calls a picture that one bot has sent before."""

leases = Table("leases", metadata, Column("name", _TEXT, primary_key=True), _word("owner"), _number("until"))

flags = Table("flags", metadata, Column("name", _TEXT, primary_key=True), _word("value"))

seen_updates = Table(
    "seen_updates",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    _number("time"),
    Index("seen_updates_old", "time"),
)

visits = Table("visits", metadata, Column("name", _TEXT, primary_key=True), _word("document"))
"""How the last visits to a source went, as JSON."""
