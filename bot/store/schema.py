"""The tables as the latest migration leaves them.

Times are milliseconds since 1970 UTC. A primary key stands first in its table, in key order, and says what makes two
rows the same; the other columns may be corrected by a later write. Revisions of a point are rows of their own, because
`known` is part of the key.
"""

from sqlalchemy import BigInteger, Column, Double, MetaData, Table, Text

__all__ = ["HEAD", "bars", "headlines", "metadata", "points", "releases"]

HEAD = "0001"
"""The latest migration; kept here so that opening a database that is up to date needs no Alembic."""

# PostgreSQL sorts text by the server's language unless told otherwise; "C" is the order of SQLite and Python.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData()


def _key(name: str) -> Column[object]:
    return Column(name, BigInteger if name in {"time", "known"} else _TEXT, primary_key=True)


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
