"""What goes wrong on the way to Telegram and back, and its limits."""

import asyncio

import pytest
from telegram.error import Forbidden, RetryAfter, TelegramError

from bot.emulator.accounts import User
from bot.emulator.faults import Fault
from bot.emulator.flood import Flood
from bot.emulator.refusals import Refused
from bot.emulator.world import World


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
def test_flood_limits(calling):
    async def story(emulator, bot):
        clock = [0.0]
        flood = emulator.limit()
        flood.now = lambda: clock[0]
        ann = emulator.person("Ann")
        await ann.says("/start")
        for _ in range(3):
            await bot.send_message(ann.user.id, "a")
        with pytest.raises(RetryAfter):
            await bot.send_message(ann.user.id, "a")
        assert emulator.calls[-1].code == 429
        clock[0] = 1.0
        sent = await bot.send_message(ann.user.id, "a")
        with pytest.raises(RetryAfter):
            await bot.edit_message_text("b", ann.user.id, sent.message_id)
        assert flood.refused == 2

    calling(story)


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
def test_a_slow_chat_lets_members_wait_and_administrators_write(calling):
    async def story(emulator, bot):
        ann, group = emulator.person("Ann"), emulator.world.supergroup("Desk")
        await ann.adds_bot(group)
        group.slow_seconds = 60
        await bot.send_message(group.id, "a")
        with pytest.raises(RetryAfter) as wait:
            await bot.send_message(group.id, "b")
        assert 58 <= wait.value.retry_after <= 60
        await ann.promotes_bot(group)
        await bot.send_message(group.id, "b")

    calling(story)


def taken(flood, chats, now):
    """How many messages to these chats, one each, get through, the clock standing."""
    flood.now = lambda: now
    through = 0
    for chat in chats:
        try:
            flood.pass_(chat)
        except Refused:
            continue
        through += 1
    return through


def test_no_second_takes_more_than_thirty_and_no_minute_of_a_group_more_than_twenty():
    world = World(User(1, "Recap", is_bot=True), lambda: 0.0)
    people = [world.private(world.user("Ann")) for _ in range(100)]
    flood = Flood(lambda: 0.0)
    assert [taken(flood, people, now) for now in (0.0, 0.9, 1.0)] == [30, 0, 30]
    group = world.group("Desk")
    flood = Flood(lambda: 0.0, per_chat=100)
    assert [taken(flood, [group], now) for now in range(62)] == [*[1] * 20, *[0] * 40, 1, 1]


def test_faults_of_the_wire(calling):
    async def story(emulator, bot):
        ann = emulator.person("Ann")
        await ann.says("/start")
        for fault in (Fault.BAD_GATEWAY, Fault.SERVER_ERROR, Fault.DROPPED, Fault.TRUNCATED, Fault.ANSWER_LOST):
            emulator.faults.add(fault, "sendMessage", "sendPhoto")
            with pytest.raises(TelegramError):
                await bot.send_message(ann.user.id, fault.name)
        emulator.faults.add(Fault.REFUSED, "sendMessage", refusal=Refused(403, "Forbidden: user is deactivated"))
        with pytest.raises(Forbidden):
            await bot.send_message(ann.user.id, "a")
        assert [message.text for message in ann.chat.said_by(emulator.world.bot)] == ["TRUNCATED", "ANSWER_LOST"]

    calling(story)


def test_an_answer_that_hangs_is_lost_after_all_was_done(calling):
    async def story(emulator, bot):
        ann = emulator.person("Ann")
        await ann.says("/start")
        emulator.faults.add(Fault.ANSWER_HANGS, when=lambda said: said.get("text") == "a")
        hanging = asyncio.create_task(bot.send_message(ann.user.id, "a"))
        await emulator.until(lambda: ann.chat.said_by(emulator.world.bot))
        assert (await bot.send_message(ann.user.id, "b")).text == "b"
        assert not hanging.done()
        emulator.faults.lift()
        with pytest.raises(TelegramError):
            await hanging
        assert [message.text for message in ann.chat.said_by(emulator.world.bot)] == ["a", "b"]

    calling(story)
