"""Bringing a database's tables up to date when it is opened."""

from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, inspect, text

from bot.errors import StoreError
from bot.store.engine import Busy, alone, writing
from bot.store.failures import place
from bot.store.schema import HEAD

__all__ = ["hold", "migrate"]

PATIENCE = timedelta(seconds=2)

_LOCK = 0x7265636170  # any numbers will do, as long as every process takes the same
_USED = 0x7265636171


def migrate(engine: Engine) -> None:
    """Runs the steps the database lacks, all or none; of several processes that start at once, one does the work.

    Raises StoreError where a newer version of the program has been at work, and where an older one still is.
    """
    with engine.connect() as connection:
        if _up_to_date(connection):
            return
        known = _is_known(connection)
    engine.dispose()
    if known and engine.dialect.name == "sqlite":
        _check_alone(engine)
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            if _up_to_date(connection):
                return
            if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _USED}):
                raise _in_use(engine)
        # Alembic looks at the version again, now that nobody else can change it.
        _upgrade(connection)


def hold(engine: Engine) -> None:
    """From here on each connection tells newer versions of the program that the tables are in use.

    An SQLite connection does so by itself.
    """
    if engine.dialect.name == "postgresql":
        engine.dispose()

        @event.listens_for(engine, "connect")
        def mark(connection: Any, _record: object) -> None:
            connection.execute(f"SELECT pg_advisory_lock_shared({_USED})")
            connection.commit()


def _check_alone(engine: Engine) -> None:
    try:
        with alone(Path(engine.url.database or ""), PATIENCE):
            pass
    except Busy:
        raise _in_use(engine) from None


def _in_use(engine: Engine) -> StoreError:
    return StoreError(
        f"{place(engine.url)}: its tables must be brought up to date, and a program is using them. Stop every recap "
        "that works on this database, then start again."
    )


def _is_known(connection: Connection) -> bool:
    return inspect(connection).has_table("alembic_version")


def _up_to_date(connection: Connection) -> bool:
    if not _is_known(connection):
        return False
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
    if version > HEAD:
        raise StoreError(
            f"{place(connection.engine.url)}: the database was made by a newer version of this program "
            f"(its tables are at {version}, this version knows {HEAD}). Upgrade the program, or name another "
            "database with RECAP_DATABASE_URL."
        )
    return bool(version == HEAD)


def _upgrade(connection: Connection) -> None:
    # Alembic is loaded only when there is something to do: most starts find the tables as they should be.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    with as_file(files("bot.store") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
