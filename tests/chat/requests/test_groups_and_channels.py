"""Who may change what a chat gets, and how channels are served: administrators decide, everybody may read."""

import pytest

from bot.domain.chats import ChatKind
from bot.emulator.entities import Formatted
from bot.emulator.world import Member

ADMINS_ONLY = "Only administrators can change what this chat gets."


@pytest.mark.parametrize("command", ["/subscribe 08:00", "/unsubscribe", "/settings", "/alerts on", "/forget", "/stop"])
def test_in_a_group_only_administrators_change_what_it_gets(living, command):
    async def story(house):
        ann, bob = house.emulator.person("Ann"), house.emulator.person("Bob")
        group = await house.group(ann)
        bob.joins(group)
        (refused,) = await house.ask(bob, command, group)
        assert refused.text == ADMINS_ONLY
        assert house.held(group) == ()
        (done,) = await house.ask(ann, command, group)
        assert done.text != ADMINS_ONLY

    living(story)


def test_a_group_may_let_everybody_change_what_it_gets(living):
    async def story(house):
        ann, bob = house.emulator.person("Ann"), house.emulator.person("Bob")
        group = await house.group(ann)
        bob.joins(group)
        (settings,) = await house.ask(ann, "/settings", group)
        assert (await house.press(bob, settings, "set1:who")).answer["text"] == ADMINS_ONLY
        await house.press(ann, settings, "set1:who")
        await house.press(ann, settings, "set1:who:who:everyone")
        (done,) = await house.ask(bob, "/subscribe 08:00", group)
        assert done.text.startswith("Done")
        assert len(house.held(group)) == 1

    living(story)


def test_recaps_are_open_to_all_and_asked_again_come_from_what_is_at_hand(living):
    async def story(house):
        ann, bob = house.emulator.person("Ann"), house.emulator.person("Bob")
        group, other = await house.group(ann), await house.group(ann, "Other")
        bob.joins(group)
        for person, text, chat in ((bob, "/recap", group), (ann, "/recap eth", group), (bob, "/recap", other)):
            assert len(await house.ask(person, text, chat)) == 1
        house.clock.advance(seconds=61)
        await house.ask(bob, "/recap", group)
        assert [ask.cached for ask in house.newsroom.asks] == [False, True, True, False]

    living(story)


def test_those_who_write_in_a_chats_name_share_nothing_with_those_elsewhere(living):
    """Anonymous administrators of all groups come under one name, posts of channels under none."""

    async def story(house):
        ann = house.emulator.person("Ann")
        groups = [await house.group(ann, title) for title in ("One", "Two")]
        channels = [await channel_of(house, ann, name=name) for name in ("news", "views")]
        for chat in (*groups, *channels):
            assert len(await house.ask(ann, "/recap", chat, anonymous=chat in groups)) == 1
        assert [ask.cached for ask in house.newsroom.asks] == [False] * 4
        for _ in range(30):
            await ann.says("/help", groups[0], anonymous=True)
        await house.heard()
        assert len(await house.ask(ann, "/help", groups[0], anonymous=True)) == 0
        assert len(await house.ask(ann, "/help", groups[1], anonymous=True)) == 1

    living(story)


def test_an_administrator_who_stays_anonymous_is_one(living):
    """Commands carry the group's name; buttons are pressed under one's own, and the rights behind it are looked up."""

    async def story(house):
        ann, bob = house.emulator.person("Ann"), house.emulator.person("Bob")
        group = await house.group(ann)
        group.members[ann.user.id] = Member("creator", anonymous=True)
        bob.joins(group)
        (done,) = await house.ask(ann, "/subscribe 08:00", group, anonymous=True)
        assert done.text.startswith("Done")
        (settings,) = await house.ask(ann, "/settings", group, anonymous=True)
        assert (await house.press(bob, settings, "set1:anon")).answer["text"] == ADMINS_ONLY
        await house.press(ann, settings, "set1:anon")
        await house.press(ann, settings, "set1:anon:anon:off")
        (refused,) = await house.ask(ann, "/unsubscribe", group, anonymous=True)
        assert refused.text == ADMINS_ONLY
        assert len(house.held(group)) == 1

    living(story)


def test_a_channel_that_speaks_in_its_discussion_group_is_no_administrator_there(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        group, channel = await house.group(ann), house.emulator.world.channel("News")
        message = house.emulator.world.post(group, ann._anonymous, command("/subscribe 08:00"), sender_chat=channel)
        await house.emulator.state.mailbox.put("message", message.json)
        await house.heard()
        assert house.held(group) == ()

    living(story)


def command(text):
    return Formatted(text, ({"type": "bot_command", "offset": 0, "length": len(text.split()[0])},))


def test_a_channels_posts_are_answered_there_and_not_again_in_its_discussion_group(living):
    """Telegram forwards each post to the group by itself."""

    async def story(house):
        ann = house.emulator.person("Ann")
        group, channel = await house.group(ann), await channel_of(house, ann)
        written = len(house.written(group))
        for text in ("/recap", "/subscribe 08:00"):
            assert len(await house.ask(ann, text, channel)) == 1
            forward = {"is_automatic_forward": True}
            copy = house.emulator.world.post(group, ann.user, command(text), sender_chat=channel, extra=forward)
            await house.emulator.state.mailbox.put("message", copy.json)
            await house.heard()
        assert len(house.written(group)) == written
        assert len(house.newsroom.asks) == 1

    living(story)


async def channel_of(house, person, *, bot=True, name="news"):
    channel = house.emulator.world.channel("News", name)
    person.owns(channel)
    if bot:
        await person.adds_bot(channel)
        await house.heard()
    return channel


def test_a_command_posted_in_a_channel_subscribes_it(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        channel = await channel_of(house, ann)
        (confirmed,) = await house.ask(ann, "/subscribe eth 09:30 Berlin", channel)
        assert "Next: Tue 09:30 CET" in confirmed.text
        assert [each.scope for each in house.held(channel)] == ["ETH"]
        await house.tick(hours=23, minutes=30)
        (post,) = house.after(confirmed)
        assert post.sender_chat is channel
        (bye,) = await house.ask(ann, "/unsubscribe", channel)
        assert bye.text.startswith("No more recaps here.")

    living(story, sends=True)


@pytest.mark.parametrize("name", ["@news", "https://t.me/news", "t.me/news"])
def test_a_channel_is_subscribed_from_a_private_chat(living, name):
    async def story(house):
        ann = house.emulator.person("Ann")
        channel = await channel_of(house, ann)
        (confirmed,) = await house.ask(ann, f"/subscribe {name} 08:00 Berlin")
        assert "@news gets recaps" in confirmed.text
        assert house.kept(channel).kind is ChatKind.CHANNEL
        assert len(house.held(channel)) == 1
        assert house.held(ann.chat) == ()
        (bye,) = await house.ask(ann, f"/unsubscribe {name}")
        assert bye.text == "No more recaps in @news."

    living(story)


@pytest.mark.parametrize(
    ("standing", "bot", "line"),
    [
        ("creator", False, "I can't see @news."),
        ("member", True, "Only administrators of @news can do that."),
        ("left", True, "Only administrators of @news can do that."),
        ("creator", "reader", "I may not post in @news."),
    ],
)
def test_a_channel_somebody_does_not_own_is_not_subscribed(living, standing, bot, line):
    async def story(house):
        ann = house.emulator.person("Ann")
        channel = await channel_of(house, ann, bot=bool(bot))
        channel.members[ann.user.id] = Member(standing)
        if bot == "reader":
            channel.members[house.emulator.world.bot.id] = Member("administrator", frozenset())
        (refused,) = await house.ask(ann, "/subscribe @news 08:00")
        assert line in refused.text
        assert "\n" not in refused.text
        assert house.held(channel) == ()

    living(story)


def test_a_channel_is_named_in_private_alone(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        await channel_of(house, ann)
        group = await house.group(ann)
        (refused,) = await house.ask(ann, "/subscribe @news 08:00", group)
        assert refused.text.startswith("Please write that to me in private.")

    living(story)


def test_in_a_channel_buttons_answer_each_reader_in_private(living):
    async def story(house):
        ann, reader = house.emulator.person("Ann"), house.emulator.person("Reader")
        channel = await channel_of(house, ann)
        (recap,) = await house.ask(ann, "/recap", channel)
        query = await house.press(reader, recap, "Why?")
        payload = query.answer["url"].partition("?start=")[2]
        (why,) = await house.ask(reader, f"/start {payload}")
        assert why.text == "Two causes"
        assert house.written(channel) == [recap]
        query = await house.press(reader, recap, "Subscribe")
        assert query.answer["text"] == ADMINS_ONLY
        assert house.held(channel) == ()

    living(story)


def test_in_a_channel_anybody_who_posts_is_an_administrator(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        channel = await channel_of(house, ann)
        (settings,) = await house.ask(ann, "/settings", channel)
        await house.press(ann, settings, "set1:lang")
        await house.press(ann, settings, "set1:lang:lang:zh")
        assert house.kept(channel).locale == "zh"

    living(story)
