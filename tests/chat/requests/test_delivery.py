"""The wire that fails and the floods: nothing comes twice, nothing is given up, and one chat delays no other."""

from datetime import timedelta

import pytest

from bot.delivery.pacing import Rates
from bot.domain.chats import ChatKind, Place
from bot.domain.delivery import Kind, Part, Publication
from bot.emulator import Flood
from bot.emulator.faults import Fault
from bot.emulator.refusals import too_many

LONG_WAIT = 43_837
"""Seconds Telegram has told a chat to wait."""


def publish(house, chats, *texts, slot="daily/1", hours=4):
    """One post to these chats."""
    for chat in chats:
        house.books.chats.touch(chat.id, ChatKind(chat.kind), "en")
        chat.started = True
    now = house.clock.now()
    parts = tuple(Part(text, text) for text in texts)
    post = Publication(slot, Kind.DAILY, parts, now + timedelta(hours=hours), "en", "thread")
    house.books.outbox.publish(post, [Place(chat.id) for chat in chats], now)


def texts(house, chat):
    return [message.text for message in house.written(chat)]


def people(house, number):
    return [house.emulator.person(f"P{n}") for n in range(number)]


def limit_by(house, **limits):
    """Telegram's limits, or these, in the house's time."""
    return house.emulator.limit(Flood(lambda: house.clock.now().timestamp(), **limits))


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.TRUNCATED])
def test_a_post_whose_answer_was_lost_reaches_a_group_once(living, fault):
    async def story(house):
        group = await house.group(house.emulator.person("Ann"))
        greeted = len(house.written(group))
        house.emulator.faults.add(fault, "sendMessage")
        publish(house, [group], "a")
        await house.sent(1)
        house.clock.jump(minutes=10)
        await house.sent(1)
        assert texts(house, group)[greeted:] == ["a"]
        assert house.counts() == {"uncertain": 1}

    living(story, sends=True)


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.TRUNCATED])
def test_an_answer_lost_on_the_way_is_neither_said_again_nor_apologised_for(living, fault):
    """An answer to somebody's command, in a group."""

    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann)
        house.emulator.faults.add(fault, "sendMessage")
        (answer,) = await house.ask(ann, "/recap", group)
        assert answer.text.startswith("BTC")
        assert len(house.emulator.of("sendMessage")) == 2

    living(story)


def test_a_part_that_may_be_lost_does_not_end_the_thread(living):
    async def story(house):
        group = await house.group(house.emulator.person("Ann"))
        greeted = len(house.written(group))
        house.emulator.faults.add(Fault.ANSWER_LOST, "sendMessage")
        publish(house, [group], "a", "b", "c")
        await house.sent(3)
        first, second, third = house.written(group)[greeted:]
        assert [first.text, second.text, third.text] == ["a", "b", "c"]
        assert third.reply_to is second
        assert house.counts() == {"uncertain": 1, "sent": 2}

    living(story, sends=True)


def test_a_part_that_surely_was_not_sent_is_sent_again(living):
    async def story(house):
        (ann,) = people(house, 1)
        house.emulator.faults.add(Fault.REFUSED, "sendMessage", refusal=too_many(2), times=3)
        publish(house, [ann.chat], "a", "b")
        await house.sent(2)
        assert texts(house, ann.chat) == ["a", "b"]

    living(story, sends=True)


def test_a_flood_is_sat_out_and_nothing_is_dropped(living):
    """Threads to many chats at once, where Telegram refuses every other message for a while."""

    async def story(house):
        house.emulator.faults.add(Fault.REFUSED, "sendMessage", refusal=too_many(2), times=12)
        everybody = [person.chat for person in people(house, 5)]
        group = await house.group(house.emulator.person("Ann"))
        for slot in ("daily/1", "daily/2"):
            publish(house, [*everybody, group], "a", "b", slot=slot)
        await house.sent(24)
        assert [call.code for call in house.emulator.of("sendMessage")].count(429) == 12
        assert house.counts() == {"sent": 24}
        assert all(sorted(texts(house, chat)) == ["a", "a", "b", "b"] for chat in everybody)

    living(story, sends=True, rates=Rates(per_second=200, per_chat_second=20, per_group_minute=600))


def test_with_its_own_pace_the_bot_meets_no_limit(living):
    async def story(house):
        flood = limit_by(house)
        everybody = people(house, 8)
        group = await house.group(everybody[0])
        publish(house, [*(person.chat for person in everybody), group], "a", "b")
        for person in everybody:
            await person.says("/help")
        await house.heard()
        await house.sent(18)
        assert flood.refused == 0
        assert all(len(house.written(person.chat)) == 3 for person in everybody)

    living(story, sends=True, rates=Rates())


def test_a_chat_told_to_wait_for_half_a_day_delays_nobody_and_operators_hear_of_it(living):
    async def story(house):
        ann, bob = people(house, 2)
        wait = too_many(LONG_WAIT)
        house.emulator.faults.add(Fault.REFUSED, "sendMessage", chat_id=ann.user.id, refusal=wait)
        publish(house, [ann.chat, bob.chat], "a", "b", hours=24)
        while len(texts(house, bob.chat)) < 2:
            await house.clock.wait_until(house.clock.now() + timedelta(seconds=1))
        assert texts(house, ann.chat) == []
        assert len(house.told) == 1
        assert "has to wait up to 13 h" in house.told[0]
        publish(house, [ann.chat, bob.chat], "c", slot="daily/2", hours=24)
        while len(texts(house, bob.chat)) < 3:
            await house.clock.wait_until(house.clock.now() + timedelta(seconds=1))
        house.clock.jump(seconds=LONG_WAIT - 30)
        assert texts(house, ann.chat) == []
        house.clock.jump(seconds=60)
        await house.sent(5)
        assert sorted(texts(house, ann.chat)) == ["a", "b", "c"]
        assert len(house.told) == 1

    living(story, sends=True)


def test_a_person_told_to_wait_keeps_nobody_else_waiting_for_answers(living):
    async def story(house):
        ann, bob = people(house, 2)
        house.emulator.faults.add(Fault.REFUSED, "sendMessage", chat_id=ann.user.id, refusal=too_many(30))
        await ann.says("/recap")
        await house.heard()
        began = house.clock.now()
        (answer,) = await house.ask(bob, "/recap")
        assert answer.text.startswith("BTC")
        assert house.clock.now() - began < timedelta(seconds=30)
        assert texts(house, ann.chat) == []
        house.clock.jump(seconds=31)
        assert len(await house.ask(ann, "/recap")) == 1

    living(story, sends=True)


def test_a_server_that_is_down_for_a_while_costs_no_post(living):
    async def story(house):
        ann, bob = people(house, 2)
        house.emulator.faults.add(Fault.BAD_GATEWAY, "sendMessage", chat_id=ann.user.id)
        house.emulator.faults.add(Fault.DROPPED, "sendMessage", chat_id=bob.user.id)
        publish(house, [ann.chat, bob.chat], "a")
        await house.sent(2)
        assert (texts(house, ann.chat), texts(house, bob.chat)) == (["a"], ["a"])

    living(story, sends=True)


def test_two_senders_on_one_store_send_a_post_once(living):
    async def story(house):
        everybody = [person.chat for person in people(house, 5)]
        other = house.another("two")
        await other.start(polls=False)
        try:
            publish(house, everybody, "a", "b")
            await house.sent(10)
        finally:
            await other.stop()
        assert all(texts(house, chat) == ["a", "b"] for chat in everybody)
        assert house.counts() == {"sent": 10}

    living(story, sends=True)
