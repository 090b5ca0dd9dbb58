"""Whatever is typed, pressed or sent gets one short helpful sentence in the chat's language, or silence."""

import asyncio
import logging
from dataclasses import replace
from random import Random

import pytest

from bot.chat.newsroom import Refusal, RefusalCode
from bot.emulator.world import Member

LANGUAGES = ("en", "zh")
LONGEST_ANSWER = 260
"""Characters of a helpful sentence."""

NOISE = "".join(Random(7).choices("aé🚀\u202e\u2066\u200b<>&_*`[]{}%\\/:;,.0١\u0301 \t", k=3900))
COMMANDS = (
    "recap",
    "why",
    "levels",
    "sources",
    "next",
    "subscribe",
    "unsubscribe",
    "alerts",
    "settings",
    "start",
    "help",
)

ONE_SENTENCE = [
    ("/subscribe 25:99", "25:99 is no time of day", "25:99不是有效的时间"),
    ("/subscribe 08:00 Xanadu9", "no city or time zone called “Xanadu9”", "叫“Xanadu9”的城市或时区"),
    ("/subscribe 08:00 🚀🚀", "called “🚀🚀”", "叫“🚀🚀”的城市"),
    ("/subscribe @nowhere 08:00", "I can't see @nowhere.", "我看不到@nowhere"),
    ("/recap 2031-01-01", "2031-01-01 lies in the future", "2031-01-01还没到"),
    ("/recap 明天", "明天 lies in the future", "明天还没到"),
    ("/recap 2026-13-45", "I can't make sense of “2026-13-45”", "看不懂“2026-13-45”"),
    ("/recap 1999-01-01", "before bitcoin had a price", "比特币还没有价格"),
    ("/recap doge", "I don't cover DOGE", "暂不支持DOGE"),
    ("/recap pepe", "I can't make sense of “pepe”", "看不懂“pepe”"),
    ("/recap ehtereum", "Did you mean /recap eth?", "/recap eth 吗"),
    ("/recap 100d", "one hour to seven days", "1小时到7天"),
    ("/recap eth btc", "“btc” is one too many", "“btc”多了一个"),
    ("/recap 🚀", "I can't make sense of “🚀”", "看不懂“🚀”"),
    ("/recap " + "🚀" * 2000, "I can't make sense of “🚀🚀", "看不懂“🚀🚀"),
    ("/recap \u202e\u2067<script>", "I can't make sense of “<script>”", "看不懂“<script>”"),
    ("/why 99", "/why", "/why"),
    ("/why everything", "is no number of a cause", "不是原因的序号"),
    ("/levels moon", "I can't make sense of “moon”", "看不懂“moon”"),
    ("/alerts 1", "/alerts", "/alerts"),
    ("/racap", "Did you mean /recap?", "/recap 吗"),
    ("/" + "x" * 4000, "I don't know /xxx", "没有 /xxx"),
    ("good morning", "I understand commands.", "我只认识命令"),
    (NOISE, "I understand commands.", "我只认识命令"),
]


def has_chinese(text):
    return any("\u4e00" <= char <= "\u9fff" for char in text)


@pytest.fixture(autouse=True)
def _nothing_fails(caplog):
    """No traceback, no failed handler, no refused call."""
    with caplog.at_level(logging.INFO):
        yield
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR or r.exc_info]


@pytest.mark.parametrize(("text", *LANGUAGES), ONE_SENTENCE, ids=[text[:24] for text, *_ in ONE_SENTENCE])
def test_what_cannot_be_taken_gets_one_short_sentence_in_the_chats_language(living, text, en, zh):
    async def story(house):
        for language, sentence in (("en", en), ("zh", zh)):
            ann = house.emulator.person("Ann", language)
            await house.ask(ann, "/recap")
            kept, held, asked = house.kept(ann.chat), house.held(ann.chat), len(house.newsroom.asks)
            (answer,) = await house.ask(ann, text[:4096])
            assert sentence in answer.text
            assert "\n" not in answer.text
            assert len(answer.text) <= LONGEST_ANSWER
            assert (house.kept(ann.chat), house.held(ann.chat)) == (kept, held)
            assert len(house.newsroom.asks) == asked
        assert all(call.code == 200 for call in house.emulator.of("sendMessage"))

    living(story, assets=("BTC", "ETH"))


@pytest.mark.parametrize("command", COMMANDS)
def test_noise_after_any_command_is_answered_briefly_and_changes_nothing(living, command):
    async def story(house):
        for language in LANGUAGES:
            ann = house.emulator.person("Ann", language)
            await house.ask(ann, "/subscribe 08:00 Berlin")
            kept = house.kept(ann.chat)
            for noise in (NOISE, "\u202e\u2066\u200f", "\U000e0041" * 50):
                (answer,) = await house.ask(ann, f"/{command} {noise}"[:4096])
                speaks = has_chinese(answer.text) is (language == "zh")
                assert speaks or command in {"recap", "levels", "sources", "why"}
            assert house.kept(ann.chat) == kept

    living(story)


@pytest.mark.parametrize("text", ["\u202eeth", "\u2066ETH\u2069 4h", "ｅｔｈ　４ｈ", "e\u200bth"])
def test_marks_nobody_sees_change_nothing(living, text):
    async def story(house):
        (recap,) = await house.ask(house.emulator.person("Ann"), f"/recap {text}")
        assert recap.text.startswith("BTC")
        assert house.newsroom.asks[0].scope == "ETH"

    living(story)


@pytest.mark.parametrize(
    ("city", "language", "asks"), [("San Jose", "en", "Which one?"), ("Springfield", "zh", "是哪一个")]
)
def test_a_city_that_exists_a_dozen_times_is_asked_for_with_buttons(living, city, language, asks):
    async def story(house):
        ann = house.emulator.person("Ann", language)
        (question,) = await house.ask(ann, f"/subscribe 08:00 {city}")
        assert asks in question.text
        assert 2 <= len(question.buttons) <= 6
        assert house.held(ann.chat) == ()
        await asyncio.gather(*(ann.presses(question, question.buttons[-1]["text"]) for _ in range(2)))
        await house.heard()
        assert len(house.held(ann.chat)) == 1
        assert house.after(question) == []

    living(story)


@pytest.mark.parametrize("text", [NOISE[:256], "🚀" * 128, "\u202e" * 256])
def test_inline_noise_offers_what_people_share_most(living, text):
    async def story(house):
        house.newsroom.recap = numbered(house.newsroom.recap)
        for language, title in (("en", "Market · 24 hours"), ("zh", "大盘 · 24小时")):
            query = await house.emulator.person("Ann", language).asks_inline(text)
            await house.heard()
            assert query.answer["results"][0]["title"] == title

    living(story)


def numbered(recap):
    """Recaps of a newsroom, each with a number of its own, as those of the real one have."""

    async def told(ask):
        found = await recap(ask)
        return replace(found, recap_id=f"r{ask.scope}{ask.length.days}")

    return told


UPDATES = [
    ("telepathy", {"from": 7}),
    ("removed_chat_boost", {"boost_id": "1"}),
    ("message", {"dice": {"emoji": "🎲", "value": 3}}),
    ("message", {"new_chat_title": "Desk & Co"}),
    ("message", {"group_chat_created": True}),
    ("message", {"something_new": {"id": 1}}),
    ("message", {"text": ""}),
]


@pytest.mark.parametrize(("kind", "content"), UPDATES)
def test_updates_of_kinds_nobody_knows_are_met_with_silence(living, kind, content):
    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann)
        written, mailbox = len(house.written(group)), house.emulator.state.mailbox
        if kind == "message":
            content_of = {"message_id": 900, "date": int(house.clock.now().timestamp()), "from": ann.user.json}
            content_of |= {"chat": group.json} | content
        mailbox.allowed |= {kind}
        await mailbox.put(kind, content_of if kind == "message" else content)
        await house.heard()
        assert len(house.written(group)) == written
        assert len(await house.ask(ann, "/help", group)) == 1

    living(story)


def test_an_update_the_library_cannot_read_holds_up_no_other(living, caplog):
    """A sticker without its size: what a newer Bot API may leave out."""

    async def story(house):
        ann = house.emulator.person("Ann")
        await house.stop()
        before, mailbox = await ann.says("/recap"), house.emulator.state.mailbox
        for number in (900, 901):
            sticker = {"sticker": {"file_id": "x", "file_unique_id": "y"}}
            await mailbox.put("message", {"message_id": number, "date": 1, "chat": ann.chat.json} | sticker)
        await ann.says("/help")
        await house.start()
        await house.heard()
        assert len(house.after(before)) == 2
        assert len(await house.ask(ann, "/recap")) == 1
        assert caplog.text.count("can't be read and is passed over") == 2
        caplog.clear()

    living(story)


def test_the_same_update_twice_is_handled_once_even_over_a_restart(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        await house.stop()
        first = await ann.says("/recap", update_id=700_000_001)
        await ann.says("/recap", update_id=700_000_001)
        await house.start()
        await house.heard()
        assert len(house.after(first)) == 1
        await house.stop()
        await ann.says("/recap", update_id=700_000_001)
        await house.start()
        await house.heard()
        assert len(house.after(first)) == 1

    living(story)


def test_somebody_banned_or_gone_meanwhile_changes_nothing(living):
    async def story(house):
        ann, bob = house.emulator.person("Ann"), house.emulator.person("Bob")
        group = await house.group(ann)
        bob.administers(group)
        asked = await bob.says("/subscribe 08:00", group)
        group.members[bob.user.id] = Member("kicked")
        await house.heard()
        assert house.after(asked)[-1].text.startswith("Only administrators")
        assert house.held(group) == ()
        bob.user.deactivated = True
        await bob.says("/recap")
        await house.heard()
        assert house.written(bob.chat) == []

    living(story)


def test_somebody_who_asks_and_blocks_the_bot_at_once_costs_nothing(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        await ann.says("/recap")
        ann.chat.members[house.emulator.world.bot.id] = Member("kicked")
        await house.heard()
        assert house.written(ann.chat) == []
        assert house.counts() == {}

    living(story)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "The data doesn't cover that recap."), ("zh", "现有数据写不出这篇复盘。")]
)
def test_a_recap_without_data_is_refused_in_one_sentence(living, language, said):
    async def story(house):
        house.newsroom.refusal = Refusal(RefusalCode.NO_DATA, "English for the log")
        (answer,) = await house.ask(house.emulator.person("Ann", language), "/recap 2011-01-01")
        assert answer.text.startswith(said)

    living(story)


@pytest.mark.parametrize("data", ["why9:abc", "tell1:ETH:x:y", "why1:<b>", "🚀", "set9:a:b", "sub1:x"])
def test_a_button_of_no_known_version_is_answered(living, data):
    async def story(house):
        for language in LANGUAGES:
            ann = house.emulator.person("Ann", language)
            (recap,) = await house.ask(ann, "/recap")
            query = await house.press(ann, recap, data, too_old=True)
            assert query.answer is not None
            said = query.answer.get("text") or house.written(ann.chat)[-1].text
            assert has_chinese(said) is (language == "zh")

    living(story)


@pytest.mark.parametrize("text", ["good morning", "/unknown", "/recap@otherbot", NOISE[:200]])
def test_in_a_group_what_is_not_meant_for_the_bot_is_met_with_silence(living, text):
    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann)
        assert await house.ask(ann, text, group) == []

    living(story)
