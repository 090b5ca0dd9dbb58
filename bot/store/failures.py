"""What a database's own errors mean to the person who runs the bot."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.errors import StoreError

__all__ = ["place", "told"]

_ELSEWHERE = "name another place with RECAP_DATABASE_URL"
_SQLITE = (
    ("SQLITE_FULL", "no space is left for the database. Free some space and try again; what was stored is kept."),
    ("SQLITE_BUSY", "another program is writing to the database. Let it finish or stop it, then try again."),
    ("SQLITE_LOCKED", "another program is writing to the database. Let it finish or stop it, then try again."),
    ("SQLITE_READONLY", f"the database can't be written. Allow writing to the file and its folder, or {_ELSEWHERE}."),
    ("SQLITE_PERM", f"the database can't be written. Allow writing to the file and its folder, or {_ELSEWHERE}."),
    ("SQLITE_CANTOPEN", f"the file can't be opened. Allow writing to it and to its folder, or {_ELSEWHERE}."),
    ("SQLITE_NOTADB", f"the file is no SQLite database. Move it away or restore a copy, or {_ELSEWHERE}."),
    ("SQLITE_CORRUPT", f"the database is damaged. Move it away and restore a copy, or {_ELSEWHERE}."),
    ("SQLITE_IOERR", "reading or writing the disk failed. Check the disk, then try again."),
)
_POSTGRES = (
    (
        "53100",
        "no space is left for the database. Free some space on the server and try again; what was stored is kept.",
    ),
    ("53", "the server is out of connections or memory. Close other programs or raise its limits, then try again."),
    (
        "42501",
        "this user may not do that in the database. Grant the rights, or use another user in RECAP_DATABASE_URL.",
    ),
    ("25006", "the server is read-only, perhaps a standby. Name the main server in RECAP_DATABASE_URL."),
    ("55P03", "another program holds the database. Let it finish or stop it, then try again."),
    ("40", "another program changed the same rows. Try again."),
    ("57", "the server is stopping or broke off the work. Try again when it runs."),
)


def place(url: URL) -> str:
    """Where the database is, in words that may be printed: never with a password."""
    if url.get_backend_name() == "sqlite":
        return str(Path(url.database or ""))
    return url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)


@contextmanager
def told(engine: Engine) -> Iterator[None]:
    """Turns every error of the driver into a StoreError with the place and a remedy."""
    try:
        yield
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
        raise StoreError(f"{place(engine.url)}: {_sentence(cause, engine.url)}") from cause


def _sentence(error: BaseException, url: URL) -> str:
    sqlite, postgres = getattr(error, "sqlite_errorname", None), getattr(error, "sqlstate", None)
    known = next((text for code, text in _SQLITE if (sqlite or "").startswith(code)), None)
    known = known or next((text for code, text in _POSTGRES if (postgres or "").startswith(code)), None)
    return known or _refusal(error, url, unreachable=sqlite is None and postgres is None)


def _refusal(error: BaseException, url: URL, *, unreachable: bool) -> str:
    reason = str(error).strip().partition("\n")[0].rstrip(".")
    if url.password:
        reason = reason.replace(str(url.password), "***")
    if not unreachable:
        return f"the database refused ({reason})."
    return f"the server can't be reached ({reason}). Check that it runs and what RECAP_DATABASE_URL says."
