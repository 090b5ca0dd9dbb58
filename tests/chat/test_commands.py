"""/why, /levels, /sources, /start, /help, /privacy, and what is none of these."""

import asyncio
from datetime import timedelta

import pytest

from bot.chat.newsroom import Refusal, RefusalCode
from bot.domain.chats import ChatState

RECAP_ID = "k3v9x0q2ab"


def test_why_is_about_the_recap_replied_to_even_by_its_first_part(talking):
    async def story():
        async with talking() as talk:
            first = talk.recap(-1001)
            await talk.says("/recap", -1001)
            talk.newsroom.remembered = {(-1001, first.message_id): RECAP_ID}
            (sent,) = await talk.says("/why 2", -1001, reply_to=first)
            assert "Cause 2" in sent.text

    asyncio.run(story())


def test_why_reads_the_recap_off_the_buttons_of_an_old_message(talking):
    async def story():
        async with talking() as talk:
            old = talk.recap()
            old.date -= 400 * 86_400
            old.keyboard = {"inline_keyboard": [[{"text": "Why?", "callback_data": f"why1:{RECAP_ID}"}]]}
            (sent,) = await talk.says("/why", reply_to=old)
            assert sent.text == "<b>Two causes</b>"

    asyncio.run(story())


def test_why_without_a_reply_is_about_the_last_recap_of_the_place(talking):
    async def story():
        async with talking() as talk:
            (nothing,) = await talk.says("/why", -1001, thread=42)
            assert nothing.text == "There is no recap here yet. Send /recap for one."
            await talk.says("/recap", -1001, thread=42)
            (sent,) = await talk.says("/why", -1001, thread=42)
            assert "Two causes" in sent.text

    asyncio.run(story())


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/why 3", "That recap tells 2 causes: /why 1 to /why 2"),
        ("/why me", "“me” is no number of a cause. Try /why 2"),
    ],
)
def test_a_cause_there_is_not_is_said_in_one_line(talking, text, answer):
    async def story():
        async with talking() as talk:
            await talk.says("/recap")
            (sent,) = await talk.says(text)
            assert sent.text == answer

    asyncio.run(story())


def test_levels_are_of_the_scope_asked_for_or_the_chats(talking):
    async def story():
        async with talking() as talk:
            (market,) = await talk.says("/levels")
            (eth,) = await talk.says("/levels 以太坊")
            assert [market.text, eth.text] == ["<b>market</b> 91,231", "<b>ETH</b> 91,231"]
            talk.newsroom.refusal = Refusal(RefusalCode.NO_DATA)
            (refused,) = await talk.says("/levels")
            assert "doesn't cover" in refused.text

    asyncio.run(story())


def test_sources_tell_how_fresh_they_are_those_in_trouble_last(talking):
    async def story():
        async with talking() as talk:
            (english,) = await talk.says("/sources")
            assert english.text.splitlines() == [
                "<b>Sources</b>", "🟢 Binance · 2 minutes ago", "🟡 Farside · 20 hours ago", "🔴 FRED · no data yet"
            ]  # fmt: skip
            (chinese,) = await talk.says("/sources", 8, 8, "zh")
            assert "🟢 Binance · 2分钟前" in chinese.text
            talk.newsroom.states = ()
            (nothing,) = await talk.says("/sources")
            assert nothing.text.startswith("No source has been read yet")
            talk.newsroom.states = None
            (recorded,) = await talk.says("/sources")
            assert recorded.text == "The recaps here are told from recorded data; no source is read."

    asyncio.run(story())


def test_start_greets_in_three_lines_in_the_clients_language_and_offers_the_other(talking):
    async def story():
        async with talking() as talk:
            (sent,) = await talk.says("/start", 8, 8, "zh-hans")
            assert len(sent.text.splitlines()) == 3
            assert "加密市场" in sent.text
            assert [b["text"] for b in sent.buttons] == ["📰 现在复盘", "⏰ 每天发我", "➕ 把我加入群组", "🌐 English"]
            assert sent.buttons[2]["url"] == "https://t.me/recapbot?startgroup=hello"
            _, edited = await talk.presses(sent.buttons[3]["callback_data"], 8, 8, "zh-hans")
            assert "I explain" in edited.text
            assert talk.services.chats.get(8).locale == "en"

    asyncio.run(story())


def test_a_client_of_another_language_is_spoken_to_in_english(talking):
    async def story():
        async with talking() as talk:
            (sent,) = await talk.says("/start", 8, 8, "ar")
            assert sent.text.startswith("I explain")

    asyncio.run(story())


def test_a_settled_language_is_not_changed_by_another_client(talking):
    async def story():
        async with talking() as talk:
            await talk.says("/start", -1001, 8, "zh")
            (sent,) = await talk.says("/help", -1001, 9, "en")
            assert "复盘" in sent.text

    asyncio.run(story())


def test_a_deep_link_is_answered_with_what_it_names(talking):
    async def story():
        async with talking() as talk:
            await talk.says("/start recap_eth_4h")
            assert (talk.newsroom.asks[-1].scope, talk.newsroom.asks[-1].length) == ("ETH", timedelta(hours=4))
            (why,) = await talk.says(f"/start why_{RECAP_ID}")
            assert why.text == "<b>Two causes</b>"
            (gone,) = await talk.says("/start why_nothing")
            assert "no longer kept" in gone.text
            await talk.says("/start tell_ETH_24_29000000")
            assert talk.newsroom.asks[-1].as_of.year == 2025
            (sources,) = await talk.says("/start sources")
            assert sources.text.startswith("<b>Sources</b>")

    asyncio.run(story())


@pytest.mark.parametrize("payload", ["hello", "recap_🚀", "tell_ETH_99999_1", "why", "_", "<b>", "x" * 64])
def test_a_link_that_names_nothing_is_a_plain_start(talking, payload):
    async def story():
        async with talking() as talk:
            (sent,) = await talk.says(f"/start {payload}")
            assert sent.text.startswith("I explain")

    asyncio.run(story())


def test_start_in_a_group_is_short_and_offers_no_group(talking):
    async def story():
        async with talking() as talk:
            (sent,) = await talk.says("/start@recapbot hello", -1001)
            assert len(sent.buttons) == 2
            assert "Admins set up" in sent.text

    asyncio.run(story())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_and_privacy_are_there_in_every_language(talking, language):
    async def story():
        async with talking() as talk:
            (help_page,) = await talk.says("/help", 7, 7, language)
            (privacy,) = await talk.says("/privacy", 7, 7, language)
            assert "/recap" in help_page.text
            assert "/forget" in privacy.text

    asyncio.run(story())


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/recpa", "I don't know /recpa. Did you mean /recap?"),
        ("/xyzzy_quux", "I don't know /xyzzy_quux. Did you mean /help?"),
        ("eth 4h", "I understand commands. Try /recap eth 4h"),
        ("what's up?", "I understand commands. Try /help"),
        ("<b>" * 1000, "I understand commands. Try /help"),
    ],
)
def test_in_private_what_is_no_command_gets_one_line(talking, text, answer):
    async def story():
        async with talking() as talk:
            (sent,) = await talk.says(text)
            assert sent.text == answer

    asyncio.run(story())


@pytest.mark.parametrize("text", ["/recpa", "eth 4h", "hello all"])
def test_in_a_group_what_is_no_command_is_met_with_silence(talking, text):
    async def story():
        async with talking() as talk:
            await talk.person().promotes_bot(talk.chat(-1001))
            assert await talk.says(text, -1001) == []

    asyncio.run(story())


def test_a_chat_is_kept_as_active_once_it_started(talking):
    async def story():
        async with talking() as talk:
            await talk.says("/start")
            assert talk.services.chats.get(7).state is ChatState.ACTIVE

    asyncio.run(story())
