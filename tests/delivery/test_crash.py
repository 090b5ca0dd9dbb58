"""A sender that is killed loses nothing, and sends nothing twice, wherever it was."""

import asyncio
import contextlib
import os
import sys
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from bot.emulator.faults import Fault

SCRIPT = Path(__file__).with_name("crash.py")
UNDER_WAY = 40
"""More calls than there are at once, at the rate the killed senders have."""
CHATS = [*range(1, 31), *range(-1030, -1000)]


@contextlib.asynccontextmanager
async def doomed(office, point, database_url):
    """A sender in another process, dead at the end at the latest."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(SCRIPT),
        point,
        database_url,
        office.far.base_url,
        env=os.environ | {"PTB_TIMEDELTA": "true"},
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def check(office, *, most_in_doubt):
    """Every message arrived once, but for those of which nobody can know: people get them again, groups don't."""
    arrived = office.far.arrived()
    counts = office.counts()
    wanted = {(chat, text) for chat in CHATS for text in ("1", "2")}
    assert sum(counts.values()) == len(wanted)
    assert counts["sent"] + counts.get("uncertain", 0) == len(wanted)
    assert counts.get("uncertain", 0) <= most_in_doubt
    lost = wanted - arrived.keys()
    assert len(lost) <= counts.get("uncertain", 0)
    assert all(chat < 0 for chat, _ in lost)
    assert arrived.keys() <= wanted
    repeated = {message: times for message, times in arrived.items() if times > 1}
    assert all(chat > 0 and times == 2 for (chat, _), times in repeated.items())
    assert len(repeated) <= most_in_doubt


@pytest.mark.parametrize(
    "point", ["before-claim", "after-claim", "before-sending", "after-sending", "before-finish", "after-finish"]
)
def test_whatever_a_killed_sender_left_is_sent_by_the_next(works, database_url, point):
    async def body(office):
        office.publish(CHATS, "1", "2")
        async with doomed(office, point, database_url) as process:
            assert await process.wait() == -9
        before = len(office.far.messages)
        async with office.sending():
            await office.done()
        return office, before

    office, before = works(body, latency=0.01)
    assert before < 2 * len(CHATS)
    check(office, most_in_doubt=UNDER_WAY)


def test_calls_under_way_when_the_sender_is_killed_are_made_again_to_people_alone(works, database_url):
    async def body(office):
        office.publish(CHATS, "1", "2")
        office.far.fails(Fault.ANSWER_HANGS, times=4)
        async with doomed(office, "never-at-all", database_url) as process:
            await office.far.called(10)
            process.kill()
            assert await process.wait() == -9
        async with office.sending():
            await office.done()
        return office

    office = works(body)
    check(office, most_in_doubt=UNDER_WAY)
    arrived = office.far.arrived()
    again = sum(times == 2 for times in arrived.values())
    assert office.counts().get("uncertain", 0) + again >= 4


def test_killed_again_and_again_nothing_is_lost(works, database_url):
    async def body(office):
        office.publish(CHATS, "1", "2")
        for point in ("after-sending", "before-finish"):
            async with doomed(office, point, database_url) as process:
                assert await process.wait() == -9
        async with office.sending():
            await office.done()
        return office

    check(works(body, latency=0.005), most_in_doubt=2 * UNDER_WAY)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_database_that_restarts_stops_sending_for_that_long(works, store, database_url):
    """As after a restart every connection is broken, and for a while there is no new one."""
    name = store._engine.url.database
    switch = f"ALTER DATABASE {name} ALLOW_CONNECTIONS "

    async def body(office):
        office.publish(CHATS, "1", "2")
        async with (
            await psycopg.AsyncConnection.connect(database_url.replace(name, "postgres"), autocommit=True) as server,
            office.sending(),
        ):
            await office.far.called(10)
            await server.execute(switch + "false")
            await server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            await office.clock.wait_until(office.clock.now() + timedelta(seconds=20))
            stalled = len(office.far.messages)
            await server.execute(switch + "true")
            await office.done()
        return office, stalled

    office, stalled = works(body, latency=0.005)
    assert stalled < 2 * len(CHATS)
    check(office, most_in_doubt=0)
