"""Bringing a database's tables up to date when it is opened."""

from importlib.resources import as_file, files

from sqlalchemy import Connection, Engine, inspect, text

from bot.errors import StoreError
from bot.store.engine import writing
from bot.store.failures import place
from bot.store.schema import HEAD

__all__ = ["migrate"]

_LOCK = 0x7265636170  # any number will do, as long as every process takes the same


def migrate(engine: Engine) -> None:
    """Runs the steps the database lacks, all or none; of several processes that start at once, one does the work.

    Raises StoreError where a newer version of the program has been at work.
    """
    with engine.connect() as connection:
        if _up_to_date(connection):
            return
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        # Alembic looks at the version again, now that nobody else can change it.
        _upgrade(connection)


def _up_to_date(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
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
