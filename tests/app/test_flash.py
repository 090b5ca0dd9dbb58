"""A wave of liquidations reaches each chat that wants it, once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.app.flash import Flash
from bot.app.newsroom import Newsdesk
from bot.app.wiring import Desk
from bot.chat.texts import Texts
from bot.domain.chats import Alerts, Chat, ChatKind, ChatState, Place, Schedule, Subscription
from bot.domain.liquidations import Side
from bot.domain.waves import Wave
from bot.narrative.environment import Templates
from bot.reasoning.rulebook import load_rulebook
from bot.resources import rules_folder, templates_folder
from bot.sources.snapshot import from_archive
from bot.store import Store
from bot.store.chats import Chats
from bot.store.outbox import Outbox
from bot.store.subscriptions import Subscriptions

NOW = datetime(2025, 2, 25, 9, 7, tzinfo=UTC)
WAVE = Wave("BTC", Side.LONG, NOW - timedelta(minutes=5), NOW, 83.4e6, 10e6, ("binance", "okx"))
WANTS = Alerts(on=True, least_usd=50e6, cooldown=timedelta(hours=4))


class Standing:
    def __init__(self, now):
        self.moment = now

    def now(self):
        return self.moment


class Scene:
    def __init__(self, store, sample):
        self.store, self.clock = store, Standing(NOW)
        self.chats, self.outbox, self.subscriptions = Chats(store), Outbox(store), Subscriptions(store)
        rulebook, templates = load_rulebook(rules_folder()), Templates.load(templates_folder())
        newsdesk = Newsdesk(Desk(from_archive(sample, rulebook.topics), rulebook, templates), store, self.clock)
        told = (self.chats, self.subscriptions, self.outbox, templates, Texts.load(), self.clock)
        self.flash = Flash(newsdesk, *told, nudge=lambda: None)

    def chat(self, number, **settings):
        self.chats.save(replace(Chat(number, ChatKind.PRIVATE, alerts=WANTS), **settings))

    def tell(self, wave=WAVE, later=timedelta(0)):
        self.clock.moment = NOW + later
        return asyncio.run(self.flash.tell(wave))

    def posts(self):
        claimed = self.outbox.claim("me", self.clock.now(), 100, timedelta(minutes=1))
        return {parcel.place: parcel.part for parcel in claimed}


@pytest.fixture
def scene(database_url, sample):
    with Store.open(database_url) as store:
        yield Scene(store, sample)


def test_a_wave_is_told_once_with_what_is_known_of_the_hours_before(scene):
    scene.chat(7)
    assert [scene.tell(), scene.tell()] == [1, 0]
    (part,) = scene.posts().values()
    assert "at least $83.4 million of BTC longs" in part.text
    assert "Binance and OKX" in part.text
    assert "4-hour BTC recap" in part.text
    assert any(button.data.startswith("why") for row in part.buttons for button in row)


def test_each_chat_gets_it_in_its_language(scene):
    scene.chat(7)
    scene.chat(8, locale="zh")
    assert scene.tell() == 2
    posts = scene.posts()
    assert "强平" in posts[Place(8)].text
    assert "强平" not in posts[Place(7)].text


@pytest.mark.parametrize(
    "settings",
    [
        {"alerts": Alerts()},
        {"alerts": replace(WANTS, least_usd=100e6)},
        {"state": ChatState.GONE},
    ],
)
def test_who_does_not_want_it_is_left_alone(scene, settings):
    scene.chat(7, **settings)
    assert scene.tell() == 0


def test_a_chat_rests_after_a_flash_as_long_as_it_wants(scene):
    scene.chat(7)
    scene.chat(8, alerts=replace(WANTS, cooldown=timedelta(hours=1)))
    next_wave = replace(WAVE, start=WAVE.start + timedelta(hours=2), end=WAVE.end + timedelta(hours=2))
    assert scene.tell() == 2
    assert scene.tell(next_wave, later=timedelta(hours=2)) == 1
    last_wave = replace(WAVE, start=WAVE.start + timedelta(hours=5), end=WAVE.end + timedelta(hours=5))
    assert scene.tell(last_wave, later=timedelta(hours=5)) == 2


def test_where_the_hours_before_cannot_be_told_the_wave_still_is(scene):
    scene.chat(7)
    assert scene.tell(replace(WAVE, asset="HYPE")) == 1
    (part,) = scene.posts().values()
    assert "isn't in the data yet" in part.text


def test_a_group_with_one_topic_gets_it_there(scene):
    scene.chat(-100, kind=ChatKind.SUPERGROUP)
    schedule = Schedule("UTC", (datetime(2025, 1, 1, 8, tzinfo=UTC).time(),))
    scene.subscriptions.save(Subscription(Place(-100, 42), schedule, NOW))
    scene.tell()
    assert list(scene.posts()) == [Place(-100, 42)]


def test_shorts_are_told_as_shorts(scene):
    scene.chat(7)
    scene.tell(replace(WAVE, side=Side.SHORT))
    (part,) = scene.posts().values()
    assert "a wave of short liquidations" in part.text
    assert "feed a rise" in part.text
