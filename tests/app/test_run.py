"""The bot as people run it, a process of its own against an emulated Telegram, on the sample played as now."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time

import pytest

from bot.domain.chats import Chat, ChatKind, Place, Schedule, Subscription
from bot.emulator import emulating
from bot.emulator.server import TOKEN
from bot.store import Store
from bot.store.chats import Chats
from bot.store.outbox import Outbox
from bot.store.subscriptions import Subscriptions

FAMOUS_MORNING = "2025-02-26T06:59:59Z"
PATIENCE_SECONDS = 60
OK = 200


@pytest.fixture
def database(tmp_path):
    return f"sqlite:///{tmp_path / 'recap.sqlite3'}"


@pytest.fixture
def running(tmp_path, database):
    """`async with running(emulator, …) as process`: `recap run`, ended by SIGTERM."""

    @asynccontextmanager
    async def run(emulator, *options, **variables):
        environ = {
            "PATH": os.environ["PATH"],
            "RECAP_HOME": str(tmp_path),
            "RECAP_DATABASE_URL": database,
            "RECAP_TELEGRAM_TOKEN": TOKEN,
            "RECAP_ENDPOINTS": f"api.telegram.org={emulator.address}",
            **variables,
        }
        arguments = ("-c", "from bot.app.cli import main; main()", "run", *options)
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, env=environ, stderr=asyncio.subprocess.PIPE
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)

    return run


REHEARSED = ("--sample", "--rehearse", FAMOUS_MORNING)


async def said(emulator, number):
    """The texts of so many messages, once they are there."""
    await emulator.until(lambda: len(texts(emulator)) >= number, PATIENCE_SECONDS)
    return texts(emulator)


def texts(emulator):
    return [call.said["text"] for call in emulator.of("sendMessage", "editMessageText") if call.code == OK]


def test_a_person_asks_for_the_recap_and_why(running, telegram):
    async def scene():
        async with telegram() as (emulator, ann), running(emulator, *REHEARSED) as process:
            await ann.says("/recap btc 2025-02-25")
            (recap, *_) = await said(emulator, 1)
            await ann.says("/why 1")
            told = await said(emulator, 2)
        return recap, told[-1], process.returncode

    recap, why, code = asyncio.run(scene())
    assert "Feb 25" in recap or "February 25" in recap
    assert "certain" in why
    assert code == 0


def test_a_subscribed_chat_gets_its_recap_once_even_over_a_restart(running, database, telegram):
    with Store.open(database) as store:
        Chats(store).save(Chat(7, ChatKind.PRIVATE, locale="zh", zone="Europe/Berlin"))
        schedule = Schedule("Europe/Berlin", (time(8),))
        start = datetime(2025, 2, 25, 20, tzinfo=UTC)
        Subscriptions(store).save(Subscription(Place(7), schedule, start))

    async def scene():
        async with telegram() as (emulator, ann):
            async with running(emulator, *REHEARSED):
                await said(emulator, 1)
            async with running(emulator, *REHEARSED):
                await ann.says("/privacy")
                return await said(emulator, 2)

    recap, privacy = asyncio.run(scene())
    assert "复盘" in recap
    assert "复盘" not in privacy.splitlines()[0]
    with Store.open(database) as store:
        assert {state.value for state in Outbox(store).counts()} == {"sent"}


def test_a_wrong_token_is_one_clear_line(running):
    async def scene():
        async with (
            emulating() as emulator,
            running(emulator, *REHEARSED, RECAP_TELEGRAM_TOKEN="1:wrong") as process,
        ):
            _, errors = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
            return process.returncode, errors.decode()

    code, errors = asyncio.run(scene())
    assert code == 2
    assert errors.splitlines()[-1] == (
        "Telegram doesn't know this bot token. Copy it anew from @BotFather into RECAP_TELEGRAM_TOKEN."
    )
    assert "Traceback" not in errors
    assert "1:wrong" not in errors


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run"], "There is no bot token. Set RECAP_TELEGRAM_TOKEN to the one @BotFather gave you."),
        (["run", "--sample"], "--sample and --archive hold the past: add --rehearse and a time in it to play it."),
        (["run", "--speed", "2"], "--speed belongs to --rehearse: time itself can't be hurried."),
    ],
)
def test_what_run_needs_is_told_in_one_line(recap, arguments, sentence):
    answer = recap(*arguments)
    assert (answer.code, answer.err.splitlines()[-1]) == (2, sentence)
