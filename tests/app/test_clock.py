"""The clock of a rehearsal."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.app.clock import RehearsalClock

START = datetime(2025, 2, 26, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_it_runs_as_fast_as_it_is_told():
    seconds = [100.0]
    clock = RehearsalClock(START, 60, lambda: seconds[0])
    seconds[0] += 60
    assert clock.now() == START + HOUR


def test_who_waits_looks_again_when_it_is_put_forward():
    async def scene():
        clock = RehearsalClock(START, 1, lambda: 0.0)
        waiting = asyncio.create_task(clock.wait_until(START + 8 * HOUR))
        for _ in range(7):
            await asyncio.sleep(0)
            clock.put_forward(HOUR)
        done, _ = await asyncio.wait([waiting], timeout=0.01)
        assert not done
        clock.put_forward(HOUR)
        await asyncio.wait_for(waiting, 10)
        assert clock.now() == START + 8 * HOUR

    asyncio.run(scene())
