"""`@bot` in any chat."""

import asyncio
from datetime import timedelta

import pytest

from bot.chat.newsroom import Refusal, RefusalCode


def test_nothing_typed_offers_what_people_share_most(talking):
    async def story():
        async with talking() as talk:
            answer = await talk.asks_inline("")
            assert [r["title"] for r in answer.results] == [
                "Market · 24 hours",
                "BTC · 24 hours",
                "ETH · 24 hours",
                "Market · 7 days",
            ]
            assert answer.is_personal == "true"
            assert int(answer.cache_time) > 0

    asyncio.run(story())


def test_one_recap_is_shared_as_a_brief_with_links_into_the_bot(talking):
    async def story():
        async with talking() as talk:
            (result,) = (await talk.asks_inline("eth 4h", "zh")).results
            (ask,) = talk.newsroom.asks
            assert (ask.scope, ask.length, ask.style, ask.locale) == ("ETH", timedelta(hours=4), "brief", "zh")
            assert result["title"] == "ETH · 4小时"
            assert result["input_message_content"]["parse_mode"] == "HTML"
            assert result["input_message_content"]["link_preview_options"] == {"is_disabled": True}
            assert "\n" not in result["description"]
            urls = [b["url"] for row in result["reply_markup"]["inline_keyboard"] for b in row]
            assert urls == ["https://t.me/recapbot?start=why_k3v9x0q2ab", "https://t.me/recapbot"]

    asyncio.run(story())


@pytest.mark.parametrize("text", ["🚀" * 128, "<b>&" * 64, "\u202e" * 256, "x" * 256])
def test_256_characters_of_noise_offer_the_usual(talking, text):
    async def story():
        async with talking() as talk:
            assert (await talk.asks_inline(text)).results

    asyncio.run(story())


def test_where_there_is_no_recap_there_is_no_result(talking):
    async def story():
        async with talking() as talk:
            talk.newsroom.refusal = Refusal(RefusalCode.NO_DATA)
            assert (await talk.asks_inline("eth")).results == []

    asyncio.run(story())
