"""Opening a database: the engine for its URL, with the manners each kind of database needs."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import StoreError

__all__ = ["Busy", "alone", "connect", "writing"]


class Busy(Exception):
    """Another program has the file open."""


_ACCEPTED = "Write sqlite:///path/to/file or postgresql://user:password@host/name in RECAP_DATABASE_URL."


def connect(url: str, patience: timedelta) -> Engine:
    """An engine for `url` that waits for a lock as long as `patience`; nothing is opened yet.

    Raises StoreError for a URL that names no database of a known kind, and for a folder that can't be made.
    """
    parsed = _parse(url)
    return _sqlite(parsed, patience) if parsed.get_backend_name() == "sqlite" else _postgres(parsed, patience)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection whose work is kept as a whole or not at all."""
    with engine.connect().execution_options(recap_writes=True) as connection, connection.begin():
        yield connection


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The text may hold a password, so neither it nor the cause is shown.
        raise StoreError(f"The database's address can't be read. {_ACCEPTED}") from None
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise StoreError(f"Databases of the kind {parsed.drivername!r} aren't supported. {_ACCEPTED}")
    if parsed.database in {None, "", ":memory:"}:
        raise StoreError(f"The database's address names no database. {_ACCEPTED}")
    return parsed


def _postgres(url: URL, patience: timedelta) -> Engine:
    engine = create_engine(
        url,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5} if "connect_timeout" not in url.query else {},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.execute(f"SET lock_timeout = {patience // timedelta(milliseconds=1)}")
        connection.commit()

    return engine


def _sqlite(url: URL, patience: timedelta) -> Engine:
    _make_folder(Path(url.database or "").absolute().parent)
    engine = create_engine(url, connect_args={"timeout": patience.total_seconds()})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # The module would open a transaction by itself at the first change only, too late to hold the lock.
        connection.isolation_level = None
        _use_wal(connection, patience)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("recap_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{folder}: the folder for the database can't be made ({error.strerror}). "
            "Name another place with RECAP_HOME or RECAP_DATABASE_URL."
        ) from error


def _use_wal(connection: sqlite3.Connection, patience: timedelta) -> None:
    """Turns the write-ahead log on; SQLite's own waiting doesn't cover this step when two programs start at once."""
    deadline = time.monotonic() + patience.total_seconds()
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.005)
        else:
            return


@contextmanager
def alone(file: Path, patience: timedelta) -> Iterator[None]:
    """An SQLite file that nobody else has open; raises Busy where somebody has."""
    with closing(sqlite3.connect(file, timeout=patience.total_seconds())) as connection:
        try:
            # Every open connection holds on to the write-ahead log, so that it can't be taken away from under it.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise Busy from None
        except sqlite3.DatabaseError:
            pass  # What is damaged can't be in use.
        yield
