"""The buttons under a recap: five, that answer without clutter, after a restart and on messages of any age."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot import resources
from bot.app.newsroom import Newsdesk
from bot.app.wiring import Desk
from bot.narrative.environment import Templates
from bot.reasoning.rulebook import load_rulebook
from bot.sources.archive import read_archive
from bot.sources.snapshot import from_archive

FAMOUS = datetime(2025, 2, 26, 0, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def desk():
    """The bundled sample with the package's own rules and templates."""
    rulebook, templates = load_rulebook(resources.rules_folder()), Templates.load(resources.templates_folder())
    return Desk(from_archive(read_archive(resources.sample_archive()), rulebook.topics), rulebook, templates)


@pytest.fixture
def famous(living, desk, standing_clock):
    """`famous(story)`: the real newsroom, on the sample's famous day."""

    def run(story):
        return living(story, clock=standing_clock(FAMOUS), newsroom=lambda store, time: Newsdesk(desk, store, time))

    return run


def names(message):
    return [button["text"] for button in message.buttons]


def test_the_recap_begins_with_what_happened_in_numbers(famous):
    """Price, change and liquidations come first, then the causes."""

    async def story(house):
        first, *_ = await house.ask(house.emulator.person("Ann"), "/recap")
        head = first.text.partition("\n1. ")[0]
        assert "BTC slid 3.2% to $88,609" in head
        assert "$683 million of positions were liquidated" in head

    famous(story)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_buttons_under_a_recap_work_after_a_restart(famous, language):
    """Why, ETH, 7 days, Sources and Subscribe, each of a bot that has just started."""

    async def story(house):
        ann = house.emulator.person("Ann", language)
        *_, recap = await house.ask(ann, "/recap")
        assert len(names(recap)) == 5
        for button in names(recap):
            await house.restart()
            written = len(house.written(ann.chat))
            query = await house.press(ann, recap, button)
            assert query.answer is not None
            assert len(house.written(ann.chat)) > written, button
        assert [each.scope for each in house.held(ann.chat)] == ["market"]
        assert not [call for call in house.emulator.calls if call.code != 200]

    famous(story)


def test_evidence_is_the_same_after_a_restart_and_in_another_language(famous):
    async def story(house):
        ann = house.emulator.person("Ann")
        *_, recap = await house.ask(ann, "/recap")
        await house.press(ann, recap, "Why?")
        before = house.after(recap)[-1].text
        await house.restart()
        (after,) = await house.ask(ann, "/why", reply_to=recap)
        assert after.text == before
        house.set(ann.chat, locale="zh")
        (chinese,) = await house.ask(ann, "/why", reply_to=recap)
        assert "证据" in chinese.text or "原因" in chinese.text

    famous(story)


def test_who_asks_again_within_a_minute_gets_the_recap_at_hand(famous):
    """A new one would be of 00:10; after a minute it is told."""

    async def story(house):
        ann = house.emulator.person("Ann")
        told = []
        for seconds in (280, 40, 60):
            house.clock.advance(seconds=seconds)
            told.append((await house.ask(ann, "/recap"))[-1].text)
        assert ["as of February 26, 00:05" in text for text in told] == [True, True, False]
        assert "as of February 26, 00:10" in told[2]

    famous(story)


def test_another_scope_and_window_are_told_of_the_same_moment(famous):
    async def story(house):
        ann = house.emulator.person("Ann")
        *_, recap = await house.ask(ann, "/recap")
        house.clock.advance(seconds=7200)
        await house.press(ann, recap, "ETH")
        eth = house.after(recap)[-1]
        assert "as of February 26, 00:05" in eth.text
        assert names(eth)[1] == "Market"

    famous(story)


def test_in_a_group_answers_fold_into_expandable_quotes(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann)
        (recap,) = await house.ask(ann, "/recap", group)
        for button in ("Why?", "ETH", "7 days", "Sources"):
            await house.press(ann, recap, button)
        answers = house.after(recap)
        assert len(answers) == 4
        for answer in answers:
            (quote,) = [e for e in answer.content.entities if e["type"] == "expandable_blockquote"]
            assert quote["offset"] == 0
            assert answer.reply_to is recap
            assert answer.silent

    living(story)


@pytest.mark.parametrize("too_old", [False, True])
def test_buttons_on_a_message_of_last_year_still_answer(living, too_old):
    """Such messages come without their content; the buttons carry all that is needed."""

    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann)
        (recap,) = await house.ask(ann, "/recap", group)
        data = [button["callback_data"] for button in recap.buttons]
        house.clock.advance(days=365)
        for each in data:
            query = await house.press(ann, recap, each, too_old=too_old)
            assert query.answer is not None
            assert "text" not in query.answer
        answers = house.after(recap)
        assert len(answers) == 5
        assert all(answer.reply_to is recap for answer in answers)
        assert len(house.held(group)) == 1

    living(story)


def test_a_page_whose_message_is_gone_is_told_anew(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        await house.ask(ann, "/recap")
        (why,) = await house.ask(ann, "/why")
        data = why.button("Cause 2")["callback_data"]
        why.deleted = True
        await house.press(ann, why, data, too_old=True)
        assert [answer.text for answer in house.after(why)] == ["Cause 2"]

    living(story)


def test_a_topic_nobody_can_tell_is_not_subscribed(living):
    """In a forum a message too old to be seen doesn't say which topic it stands in."""

    async def story(house):
        ann = house.emulator.person("Ann")
        forum = await house.group(ann, forum=True)
        topic = house.emulator.world.topic(forum, "News")
        (recap,) = await house.ask(ann, "/recap", forum, topic=topic)
        query = await house.press(ann, recap, "sub1:market:24", too_old=True)
        assert query.answer["text"].startswith("This button is from an older version.")
        assert house.held(forum) == ()
        await house.press(ann, recap, recap.buttons[0]["callback_data"], too_old=True)
        assert house.after(recap)[-1].thread_id == topic.thread_id

    living(story)


@pytest.mark.parametrize(("language", "said"), [("en", "no longer kept"), ("zh", "不再保存")])
def test_a_button_says_so_when_its_data_is_gone(living, language, said):
    async def story(house):
        ann = house.emulator.person("Ann", language)
        (recap,) = await house.ask(ann, "/recap")
        house.newsroom.gone = True
        query = await house.press(ann, recap, recap.buttons[0]["text"])
        assert said in query.answer["text"]
        assert house.after(recap) == []

    living(story)


@pytest.mark.parametrize("number", range(5))
def test_a_button_pressed_twice_at_once_answers_once(living, number):
    async def story(house):
        ann = house.emulator.person("Ann")
        group = await house.group(ann)
        (recap,) = await house.ask(ann, "/recap", group)
        presses = [ann.presses(recap, recap.buttons[number]["text"]) for _ in range(3)]
        queries = await asyncio.gather(*presses)
        await house.heard()
        assert all(query.answer is not None for query in queries)
        assert len(house.after(recap)) == 1
        assert len(house.held(group)) <= 1

    living(story)


def test_a_press_that_comes_too_late_for_telegram_is_answered_all_the_same(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        (recap,) = await house.ask(ann, "/recap")
        await house.stop()
        query = await ann.presses(recap, "Why?")
        query.asked -= timedelta(minutes=5).total_seconds()
        await house.start()
        await house.heard()
        assert query.answer is None
        assert [answer.text for answer in house.after(recap)] == ["Two causes"]

    living(story)
