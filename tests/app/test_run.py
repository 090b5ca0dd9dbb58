"""The bot as people run it, a process of its own against a far end on loopback, on the sample played as now."""

import asyncio
import importlib.util
import os
import signal
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from bot.domain.chats import Chat, ChatKind, Place, Schedule, Subscription
from bot.store import Store
from bot.store.chats import Chats
from bot.store.outbox import Outbox
from bot.store.subscriptions import Subscriptions

_spec = importlib.util.spec_from_file_location("run_wire", Path(__file__).parents[1] / "chat" / "wire.py")
far_end = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(far_end)

FAMOUS_MORNING = "2025-02-26T06:59:59Z"
PATIENCE_SECONDS = 60


@pytest.fixture
def database(tmp_path):
    return f"sqlite:///{tmp_path / 'recap.sqlite3'}"


@pytest.fixture
def running(tmp_path, database):
    """`async with running(wire, …) as process`: `recap run`, ended by SIGTERM."""

    @asynccontextmanager
    async def run(wire, *options, **variables):
        environ = {
            "PATH": os.environ["PATH"],
            "RECAP_HOME": str(tmp_path),
            "RECAP_DATABASE_URL": database,
            "RECAP_TELEGRAM_TOKEN": far_end.TOKEN,
            "RECAP_ENDPOINTS": f"api.telegram.org={wire.base_url.removesuffix('/bot')}",
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


def asks(text, update_id):
    person = {"id": 7, "is_bot": False, "first_name": "Ann", "language_code": "en"}
    message = {
        "message_id": update_id,
        "date": int(datetime(2025, 2, 26, 7, tzinfo=UTC).timestamp()),
        "chat": {"id": 7, "type": "private", "first_name": "Ann"},
        "from": person,
        "text": text,
        "entities": [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}],
    }
    return {"update_id": update_id, "message": message}


async def said(wire, number):
    """The texts of so many messages, once they are there."""
    async with wire.changed:
        enough = wire.changed.wait_for(lambda: len(texts(wire)) >= number)
        await asyncio.wait_for(enough, PATIENCE_SECONDS)
    return texts(wire)


def texts(wire):
    return [call.text for call in wire.calls if call.method in {"sendMessage", "editMessageText"}]


def test_a_person_asks_for_the_recap_and_why(running):
    async def scene():
        async with far_end.serving() as wire, running(wire, *REHEARSED) as process:
            await wire.push(asks("/recap btc 2025-02-25", 1))
            (recap, *_) = await said(wire, 1)
            await wire.push(asks("/why 1", 2))
            told = await said(wire, 2)
        return recap, told[-1], process.returncode

    recap, why, code = asyncio.run(scene())
    assert "Feb 25" in recap or "February 25" in recap
    assert "certain" in why
    assert code == 0


def test_a_subscribed_chat_gets_its_recap_once_even_over_a_restart(running, database):
    with Store.open(database) as store:
        Chats(store).save(Chat(7, ChatKind.PRIVATE, locale="zh", zone="Europe/Berlin"))
        schedule = Schedule("Europe/Berlin", (time(8),))
        start = datetime(2025, 2, 25, 20, tzinfo=UTC)
        Subscriptions(store).save(Subscription(Place(7), schedule, start))

    async def scene():
        async with far_end.serving() as wire:
            async with running(wire, *REHEARSED):
                await said(wire, 1)
            async with running(wire, *REHEARSED):
                await wire.push(asks("/privacy", 9))
                return await said(wire, 2)

    recap, privacy = asyncio.run(scene())
    assert "复盘" in recap
    assert "复盘" not in privacy.splitlines()[0]
    with Store.open(database) as store:
        assert {state.value for state in Outbox(store).counts()} == {"sent"}


def test_a_wrong_token_is_one_clear_line(running):
    async def scene():
        async with far_end.serving() as wire, running(wire, *REHEARSED, RECAP_TELEGRAM_TOKEN="1:wrong") as process:
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
