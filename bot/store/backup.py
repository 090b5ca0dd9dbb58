"""A copy of an SQLite store, made while it is in use, and put back in its place."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import make_url

from bot.errors import StoreError
from bot.store.engine import Busy, alone
from bot.store.schema import HEAD

__all__ = ["back_up", "restore"]

PAGES = 4096
"""Copied at a time: in between others may write."""

PATIENCE = timedelta(seconds=2)
KEPT = ".before-restore"


def back_up(url: str, target: Path) -> int:
    """Writes a whole, checked copy to `target`, in place of what is there; returns its bytes.

    Raises StoreError for a database that isn't a file or isn't there, and for a copy that doesn't hold together;
    OSError where `target` can't be written.
    """
    source = _file_of(url, "Use pg_dump for it.")
    if not source.is_file():
        raise StoreError(f"{source}: there is no store to back up yet.")
    half = target.with_name(f"{target.name}.part")
    try:
        with _reading_errors(source), closing(_open(source)) as held, closing(sqlite3.connect(half)) as copy:
            held.backup(copy, pages=PAGES)
            copy.execute("PRAGMA journal_mode = DELETE")
        _check(half)
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
    return target.stat().st_size


def restore(url: str, backup: Path) -> Path | None:
    """Puts the copy in the store's place; what was there is kept beside it, and its place returned.

    Raises StoreError for a file that is no store, is damaged or of a newer version, and while the store is in use.
    """
    target = _file_of(url, "Use pg_restore for it.")
    if not backup.is_file():
        raise StoreError(f"{backup}: there is no such file.")
    _check(backup)
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f"{target.name}.part")
    try:
        with _reading_errors(backup), closing(_open(backup)) as held, closing(sqlite3.connect(half)) as copy:
            held.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        return _swap(half, target)
    finally:
        half.unlink(missing_ok=True)


def _swap(half: Path, target: Path) -> Path | None:
    if not target.exists():
        half.replace(target)
        return None
    kept = target.with_name(f"{target.name}{KEPT}")
    with _alone(target):
        target.replace(kept)
        half.replace(target)
    return kept


@contextmanager
def _alone(store: Path) -> Iterator[None]:
    """Raises StoreError while another program has the store open."""
    try:
        with alone(store, PATIENCE):
            yield
    except Busy:
        raise StoreError(f"{store}: the store is in use. Stop recap run and recap collect, then restore.") from None


def _check(copy: Path) -> None:
    """Raises StoreError unless the file is a store that holds together and this program can read."""
    with _reading_errors(copy), closing(_open(copy)) as connection:
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise StoreError(f"{copy}: the copy is damaged ({verdict}). Take another one.")
        found = connection.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone() if found else None
    if version is None:
        raise StoreError(f"{copy}: that is no store of this program.")
    if version[0] > HEAD:
        raise StoreError(f"{copy}: a newer version of this program made it. Upgrade the program, then restore.")


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{file.absolute().as_posix()}?mode=ro", uri=True, timeout=PATIENCE.total_seconds())


@contextmanager
def _reading_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{file}: can't be read or copied ({error}).") from None


def _file_of(url: str, instead: str) -> Path:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(f"The store is a PostgreSQL database. {instead}")
    return Path(parsed.database or "")
