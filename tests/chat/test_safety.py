"""What is let in, what happens when a handler fails, and that no secret leaves."""

import asyncio
import io
import logging
from datetime import UTC, datetime, timedelta

import pytest
from telegram.error import Conflict, InvalidToken

from bot.chat.application import build_application, started
from bot.chat.features import FEATURES
from bot.chat.polling import ALLOWED_UPDATES, polling
from bot.chat.redaction import redact_logs
from bot.domain.delivery import Kind
from bot.emulator.faults import Fault
from bot.emulator.refusals import Refused
from bot.emulator.server import TOKEN

MINUTE = 60


def fresh(talk, token=TOKEN):
    """The application of another process on the same services."""
    return build_application(token, talk.services, FEATURES, base_url=talk.emulator.base_url)


def test_the_same_update_twice_is_handled_once(talking):
    async def story():
        async with talking() as talk:
            update = talk.update(message=talk.message("/recap"))
            await asyncio.gather(talk.handle(update), talk.handle(update))
            await talk.handle(update)
            assert len(talk.messages) == 1

    asyncio.run(story())


@pytest.mark.parametrize("text", ["/recap", "/start", "/why", "/nonsense"])
def test_a_command_older_than_ten_minutes_is_ignored(talking, text):
    async def story():
        async with talking() as talk:
            assert await talk.says(text, age_seconds=11 * MINUTE) == []
            assert await talk.says(text, age_seconds=9 * MINUTE) != []

    asyncio.run(story())


@pytest.mark.parametrize("text", ["/stop", "/unsubscribe", "/forget"])
def test_an_old_command_that_asks_to_be_left_alone_still_counts(talking, text):
    async def story():
        async with talking() as talk:
            assert await talk.says(text, age_seconds=24 * 60 * MINUTE) != []

    asyncio.run(story())


def test_a_flood_from_one_group_is_cut_without_starving_another(talking):
    async def story():
        async with talking() as talk:
            for user in range(100, 150):
                await talk.says("/sources", -1001, user)
            assert len(talk.messages) == 40
            assert len(await talk.says("/sources", -1002, 7)) == 1

    asyncio.run(story())


def test_a_flood_from_one_person_is_told_once_in_private(talking):
    async def story():
        async with talking() as talk:
            for _ in range(30):
                await talk.says("/sources")
            lines = [call.text for call in talk.messages]
            assert len(lines) == 21
            assert lines[-1] == "That was a lot at once. Give me a minute."

    asyncio.run(story())


def test_a_flood_of_presses_leaves_no_button_waiting(talking):
    async def story():
        async with talking() as talk:
            for _ in range(20):
                await talk.says("/sources")
            told = [closed.text for _ in range(3) for closed in await talk.presses("src1")]
            assert told == ["That was a lot at once. Give me a minute.", None, None]

    asyncio.run(story())


def test_a_failure_tells_the_person_a_sentence_and_the_operators_a_redacted_trace_once(talking):
    async def story():
        async with talking() as talk:
            talk.newsroom.refusal = RuntimeError(f"no way to https://x/bot{TOKEN}/y <b>")
            (sent,) = await talk.says("/recap", 7, 7, "zh")
            assert sent.text == "我这边出了点问题，已经记录下来。请过几分钟再试。"
            await talk.says("/recap eth", -1001)
            (parcel,) = talk.services.outbox.claim("me", talk.clock.now(), 10, timedelta(minutes=1))
            assert (parcel.kind, parcel.place.chat_id) == (Kind.NOTICE, 99)
            assert "RuntimeError: no way to https://x/bot[hidden]/y &lt;b&gt;" in parcel.part.html
            assert TOKEN not in parcel.part.html + parcel.part.text

    asyncio.run(story())


def test_in_a_rehearsal_of_the_past_operators_hear_of_failures_all_the_same(talking):
    class Later:
        def now(self):
            return datetime(2031, 1, 1, tzinfo=UTC)

    async def story():
        async with talking(wall=Later()) as talk:
            talk.newsroom.refusal = RuntimeError("broken")
            await talk.says("/recap")
            outbox = talk.services.outbox
            assert outbox.expire(Later().now()) == 0
            assert len(outbox.claim("me", Later().now(), 5, timedelta(minutes=1))) == 1

    asyncio.run(story())


def test_a_failure_behind_a_button_ends_its_wait(talking):
    async def story():
        async with talking() as talk:
            talk.newsroom.sources = None
            (closed,) = await talk.presses("src1")
            assert closed.text.startswith("Something went wrong on my side")

    asyncio.run(story())


@pytest.mark.parametrize(
    ("code", "description"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
        (400, "Bad Request: TOPIC_CLOSED"),
    ],
)
def test_a_chat_where_the_bot_may_not_speak_is_no_failure_to_report(talking, code, description):
    async def story():
        async with talking() as talk:
            refusal = Refused(code, description)
            talk.emulator.faults.add(Fault.REFUSED, "sendMessage", refusal=refusal)
            await talk.says("/recap")
            assert talk.emulator.calls[-1].code == code
            assert len(talk.messages) == 1
            assert talk.services.outbox.counts() == {}

    asyncio.run(story())


def test_no_call_or_failure_writes_the_token_into_the_log(talking):
    text, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(text), root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    redact_logs()

    async def story():
        async with talking() as talk:
            talk.newsroom.refusal = RuntimeError(f"bot{TOKEN}")
            await talk.says("/recap")

    try:
        asyncio.run(story())
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert "RuntimeError: bot[hidden]" in text.getvalue()
    assert TOKEN not in text.getvalue()


def test_an_update_of_a_kind_nobody_knows_is_passed_over(talking):
    async def story():
        async with talking() as talk:
            await talk.handle(talk.update(telepathy={"from": 7}))
            await talk.handle(talk.update(message=talk.message("") | {"dice": {"emoji": "🎲", "value": 3}}))
            assert talk.calls() == []

    asyncio.run(story())


def test_a_slow_chat_does_not_delay_another_and_keeps_its_own_order(talking):
    async def story():
        async with talking() as talk:
            talk.newsroom.gate = asyncio.Event()
            slow = [asyncio.create_task(talk.says("/recap", -1001, 100 + n)) for n in range(39)]
            later = asyncio.create_task(talk.says("/help", -1001, 200))
            while not talk.newsroom.asks:  # noqa: ASYNC110 - it is asked inside the bot
                await asyncio.sleep(0)
            assert len(await talk.says("/help", -1002)) == 1
            assert not later.done()
            talk.newsroom.gate.set()
            await asyncio.gather(*slow, later)
            assert talk.messages[-1].text.startswith("<b>Recaps</b>")

    asyncio.run(story())


def test_commands_are_offered_in_each_scope_and_language(talking):
    async def story():
        async with talking() as talk, started(fresh(talk), talk.services):
            calls = talk.of("setMyCommands")
        offered = {(call.scope["type"], call.language_code or ""): call.commands for call in calls}
        scopes = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
        assert offered.keys() == {(scope, code) for scope in scopes for code in ("", "en", "zh")}
        assert offered["all_group_chats", "zh"][0]["description"].startswith("市场为何涨跌")
        members = {command["command"] for command in offered["all_group_chats", ""]}
        admins = {command["command"] for command in offered["all_chat_administrators", ""]}
        assert admins - members == {"subscribe", "unsubscribe", "alerts", "settings"}
        assert "edited_message" not in ALLOWED_UPDATES

    asyncio.run(story())


def test_polling_takes_updates_and_keeps_those_that_waited(talking):
    async def story():
        async with talking() as talk:
            talk.waits()
            for user in range(5, 9):
                await talk.person(user).says("/recap")
            stop = asyncio.Event()
            polled = asyncio.create_task(polling(talk.application, talk.clock, stop))
            await talk.emulator.until(lambda: len(talk.messages) == 4)
            stop.set()
            await polled
            assert {call.chat_id for call in talk.messages} == {"5", "6", "7", "8"}

    asyncio.run(story())


def test_of_two_instances_that_poll_one_ends(talking):
    async def story():
        async with talking() as talk:
            talk.waits()
            another, stop = fresh(talk), asyncio.Event()
            async with started(another, talk.services):
                both = {asyncio.create_task(polling(each, talk.clock, stop)) for each in (talk.application, another)}
                (ended,), (other,) = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                assert isinstance(ended.exception(), Conflict)
                stop.set()
                await other

    asyncio.run(story())


def test_a_revoked_token_ends_the_polling(talking):
    async def story():
        async with talking() as talk:
            talk.emulator.token = "123456789:a-new-one"
            with pytest.raises(InvalidToken):
                await polling(talk.application, talk.clock, asyncio.Event())

    asyncio.run(story())


def test_a_failure_of_the_net_is_tried_again_with_pauses(talking):
    async def story():
        async with talking() as talk:
            talk.waits()
            talk.emulator.faults.add(Fault.BAD_GATEWAY, "getUpdates", times=2)
            await talk.person().says("/help")
            stop = asyncio.Event()
            polled = asyncio.create_task(polling(talk.application, talk.clock, stop))
            for pause in (1, 2):
                await talk.clock.waited_for()
                talk.clock.advance(seconds=pause)
            await talk.emulator.until(lambda: talk.messages)
            stop.set()
            await polled
            assert len(talk.messages) == 1

    asyncio.run(story())


def test_a_wrong_token_is_an_error_at_the_start(talking):
    async def story():
        async with talking() as talk:
            application = fresh(talk, "1:wrong")
            with pytest.raises(InvalidToken):
                async with started(application, talk.services):
                    pass

    asyncio.run(story())


def test_what_people_are_called_is_never_kept(talking):
    async def story():
        async with talking() as talk:
            await talk.says("/start")
            assert "Ann" not in repr(talk.services.chats.get(7))

    asyncio.run(story())


def test_the_same_chat_is_not_held_by_a_forgotten_line(talking):
    async def story():
        async with talking() as talk:
            await asyncio.gather(*(talk.says("/help", user, user) for user in range(1, 50)))
            assert talk.application.update_processor._lines == {}

    asyncio.run(story())
