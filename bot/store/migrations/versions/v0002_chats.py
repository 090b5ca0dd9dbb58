"""Chats, schedules, recaps told, deliveries, and what several processes share."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_OPEN = "state IN ('waiting', 'ready', 'retry')"


def upgrade() -> None:
    _chats()
    _schedules()
    _recaps()
    _deliveries()
    _shared()


def _chats() -> None:
    op.create_table(
        "chats",
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        *_words("kind", "locale", "style", "scope", "zone", "silence"),
        *_numbers("quiet_from", "quiet_to", "alerts"),
        sa.Column("alert_usd", sa.Double, nullable=False),
        *_numbers("alert_cooldown_ms"),
        *_words("access"),
        *_numbers("trusts_anonymous", "deletes_commands", "previews_links"),
        *_words("state", "reason"),
        sa.Column("since", sa.BigInteger),
    )


def _schedules() -> None:
    op.create_table(
        "schedules",
        _id(),
        *_words("zone", "times", "weekdays"),
        *_numbers("next_at"),
        sa.UniqueConstraint("zone", "times", "weekdays"),
    )
    op.create_index("schedules_due", "schedules", ["next_at"])
    op.create_table(
        "subscriptions",
        _id(),
        *_numbers("chat_id", "thread_id"),
        *_words("scope"),
        *_numbers("length_ms", "schedule_id", "starts"),
        *_words("state", "reason"),
        *_numbers("strikes", "struck"),
        sa.UniqueConstraint("chat_id", "thread_id", "scope", "length_ms"),
    )
    op.create_index("subscriptions_of_schedule", "subscriptions", ["schedule_id"])
    op.create_table(
        "skipped",
        sa.Column("schedule_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("slot", sa.BigInteger, primary_key=True, autoincrement=False),
        *_words("reason"),
    )


def _recaps() -> None:
    op.create_table("recaps", _name("id"), *_words("scope"), *_numbers("length_ms", "as_of", "made"))
    op.create_index("recaps_told", "recaps", ["scope", "length_ms", "as_of"])
    op.create_table("threads", _name("recap_id"), _name("locale"), _name("style"), *_words("document"))
    op.create_table(
        "messages",
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("message_id", sa.BigInteger, primary_key=True, autoincrement=False),
        *_numbers("thread_id"),
        *_words("recap_id", "locale", "style"),
        *_numbers("part", "time"),
    )
    op.create_index("messages_of_recap", "messages", ["recap_id"])
    op.create_index("messages_of_place", "messages", ["chat_id", "thread_id", "time"])
    op.create_index("messages_old", "messages", ["time"])


def _deliveries() -> None:
    op.create_table("slots", _id(), sa.Column("name", _TEXT, nullable=False, unique=True))
    op.create_table(
        "publications",
        _id(),
        *_numbers("slot_id"),
        *_words("kind", "locale", "style", "recap_id", "parts"),
        *_numbers("expires", "made"),
        sa.Column("stopped", _TEXT, nullable=False, server_default=""),
        sa.UniqueConstraint("slot_id", "locale", "style"),
    )
    op.create_index("publications_of_recap", "publications", ["recap_id"])
    op.create_table(
        "deliveries",
        _id(),
        *_numbers("slot_id", "publication_id", "chat_id", "thread_id", "part"),
        *_words("state"),
        *_numbers("urgency"),
        *(_zero(name) for name in ("not_before", "attempts", "reply_to", "edits", "message_id")),
        *(sa.Column(name, _TEXT, nullable=False, server_default="") for name in ("reason", "owner")),
        _zero("lease"),
        *_numbers("expires"),
        _zero("finished"),
        sa.UniqueConstraint("slot_id", "chat_id", "thread_id", "part"),
    )
    _partial("deliveries_claimable", ["urgency", "not_before", "id"], "state IN ('ready', 'retry')")
    _partial("deliveries_open", ["expires"], _OPEN)
    _partial("deliveries_held", ["lease"], "state IN ('claimed', 'sending')")
    _partial("deliveries_of_chat", ["chat_id"], _OPEN)
    op.create_index("deliveries_of_publication", "deliveries", ["publication_id"])


def _shared() -> None:
    op.create_table("media", _name("digest"), sa.Column("content", sa.LargeBinary, nullable=False))
    op.create_table(
        "media_files",
        sa.Column("bot_id", sa.BigInteger, primary_key=True, autoincrement=False),
        _name("digest"),
        *_words("file_id"),
    )
    op.create_table("leases", _name("name"), *_words("owner"), *_numbers("until"))
    op.create_table("flags", _name("name"), *_words("value"))
    op.create_table(
        "seen_updates",
        sa.Column("update_id", sa.BigInteger, primary_key=True, autoincrement=False),
        *_numbers("time"),
    )
    op.create_index("seen_updates_old", "seen_updates", ["time"])
    op.create_table("visits", _name("name"), *_words("document"))


def _id() -> sa.Column[int]:
    return sa.Column("id", _NUMBER, primary_key=True, autoincrement=True)


def _name(name: str) -> sa.Column[str]:
    return sa.Column(name, _TEXT, primary_key=True)


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _TEXT, nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _zero(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "deliveries", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
