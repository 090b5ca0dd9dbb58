"""Secrets stay out of logs and reports."""

import asyncio
import io
import logging

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot

from bot.chat.redaction import Redaction, redact, redact_logs
from bot.emulator import Emulator, emulating

TOKEN = "123456789:AAGx-7fooBarBazQuxQuuxCorgeGraultGarply"


@pytest.fixture(name="log")
def log_fixture():
    """The root logger with one handler that writes into a text, as the app would set it up."""
    text, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(text), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    redact_logs(TOKEN)
    yield text
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_token_in_a_message_its_arguments_or_a_traceback_is_hidden(log):
    logger = logging.getLogger("somebody.else")
    logger.info("POST https://api.telegram.org/bot%s/getMe", TOKEN)
    try:
        int(f"wrong token {TOKEN}")
    except ValueError:
        logger.exception("It failed.", stack_info=True)
    assert TOKEN not in log.getvalue()
    assert "bot[hidden]/getMe" in log.getvalue()
    assert "wrong token [hidden]" in log.getvalue()


def test_what_people_wrote_is_not_in_the_log_of_updates_that_could_not_be_read(log):
    async def story():
        async with emulating(Emulator()) as emulator, Bot(emulator.token, emulator.base_url) as bot:
            await emulator.person("Ann").says("my secret diary")
            emulator.state.mailbox.waiting[0]["message"]["date"] = "yesterday"
            with pytest.raises(Exception, match="str"):
                await bot.get_updates()

    logging.getLogger().setLevel(logging.INFO)  # as the bot runs
    asyncio.run(story())
    assert "Error while parsing updates" in log.getvalue()
    assert "diary" not in log.getvalue()


def test_the_http_library_does_not_tell_each_address(log):
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))).get(f"http://x/bot{TOKEN}/getMe")
    assert "HTTP Request" not in log.getvalue()


@given(st.text(max_size=50), st.text(max_size=50))
def test_no_token_survives_whatever_stands_around_it(before, after):
    assert TOKEN not in redact(before + TOKEN + after)
    assert TOKEN not in redact(before + TOKEN + after, TOKEN)


def test_a_password_in_an_address_is_hidden_and_the_rest_is_kept():
    assert redact("postgresql://bot:hunter2@db/recap") == "postgresql://bot:[hidden]@db/recap"


def test_the_filter_never_swallows_a_record():
    record = logging.LogRecord("a", logging.INFO, "f.py", 1, "%d chats", (3,), None)
    assert Redaction().filter(record)
    assert record.getMessage() == "3 chats"
