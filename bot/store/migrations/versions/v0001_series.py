"""Points, bars, releases and headlines."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _create("points", keys=("series", "time", "known"), numbers=("value",), texts=("source",))
    _create(
        "bars",
        keys=("venue", "symbol", "timeframe", "time"),
        times=("known",),
        numbers=("open", "high", "low", "close", "volume"),
    )
    _create(
        "releases",
        keys=("time", "event"),
        texts=("impact", "forecast", "previous", "actual"),
        optional=("actual_known",),
    )
    _create("headlines", keys=("time", "outlet", "title"), texts=("url",))


def _create(
    table: str,
    *,
    keys: tuple[str, ...],
    times: tuple[str, ...] = (),
    numbers: tuple[str, ...] = (),
    texts: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
) -> None:
    op.create_table(
        table,
        *(sa.Column(name, sa.BigInteger if name in {"time", "known"} else _TEXT, primary_key=True) for name in keys),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in times),
        *(sa.Column(name, sa.Double, nullable=False) for name in numbers),
        *(sa.Column(name, _TEXT, nullable=False) for name in texts),
        *(sa.Column(name, sa.BigInteger, nullable=True) for name in optional),
        sqlite_with_rowid=False,
    )
