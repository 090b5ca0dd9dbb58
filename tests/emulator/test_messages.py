"""Messages are taken, shown and refused as Telegram does, in its words."""

import asyncio

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken

from bot.emulator.entities import parse
from bot.emulator.refusals import Refused

REFUSED = [
    ({"text": ""}, "Message text is empty"),
    ({"text": " \n"}, "Message text is empty"),
    ({"text": "a" * 4097}, "Message is too long"),
    ({"text": "😀" * 2049}, "Message is too long"),
    ({"text": "<b></b>" * 5000, "parse_mode": "HTML"}, "Text is too long"),
    ({"text": "<foo>a</foo>", "parse_mode": "HTML"}, 'Unsupported start tag "foo" at byte offset 0'),
    ({"text": "é<b>a", "parse_mode": "HTML"}, 'Can\'t find end tag corresponding to start tag "b"'),
    ({"text": "é</b>", "parse_mode": "HTML"}, "Unexpected end tag at byte offset 2"),
    ({"text": "<b><i>a</b></i>", "parse_mode": "HTML"}, 'expected "</i>", found "</b>"'),
    ({"text": "1 < 2", "parse_mode": "HTML"}, "Unclosed start tag at byte offset 2"),
    ({"text": "<blockquote>a<blockquote>b</blockquote></blockquote>", "parse_mode": "HTML"}, "can't be nested"),
    ({"text": "a", "message_thread_id": 1}, "message thread not found"),
    ({"text": "a", "reply_parameters": ReplyParameters(999)}, "Message to be replied not found"),
]


def button(**what):
    return InlineKeyboardMarkup([[InlineKeyboardButton("x", **what)]])


@pytest.mark.parametrize(("said", "words"), REFUSED)
def test_what_telegram_refuses_is_refused_in_its_words(calling, said, words):
    async def story(emulator, bot):
        ann = emulator.person("Ann")
        group = emulator.world.supergroup("Desk")
        await ann.adds_bot(group)
        with pytest.raises(BadRequest) as refused:
            await bot.send_message(group.id, **said)
        assert words.lower() in refused.value.message.lower()
        assert not group.messages

    calling(story)


@pytest.mark.parametrize(
    ("data", "taken"), [("x" * 64, True), ("x" * 65, False), ("价" * 21, True), ("价" * 22, False)]
)
def test_button_data_is_counted_in_bytes(calling, data, taken):
    async def story(emulator, bot):
        ann = emulator.person("Ann")
        await ann.says("/start")
        if taken:
            await bot.send_message(ann.user.id, "a", reply_markup=button(callback_data=data))
        else:
            with pytest.raises(BadRequest, match="Button_data_invalid"):
                await bot.send_message(ann.user.id, "a", reply_markup=button(callback_data=data))

    calling(story)


def test_entities_count_utf_16_units():
    found = parse("😀<b>價 &amp; <i>b</i></b> <pre><code class='language-py'>x</code></pre>", "HTML")
    assert found.text == "😀價 & b x"
    assert [(each["type"], each["offset"], each["length"]) for each in found.entities] == [
        ("bold", 2, 5),
        ("italic", 6, 1),
        ("pre", 8, 1),
    ]
    assert found.entities[2]["language"] == "py"


@pytest.mark.parametrize("text", ["a" * 4096, "<b>" + "a" * 4096 + "</b>"])
def test_length_is_counted_without_markup(text):
    assert len(parse(text, "HTML").text) == 4096


def test_edits_and_deletions(calling):
    async def story(emulator, bot):
        ann = emulator.person("Ann")
        asked = await ann.says("/recap")
        sent = await bot.send_message(ann.user.id, "<b>a</b>", parse_mode="HTML")
        with pytest.raises(BadRequest, match="not modified"):
            await bot.edit_message_text(
                "a", ann.user.id, sent.message_id, parse_mode="HTML"
            ) and await bot.edit_message_text("a", ann.user.id, sent.message_id)
        with pytest.raises(BadRequest, match="can't be edited"):
            await bot.edit_message_text("b", ann.user.id, asked.message_id)
        assert await bot.delete_message(ann.user.id, sent.message_id)
        with pytest.raises(BadRequest, match="to edit not found"):
            await bot.edit_message_text("b", ann.user.id, sent.message_id)
        with pytest.raises(BadRequest, match="to delete not found"):
            await bot.delete_message(ann.user.id, sent.message_id)

    calling(story)


def test_topics(calling):
    async def story(emulator, bot):
        ann = emulator.person("Ann")
        forum = emulator.world.supergroup("Desk", forum=True)
        await ann.adds_bot(forum)
        news, talk = emulator.world.topic(forum, "News"), emulator.world.topic(forum, "Talk")
        sent = await bot.send_message(forum.id, "a", message_thread_id=news.thread_id)
        assert (sent.message_thread_id, sent.is_topic_message) == (news.thread_id, True)
        assert not (await bot.send_message(forum.id, "a")).is_topic_message
        answer = ReplyParameters(sent.message_id)
        assert (await bot.send_message(forum.id, "b", reply_parameters=answer)).message_thread_id == news.thread_id
        with pytest.raises(BadRequest, match="replied not found"):
            await bot.send_message(forum.id, "b", message_thread_id=talk.thread_id, reply_parameters=answer)
        news.closed = True
        with pytest.raises(BadRequest, match="Topic_closed"):
            await bot.send_message(forum.id, "a", message_thread_id=news.thread_id)
        await ann.promotes_bot(forum)
        talk.deleted = True
        with pytest.raises(BadRequest, match="thread not found"):
            await bot.send_message(forum.id, "a", message_thread_id=talk.thread_id)

    calling(story)


def test_where_the_bot_may_not_write(calling):
    async def story(emulator, bot):
        ann, bob, group = emulator.person("Ann"), emulator.person("Bob"), emulator.world.supergroup("Desk")
        channel = emulator.world.channel("News", "news")

        async def refusal(chat, kind=Forbidden):
            with pytest.raises(kind) as refused:
                await bot.send_message(chat, "a")
            return refused.value.message

        assert "can't initiate conversation" in await refusal(bob.user.id)
        await ann.says("/start")
        await ann.blocks_bot()
        assert "blocked by the user" in await refusal(ann.user.id)
        assert "not a member of the supergroup" in await refusal(group.id)
        await ann.adds_bot(group)
        await ann.mutes_bot(group)
        assert "not enough rights" in (await refusal(group.id, BadRequest)).lower()
        await ann.removes_bot(group)
        assert "kicked from the supergroup chat" in await refusal(group.id)
        assert "not a member of the channel" in await refusal("@news")
        await ann.adds_bot(channel)
        assert (await bot.send_message("@news", "a")).sender_chat.id == channel.id
        assert "chat not found" in (await refusal(-1, BadRequest)).lower()

    calling(story)


def test_a_group_that_moved(calling):
    async def story(emulator, bot):
        ann, group = emulator.person("Ann"), emulator.world.group("Desk")
        await ann.adds_bot(group)
        new = await ann.upgrades(group)
        with pytest.raises(ChatMigrated) as moved:
            await bot.send_message(group.id, "a")
        assert moved.value.new_chat_id == new.id
        kinds = [update.message for update in await bot.get_updates() if update.message]
        assert [message.migrate_to_chat_id or message.migrate_from_chat_id for message in kinds] == [new.id, group.id]

    calling(story)


def test_presses_are_answered_once_and_in_time(calling):
    async def story(emulator, bot):
        ann = emulator.person("Ann")
        await ann.says("/start")
        await bot.send_message(ann.user.id, "a", reply_markup=button(callback_data="d"))
        message = ann.chat.said_by(emulator.world.bot)[-1]
        query = await ann.presses(message, "x")
        assert await bot.answer_callback_query(query.query_id, "Saved.")
        assert query.answer["text"] == "Saved."
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(query.query_id)
        late = await ann.presses(message, "d")
        late.asked -= emulator.state.query_seconds + 1
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(late.query_id)

    calling(story)


def test_updates_wait_until_they_are_confirmed(calling):
    async def story(emulator, bot):
        ann = emulator.person("Ann")
        for n in range(3):
            await ann.says(f"/recap {n}")
        first = await bot.get_updates(limit=2)
        assert [update.message.text for update in first] == ["/recap 0", "/recap 1"]
        assert [update.message.text for update in await bot.get_updates()] == ["/recap 0", "/recap 1", "/recap 2"]
        assert [update.message.text for update in await bot.get_updates(first[-1].update_id + 1)] == ["/recap 2"]

    calling(story)


def test_of_two_pollers_the_first_is_sent_away(calling):
    async def story(emulator, bot):
        first = asyncio.create_task(bot.get_updates(timeout=30))
        while emulator.state.mailbox._poll is None:  # noqa: ASYNC110 - the poll is inside the client
            await asyncio.sleep(0)
        async with Bot(emulator.token, base_url=emulator.base_url) as other:
            second = asyncio.create_task(other.get_updates(timeout=30))
            with pytest.raises(Conflict, match="terminated by other getUpdates"):
                await first
            await emulator.person("Ann").says("/start")
            assert len(await second) == 1

    calling(story)


def test_a_wrong_token(calling):
    async def story(emulator, bot):
        stranger = Bot("1:wrong", base_url=emulator.base_url)
        with pytest.raises(InvalidToken):
            await stranger.initialize()
        await stranger.shutdown()

    calling(story)


def test_among_others_a_bot_hears_what_is_meant_for_it(calling):
    async def story(emulator, bot):
        ann, group = emulator.person("Ann"), emulator.world.supergroup("Desk")
        await ann.says("/recap before", group)
        await ann.adds_bot(group)
        sent = await bot.send_message(group.id, "a")
        own = group.messages[sent.message_id]
        for text in ("/recap", "/recap@recapbot", "/recap@otherbot", "hello"):
            await ann.says(text, group)
        await ann.says("an answer", group, reply_to=own)
        await ann.promotes_bot(group)
        await ann.says("all is heard", group)
        heard = [update.message.text for update in await bot.get_updates() if update.message]
        assert heard == ["/recap", "/recap@recapbot", "an answer", "all is heard"]

    calling(story)


def test_what_is_older_than_two_days_only_administrators_delete(calling):
    async def story(emulator, bot):
        ann, group = emulator.person("Ann"), emulator.world.supergroup("Desk")
        await ann.adds_bot(group)
        old = await bot.send_message(group.id, "a")
        group.messages[old.message_id].date -= 49 * 3600
        with pytest.raises(BadRequest, match="can't be deleted"):
            await bot.delete_message(group.id, old.message_id)
        await ann.promotes_bot(group)
        assert await bot.delete_message(group.id, old.message_id)

    calling(story)


def test_general_is_no_topic_and_the_first_message_none_either(calling):
    async def story(emulator, bot):
        ann, forum = emulator.person("Ann"), emulator.world.supergroup("Desk", forum=True)
        await ann.adds_bot(forum)
        assert emulator.world.topic(forum, "News").thread_id > 1
        with pytest.raises(BadRequest, match="thread not found"):
            await bot.send_message(forum.id, "a", message_thread_id=1)

    calling(story)


def test_a_public_channel_may_be_looked_at_but_not_its_members(calling):
    async def story(emulator, bot):
        ann, channel = emulator.person("Ann"), emulator.world.channel("News", "news")
        assert (await bot.get_chat("@news")).id == channel.id
        with pytest.raises(BadRequest, match="list is inaccessible"):
            await bot.get_chat_member("@news", ann.user.id)
        await ann.adds_bot(channel)
        assert (await bot.get_chat_member("@news", ann.user.id)).status == "left"
        private = emulator.world.channel("Desk")
        with pytest.raises(Forbidden, match="not a member of the channel"):
            await bot.get_chat(private.id)

    calling(story)


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    [
        ("http://bot.example/hook", None, "HTTPS URL must be provided"),
        ("https://bot.example:8080/hook", None, "only on ports 80, 88, 443 or 8443"),
        ("https://bot.example/hook", "sécret", "unallowed characters"),
        ("https://bot.example/hook", "s" * 257, "too long"),
    ],
)
def test_a_webhook_telegram_would_not_call_is_refused(calling, url, secret, words):
    async def story(_, bot):
        with pytest.raises(BadRequest, match=f"(?i){words}"):
            await bot.set_webhook(url, secret_token=secret)

    calling(story)


def test_code_holds_no_other_entities():
    found = parse("<pre><b>a</b></pre><code><i>b</i></code> <b>c</b>", "HTML")
    assert [each["type"] for each in found.entities] == ["pre", "code", "bold"]


def test_half_of_a_pair_of_surrogates_is_no_text():
    with pytest.raises(Refused, match="encoded in UTF-8"):
        parse("\ud83d")
