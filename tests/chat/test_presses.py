"""The buttons under a recap and its evidence."""

import asyncio
from datetime import timedelta

import pytest

RECAP_ID = "k3v9x0q2ab"
WHY = f"why1:{RECAP_ID}"


def test_why_answers_below_the_recap_with_a_button_a_cause(talking):
    async def story():
        async with talking() as talk:
            closed, sent = await talk.presses(WHY)
            assert (closed.method, closed.text) == ("answerCallbackQuery", None)
            assert sent.text == "<b>Two causes</b>"
            assert sent.reply_parameters["message_id"] == talk.recap().message_id
            assert sent.disable_notification == "true"
            assert [b["callback_data"] for b in sent.buttons] == [f"{WHY}:1", f"{WHY}:2"]

    asyncio.run(story())


def test_in_a_group_the_evidence_folds_into_an_expandable_quote(talking):
    async def story():
        async with talking() as talk:
            _, sent = await talk.presses(WHY, -1001)
            assert sent.text == "<blockquote expandable><b>Two causes</b></blockquote>"

    asyncio.run(story())


def test_a_cause_is_shown_in_place_and_leads_back(talking):
    async def story():
        async with talking() as talk:
            _, edited = await talk.presses(f"{WHY}:2", -1001)
            assert edited.method == "editMessageText"
            assert edited.text == "<blockquote expandable>Cause 2</blockquote>"
            assert [b["callback_data"] for b in edited.buttons] == [f"{WHY}:1", f"{WHY}:0"]
            _, back = await talk.presses(f"{WHY}:0", -1001)
            assert "Two causes" in back.text

    asyncio.run(story())


def test_a_page_that_is_already_shown_is_no_fault(talking):
    async def story():
        async with talking() as talk:
            await talk.presses(f"{WHY}:1")
            calls = await talk.presses(f"{WHY}:1")
            assert [call.method for call in calls] == ["answerCallbackQuery", "editMessageText"]
            assert talk.emulator.calls[-1].code == 400
            assert talk.recap().text == "Cause 1"

    asyncio.run(story())


def test_a_button_pressed_twice_at_once_answers_once(talking):
    async def story():
        async with talking() as talk:
            await asyncio.gather(talk.presses(WHY, -1001), talk.presses(WHY, -1001, 8), talk.presses(WHY, -1001))
            assert len(talk.messages) == 1
            toasts = [call.text for call in talk.of("answerCallbackQuery")]
            assert sorted(filter(None, toasts)) == ["The answer is right below this message."] * 2

    asyncio.run(story())


def test_a_press_that_failed_may_be_repeated(talking):
    async def story():
        async with talking() as talk:
            talk.fails("sendMessage", 500, "Internal Server Error")
            await talk.presses(WHY)
            (_, sent) = await talk.presses(WHY)
            assert sent.text == "<b>Two causes</b>"

    asyncio.run(story())


def test_another_scope_or_window_is_told_of_the_same_moment(talking):
    async def story():
        async with talking() as talk:
            (recap,) = await talk.says("/recap btc 2025-10-10")
            eth_button, week = recap.buttons[1]["callback_data"], recap.buttons[2]["callback_data"]
            await talk.presses(eth_button)
            await talk.presses(week)
            first, market, long = talk.newsroom.asks
            assert {ask.as_of for ask in (market, long)} == {first.as_of}
            assert (market.scope, market.length) == ("market", timedelta(days=1))
            assert (long.scope, long.length) == ("BTC", timedelta(days=7))

    asyncio.run(story())


@pytest.mark.parametrize(("language", "said"), [("en", "no longer kept"), ("zh", "不再保存")])
def test_a_press_a_year_later_says_that_the_data_is_gone(talking, language, said):
    async def story():
        async with talking() as talk:
            talk.newsroom.gone = True
            (closed,) = await talk.presses(WHY, 7, 7, language)
            assert said in closed.text
            assert closed.show_alert == "true"
            (closed,) = await talk.presses(f"{WHY}:1", 7, 7, language)
            assert said in closed.text

    asyncio.run(story())


def test_a_query_telegram_has_given_up_on_still_gets_its_answer(talking):
    async def story():
        async with talking() as talk:
            talk.emulator.state.query_seconds = -1
            calls = await talk.presses(WHY)
            assert calls[-1].text == "<b>Two causes</b>"

    asyncio.run(story())


def test_sources_answer_without_clutter(talking):
    async def story():
        async with talking() as talk:
            _, sent = await talk.presses("src1", -1001)
            assert sent.text.startswith("<blockquote expandable><b>Sources</b>\n🟢 Binance · 2 minutes ago")

    asyncio.run(story())


def test_in_a_channel_the_answer_opens_in_the_pressers_own_chat(talking):
    async def story():
        async with talking() as talk:
            await talk.channel(-1007)
            (closed,) = await talk.presses(WHY, -1007)
            assert closed.url == f"https://t.me/recapbot?start=why_{RECAP_ID}"
            (closed,) = await talk.presses("tell1:ETH:24:29000000", -1007)
            assert closed.url == "https://t.me/recapbot?start=tell_ETH_24_29000000"

    asyncio.run(story())


@pytest.mark.parametrize("data", ["why9:abc", "tell1:eth", "tell1:ETH:x:y", "why1:<b>", "", "🚀", "tell0:old:thing"])
def test_a_button_of_no_known_version_is_answered(talking, data):
    async def story():
        async with talking() as talk:
            (closed,) = await talk.presses(data or " ")
            assert closed.text == "This button is from an older version. Send /recap for a new one."

    asyncio.run(story())
