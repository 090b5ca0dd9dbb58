"""A copy of the store made while it is in use, and put back."""

import sqlite3
from array import array
from contextlib import closing

import pytest

from bot.domain.series import PointColumns
from bot.errors import StoreError
from bot.store import Store
from bot.store.backup import back_up, restore


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'recap.sqlite3'}"


def rows(url):
    with Store.open(url) as store:
        return sum(found.rows for found in store.coverage())


def write(store, count, name="volatility.vix"):
    times = array("q", range(1_700_000_000_000, 1_700_000_000_000 + count))
    store.write_points(PointColumns(name, times, times, array("d", [20.0] * count)), "test")


def test_a_copy_made_while_others_write_is_whole_and_comes_back(url, tmp_path):
    copy = tmp_path / "copy.sqlite3"
    with Store.open(url) as store:
        write(store, 500)
        assert back_up(url, copy) > 10_000
        write(store, 20, "volatility.other")
    assert restore(url, copy) == tmp_path / "recap.sqlite3.before-restore"
    assert rows(url) == 500
    assert rows(f"sqlite:///{tmp_path / 'recap.sqlite3.before-restore'}") == 520
    assert sorted(path.name for path in tmp_path.glob("*.part")) == []


def test_a_store_in_use_is_not_pulled_away(url, tmp_path):
    copy = tmp_path / "copy.sqlite3"
    with Store.open(url) as store:
        write(store, 5)
        back_up(url, copy)
        with pytest.raises(StoreError, match="in use"):
            restore(url, copy)
        write(store, 9)
    assert rows(url) == 9


def test_where_there_is_no_store_a_copy_makes_one(url, tmp_path):
    with Store.open(url) as store:
        write(store, 5)
        back_up(url, tmp_path / "copy")
    other = f"sqlite:///{tmp_path / 'new' / 'recap.sqlite3'}"
    assert restore(other, tmp_path / "copy") is None
    assert rows(other) == 5


def damage(file):
    content = bytearray(file.read_bytes())
    content[5000:9000] = b"\0" * 4000
    file.write_bytes(content)


def newer(file):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def foreign(file):
    file.unlink()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE other (x)")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (damage, "damaged|malformed|can't be read"),
        (newer, "newer version"),
        (foreign, "no store of this program"),
        (lambda file: file.write_text("hello, this is no database at all, whatever its name is"), "can't be read"),
        (lambda file: file.unlink(), "no such file"),
    ],
)
def test_a_copy_that_is_none_leaves_the_store_as_it_is(url, tmp_path, spoil, words):
    copy = tmp_path / "copy.sqlite3"
    with Store.open(url) as store:
        write(store, 300)
        back_up(url, copy)
    spoil(copy)
    with pytest.raises(StoreError, match=words):
        restore(url, copy)
    assert rows(url) == 300


def test_a_damaged_store_is_replaced_all_the_same(url, tmp_path):
    copy = tmp_path / "copy.sqlite3"
    with Store.open(url) as store:
        write(store, 300)
        back_up(url, copy)
    (tmp_path / "recap.sqlite3").write_bytes(b"not a database, no more, for certain" * 40)
    for rest in tmp_path.glob("recap.sqlite3-*"):
        rest.unlink()
    restore(url, copy)
    assert rows(url) == 300


def test_nothing_to_back_up_is_said(url, tmp_path):
    with pytest.raises(StoreError, match="no store to back up"):
        back_up(url, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_database_server_has_tools_of_its_own(tmp_path):
    with pytest.raises(StoreError, match="pg_dump"):
        back_up("postgresql://user:s3cret@host/name", tmp_path / "copy")
