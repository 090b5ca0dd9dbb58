"""Chats that move, leave, block the bot and come back lose nothing, and nobody is written to who doesn't want it."""

from datetime import timedelta

import pytest

from bot.app.ticks import KEPT, Ticks
from bot.domain.chats import ChatState
from bot.emulator.world import Member


def forgetting(house):
    """What the bot forgets every six hours."""
    return Ticks(house.broadcast, None, house.books, None, None, None, house.clock, live=True).forget()


def test_a_group_that_becomes_a_supergroup_keeps_all_it_had(living):
    """Both groups say so; the next post goes to the new one."""

    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann, kind="group")
        await house.ask(ann, "/subscribe eth 09:30 Berlin", group)
        house.set(group, style="brief")
        new = await ann.upgrades(group)
        await house.heard()
        assert house.kept(group) is None
        assert (house.kept(new).zone, house.kept(new).style) == ("Europe/Berlin", "brief")
        assert [each.scope for each in house.held(new)] == ["ETH"]
        await house.tick(days=1)
        assert len(house.written(new)) == 1

    living(story, sends=True)


def test_a_group_that_moved_unnoticed_gets_its_post_once_at_its_new_number(living):
    """The bot was down when the groups said so, and learns of it from the refusal."""

    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann, kind="group")
        await house.ask(ann, "/subscribe 09:30", group)
        await house.stop()
        new = await ann.upgrades(group)
        house.emulator.state.mailbox.waiting.clear()
        await house.start()
        for _ in range(2):
            await house.tick(days=1)
        assert len(house.written(new)) == 2
        assert house.held(group) == ()
        assert len(house.held(new)) == 1
        assert [call.code for call in house.emulator.of("sendMessage")][-3:] == [400, 200, 200]

    living(story, sends=True)


def test_a_group_that_moves_while_it_asks_is_answered(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann, kind="group")
        asked = await ann.says("/recap", group)
        new = house.emulator.world.supergroup("Desk")
        new.members, group.upgraded_to = group.members, new.id
        await house.heard()
        assert house.after(asked) == []
        assert len(house.written(new)) == 1

    living(story)


def test_a_person_who_blocks_the_bot_is_left_alone_until_they_start_it_again(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        await house.ask(ann, "/subscribe 09:30")
        await ann.blocks_bot()
        await house.heard()
        assert (house.kept(ann.chat).state, house.kept(ann.chat).reason) == (ChatState.GONE, "blocked")
        sent = len(house.emulator.of("sendMessage"))
        await house.tick(days=1)
        assert len(house.emulator.of("sendMessage")) == sent
        await ann.unblocks_bot()
        (greeting,) = await house.ask(ann, "/start")
        assert house.kept(ann.chat).state is ChatState.ACTIVE
        await house.tick(days=1)
        assert len(house.after(greeting)) == 1

    living(story, sends=True)


def test_a_block_nobody_told_of_is_learnt_from_the_refusal(living):
    """The update was lost; one refused call is enough."""

    async def story(house):
        ann = house.emulator.person("Ann")
        await house.ask(ann, "/subscribe 09:30")
        ann.chat.members[house.emulator.world.bot.id] = Member("kicked")
        for _ in range(3):
            await house.tick(days=1)
        refused = [call for call in house.emulator.of("sendMessage") if call.code == 403]
        assert len(refused) == 1
        assert house.kept(ann.chat).reason == "Forbidden: bot was blocked by the user"

    living(story, sends=True)


@pytest.mark.parametrize("ending", ["deleted", "kicked", "left"])
def test_a_group_that_is_gone_without_a_word_is_left_alone(living, ending):
    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann)
        await house.ask(ann, "/subscribe 09:30", group)
        if ending == "deleted":
            group.deleted = True
        else:
            group.members[house.emulator.world.bot.id] = Member(ending)
        for _ in range(3):
            await house.tick(days=1)
        assert sum(call.code == 403 for call in house.emulator.of("sendMessage")) == 1
        assert house.kept(group).state is ChatState.GONE
        assert len(house.held(group)) == 1

    living(story, sends=True)


def test_settings_of_a_group_the_bot_left_are_kept_for_a_month_and_come_back_with_it(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann)
        await house.ask(ann, "/subscribe eth 08:00 Tokyo", group)
        house.set(group, locale="zh", deletes_commands=True)
        before = house.kept(group)
        await ann.removes_bot(group)
        await house.heard()
        house.clock.advance(seconds=(KEPT - timedelta(hours=1)).total_seconds())
        await forgetting(house)
        written = len(house.written(group))
        await ann.adds_bot(group)
        await house.heard()
        assert house.kept(group) == before
        assert [each.schedule.zone for each in house.held(group)] == ["Asia/Tokyo"]
        assert len(house.written(group)) == written

    living(story)


def test_a_button_pressed_in_a_group_the_bot_left_brings_nothing_back(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann)
        (recap,) = await house.ask(ann, "/recap", group)
        await ann.removes_bot(group)
        await house.heard()
        gone = house.kept(group)
        house.clock.advance(days=3)
        for button in ("Why?", "Subscribe"):
            await house.press(ann, recap, button)
        assert house.kept(group) == gone
        assert gone.state is ChatState.GONE
        assert house.after(recap) == []

    living(story)


def test_a_chat_that_is_gone_for_a_month_is_forgotten(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        await house.ask(ann, "/subscribe 08:00")
        await ann.blocks_bot()
        await house.heard()
        house.clock.advance(seconds=(KEPT + timedelta(hours=1)).total_seconds())
        await forgetting(house)
        assert house.kept(ann.chat) is None
        assert house.held(ann.chat) == ()

    living(story)


def test_what_a_group_subscribed_to_never_reaches_a_person_who_left_it(living):
    """A group's recaps go to the group: there is nothing in private that a membership could end."""

    async def story(house):
        ann, bob = house.emulator.person("Ann"), house.emulator.person("Bob")
        group = await house.group(ann)
        bob.administers(group)
        await house.ask(bob, "/start")
        (confirmed,) = await house.ask(bob, "/subscribe 09:30", group)
        group.members[bob.user.id] = Member("left")
        private = len(house.written(bob.chat))
        await house.tick(days=1)
        assert len(house.after(confirmed)) == 1
        assert len(house.written(bob.chat)) == private
        assert house.held(bob.chat) == ()

    living(story, sends=True)


def test_a_bot_promoted_demoted_and_muted_keeps_a_groups_settings_and_speaks_again(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann)
        (confirmed,) = await house.ask(ann, "/subscribe 09:30", group)
        before = house.kept(group)
        for change in (ann.promotes_bot, ann.demotes_bot):
            await change(group)
            await house.heard()
            assert house.kept(group) == before
        await ann.mutes_bot(group)
        await house.heard()
        await house.tick(days=1)
        assert house.kept(group).reason == "may not post"
        await ann.demotes_bot(group)
        await house.heard()
        assert house.kept(group) == before
        await house.tick(days=1)
        assert len(house.after(confirmed)) == 1

    living(story, sends=True)


def test_a_group_whose_members_may_write_again_is_served_once_somebody_asks_there(living):
    """Telegram tells bots nothing of what all members may do."""

    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann)
        await house.ask(ann, "/subscribe 09:30", group)
        group.all_may_write = False
        for _ in range(2):
            await house.tick(days=1)
        assert house.kept(group).state is ChatState.PAUSED
        assert sum(call.code == 400 for call in house.emulator.of("sendMessage")) == 1
        group.all_may_write = True
        (answer,) = await house.ask(ann, "/next", group)
        assert house.kept(group).state is ChatState.ACTIVE
        await house.tick(days=1)
        assert len(house.after(answer)) == 1

    living(story, sends=True)


def test_where_the_bot_may_listen_and_not_speak_it_is_silent(living, caplog):
    """Neither the group nor the operators hear of a failure: it is none."""

    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann)
        await ann.mutes_bot(group)
        for text in ("/recap", "/help", "/settings"):
            assert await house.ask(ann, text, group) == []
        assert "A handler failed" not in caplog.text
        assert house.counts() == {}

    living(story)


def test_a_channel_that_takes_the_right_to_post_away_pauses_and_goes_on(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        channel = house.emulator.world.channel("News", "news")
        ann.owns(channel)
        await ann.adds_bot(channel)
        await ann.says("/subscribe 09:30", channel)
        await house.heard()
        before = len(house.written(channel))
        standing = channel.members[house.emulator.world.bot.id]
        channel.members[house.emulator.world.bot.id] = Member("administrator", frozenset())
        await house.tick(days=1)
        assert house.kept(channel).state is ChatState.PAUSED
        channel.members[house.emulator.world.bot.id] = standing
        await ann.promotes_bot(channel)
        await house.heard()
        await house.tick(days=1)
        assert house.kept(channel).state is ChatState.ACTIVE
        assert len(house.written(channel)) == before + 1

    living(story, sends=True)
