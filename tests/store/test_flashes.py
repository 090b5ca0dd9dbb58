"""Each chat hears of a wave once, whichever process saw it, when it is as large as the chat asked for."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.chats import Alerts, Chat, ChatKind, ChatState, Place, Schedule, Subscription
from bot.domain.delivery import DeliveryState, Kind, Part, Publication
from bot.store.chats import Chats
from bot.store.flashes import Flashes, Occasion
from bot.store.outbox import Outbox, Result
from bot.store.subscriptions import Subscriptions

NOW = datetime(2025, 2, 25, 3, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WAVE = Occasion("BTC/long", NOW - 2 * MINUTE, NOW, 60e6)


def wanting(store, chat_id, usd=50e6, cooldown=4 * HOUR, **changes):
    chat = Chat(chat_id, ChatKind.PRIVATE, alerts=Alerts(True, usd, cooldown))
    Chats(store).save(replace(chat, **changes))


def post(occasion=WAVE, locale="en", by=""):
    slot = f"{occasion.slot}{occasion.time:%H:%M:%S}/{occasion.usd:.0f}{by}"
    parts = (Part("a", "a"), Part("b", "b"))
    return Publication(slot, Kind.FLASH, parts, NOW + HOUR, locale, "flash", "r1")


def publish(store, occasion=WAVE, by="", locales=("en", "zh")):
    return Flashes(store).publish(occasion, {locale: post(occasion, locale, by) for locale in locales})


def later(minutes, usd=60e6, kind="BTC/long", begun=WAVE.begun):
    return Occasion(kind, begun, NOW + minutes * MINUTE, usd)


def test_chats_that_ask_for_less_are_told_in_their_language(store):
    for chat_id, changes in {1: {}, 2: {"locale": "zh"}, 3: {"usd": 70e6}, 4: {"state": ChatState.PAUSED}}.items():
        wanting(store, chat_id, **changes)
    wanting(store, 5, alerts=Alerts(False))
    assert Flashes(store).locales(WAVE) == {"en", "zh"}
    assert publish(store) == 2
    first = Outbox(store).claim("a", NOW, 10, MINUTE)
    assert {(p.place.chat_id, p.kind, p.index) for p in first} == {(1, Kind.FLASH, 0), (2, Kind.FLASH, 0)}
    assert Flashes(store).locales(WAVE) == set()


def test_the_same_wave_is_told_once_by_however_many_processes(store):
    wanting(store, 1, cooldown=timedelta(0))
    seen = [replace(WAVE, begun=WAVE.begun + n * timedelta(seconds=1), usd=60e6 + n) for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda n: publish(store, seen[n], by=str(n)), range(4)))
    assert sorted(told) == [0, 0, 0, 1]


def test_a_wave_that_grows_is_told_to_those_who_waited_for_more_and_to_nobody_else(store):
    wanting(store, 1, usd=50e6, cooldown=timedelta(0))
    wanting(store, 2, usd=100e6, cooldown=timedelta(0))
    assert publish(store) == 1
    assert [publish(store, later(n, 60e6 + n * 5e6)) for n in range(1, 25)].count(1) == 1
    assert publish(store, later(50, 400e6)) == 0


def test_after_a_rest_the_next_wave_is_another_one(store):
    wanting(store, 1, cooldown=timedelta(0))
    assert publish(store) == 1
    assert publish(store, later(40, begun=NOW + 39 * MINUTE)) == 1


def test_a_cooldown_holds_for_all_waves_and_ends(store):
    wanting(store, 1, cooldown=HOUR)
    assert publish(store) == 1
    assert publish(store, later(10, kind="ETH/short", begun=NOW + 9 * MINUTE)) == 0
    assert publish(store, later(60, kind="ETH/short", begun=NOW + 59 * MINUTE)) == 1


def test_waves_of_several_assets_at_once_are_one_alert_to_a_chat_that_rests_after_it(store):
    for chat_id in range(1, 40):
        wanting(store, chat_id)
    kinds = [f"{asset}/long" for asset in ("BTC", "ETH", "SOL", "XRP")]
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda kind: publish(store, later(0, kind=kind)), kinds))
    assert sorted(told) == [0, 0, 0, 39]


def test_what_never_reached_a_chat_is_no_reason_to_keep_still(store):
    wanting(store, 1)
    assert publish(store) == 1
    assert Outbox(store).expire(NOW + HOUR) == 2
    assert publish(store, later(5, 80e6)) == 1


def test_a_flash_recap_goes_before_a_daily_one(store):
    wanting(store, 1)
    Chats(store).save(Chat(2, ChatKind.PRIVATE))
    outbox = Outbox(store)
    outbox.publish(Publication("daily", Kind.DAILY, (Part("d", "d"),), NOW + HOUR, "en", "thread"), [Place(2)], NOW)
    publish(store)
    assert [p.kind for p in outbox.claim("a", NOW, 10, MINUTE)] == [Kind.FLASH, Kind.DAILY]


@pytest.mark.parametrize("state", [DeliveryState.SENT, DeliveryState.UNCERTAIN])
def test_what_was_or_may_have_been_sent_counts(store, state):
    wanting(store, 1)
    publish(store)
    outbox = Outbox(store)
    (parcel,) = outbox.claim("a", NOW, 10, MINUTE)
    outbox.sending([parcel.delivery_id], "a")
    outbox.finish([Result(parcel.delivery_id, state, 7)], NOW)
    assert publish(store, later(5, 80e6)) == 0


@pytest.mark.parametrize(("topics", "told"), [((42,), 42), ((42, 43), 0), ((), 0)])
def test_a_forum_that_has_recaps_in_one_topic_is_told_there(store, topics, told):
    wanting(store, -100, kind=ChatKind.SUPERGROUP)
    for topic in topics:
        Subscriptions(store).save(Subscription(Place(-100, topic), Schedule("UTC", (time(8),)), NOW))
    publish(store)
    assert Outbox(store).claim("a", NOW, 1, MINUTE)[0].place == Place(-100, told)
