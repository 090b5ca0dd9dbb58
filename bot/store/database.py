"""The database as the rest of the program sees it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from bot.domain.series import BarColumns, Headline, PointColumns, Release
from bot.store.engine import connect, writing
from bot.store.failures import told
from bot.store.migrate import hold, migrate
from bot.store.read import (
    read_bars,
    read_coverage,
    read_headlines,
    read_market,
    read_names,
    read_points,
    read_publisher,
    read_releases,
    read_series,
)
from bot.store.transaction import Transaction
from bot.store.written import Coverage, Written

__all__ = ["Store"]

PATIENCE = timedelta(seconds=10)


class Store:
    """An open database with its tables up to date; its methods raise StoreError and may be called from any thread.

    Writes are kept when the call returns; `transaction` keeps several of them together.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str, *, patience: timedelta = PATIENCE) -> Self:
        """Opens `sqlite:///file` or `postgresql://…`, makes what is missing; waits up to `patience` for a lock."""
        engine = connect(url, patience)
        try:
            with told(engine):
                migrate(engine)
                hold(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    @property
    def shared(self) -> bool:
        """Whether other processes may have the same database open: SQLite belongs to one."""
        return self._engine.dialect.name != "sqlite"

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Writes inside are kept as a whole when the block ends, and not at all when it raises."""
        with self.writing() as connection:
            yield Transaction(connection)

    def write_points(self, columns: PointColumns, source: str) -> Written:
        with self.transaction() as transaction:
            return transaction.write_points(columns, source)

    def write_bars(self, columns: BarColumns) -> Written:
        with self.transaction() as transaction:
            return transaction.write_bars(columns)

    def write_releases(self, releases: Iterable[Release]) -> Written:
        with self.transaction() as transaction:
            return transaction.write_releases(releases)

    def write_headlines(self, headlines: Iterable[Headline]) -> Written:
        with self.transaction() as transaction:
            return transaction.write_headlines(headlines)

    def points(self, since: datetime, until: datetime, beginnings: tuple[str, ...] = ("",)) -> list[PointColumns]:
        """Series with the rows of `time >= since` that were known at `until`, sorted by (`time`, `known`).

        All of them, or those whose names begin with one of `beginnings`.
        """
        with self.reading() as connection:
            return read_points(connection, since, until, beginnings)

    def bars(self, since: datetime, until: datetime) -> list[BarColumns]:
        """Every market's bars that start at `since` or later and had closed at `until`."""
        with self.reading() as connection:
            return read_bars(connection, since, until)

    def names(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Every series, and every market as venue, symbol and timeframe."""
        with self.reading() as connection:
            series = tuple(name for (name,) in read_names(connection, "points", ("series",)))
            return series, tuple(map(tuple, read_names(connection, "bars", ("venue", "symbol", "timeframe"))))

    def series(self, name: str, since: datetime, until: datetime) -> PointColumns | None:
        """One series as in `points`, None without rows."""
        with self.reading() as connection:
            return read_series(connection, name, since, until)

    def market(self, market: tuple[str, ...], since: datetime, until: datetime) -> BarColumns | None:
        """One market's bars as in `bars`, None without any."""
        with self.reading() as connection:
            return read_market(connection, market, since, until)

    def publisher(self, series: str, until: datetime) -> str | None:
        """Who published the newest row of the series that was known then."""
        with self.reading() as connection:
            return read_publisher(connection, series, until)

    def releases(self, since: datetime, until: datetime, impact: str = "") -> list[Release]:
        """Releases scheduled from `since` to `until`; who reads as of a moment hides what `actual_known` forbids.

        With `impact` (low, moderate or high) only those.
        """
        with self.reading() as connection:
            return read_releases(connection, since, until, impact)

    def headlines(self, since: datetime, until: datetime) -> list[Headline]:
        """Headlines published from `since` to `until`."""
        with self.reading() as connection:
            return read_headlines(connection, since, until)

    def coverage(self) -> list[Coverage]:
        """What is stored and how far it reaches, sorted by name."""
        with self.reading() as connection:
            return read_coverage(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose work is kept as a whole when the block ends, and not at all when it raises."""
        with told(self._engine), writing(self._engine) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database."""
        with told(self._engine), self._engine.connect() as connection:
            yield connection
