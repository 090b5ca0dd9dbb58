"""What processes share: leases, flags, seen updates, visits, recaps and pictures."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.chats import Chat, ChatKind, Place, Schedule, Subscription, SubscriptionState
from bot.domain.thread import Figure, Post
from bot.errors import UsageError
from bot.store.chats import Chats
from bot.store.flags import SENDING_PAUSED, Flags
from bot.store.leases import Leases
from bot.store.media import Media
from bot.store.recaps import Recaps, StoredRecap, StoredThread, recap_id_of
from bot.store.schedules import Schedules
from bot.store.subscriptions import MOST_PER_CHAT, Subscriptions
from bot.store.updates import SeenUpdates
from bot.store.visits import Visit, Visits

NOW = datetime(2025, 2, 26, 7, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
EIGHT = Schedule("UTC", (time(8),))


class Standing:
    def now(self):
        return NOW


def test_a_lease_has_one_holder_until_it_ends_or_is_released(store):
    leases = Leases(store)
    assert leases.take("sender", "a", NOW, MINUTE)
    assert leases.take("sender", "a", NOW, MINUTE)
    assert not leases.take("sender", "b", NOW + MINUTE / 2, MINUTE)
    assert leases.holder("sender", NOW) == "a"
    assert leases.take("sender", "b", NOW + MINUTE, MINUTE)
    leases.release("sender", "a")
    assert leases.holder("sender", NOW + MINUTE) == "b"
    leases.release("sender", "b")
    assert leases.holder("sender", NOW + MINUTE) is None


def test_of_many_at_once_one_takes_the_lease(store):
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda n: Leases(store).take("sender", str(n), NOW, MINUTE), range(4)))
    assert sorted(taken) == [False, False, False, True]


def test_a_flag_is_set_and_taken_down(store):
    flags = Flags(store)
    assert flags.get(SENDING_PAUSED) == ""
    flags.set(SENDING_PAUSED, "Ann")
    flags.set(SENDING_PAUSED, "Bob")
    assert flags.get(SENDING_PAUSED) == "Bob"
    flags.set(SENDING_PAUSED, "")
    assert flags.get(SENDING_PAUSED) == ""


def test_an_update_is_new_once(store):
    seen = SeenUpdates(store, Standing())
    assert [seen.first_of([7]), seen.first_of([7]), seen.first_of([8])] == [[True], [False], [True]]
    assert seen.first_of([8, 9, 9, 10, 7]) == [False, True, False, True, False]
    assert seen.purge(NOW + MINUTE) == 4
    assert seen.first_of([7]) == [True]


def test_a_visit_comes_back_as_it_was(store):
    asked = ("etf.sosovalue", NOW, None, "blocked", "403", 3, NOW + DAY)
    visit = Visit(*asked, NOW - DAY, "−1", "x", NOW - DAY, ("partial",))
    visits = Visits(store)
    visits.save(visit)
    assert visits.get("etf.sosovalue") == visit
    assert visits.all() == (visit,)
    assert visits.get("other") == Visit("other")


def test_a_recap_is_found_again_by_its_number_language_and_style(store):
    recaps = Recaps(store)
    recap = StoredRecap(recap_id_of("ETH", DAY, NOW), "ETH", DAY, NOW)
    thread = StoredThread(
        "en",
        "brief",
        (Post("a", "<b>a</b>"),),
        (Post("e", "e"),),
        ((Post("1", "1"),),),
        (Figure("7%", 7.0, "percent", "r"),),
    )
    recaps.save(recap, thread, NOW)
    recaps.save(recap, replace(thread, posts=()), NOW)
    assert recaps.get(recap.recap_id) == recap
    assert recaps.thread(recap.recap_id, "en", "brief").posts == ()
    assert recaps.thread(recap.recap_id, "en").causes == thread.causes
    assert recaps.thread(recap.recap_id, "zh") is None
    assert recaps.latest("ETH", DAY, NOW) == recap
    assert recaps.latest("ETH", DAY, NOW + MINUTE) is None
    assert recaps.purge(NOW + MINUTE) == 1
    assert recaps.thread(recap.recap_id, "en") is None


def test_numbers_of_recaps_differ_by_all_that_tells_them_apart():
    ids = {recap_id_of(s, n * DAY, NOW + n * MINUTE) for s in ("market", "ETH") for n in (1, 7)}
    assert len(ids) == 4
    assert all(len(i) == 10 and i.isalnum() for i in ids)


def test_a_picture_is_named_for_each_bot(store):
    media = Media(store)
    digest = media.keep(b"png")
    assert media.keep(b"png") == digest
    assert media.content(digest) == b"png"
    assert media.file_id(1, digest) is None
    media.name(1, digest, "AgAC")
    assert (media.file_id(1, digest), media.file_id(2, digest)) == ("AgAC", None)


def test_subscribing_again_changes_the_schedule_and_drops_what_nobody_uses(store):
    subscriptions, schedules = Subscriptions(store), Schedules(store)
    first = subscriptions.save(Subscription(Place(1), EIGHT, NOW))
    again = subscriptions.save(Subscription(Place(1), replace(EIGHT, times=(time(9),)), NOW))
    assert again.id == first.id
    assert [s.schedule.times for s in subscriptions.of(1)] == [(time(9),)]
    assert schedules.soonest() == NOW + timedelta(hours=2)
    assert subscriptions.remove(first.id)
    assert not subscriptions.remove(first.id)
    assert schedules.soonest() is None


def test_a_chat_can_not_have_a_thousand_subscriptions(store):
    subscriptions = Subscriptions(store)
    for topic in range(MOST_PER_CHAT):
        subscriptions.save(Subscription(Place(-5, topic), EIGHT, NOW))
    with pytest.raises(UsageError, match="A chat can have 20 subscriptions"):
        subscriptions.save(Subscription(Place(-5, 99), EIGHT, NOW))
    assert subscriptions.count() == MOST_PER_CHAT


def test_a_topic_missing_three_times_over_a_day_is_taken_for_gone_once(store):
    subscriptions, place = Subscriptions(store), Place(-5, 7)
    subscriptions.save(Subscription(place, EIGHT, NOW))
    hours = [0, 1, 2, 24, 25]
    ended = [subscriptions.strike(place, NOW + hour * DAY / 24, "not found") for hour in hours]
    assert ended == [False, False, False, True, False]
    (mine,) = subscriptions.of(-5)
    assert (mine.state, mine.reason) == (SubscriptionState.TOPIC_GONE, "not found")


def test_an_update_of_the_zones_rules_puts_next_slots_right(store):
    schedules = Schedules(store)
    Subscriptions(store).save(Subscription(Place(1), EIGHT, NOW))
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE schedules SET next_at = next_at + 3600000")
    assert schedules.recompute(NOW) == 1
    assert schedules.soonest() == NOW + timedelta(hours=1)
    assert schedules.recompute(NOW) == 0


def test_of_many_who_hear_of_new_chats_at_once_none_fails(store):
    heard = [(number, ChatKind.PRIVATE, "en") for number in range(1, 6)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: Chats(store).touch_all(heard), range(8)))
    assert answers == [[Chat(number, ChatKind.PRIVATE, "en") for number in range(1, 6)]] * 8
    assert len(list(Chats(store).all())) == 5
