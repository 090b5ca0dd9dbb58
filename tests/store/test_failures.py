"""A database that can't be used is named in a sentence with the remedy, and never with a password."""

import sqlite3
from array import array
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from bot.domain.series import Headline, PointColumns
from bot.errors import StoreError
from bot.store import Store
from bot.store.engine import connect, writing
from bot.store.migrate import _LOCK

SOON = timedelta(milliseconds=50)
ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
POINT = PointColumns("rates.us10y", array("q", [0]), array("q", [0]), array("d", [4.2]))


def failure(url):
    with pytest.raises(StoreError) as caught:
        Store.open(url, patience=SOON)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_missing_folder_is_made(tmp_path):
    Store.open(f"sqlite:///{tmp_path / 'new' / 'deep' / 'recap.sqlite3'}").close()
    assert (tmp_path / "new" / "deep" / "recap.sqlite3").is_file()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    said = failure(f"sqlite:///{tmp_path}/file/data/recap.sqlite3")
    assert said.startswith(f"{tmp_path}/file/data: the folder for the database can't be made (Not a directory).")
    assert "Name another place with RECAP_HOME or RECAP_DATABASE_URL" in said


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    (tmp_path / "recap.sqlite3").mkdir()
    said = failure(f"sqlite:///{tmp_path}/recap.sqlite3")
    assert said.startswith(f"{tmp_path}/recap.sqlite3: the file can't be opened. Allow writing to it")


def test_a_read_only_database_is_named(tmp_path, sqlite_url):
    Store.open(sqlite_url).close()
    url = f"sqlite:///file:{tmp_path}/recap.sqlite3?mode=ro&uri=true"
    with Store.open(url) as store, pytest.raises(StoreError, match=r"sqlite3: the database can't be written. Allow"):
        store.write_points(POINT, "x")


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "recap.sqlite3"
    path.write_text("time,known,value\n" * 100)
    assert failure(f"sqlite:///{path}") == (
        f"{path}: the file is no SQLite database. Move it away or restore a copy, "
        "or name another place with RECAP_DATABASE_URL."
    )
    assert path.read_text().startswith("time,known")


def test_a_damaged_database_is_told(tmp_path, sqlite_url):
    with Store.open(sqlite_url) as store:
        store.write_headlines(Headline(ALWAYS[0], "", f"title {n}", "") for n in range(2000))
    path = tmp_path / "recap.sqlite3"
    whole = path.read_bytes()
    sound = len(whole) // 2  # the tables' descriptions stand in front
    path.write_bytes(whole[:sound] + b"\xff" * (len(whole) - sound))
    with Store.open(sqlite_url) as store, pytest.raises(StoreError, match=r"sqlite3: the database is damaged. Move it"):
        store.headlines(*ALWAYS)


def test_a_full_disk_is_told_and_what_was_stored_is_kept(sqlite_url):
    with Store.open(sqlite_url) as store:
        store.write_points(POINT, "x")
        with store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 20")
        with pytest.raises(StoreError, match=r"no space is left for the database. Free some space and try again"):
            store.write_headlines(Headline(ALWAYS[0], "", f"title {n}", "") for n in range(5000))
        assert [c.name for c in store.coverage()] == [POINT.series]


def test_a_full_server_is_told(postgres_url):
    with Store.open(postgres_url) as store:
        with psycopg.connect(postgres_url) as connection:
            connection.execute(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END$$"
            )
            connection.execute("CREATE TRIGGER full_disk BEFORE INSERT ON points EXECUTE FUNCTION full_disk()")
        with pytest.raises(StoreError, match=r"no space is left for the database. Free some space on the server"):
            store.write_points(POINT, "x")


def test_a_database_held_by_another_program_is_told(sqlite_url, tmp_path):
    with Store.open(sqlite_url, patience=SOON) as store, sqlite3.connect(tmp_path / "recap.sqlite3") as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"another program is writing to the database. Let it finish or stop it"):
            store.write_points(POINT, "x")
        assert store.points(*ALWAYS) == []
    other.close()


def test_a_table_held_by_another_program_is_told(postgres_url):
    with Store.open(postgres_url, patience=SOON) as store, psycopg.connect(postgres_url) as other:
        other.execute("LOCK TABLE points")
        with pytest.raises(StoreError, match=r"another program holds the database. Let it finish or stop it"):
            store.write_points(POINT, "x")


def test_a_migration_held_by_another_process_is_told(database_url):
    engine = connect(database_url, SOON)
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        assert "another program" in failure(database_url)
    engine.dispose()


def test_a_server_that_cannot_be_reached_is_named_without_the_password():
    said = failure("postgresql://bot:hunter2@127.0.0.1:1/recap")
    assert said.startswith("postgresql://bot:***@127.0.0.1:1/recap: the server can't be reached (connection failed")
    assert said.endswith("Check that it runs and what RECAP_DATABASE_URL says.")
    assert "hunter2" not in said


def test_a_missing_database_on_the_server_is_told(postgres_server):
    assert 'database "nowhere" does not exist' in failure(postgres_server.format("nowhere"))


def test_a_user_without_rights_is_told(postgres_url):
    with psycopg.connect(postgres_url) as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute("CREATE ROLE guest LOGIN")
    said = failure(postgres_url.replace("postgres:@", "guest:hunter2@"))
    assert "this user may not do that in the database. Grant the rights" in said
    assert "hunter2" not in said
    with psycopg.connect(postgres_url) as connection:
        connection.execute("DROP ROLE guest")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("hunter2", "The database's address can't be read."),
        ("postgresql://bot:hunter2@host:port/recap", "The database's address can't be read."),
        ("mysql://bot:hunter2@host/recap", "Databases of the kind 'mysql' aren't supported."),
        ("sqlite+aiosqlite:///recap.sqlite3", "Databases of the kind 'sqlite+aiosqlite' aren't supported."),
        ("sqlite://", "The database's address names no database."),
        ("sqlite:///:memory:", "The database's address names no database."),
        ("postgresql://bot:hunter2@host", "The database's address names no database."),
    ],
)
def test_an_address_of_no_database_is_refused(url, said):
    assert failure(url).startswith(said)
    assert "Write sqlite:///path/to/file or postgresql://" in failure(url)
    assert "hunter2" not in failure(url)
