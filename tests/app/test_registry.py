"""Subscriptions leave a store as JSON and come into another one."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.app.registry import exported, imported
from bot.domain.chats import Alerts, Chat, ChatKind, Place, QuietHours, Schedule, Silence, Subscription
from bot.errors import UsageError
from bot.store import Store
from bot.store.chats import Chats
from bot.store.subscriptions import Subscriptions

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Standing:
    def now(self):
        return NOW


GROUP = Chat(
    -100,
    ChatKind.SUPERGROUP,
    locale="zh",
    zone="Asia/Shanghai",
    silence=Silence.QUIET_HOURS,
    quiet=QuietHours(time(23), time(7, 30)),
    alerts=Alerts(on=True, least_usd=80e6, cooldown=timedelta(hours=2)),
)
WEEKDAYS = Schedule("Asia/Shanghai", (time(8), time(20, 30)), frozenset(range(1, 6)))
WANTED = Subscription(Place(-100, 42), WEEKDAYS, NOW, "ETH", timedelta(days=7))


@pytest.fixture
def store(database_url):
    with Store.open(database_url) as opened:
        yield opened


@pytest.fixture
def other(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'other.sqlite3'}") as opened:
        yield opened


def fill(store):
    Chats(store).save(GROUP)
    Chats(store).save(Chat(7, ChatKind.PRIVATE))
    Subscriptions(store).save(WANTED)


def held(store):
    return [replace(s, id=0) for s in Subscriptions(store).all()]


def test_what_leaves_one_store_is_the_same_in_another(store, other):
    fill(store)
    text = exported(store)
    assert imported(text, other, Standing()).subscriptions == 1
    assert list(Chats(other).all()) == list(Chats(store).all())
    assert held(other) == held(store)
    assert exported(other) == text


def test_a_second_import_changes_nothing(store):
    fill(store)
    before = exported(store)
    imported(before, store, Standing())
    assert exported(store) == before
    assert len(held(store)) == 1


WISH = {"zone": "Europe/Berlin", "times": ["08:00"]}


def spoiled(part, change):
    """A document that is right but for the change of one part of it."""
    wish, settings = dict(WISH), {}
    chat = {"chat": 7, "kind": "private", "settings": settings, "subscriptions": [wish]}
    document = {"format": 1, "chats": [chat]}
    {"document": document, "chat": chat, "settings": settings, "wish": wish}[part].update(change)
    return json.dumps(document)


@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        ("wish", {"zone": "Europe/Berln"}, "Europe/Berln is no time zone"),
        ("wish", {"times": ["25:99"]}, "subscriptions.0.times.0"),
        ("wish", {"times": []}, "times"),
        ("wish", {"scope": "DOGECOIN"}, "DOGECOIN is no scope"),
        ("wish", {"weekdays": [0, 8]}, "from 1, Monday"),
        ("wish", {"minute": 3}, "minute"),
        ("chat", {"kind": "club"}, "kind"),
        ("chat", {"subscriptions": [WISH] * 1000}, "20 items"),
        ("settings", {"locle": "en"}, "locle is no setting"),
        ("settings", {"zone": "Moon/Base"}, "Moon/Base"),
        ("document", {"format": 2}, "format"),
    ],
)
def test_one_fault_is_named_with_its_place_and_nothing_is_stored(store, part, change, words):
    with pytest.raises(UsageError, match=words):
        imported(spoiled(part, change), store, Standing())
    assert list(Chats(store).all()) == []


def test_what_is_no_json_is_said(store):
    with pytest.raises(UsageError, match="Nothing was stored"):
        imported("chats: []", store, Standing())
