"""/recap in chats of every kind."""

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.chat.newsroom import Ask, Refusal, RefusalCode
from bot.domain.chats import QuietHours, Silence
from bot.domain.thread import Post

RECAP_ID = "k3v9x0q2ab"
CHANNEL = -1007
DAY = timedelta(days=1)


def test_a_recap_that_fits_is_one_message_in_html_without_preview(talking):
    async def story():
        async with talking() as talk:
            (sent,) = await talk.says("/recap")
            assert sent.method == "sendMessage"
            assert sent.parse_mode == "HTML"
            assert sent.link_preview_options == {"is_disabled": True}
            assert sent.text.startswith("<b>BTC −3.1%")
            assert talk.newsroom.asks == [Ask("market", DAY, None, "en", "thread")]

    asyncio.run(story())


def test_a_long_recap_is_a_chain_of_replies_of_which_only_the_first_rings(talking):
    async def story():
        async with talking() as talk:
            talk.newsroom.thread = [Post(f"part {n}", f"part {n}") for n in range(3)]
            sent = await talk.says("/recap")
            assert [call.text for call in sent] == ["part 0", "part 1", "part 2"]
            assert [call.disable_notification for call in sent] == ["false", "true", "true"]
            targets = [call.reply_parameters["message_id"] if call.reply_parameters else None for call in sent]
            first, second, _ = [m.message_id for m in talk.chat(7).said_by(talk.world.bot)]
            assert targets == [None, first, second]
            assert [bool(call.buttons) for call in sent] == [False, False, True]

    asyncio.run(story())


def test_arguments_in_any_order_and_language_reach_the_newsroom(talking):
    async def story():
        async with talking() as talk:
            await talk.says("/recap 4h eth")
            await talk.says("/recap 比特币 2025-10-10", 8, 8, "zh")
            eth, btc = talk.newsroom.asks
            assert (eth.scope, eth.length) == ("ETH", timedelta(hours=4))
            assert (btc.scope, btc.as_of, btc.locale) == ("BTC", datetime(2025, 10, 11, 0, 5, tzinfo=UTC), "zh")

    asyncio.run(story())


def test_buttons_carry_all_they_need_in_64_bytes_and_speak_the_chats_language(talking):
    async def story():
        async with talking() as talk:
            (english,) = await talk.says("/recap")
            (chinese,) = await talk.says("/recap", 8, 8, "zh-hans")
            assert [b["text"] for b in english.buttons] == ["Why?", "ETH", "7 days", "Sources", "Subscribe"]
            assert [b["text"] for b in chinese.buttons] == ["为什么？", "ETH", "7天", "数据来源", "订阅"]
            data = [b["callback_data"] for b in english.buttons]
            minute = int(talk.clock.now().timestamp()) // 60
            assert data == [
                f"why1:{RECAP_ID}", f"tell1:ETH:24:{minute}", f"tell1:market:168:{minute}", "src1", "sub1:market:24"
            ]  # fmt: skip
            assert max(len(d.encode()) for d in data) <= 64

    asyncio.run(story())


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/recap ehtereum", "I don't know “ehtereum”. Did you mean /recap eth?"),
        ("/recap 100d", "“100d” is no window I can tell: one hour to seven days. Try /recap 7d"),
        ("/recap 2031-01-01", "2031-01-01 lies in the future. Try /recap 2026-01-04"),
        ("/recap pepe", "I can't make sense of “pepe”. Try /recap eth 4h"),
        ("/recap <script>", "I can't make sense of “&lt;script&gt;”. Try /recap eth 4h"),
        ("/recap \u202e\u2066", None),
        ("/recap " + "🚀" * 2000, "I can't make sense of “" + "🚀" * 24 + "…”. Try /recap eth 4h"),
    ],
)
def test_garbled_arguments_get_one_line_with_the_nearest_right_form(talking, text, answer):
    async def story():
        async with talking() as talk:
            (sent,) = await talk.says(text)
            if answer is None:
                assert talk.newsroom.asks
            else:
                assert sent.text == answer
                assert not talk.newsroom.asks

    asyncio.run(story())


def test_a_recap_stays_in_the_topic_where_it_was_asked_for(talking):
    async def story():
        async with talking() as talk:
            talk.newsroom.thread = [Post(f"part {n}", f"part {n}") for n in range(2)]
            sent = await talk.says("/recap", -1001, 7, thread=42)
            assert [call.message_thread_id for call in sent] == ["42", "42"]
            (general, _) = await talk.says("/recap", -1001, 7)
            assert general.message_thread_id is None

    asyncio.run(story())


def test_a_command_to_another_bot_is_ignored_and_one_to_this_bot_is_not(talking):
    async def story():
        async with talking() as talk:
            assert await talk.says("/recap@otherbot", -1001) == []
            assert await talk.says("/RECAP@RecapBot eth", -1001) != []

    asyncio.run(story())


def test_a_recap_can_be_asked_for_in_a_channel(talking):
    async def story():
        async with talking() as talk:
            channel = await talk.channel(CHANNEL)
            (sent,) = await talk.says("/recap", CHANNEL)
            assert sent.chat_id == "-1007"
            assert list(channel.messages.values())[-1].text.startswith("BTC −3.1%")

    asyncio.run(story())


def test_an_edited_command_does_not_run_again(talking):
    async def story():
        async with talking() as talk:
            await talk.channel(CHANNEL)
            for chat in (7, CHANNEL):
                written = talk.written("/recpa", chat)
                await talk.person().edits(written, "/recap")
            assert talk.calls() == []

    asyncio.run(story())


def test_the_second_ask_within_a_minute_is_answered_from_the_cache(talking):
    async def story():
        async with talking() as talk:
            await talk.says("/recap", -1001, 7)
            await talk.says("/recap eth", -1001, 8)
            await talk.says("/recap", -1002, 7)
            await talk.says("/recap", -1003, 9)
            talk.clock.advance(seconds=61)
            await talk.says("/recap", -1001, 7)
            assert [ask.cached for ask in talk.newsroom.asks] == [False, True, True, False, False]

    asyncio.run(story())


def test_the_trigger_is_deleted_where_the_group_wants_it_and_stays_without_the_right(talking):
    async def story():
        async with talking() as talk:
            await talk.person().promotes_bot(talk.chat(-1001))
            await talk.says("/recap", -1001)
            talk.set(-1001, deletes_commands=True)
            deleted, sent = await talk.says("/recap", -1001)
            assert deleted.method == "deleteMessage"
            assert sent.reply_parameters is None
            await talk.person().demotes_bot(talk.chat(-1001))
            refused, sent = await talk.says("/recap", -1001)
            assert (refused.method, sent.method) == ("deleteMessage", "sendMessage")
            assert talk.chat(-1001).said_by(talk.person().user)

    asyncio.run(story())


def test_silence_is_kept_as_the_chat_set_it(talking):
    async def story():
        async with talking() as talk:
            await talk.says("/recap")
            talk.set(7, silence=Silence.ALWAYS)
            (always,) = await talk.says("/recap")
            talk.set(7, silence=Silence.QUIET_HOURS, zone="Asia/Shanghai", quiet=QuietHours(time(17), time(18)))
            (quiet,) = await talk.says("/recap")
            talk.clock.advance(hours=1)
            (loud,) = await talk.says("/recap")
            rings = [call.disable_notification for call in (always, quiet, loud)]
            assert rings == ["true", "true", "false"]

    asyncio.run(story())


def test_a_slow_answer_shows_one_silent_sign_that_becomes_the_recap(talking):
    async def story():
        async with talking() as talk:
            talk.newsroom.gate = asyncio.Event()
            asked = asyncio.create_task(talk.says("/recap"))
            await until(lambda: talk.newsroom.asks)
            talk.clock.advance(seconds=0.5)
            await talk.emulator.until(lambda: talk.of("sendChatAction"))
            assert not talk.messages
            talk.clock.advance(seconds=2)
            await talk.emulator.until(lambda: talk.messages)
            await until(lambda: talk.messages)
            talk.newsroom.gate.set()
            calls = await asked
            assert [call.method for call in calls] == ["sendChatAction", "sendMessage", "editMessageText"]
            assert calls[1].disable_notification == "true"
            (sent,) = talk.chat(7).said_by(talk.world.bot)
            assert (calls[2].message_id, calls[2].text[:6]) == (str(sent.message_id), "<b>BTC")
            assert calls[2].buttons

    asyncio.run(story())


def test_a_quick_answer_shows_no_sign(talking):
    async def story():
        async with talking() as talk:
            assert [call.method for call in await talk.says("/recap")] == ["sendMessage"]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "The data doesn't cover that recap: it reaches from 2025-01-01 to 2025-12-31 (UTC)."),
     ("zh", "现有数据写不出这篇复盘：数据从2025-01-01到2025-12-31（UTC）。")],
)  # fmt: skip
def test_a_recap_that_cannot_be_told_is_refused_in_the_chats_language(talking, language, said):
    async def story():
        async with talking() as talk:
            first, last = (datetime(2025, *day, tzinfo=UTC) for day in ((1, 1), (12, 31)))
            talk.newsroom.refusal = Refusal(RefusalCode.NO_DATA, "English for the log", first, last)
            (sent,) = await talk.says("/recap", 7, 7, language)
            assert sent.text == said

    asyncio.run(story())


def test_html_that_telegram_cannot_read_goes_out_as_plain_text(talking):
    async def story():
        async with talking() as talk:
            talk.newsroom.thread = [Post("BTC −3.1%: no accident", "<b>BTC −3.1%<b>: no accident")]
            _, plain = await talk.says("/recap")
            assert plain.parse_mode is None
            assert plain.text.startswith("BTC −3.1%: no accident")

    asyncio.run(story())


def test_a_group_that_became_a_supergroup_meanwhile_gets_its_recap_there(talking):
    async def story():
        async with talking() as talk:
            group = talk.world.group("Desk", -5)
            await talk.person().adds_bot(group)
            talk.newsroom.gate = asyncio.Event()
            asked = asyncio.create_task(talk.says("/recap", -5))
            await until(lambda: talk.newsroom.asks)
            talk.waits()
            new = await talk.person().upgrades(group)
            talk.newsroom.gate.set()
            sent = (await asked)[-2:]
            assert [call.chat_id for call in sent] == ["-5", str(new.id)]
            assert new.said_by(talk.world.bot)

    asyncio.run(story())


async def until(fulfilled):
    while not fulfilled():  # noqa: ASYNC110 - what is awaited happens inside the bot
        await asyncio.sleep(0)
