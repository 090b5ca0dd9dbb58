"""The bot in several processes on one PostgreSQL: single work is done once, and taken over where its holder dies."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time

import pytest

from bot.app.standby import Standby
from bot.delivery.lease import LENGTH
from bot.domain.chats import Chat, ChatKind, Place, Schedule, Subscription
from bot.emulator import emulating
from bot.emulator.server import TOKEN
from bot.errors import StoreError
from bot.store import Store
from bot.store.chats import Chats
from bot.store.leases import Leases
from bot.store.subscriptions import Subscriptions

PATIENCE_SECONDS = 60
NOW = datetime(2025, 2, 26, 7, tzinfo=UTC)
REHEARSED = ("--sample", "--rehearse", "2025-02-26T06:59:50Z")


class Process:
    """`recap run` with some roles; `heard` are the lines of its log."""

    def __init__(self, process):
        self.process, self.heard = process, []

    async def says(self, *words):
        while not all(any(word in line for line in self.heard) for word in words):
            line = await asyncio.wait_for(self.process.stderr.readline(), PATIENCE_SECONDS)
            assert line, "".join(self.heard)
            self.heard.append(line.decode())


@pytest.fixture
def running(tmp_path, postgres_url):
    @asynccontextmanager
    async def run(emulator, *roles, database=postgres_url):
        environ = {
            "PATH": os.environ["PATH"],
            "RECAP_HOME": str(tmp_path),
            "RECAP_DATABASE_URL": database,
            "RECAP_TELEGRAM_TOKEN": TOKEN,
            "RECAP_ENDPOINTS": f"api.telegram.org={emulator.address}",
        }
        options = [option for role in roles for option in ("--role", role)]
        arguments = ("-c", "from bot.app.cli import main; main()", "run", *REHEARSED, *options)
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, env=environ, stderr=asyncio.subprocess.PIPE
        )
        try:
            yield Process(process)
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)

    return run


@pytest.fixture
def subscribed(postgres_url):
    with Store.open(postgres_url) as store:
        Chats(store).save(Chat(7, ChatKind.PRIVATE, zone="Europe/Berlin"))
        start = datetime(2025, 2, 25, 20, tzinfo=UTC)
        Subscriptions(store).save(Subscription(Place(7), Schedule("Europe/Berlin", (time(8),)), start))


def texts(emulator):
    return [call.said["text"] for call in emulator.of("sendMessage")]


async def said(emulator, number):
    await emulator.until(lambda: len(texts(emulator)) >= number, PATIENCE_SECONDS)
    return texts(emulator)


def test_where_one_process_is_killed_the_other_goes_on_within_fifteen_seconds(running, subscribed, telegram):
    async def scene():
        async with telegram() as (emulator, ann), running(emulator, "web", "scheduler", "sender") as first:
            await first.says("work of polling", "work of scheduler")
            async with running(emulator, "web", "scheduler", "sender") as second:
                await second.says("at work")
                await ann.says("/privacy")
                await said(emulator, 1)
                first.process.kill()
                died = asyncio.get_running_loop().time()
                await ann.says("/help")
                await second.says("work of polling", "work of scheduler")
                took = asyncio.get_running_loop().time() - died
                so_far = await said(emulator, 3)
                await asyncio.wait_for(second_stops(second), PATIENCE_SECONDS)
        return so_far, texts(emulator), took

    async def second_stops(second):
        second.process.send_signal(signal.SIGTERM)
        await second.process.wait()

    so_far, in_the_end, took = asyncio.run(scene())
    assert len([text for text in so_far if "24-hour" in text]) == 1
    assert in_the_end == so_far
    assert took < 15


def test_roles_apart_do_one_work_together(running, subscribed, telegram):
    async def scene():
        async with (
            telegram() as (emulator, ann),
            running(emulator, "web") as web,
            running(emulator, "scheduler"),
            running(emulator, "sender"),
        ):
            await web.says("work of polling")
            await ann.says("/privacy")
            return await said(emulator, 2)

    recap, privacy = sorted(asyncio.run(scene()), key=lambda text: "24-hour" not in text)
    assert "24-hour" in recap
    assert "24-hour" not in privacy


def test_roles_apart_need_a_database_that_can_be_shared(running, tmp_path):
    async def scene():
        database = f"sqlite:///{tmp_path / 'x.sqlite3'}"
        async with emulating() as emulator, running(emulator, "sender", database=database) as process:
            _, error = await process.process.communicate()
            return process.process.returncode, error.decode()

    code, error = asyncio.run(scene())
    assert code == 2
    assert "RECAP_DATABASE_URL" in error
    assert "Traceback" not in error


class Manual:
    """A clock that goes on when told to, waking those who waited."""

    def __init__(self):
        self._now, self._turned = NOW, asyncio.Condition()

    def now(self):
        return self._now

    async def wait_until(self, moment):
        async with self._turned:
            await self._turned.wait_for(lambda: self._now >= moment)

    async def goes_on(self, length):
        async with self._turned:
            self._now += length
            self._turned.notify_all()
        for _ in range(50):
            await asyncio.sleep(0)


class Broken:
    """Leases of a database that fails while `broken`."""

    def __init__(self, leases):
        self.broken, self._leases = False, leases

    def __getattr__(self, name):
        if self.broken:
            raise StoreError("the database is gone")
        return getattr(self._leases, name)


def test_work_ends_where_its_lease_can_t_be_renewed_and_begins_again(store, monkeypatch):
    async def inline(work, *arguments):
        return work(*arguments)

    monkeypatch.setattr(asyncio, "to_thread", inline)
    leases, doing = Broken(Leases(store)), []

    async def work(over):
        doing.append("begun")
        await over.wait()
        doing.append("ended")

    async def scene():
        clock, stop = Manual(), asyncio.Event()
        task = asyncio.create_task(Standby(leases, "works", "one", clock, work).run(stop))
        await clock.goes_on(LENGTH / 100)
        leases.broken = True
        for _ in range(20):
            await clock.goes_on(LENGTH / 10)
        broken = list(doing)
        leases.broken = False
        for _ in range(20):
            await clock.goes_on(LENGTH / 10)
        stop.set()
        await task
        return broken

    assert asyncio.run(scene()) == ["begun", "ended"]
    assert doing == ["begun", "ended", "begun", "ended"]


def test_a_work_that_fails_ends_the_process(store):
    class Wall:
        def now(self):
            return NOW

        async def wait_until(self, _):
            await asyncio.Event().wait()

    async def work(_):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        asyncio.run(Standby(Leases(store), "works", "one", Wall(), work).run(asyncio.Event()))
