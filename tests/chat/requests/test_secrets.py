"""One instance at a time, and no secret in any log."""

import asyncio
import io
import logging
import socket
from contextlib import contextmanager
from types import SimpleNamespace

from pydantic import SecretStr
from telegram.error import Conflict

from bot.app.incoming import updates
from bot.chat.redaction import redact_logs
from bot.emulator.faults import Fault

FIRST_PERSON = 1001
"""The number of the first person an emulator makes."""
WEBHOOK_SECRET = "whsec_5up3r-s3cr3t"


@contextmanager
def logged():
    """All that is written to the log meanwhile, down to DEBUG."""
    text, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(text), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    redact_logs()
    try:
        yield text
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def test_of_two_instances_that_fetch_updates_one_ends_and_says_so(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        await house.ask(ann, "/start")
        other = house.another("two")
        await other.start()
        ended, working = await asyncio.wait({house.polled, other.polled}, return_when=asyncio.FIRST_COMPLETED)
        assert [type(task.exception()) for task in ended] == [Conflict]
        last = other if other.polled in working else house
        assert len(await last.ask(ann, "/recap")) == 1
        await other.stop()

    living(story)


def test_a_failure_is_one_sentence_to_the_person_and_one_trace_to_the_operator(living):
    async def story(house):
        operator, ann, bob = (house.emulator.person(name, "zh") for name in ("Operator", "Ann", "Bob"))
        await house.ask(operator, "/start")
        house.newsroom.refusal = RuntimeError(f"<b> bot{house.emulator.token} & more")
        for person in (ann, bob, ann):
            answers = await house.ask(person, "/recap")
            assert [answer.text[:9] for answer in answers] == ["我这边出了点问题，"][: len(answers)]
        assert len(house.written(ann.chat)) == 1
        await house.sent(1)
        _, report = house.written(operator.chat)
        assert "RuntimeError: <b> bot[hidden] & more" in report.text
        assert "Traceback" in report.text
        (pre,) = [entity for entity in report.content.entities if entity["type"] == "pre"]
        assert pre["length"] > 500

    living(story, sends=True, operators=frozenset({FIRST_PERSON}))


def test_the_token_is_in_no_log_whatever_fails(living):
    with logged() as log:

        async def story(house):
            ann = house.emulator.person("Ann")
            for fault in (Fault.DROPPED, Fault.BAD_GATEWAY, Fault.TRUNCATED, Fault.SERVER_ERROR):
                house.emulator.faults.add(fault, "sendMessage")
                await ann.says("/recap")
                await house.heard()
            house.newsroom.refusal = RuntimeError(f"https://api.telegram.org/bot{house.emulator.token}/getMe")
            (sorry,) = await house.ask(ann, "/recap")
            assert house.emulator.token not in sorry.text
            await house.ask(ann, "/subscribe 09:30")
            house.newsroom.refusal = None
            house.emulator.faults.add(Fault.DROPPED, "sendMessage")
            await house.tick(days=1)
            return house.emulator.token

        token = living(story, sends=True)
    assert "A handler failed" in log.getvalue()
    assert token not in log.getvalue()
    assert token.partition(":")[2] not in log.getvalue()


def test_the_webhooks_secret_is_in_no_log_and_opens_the_door_alone(living):
    with logged() as log:

        async def story(house):
            await house.start(polls=False)
            stop, port = asyncio.Event(), free_port()
            house.emulator.state.mailbox.proxies["https://bot.example"] = f"http://127.0.0.1:{port}"
            settings = SimpleNamespace(
                telegram_mode="webhook",
                webhook_url="https://bot.example/hook",
                webhook_secret=SecretStr(WEBHOOK_SECRET),
                listen=f"127.0.0.1:{port}",
            )
            called = asyncio.create_task(updates(house.application, settings, house.clock, stop))
            await house.emulator.until(lambda: house.emulator.of("setWebhook"))
            (answer,) = await house.ask(house.emulator.person("Ann"), "/recap")
            stop.set()
            await called
            return answer

        assert living(story, begin=False).text.startswith("BTC")
    assert "setWebhook" in log.getvalue()
    assert WEBHOOK_SECRET not in log.getvalue()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
