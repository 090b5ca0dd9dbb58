"""The tables are made and kept up to date when a store is opened, by one process of those that start at once."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

import bot.store.engine
import bot.store.migrate
from bot.errors import StoreError
from bot.store import Store
from bot.store.engine import connect, writing
from bot.store.schema import HEAD, metadata

OPEN = """
import sys
from bot.store import Store
import alembic.command
print("ready", flush=True)
sys.stdin.readline()
Store.open(sys.argv[1]).close()
"""


@pytest.fixture
def engine(database_url):
    engine = connect(database_url, bot.store.database.PATIENCE)
    yield engine
    engine.dispose()


def test_the_steps_lead_to_the_tables_the_program_uses(engine, store):
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        for table in metadata.tables.values():
            key = inspect(connection).get_pk_constraint(table.name)["constrained_columns"]
            assert key == [column.name for column in table.primary_key]


def test_the_latest_step_is_the_one_the_program_looks_for():
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_keys_stand_first_in_their_tables():
    for table in metadata.tables.values():
        assert [c.name for c in table.primary_key] == [c.name for c in table.columns][: len(table.primary_key)]


def test_opening_twice_keeps_what_is_there(database_url, store):
    with Store.open(database_url) as again:
        assert again.coverage() == []


def test_processes_that_start_at_once_make_the_tables_once(database_url):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=30)[1] for process in processes] == [""] * 3
    assert [process.returncode for process in processes] == [0] * 3
    with Store.open(database_url) as store:
        assert store.coverage() == []


def test_a_start_waits_for_another_that_is_making_the_tables(tmp_path, sqlite_url, monkeypatch):
    with closing(sqlite3.connect(tmp_path / "recap.sqlite3", isolation_level=None)) as other:
        other.execute("CREATE TABLE made (a)")
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(bot.store.engine.time, "sleep", lambda _: other.rollback())
        with Store.open(sqlite_url) as store:
            assert store.coverage() == []


def test_a_step_that_breaks_leaves_nothing_behind(engine, database_url, monkeypatch):
    def upgrade(connection):
        connection.execute(text("CREATE TABLE half (a INTEGER)"))
        raise KeyboardInterrupt

    monkeypatch.setattr(bot.store.migrate, "_upgrade", upgrade)
    with pytest.raises(KeyboardInterrupt):
        Store.open(database_url)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []


def test_a_database_of_a_newer_version_is_left_alone(engine, database_url, store):
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer version .*its tables are at 9999.* Upgrade the program"):
        Store.open(database_url)


def test_tables_that_another_program_uses_are_not_changed(database_url, store):
    store.names()
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(StoreError, match="Stop every recap"):
        Store.open(database_url)
    with store.reading() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0001"


def test_tables_that_nobody_uses_any_more_are_brought_up_to_date(database_url, monkeypatch):
    Store.open(database_url).close()
    with Store.open(database_url) as store, store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    upgraded = []
    monkeypatch.setattr(bot.store.migrate, "_upgrade", upgraded.append)
    Store.open(database_url).close()
    assert len(upgraded) == 1
