"""From a due slot to a delivery that is over: each place gets each part once, in order, whoever dies on the way."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.chats import Chat, ChatKind, ChatState, Place, QuietHours, Schedule, Silence, Subscription
from bot.domain.delivery import Button, DeliveryState, Kind, Part, Publication
from bot.store.chats import Chats
from bot.store.messages import Messages, SentMessage
from bot.store.outbox import Outbox, Recovered, Result
from bot.store.schedules import Schedules, Skipped, Want
from bot.store.subscriptions import Subscriptions

NOW = datetime(2025, 2, 26, 7, tzinfo=UTC)
LEASE = timedelta(seconds=30)
EIGHT_IN_BERLIN = Schedule("Europe/Berlin", (time(8),))
WANT = Want("market", timedelta(days=1), "en", "thread")


@pytest.fixture
def outbox(store):
    return Outbox(store)


@pytest.fixture
def subscribed(store):
    """Chats 1 to 3, the last of them in two topics, subscribed to eight o'clock in Berlin."""
    chats, subscriptions = Chats(store), Subscriptions(store)
    for chat_id in (1, 2, -3):
        chats.save(Chat(chat_id, ChatKind.PRIVATE if chat_id > 0 else ChatKind.SUPERGROUP))
    for place in (Place(1), Place(2), Place(-3, 7), Place(-3, 8)):
        subscriptions.save(Subscription(place, EIGHT_IN_BERLIN, NOW - timedelta(hours=5)))
    return Schedules(store)


def publication(parts=2, slot="daily/2025-02-26T07:00Z", expires=NOW + timedelta(hours=2), **changes):
    texts = tuple(Part(f"<b>{n}</b>", str(n), ((Button("Why", "w:1"),),)) for n in range(parts))
    return Publication(slot, Kind.DAILY, texts, expires, "en", "thread", **{"recap_id": "abc", **changes})


def served(schedules, parts=2):
    (slot,) = schedules.due(NOW)
    return schedules.serve(slot, {WANT: publication(parts)}, NOW)


def sent(parcels, message_id=100):
    return [Result(p.delivery_id, DeliveryState.SENT, message_id + n) for n, p in enumerate(parcels)]


def claimed(outbox, owner="a", now=NOW, **more):
    parcels = outbox.claim(owner, now, 100, LEASE, **more)
    outbox.sending([p.delivery_id for p in parcels], owner)
    return parcels


def places(parcels):
    return {(p.place.chat_id, p.place.thread_id) for p in parcels}


def test_a_due_slot_names_what_is_wanted_and_by_how_many(subscribed):
    assert subscribed.due(NOW - timedelta(seconds=1)) == ()
    (slot,) = subscribed.due(NOW)
    assert slot.at == NOW
    assert subscribed.wants(slot) == {WANT: 4}


def test_serving_moves_the_schedule_on_and_happens_once(subscribed):
    (slot,) = subscribed.due(NOW)
    assert subscribed.serve(slot, {WANT: publication()}, NOW) == 8
    assert subscribed.serve(slot, {WANT: publication()}, NOW) == 0
    assert subscribed.due(NOW) == ()
    assert subscribed.soonest() == NOW + timedelta(days=1)


def test_of_two_schedulers_at_once_one_serves(subscribed):
    (slot,) = subscribed.due(NOW)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: subscribed.serve(slot, {WANT: publication()}, NOW), range(4)))
    assert sorted(counts) == [0, 0, 0, 8]


def test_parts_go_out_one_after_the_other_as_a_chain(subscribed, outbox):
    served(subscribed)
    first = claimed(outbox)
    assert places(first) == {(1, 0), (2, 0), (-3, 7), (-3, 8)}
    assert {p.index for p in first} == {0}
    assert claimed(outbox) == []
    outbox.finish(sent(first), NOW)
    second = claimed(outbox)
    assert {p.index for p in second} == {1}
    assert {p.place.thread_id: p.reply_to for p in second if p.place.chat_id == -3} == {
        p.place.thread_id: 100 + n for n, p in enumerate(first) if p.place.chat_id == -3
    }
    outbox.finish(sent(second, 200), NOW)
    assert outbox.counts() == {DeliveryState.SENT: 8}


def test_the_next_part_goes_on_after_an_uncertain_one_without_a_target(subscribed, outbox):
    served(subscribed)
    outbox.finish([Result(p.delivery_id, DeliveryState.UNCERTAIN) for p in claimed(outbox)], NOW)
    second = claimed(outbox)
    assert len(second) == 4
    assert {p.reply_to for p in second} == {0}


def test_a_dead_part_holds_the_rest_back_until_it_is_abandoned(subscribed, outbox):
    served(subscribed)
    first = claimed(outbox)
    outbox.finish([Result(p.delivery_id, DeliveryState.DEAD, reason="no rights") for p in first], NOW)
    assert claimed(outbox) == []
    assert [outbox.abandon(p.delivery_id, "no rights", NOW) for p in first] == [1, 1, 1, 1]
    assert outbox.counts() == {DeliveryState.DEAD: 8}


def test_a_retry_waits_for_its_time(subscribed, outbox):
    served(subscribed)
    later = NOW + timedelta(seconds=40)
    outbox.finish([Result(p.delivery_id, DeliveryState.RETRY, not_before=later) for p in claimed(outbox)], NOW)
    assert claimed(outbox) == []
    assert {p.attempts for p in claimed(outbox, now=later)} == {1}


def test_the_more_urgent_goes_first_and_held_chats_wait(subscribed, outbox):
    served(subscribed)
    alarm = Publication("flash/1", Kind.FLASH, (Part("!", "!"),), NOW + LEASE, "en", "thread")
    assert outbox.publish(alarm, [Place(2), Place(-3, 8)], NOW) == 2
    assert outbox.publish(alarm, [Place(2)], NOW) == 0
    parcels = outbox.claim("a", NOW, 100, LEASE, held={1})
    assert [p.kind for p in parcels] == [Kind.FLASH] * 2 + [Kind.DAILY] * 3
    assert 1 not in {p.place.chat_id for p in parcels}


def test_two_senders_never_claim_the_same(subscribed, outbox):
    served(subscribed, parts=1)
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda n: outbox.claim(str(n), NOW, 2, LEASE), range(4)))
    ids = [p.delivery_id for parcels in claims for p in parcels]
    assert len(ids) == len(set(ids)) == 4


def test_what_another_took_over_is_not_marked(subscribed, outbox):
    served(subscribed)
    parcels = outbox.claim("a", NOW, 100, LEASE)
    ids = [p.delivery_id for p in parcels]
    later = NOW + LEASE + timedelta(seconds=1)
    assert outbox.recover(later) == Recovered(4, 0)
    assert len(outbox.claim("b", later, 100, LEASE)) == 4
    assert outbox.sending(ids, "a") == []
    outbox.release(ids, "a")
    assert outbox.counts()[DeliveryState.CLAIMED] == 4


def test_a_call_under_way_when_the_sender_died_is_uncertain(subscribed, outbox):
    served(subscribed)
    claimed(outbox)
    assert outbox.recover(NOW) == Recovered(0, 0)
    assert outbox.recover(NOW + LEASE + timedelta(seconds=1)) == Recovered(0, 4)
    assert len(claimed(outbox, now=NOW + LEASE)) == 4


def test_a_content_fault_stops_what_is_left_of_a_publication(subscribed, outbox):
    served(subscribed)
    (first, *others) = claimed(outbox)
    outbox.release([], "a")
    assert outbox.stop(first.publication_id, "can't parse entities", NOW) == 4
    outbox.finish(sent(others), NOW)
    assert claimed(outbox) == []


def test_what_is_not_sent_in_time_expires(subscribed, outbox):
    served(subscribed)
    assert outbox.claim("a", NOW + timedelta(hours=2), 100, LEASE) == []
    assert outbox.expire(NOW + timedelta(hours=2)) == 8
    assert outbox.counts() == {DeliveryState.EXPIRED: 8}
    assert outbox.purge(NOW + timedelta(days=1)) == 8


def test_nothing_more_goes_to_a_chat_that_is_gone(subscribed, outbox, store):
    served(subscribed)
    Chats(store).gone(-3, "kicked", NOW)
    assert places(claimed(outbox)) == {(1, 0), (2, 0)}
    assert outbox.counts()[DeliveryState.DEAD] == 4


def test_a_group_that_moved_keeps_its_place_in_the_queue(subscribed, outbox, store):
    served(subscribed)
    Chats(store).migrate(-3, -1003)
    assert places(claimed(outbox)) == {(1, 0), (2, 0), (-1003, 7), (-1003, 8)}


@pytest.mark.parametrize(
    ("silence", "at", "silent"),
    [
        (Silence.NEVER, NOW, False),
        (Silence.ALWAYS, NOW, True),
        (Silence.QUIET_HOURS, NOW, False),
        (Silence.QUIET_HOURS, NOW - timedelta(minutes=1), True),
    ],
)
def test_only_the_first_part_rings_and_not_in_quiet_hours(subscribed, outbox, store, silence, at, silent):
    quiet = QuietHours(time(22), time(8))
    Chats(store).save(Chat(1, ChatKind.PRIVATE, zone="Europe/Berlin", silence=silence, quiet=quiet))
    outbox.publish(publication(), [Place(1)], at)
    (first,) = claimed(outbox, now=at)
    assert first.silent is silent
    outbox.finish(sent([first]), at)
    assert claimed(outbox, now=at)[0].silent


def test_paused_and_later_subscriptions_are_not_served(subscribed, store):
    subscriptions = Subscriptions(store)
    (mine,), (other,) = subscriptions.of(1), subscriptions.of(2)
    subscriptions.pause(mine.id)
    subscriptions.resume(other.id, NOW + timedelta(seconds=1))
    assert subscribed.wants(subscribed.due(NOW)[0]) == {WANT: 2}
    assert served(subscribed) == 4


def test_a_skipped_slot_is_remembered_with_its_reason(subscribed):
    (slot,) = subscribed.due(NOW + timedelta(hours=5))
    subscribed.skip(slot, "the bot was down")
    assert subscribed.last_skipped(Place(1)) == Skipped(NOW, "the bot was down")
    assert subscribed.last_skipped(Place(1, 99)) is None
    assert subscribed.due(NOW + timedelta(hours=5)) == ()


def test_sent_messages_tell_which_recap_they_are(subscribed, outbox, store):
    served(subscribed)
    first = claimed(outbox)
    outbox.finish(sent(first), NOW)
    told = Messages(store)
    mine = next(n for n, p in enumerate(first) if p.place == Place(1))
    assert told.get(1, 100 + mine) == SentMessage(Place(1), 100 + mine, "abc", "en", "thread", 0)
    told.note([SentMessage(Place(1), 900, "def", "zh", "brief")], NOW + LEASE)
    assert told.last(Place(1)).recap_id == "def"
    assert told.last(Place(99)) is None
    assert len(told.of("abc")) == 4


def test_a_correction_edits_each_message_once(subscribed, outbox, store):
    served(subscribed, parts=1)
    outbox.finish(sent(claimed(outbox)), NOW)
    told = Messages(store)
    better = publication(1, slot="correction/abc")
    assert told.correct(better, NOW) == 4
    assert told.correct(better, NOW) == 0
    assert {p.edits for p in claimed(outbox)} == {100, 101, 102, 103}


def test_a_chat_that_was_forgotten_leaves_nothing(subscribed, outbox, store):
    served(subscribed)
    parcels = claimed(outbox)
    Chats(store).forget(1)
    outbox.finish(sent(parcels), NOW)
    assert Chats(store).get(1) is None
    assert Messages(store).last(Place(1)) is None
    assert Subscriptions(store).of(1) == ()


def test_a_chat_that_returns_is_alive_with_its_settings(store):
    chats = Chats(store)
    chats.save(Chat(5, ChatKind.PRIVATE, locale="zh", zone="Asia/Shanghai"))
    chats.gone(5, "blocked", NOW)
    assert chats.get(5).state is ChatState.GONE
    assert chats.count() == {ChatState.GONE: 1}
    back = chats.touch(5, ChatKind.PRIVATE, "en")
    assert (back.state, back.locale, back.zone, back.reason) == (ChatState.ACTIVE, "zh", "Asia/Shanghai", "")
    chats.gone(5, "blocked", NOW)
    assert chats.purge(NOW) == 0
    assert chats.purge(NOW + LEASE) == 1
    assert chats.get(5) is None


def test_a_chat_where_the_bot_may_not_write_is_paused_once_and_loses_no_setting(store):
    chats = Chats(store)
    assert not chats.pause(5, "no rights", NOW)
    chats.save(Chat(5, ChatKind.SUPERGROUP, locale="zh"))
    assert chats.pause(5, "no rights", NOW)
    assert not chats.pause(5, "no rights", NOW)
    assert (chats.get(5).state, chats.get(5).locale) == (ChatState.PAUSED, "zh")
    assert chats.touch(5, ChatKind.SUPERGROUP, "en") == Chat(5, ChatKind.SUPERGROUP, locale="zh")


@pytest.mark.parametrize(("leave", "state"), [("pause", ChatState.PAUSED), ("gone", ChatState.GONE)])
def test_settings_saved_late_bring_no_chat_back(store, leave, state):
    chats = Chats(store)
    read = chats.touch(5, ChatKind.PRIVATE, "en")
    getattr(chats, leave)(5, "blocked", NOW)
    chats.save(replace(read, zone="Asia/Tokyo"))
    kept = chats.get(5)
    assert (kept.state, kept.reason, kept.since, kept.zone) == (state, "blocked", NOW, "Asia/Tokyo")


def test_settings_come_back_as_they_were_saved(store):
    chat = Chat(
        -7, ChatKind.CHANNEL, "zh", "brief", "ETH", "Asia/Tokyo", Silence.ALWAYS, QuietHours(time(23, 30), time(6, 15))
    )
    Chats(store).save(chat)
    assert Chats(store).get(-7) == chat
    assert tuple(Chats(store).all()) == (chat,)
