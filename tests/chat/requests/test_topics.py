"""Forum topics: what was asked for in one is told in that one; a topic that is lost is noticed, and said once."""

import pytest

from bot.domain.chats import Place, SubscriptionState
from bot.emulator.faults import Fault
from bot.emulator.refusals import bad_request

NOT_FOUND = bad_request("message thread not found")


async def forum_of(house, *names):
    """Ann's, with these topics."""
    ann = house.emulator.person("Ann")
    forum = await house.group(ann, forum=True)
    return ann, forum, *(house.emulator.world.topic(forum, name) for name in names)


def test_a_recap_is_told_in_the_topic_where_it_was_asked_for(living):
    async def story(house):
        ann, forum, news = await forum_of(house, "News")
        house.newsroom.thread = house.newsroom.thread * 3
        in_topic = await house.ask(ann, "/recap", forum, topic=news)
        assert [part.thread_id for part in in_topic] == [news.thread_id] * 3
        in_general = await house.ask(ann, "/recap", forum)
        assert [part.thread_id for part in in_general] == [0] * 3
        assert all(call.code == 200 for call in house.emulator.calls)

    living(story)


def test_a_post_goes_to_the_topic_where_it_was_asked_for(living):
    """Several topics of one forum, and General, each get their own."""

    async def story(house):
        ann, forum, news, talk = await forum_of(house, "News", "Talk")
        await house.ask(ann, "/subscribe eth 10:00", forum, topic=news)
        await house.ask(ann, "/subscribe 10:00", forum, topic=talk)
        (last,) = await house.ask(ann, "/subscribe btc 10:00", forum)
        await house.tick(hours=1)
        assert sorted(post.thread_id for post in house.after(last)) == [0, news.thread_id, talk.thread_id]
        threads = (0, news.thread_id, talk.thread_id)
        assert {each.place for each in house.held(forum)} == {Place(forum.id, thread) for thread in threads}

    living(story, sends=True)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "its recaps have stopped"), ("zh", "那里的复盘已停止")]
)  # fmt: skip
def test_a_deleted_topic_ends_its_subscription_and_the_group_hears_of_it_once(living, language, words):
    async def story(house):
        ann, forum, news = await forum_of(house, "News")
        house.set(forum, locale=language)
        (confirmed,) = await house.ask(ann, "/subscribe 09:30", forum, topic=news)
        news.deleted = True
        for _ in range(5):
            await house.tick(days=1)
        (notice,) = house.after(confirmed)
        assert words in notice.text
        assert notice.thread_id == 0
        (mine,) = house.held(forum)
        assert (mine.state, mine.reason) == (SubscriptionState.TOPIC_GONE, "Message thread not found")
        assert house.counts() == {"dead": 3, "sent": 1}

    living(story, sends=True)


def test_a_topic_telegram_does_not_find_for_once_keeps_its_subscription(living):
    async def story(house):
        ann, forum, news = await forum_of(house, "News")
        (confirmed,) = await house.ask(ann, "/subscribe 09:30", forum, topic=news)
        for missing in (True, True, False, True, True, False):
            if missing:
                house.emulator.faults.add(Fault.REFUSED, "sendMessage", chat_id=forum.id, refusal=NOT_FOUND)
            await house.tick(days=1)
        posts = house.after(confirmed)
        assert [post.thread_id for post in posts] == [news.thread_id] * 2
        assert house.held(forum)[0].state is SubscriptionState.ACTIVE

    living(story, sends=True)


def test_three_failures_within_a_few_hours_are_no_deleted_topic(living):
    async def story(house):
        ann, forum, news = await forum_of(house, "News")
        (confirmed,) = await house.ask(ann, "/subscribe 10:00 11:00 12:00 13:00", forum, topic=news)
        for _ in range(3):
            house.emulator.faults.add(Fault.REFUSED, "sendMessage", chat_id=forum.id, refusal=NOT_FOUND)
            await house.tick(hours=1)
        await house.tick(hours=1)
        assert [post.thread_id for post in house.after(confirmed)] == [news.thread_id]

    living(story, sends=True)


def test_a_topic_of_a_private_chat_is_never_probed_and_gets_its_answers(living):
    """Telegram ignores the numbers of such topics, and says yes to a probe of any."""

    async def story(house):
        ann = house.emulator.person("Ann")
        topic = house.emulator.world.topic(ann.chat, "Crypto")
        house.newsroom.thread = house.newsroom.thread * 2
        (confirmed,) = await house.ask(ann, "/subscribe 10:00", topic=topic)
        first, second = await house.ask(ann, "/recap", topic=topic)
        assert second.reply_to is first
        await house.tick(hours=1)
        assert len(house.after(second)) == 2
        assert confirmed.text.startswith("Done")
        assert not house.emulator.of("sendChatAction")

    living(story, sends=True)


def test_a_closed_general_topic_is_no_reason_to_leave_and_no_failure(living, caplog):
    async def story(house):
        ann, forum, news = await forum_of(house, "News")
        forum.general_closed = True
        assert await house.ask(ann, "/recap", forum) == []
        assert "A handler failed" not in caplog.text
        assert house.counts() == {}
        (answer,) = await house.ask(ann, "/recap", forum, topic=news)
        assert answer.thread_id == news.thread_id
        assert not house.emulator.of("leaveChat")
        assert house.kept(forum).state == "active"

    living(story)


def test_the_strikes_of_one_topic_are_not_those_of_another(living):
    async def story(house):
        ann, forum, news, talk = await forum_of(house, "News", "Talk")
        await house.ask(ann, "/subscribe 09:30", forum, topic=news)
        (last,) = await house.ask(ann, "/subscribe 09:30", forum, topic=talk)
        news.deleted = True
        for _ in range(4):
            await house.tick(days=1)
        states = {each.place.thread_id: each.state for each in house.held(forum)}
        assert states == {news.thread_id: SubscriptionState.TOPIC_GONE, talk.thread_id: SubscriptionState.ACTIVE}
        assert sum(post.thread_id == talk.thread_id for post in house.after(last)) == 4

    living(story, sends=True)
