"""A place subscribes, asks when the next recap comes, and leaves: in private, in groups, in topics, in channels."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.callbacks import unpack
from bot.chat.timetable import Unclear, order
from bot.chat.towns import order_on, town_rows
from bot.chat.zones import zone_of
from bot.domain.catalogue import COVERED
from bot.domain.chats import Access, ChatKind, ChatState, Place, Schedule, Subscription
from bot.emulator.accounts import Member

GROUP = -1001
NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def held(talk, chat_id=7):
    return talk.services.subscriptions.of(chat_id)


def test_a_person_subscribes_to_mornings_of_a_city(talking):
    async def story():
        async with talking() as talk:
            (sent,) = await talk.says("/subscribe eth 08:00 20:15 Berlin")
            assert "Next: Mon 20:15 CET" in sent.text
            assert "in 10 hours" in sent.text
            (mine,) = held(talk)
            assert mine.schedule == Schedule("Europe/Berlin", (time(8), time(20, 15)))
            assert mine.scope == "ETH"
            assert talk.services.chats.get(7).zone == "Europe/Berlin"

    asyncio.run(story())


def test_the_chat_speaks_its_language(talking):
    async def story():
        async with talking() as talk:
            (sent,) = await talk.says("/subscribe 08:00 上海", language="zh-hans")
            assert "下一份：周二 08:00" in sent.text
            assert "UTC" not in sent.text

    asyncio.run(story())


def test_without_a_zone_the_answer_says_that_it_is_utc(talking):
    async def story():
        async with talking() as talk:
            (sent,) = await talk.says("/subscribe")
            assert "The time is UTC" in sent.text

    asyncio.run(story())


def test_a_topic_of_a_forum_subscribes_for_itself(talking):
    async def story():
        async with talking() as talk:
            talk.person().administers(talk.chat(GROUP))
            await talk.says("/subscribe 08:00", GROUP, thread=42)
            await talk.says("/subscribe 09:00", GROUP, thread=43)
            assert {s.place for s in held(talk, GROUP)} == {Place(GROUP, 42), Place(GROUP, 43)}
            assert talk.messages[-1].message_thread_id == "43"

    asyncio.run(story())


def test_in_a_group_only_administrators_change_what_it_gets(talking):
    async def story():
        async with talking() as talk:
            sent = (await talk.says("/subscribe 08:00", GROUP))[-1]
            assert "Only administrators" in sent.text
            assert held(talk, GROUP) == ()
            talk.set(GROUP, access=Access.EVERYONE)
            await talk.says("/subscribe 08:00", GROUP)
            assert len(held(talk, GROUP)) == 1

    asyncio.run(story())


def test_a_button_under_a_recap_subscribes_its_place_and_twice_is_once(talking):
    async def story():
        async with talking() as talk:
            await talk.says("/recap")
            await talk.presses("sub1:ETH:168")
            await talk.presses("sub1:ETH:168")
            (mine,) = held(talk)
            assert (mine.scope, mine.length) == ("ETH", timedelta(days=7))

    asyncio.run(story())


def test_unsubscribing_ends_it_here(talking):
    async def story():
        async with talking() as talk:
            await talk.says("/subscribe 08:00")
            (sent,) = await talk.says("/unsubscribe")
            assert sent.text.startswith("No more recaps here.")
            assert held(talk) == ()
            (again,) = await talk.says("/unsubscribe")
            assert again.text.startswith("No recap is due here.")

    asyncio.run(story())


def test_next_tells_when_and_what_was_left_out(talking):
    async def story():
        async with talking() as talk:
            services = talk.services
            await talk.says("/subscribe 10:00 UTC")
            (soon,) = await talk.says("/next")
            assert "Next: Mon 10:00 UTC, in 30 minutes" in soon.text
            (slot,) = services.schedules.due(NOW + timedelta(hours=5))
            services.schedules.skip(slot, "the bot was down")
            (told,) = await talk.says("/next")
            assert "2026-01-05 10:00 UTC was left out" in told.text

    asyncio.run(story())


def test_forgetting_asks_once_and_leaves_nothing(talking):
    async def story():
        async with talking() as talk:
            await talk.says("/subscribe 08:00")
            (asked,) = await talk.says("/forget")
            assert held(talk)
            await talk.presses(asked.buttons[0]["callback_data"])
            assert held(talk) == ()
            assert talk.services.chats.get(7) is None

    asyncio.run(story())


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/subscribe 25:99", "25:99 is no time of day. Write it like /subscribe 08:00"),
        ("/subscribe 08:00 Xanadu9", "I know no city or time zone called “Xanadu9”."),
        ("/subscribe 08:00 <b>", "called “&lt;b&gt;”"),
        ("/subscribe 1:00 2:00 3:00 4:00 5:00 6:00 7:00", "Six times a day are the most; these are 7."),
    ],
)
def test_what_can_not_be_taken_gets_one_line(talking, text, answer):
    async def story():
        async with talking() as talk:
            (sent,) = await talk.says(text)
            assert answer in sent.text
            assert held(talk) == ()

    asyncio.run(story())


def test_a_chat_that_blocks_the_bot_is_kept_and_comes_back(talking):
    async def story():
        async with talking() as talk:
            await talk.says("/subscribe 08:00 Berlin")
            await talk.person().blocks_bot()
            assert talk.services.chats.get(7).state is ChatState.GONE
            await talk.person().unblocks_bot()
            back = talk.services.chats.get(7)
            assert (back.state, back.zone) == (ChatState.ACTIVE, "Europe/Berlin")
            assert len(held(talk)) == 1

    asyncio.run(story())


def test_a_group_that_becomes_a_supergroup_keeps_its_subscriptions(talking):
    async def story():
        async with talking() as talk:
            group = talk.world.group("Desk", -55)
            await talk.person().adds_bot(group)
            talk.services.subscriptions.save(Subscription(Place(-55), Schedule("UTC", (time(8),)), NOW))
            new = await talk.person().upgrades(group)
            assert held(talk, -55) == ()
            assert len(held(talk, new.id)) == 1

    asyncio.run(story())


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("上海", "Asia/Shanghai"),
        ("北京", "Asia/Shanghai"),
        ("asia/tokyo", "Asia/Tokyo"),
        ("UTC+8", "Etc/GMT-8"),
        ("utc-03:00", "Etc/GMT+3"),
        ("UTC+0", "UTC"),
        ("UTC+15", None),
        ("Atlantis", None),
    ],
)
def test_a_zone_is_known_by_city_name_or_offset(name, zone):
    assert zone_of(name) == zone


@given(st.lists(st.text(max_size=40), max_size=8))
def test_any_words_are_an_order_or_unclear(words):
    with suppress(Unclear):
        assert order(words, NOW, COVERED).times


@pytest.mark.parametrize(
    ("line", "days", "said"),
    [
        ("/subscribe eth 08:00 20:00 mon-fri Berlin", "12345", "Mon–Fri at 08:00, 20:00"),
        ("/subscribe 08:00 weekdays", "12345", "Mon–Fri at 08:00"),
        ("/subscribe 8am tue sat", "26", "Tue, Sat at 08:00"),
        ("/subscribe 08:00 fri - mon", "1567", "Mon, Fri–Sun at 08:00"),
        ("/subscribe 08:00 工作日 上海", "12345", "Mon–Fri at 08:00"),
        ("/subscribe 周一 周五 早上8点半", "15", "Mon, Fri at 08:30"),
        ("/subscribe 周一至五", "12345", "Mon–Fri at 08:00"),
        ("/subscribe", "1234567", "every day at 08:00"),
    ],
)
def test_days_of_the_week_are_understood_and_said_back(talking, line, days, said):
    async def story():
        async with talking() as talk:
            (sent,) = await talk.says(line)
            assert said in sent.text
            assert held(talk)[0].schedule.weekdays == frozenset(map(int, days))
            (told,) = await talk.says("/next")
            assert said in told.text

    asyncio.run(story())


def test_days_are_said_in_chinese(talking):
    async def story():
        async with talking() as talk:
            (sent,) = await talk.says("/subscribe 工作日 08:00 上海", language="zh")
            assert "周一至周五08:00" in sent.text

    asyncio.run(story())


def test_a_city_that_exists_many_times_is_asked_for_and_the_order_kept(talking):
    async def story():
        async with talking() as talk:
            (asked,) = await talk.says("/subscribe eth 07:45 19:30 sat sun Springfield")
            assert "Which one?" in asked.text
            assert held(talk) == ()
            assert [b["text"].rpartition(" · ")[2] for b in asked.buttons] == ["Chicago", "New York", "Los Angeles"]
            data = asked.buttons[1]["callback_data"]
            await talk.presses(data)
            await talk.presses(data)
            (mine,) = held(talk)
            assert mine.scope == "ETH"
            assert mine.schedule == Schedule("America/New_York", (time(7, 45), time(19, 30)), frozenset({6, 7}))

    asyncio.run(story())


@pytest.mark.parametrize(
    ("name", "zone"), [("Munich", "Europe/Berlin"), ("深圳", "Asia/Shanghai"), ("Bombay", "Asia/Kolkata")]
)
def test_cities_that_lend_no_zone_their_name_are_known(talking, name, zone):
    async def story():
        async with talking() as talk:
            await talk.says(f"/subscribe 08:00 {name}")
            assert held(talk)[0].schedule.zone == zone

    asyncio.run(story())


@pytest.mark.parametrize("name", ["Springfield", "San Jose", "Portland", "Birmingham"])
def test_buttons_for_cities_fit_with_the_longest_order(name):
    ordered = order(["DOGE", "1:00", "2:00", "3:00", "4:00", "5:00", "23:59", name], NOW, COVERED)
    longest = replace(ordered, cities=(replace(ordered.cities[0], zone="America/Argentina/Buenos_Aires"),))
    for each in (ordered, longest):
        for (button,), city in zip(town_rows(each, "zh"), each.cities, strict=True):
            assert len(button.data.encode()) <= 64
            assert order_on(unpack(button.data)[1], COVERED) == replace(each, zone=city.zone, cities=())


CHANNEL = -100500


def test_a_channel_is_subscribed_from_a_private_chat_with_both_sides_rights_checked(talking):
    async def story():
        async with talking() as talk:
            await talk.channel(CHANNEL, "desk")
            sent = (await talk.says("/subscribe @desk eth 08:00 mon-fri Berlin"))[-1]
            assert sent.chat_id == "7"
            assert "@desk gets recaps" in sent.text
            assert "Next: Tue 08:00 CET" in sent.text
            (theirs,) = held(talk, CHANNEL)
            assert (theirs.place, theirs.scope) == (Place(CHANNEL), "ETH")
            assert talk.services.chats.get(CHANNEL).kind is ChatKind.CHANNEL
            assert held(talk) == ()
            sent = (await talk.says("/unsubscribe @desk"))[-1]
            assert sent.text == "No more recaps in @desk."
            assert held(talk, CHANNEL) == ()

    asyncio.run(story())


ADMIN = Member("administrator")
POSTING = Member("administrator", frozenset({"can_post_messages"}))


@pytest.mark.parametrize(
    ("name", "bot", "person", "line"),
    [
        ("other", POSTING, ADMIN, "I can't see @desk."),
        ("desk", Member("left"), ADMIN, "I can't see @desk."),
        ("desk", Member("kicked"), ADMIN, "I can't see @desk."),
        ("desk", POSTING, Member("member"), "Only administrators of @desk"),
        ("desk", ADMIN, ADMIN, "I may not post in @desk."),
    ],
)
def test_a_channel_somebody_may_not_subscribe_is_refused_in_one_line(talking, name, bot, person, line):
    async def story():
        async with talking() as talk:
            channel = talk.world.channel("Desk", name, CHANNEL)
            channel.members = {talk.world.bot.id: bot, 7: person}
            sent = (await talk.says("/subscribe @desk 08:00"))[-1]
            assert line in sent.text
            assert "\n" not in sent.text
            assert held(talk, CHANNEL) == ()
            assert talk.services.chats.get(CHANNEL) is None

    asyncio.run(story())
