"""How the bot behaves where others read along: quiet, brief, on time, and without a trace of what it was asked by."""

import asyncio
from datetime import time

import pytest

from bot.domain.chats import QuietHours, Silence
from bot.domain.thread import Post

THREE = tuple(Post(f"part {n}", f"part {n}") for n in range(3))


@pytest.mark.parametrize(
    ("settings", "rings"),
    [
        ({}, [True, False, False]),
        ({"silence": Silence.ALWAYS}, [False, False, False]),
        ({"silence": Silence.QUIET_HOURS, "quiet": QuietHours(time(9), time(11))}, [False, False, False]),
        ({"silence": Silence.QUIET_HOURS, "quiet": QuietHours(time(22), time(8))}, [True, False, False]),
    ],
)
def test_only_the_first_part_of_a_thread_rings_and_not_at_night(living, settings, rings):
    async def story(house):
        house.newsroom.thread = THREE
        ann = house.emulator.person("Ann")
        (confirmed,) = await house.ask(ann, "/subscribe 09:30")
        house.set(ann.chat, **settings)
        await house.tick(days=1)
        assert [not post.silent for post in house.after(confirmed)] == rings
        answered = await house.ask(ann, "/recap")
        assert [not part.silent for part in answered] == rings
        (small,) = await house.ask(ann, "/sources")
        assert small.silent

    living(story, sends=True)


def test_links_have_no_preview_unless_the_chat_wants_it(living):
    async def story(house):
        link = '<a href="https://example.org/etf">ETF</a>'
        house.newsroom.thread = (Post("ETF", link),)
        ann = house.emulator.person("Ann")
        (confirmed,) = await house.ask(ann, "/subscribe 09:30")
        await house.tick(days=1)
        (recap,) = await house.ask(ann, "/recap")
        assert [message.preview for message in house.after(confirmed)] == [False, False]
        (settings,) = await house.ask(ann, "/settings")
        await house.press(ann, settings, "set1:links")
        await house.press(ann, settings, "set1:links:links:on")
        await house.tick(days=1)
        await house.ask(ann, "/recap")
        assert [message.preview for message in house.after(settings)] == [True, True]
        assert recap.content.entities[0]["url"] == "https://example.org/etf"

    living(story, sends=True)


def test_what_is_looked_up_changes_one_message_instead_of_adding_more(living):
    """Pages of evidence and of settings turn in place; a recap is always a message of its own."""

    async def story(house):
        ann = house.emulator.person("Ann")
        (recap,) = await house.ask(ann, "/recap")
        (why,) = await house.ask(ann, "/why")
        for button in ("Cause 2", "Cause 1", "« All causes"):
            await house.press(ann, why, button)
        (settings,) = await house.ask(ann, "/settings")
        for data in ("set1:style", "set1:style:style:brief", "set1", "set1:done"):
            await house.press(ann, settings, data)
        assert [message for message in house.written(ann.chat) if message.message_id > recap.message_id] == [
            why, settings,
        ]  # fmt: skip
        assert len(why.versions) == 3
        (again,) = await house.ask(ann, "/recap")
        assert again is not recap
        assert recap.versions == []

    living(story)


async def slowly(house, person):
    """What was asked, once the sign of a slow answer is there."""
    house.newsroom.gate = asyncio.Event()
    asked = await person.says("/recap")
    await house.clock.waited_for()
    house.clock.advance(seconds=5)
    await house.emulator.until(lambda: house.emulator.of("sendMessage"))
    return asked


def test_a_slow_answer_shows_one_silent_sign_that_becomes_the_recap(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        house.newsroom.gate = asyncio.Event()
        house.newsroom.thread = THREE
        asked = await ann.says("/recap")
        await house.clock.waited_for()
        house.clock.advance(seconds=0.5)
        await house.emulator.until(lambda: house.emulator.of("sendChatAction"))
        house.clock.advance(seconds=5)
        await house.emulator.until(lambda: house.emulator.of("sendMessage"))
        (sign,) = house.after(asked)
        assert sign.silent
        house.newsroom.gate.set()
        await house.heard()
        parts = house.after(asked)
        assert parts[0] is sign
        assert [part.text for part in parts] == ["part 0", "part 1", "part 2"]
        assert all(part.silent for part in parts)
        assert len(sign.versions) == 1

    living(story)


def test_a_slow_answer_whose_sign_was_deleted_meanwhile_is_a_message_of_its_own(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        asked = await slowly(house, ann)
        house.after(asked)[0].deleted = True
        house.newsroom.gate.set()
        await house.heard()
        (recap,) = house.after(asked)
        assert recap.text.startswith("BTC")
        assert recap.buttons

    living(story)


def test_a_slow_answer_in_markup_that_telegram_refuses_comes_in_plain_words(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        house.newsroom.thread = (Post("Fed < 4 %", "<b>Fed < 4 %"),)
        asked = await slowly(house, ann)
        house.newsroom.gate.set()
        await house.heard()
        (recap,) = house.after(asked)
        assert (recap.text, recap.content.entities) == ("Fed < 4 %", ())
        assert recap.buttons

    living(story)


def test_a_slow_answer_that_fails_leaves_no_sign_behind(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        house.newsroom.refusal = RuntimeError("broken")
        asked = await slowly(house, ann)
        house.newsroom.gate.set()
        await house.heard()
        (sorry,) = house.after(asked)
        assert sorry.text.startswith("Something went wrong on my side")

    living(story)


def test_what_was_asked_while_the_bot_was_down_is_answered_unless_it_is_old(living):
    async def story(house):
        ann, bob, eve = (house.emulator.person(name) for name in ("Ann", "Bob", "Eve"))
        await house.stop()
        await ann.says("/recap", age_seconds=9 * 60)
        await bob.says("/recap", age_seconds=11 * 60)
        await bob.says("/subscribe 08:00", age_seconds=20 * 3600)
        await eve.says("/start", age_seconds=60)
        await house.start()
        await house.heard()
        assert [m.text[:3] for m in house.written(ann.chat)] == ["BTC"]
        assert [m.text[:4] for m in house.written(bob.chat)] == ["Done"]
        assert len(house.held(bob.chat)) == 1
        assert len(house.written(eve.chat)) == 1

    living(story)


def test_a_restart_in_the_midst_loses_no_command_and_answers_none_twice(living):
    async def story(house):
        people = [house.emulator.person(f"P{n}") for n in range(12)]
        for n, person in enumerate(people):
            await person.says("/recap")
            if n % 4 == 3:
                await house.restart()
        await house.heard()
        assert [len(house.written(person.chat)) for person in people] == [1] * 12

    living(story)


@pytest.mark.parametrize("command", ["/settings", "/stop", "/unsubscribe", "/alerts", "/forget"])
def test_an_old_command_that_changes_what_a_chat_gets_still_counts(living, command):
    async def story(house):
        ann = house.emulator.person("Ann")
        assert len(await house.ask(ann, command, age_seconds=86_000)) == 1

    living(story)


def test_an_edited_command_does_not_run_twice(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        asked = await ann.says("/recap")
        await house.heard()
        await ann.edits(asked, "/recap eth")
        plain = await ann.says("hello")
        await ann.edits(plain, "/recap eth")
        await house.ask(ann, "/help")
        assert len(house.newsroom.asks) == 1

    living(story)


def test_the_command_is_deleted_where_the_group_wants_it_and_rights_allow(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann, admin=True)
        (settings,) = await house.ask(ann, "/settings", group)
        await house.press(ann, settings, "set1:tidy")
        await house.press(ann, settings, "set1:tidy:tidy:on")
        asked = await ann.says("/recap", group)
        await house.heard()
        assert asked.deleted
        assert house.after(asked)[0].reply_to is None
        await ann.demotes_bot(group)
        kept = await ann.says("/recap", group)
        await house.heard()
        assert not kept.deleted
        assert len(house.after(kept)) == 1

    living(story)


def test_whoever_wants_it_in_private_follows_a_link(living):
    """What a group's button or link names is told to the person alone."""

    async def story(house):
        ann, bob = house.emulator.person("Ann"), house.emulator.person("Bob")
        group = await house.group(ann)
        (recap,) = await house.ask(ann, "/recap", group)
        (private,) = await house.ask(bob, "/start recap_eth_4h")
        assert private.text == recap.text
        assert (house.newsroom.asks[-1].scope, house.written(group)[-1]) == ("ETH", recap)

    living(story)


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("/recap@recapbot", 1),
        ("/recap@RecapBot eth", 1),
        ("/RECAP", 1),
        ("/recap@otherbot", 0),
        ("/recap@recapbots", 0),
        ("/recapitulate", 0),
        ("what about /recap", 0),
    ],
)
def test_a_command_in_a_group_is_for_the_bot_it_names(living, text, answers):
    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann)
        assert len(await house.ask(ann, text, group)) == answers

    living(story)


def test_no_message_is_of_a_kind_that_some_clients_cannot_show(living):
    """Plain messages only: no rich ones, no drafts, unless a chat were to ask for them."""

    async def story(house):
        ann = house.emulator.person("Ann")
        (confirmed,) = await house.ask(ann, "/subscribe 09:30")
        (recap,) = await house.ask(ann, "/recap")
        await house.press(ann, recap, "Why?")
        await house.press(ann, recap, "Sources")
        await ann.asks_inline("eth")
        await house.heard()
        await house.tick(days=1)
        known = {
            "getMe", "getUpdates", "deleteWebhook", "setMyCommands", "sendMessage", "editMessageText",
            "answerCallbackQuery", "answerInlineQuery", "sendChatAction",
        }  # fmt: skip
        assert set(house.emulator.counts) <= known
        assert len(house.after(confirmed)) == 4
        assert {call.code for call in house.emulator.calls} == {200}

    living(story, sends=True)


def test_the_group_is_greeted_once_and_without_a_sound(living):
    async def story(house):
        ann = house.emulator.person("Ann", "zh")
        group = await house.group(ann)
        (greeting,) = house.written(group)
        assert greeting.silent
        assert "/recap" in greeting.text
        await ann.removes_bot(group)
        await ann.adds_bot(group)
        await house.heard()
        assert house.written(group) == [greeting]

    living(story)
