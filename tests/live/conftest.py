"""A whole live day on loopback: every source of the roster visited once, into an empty store."""

import asyncio
import os
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "sources"))
sys.path.insert(0, str(Path(__file__).parent))

from loopback import FarEnd, HurriedClock
from world import World

from bot import resources
from bot.app.derived import derive
from bot.app.recap import Request
from bot.app.roster import roster
from bot.app.visiting import Visiting
from bot.app.wiring import Desk
from bot.domain.window import Scope
from bot.narrative.environment import Templates
from bot.reasoning.rulebook import load_rulebook
from bot.settings import Settings
from bot.sources.snapshot import StoredHistory
from bot.store import Store

MORNING = datetime(2026, 11, 24, 13, 1, tzinfo=UTC)
TOLD = datetime(2026, 11, 24, 13, 37, tzinfo=UTC)
"""No full hour."""


class LiveDay:
    """A store filled from the world; `faults` replace its answers by the beginning of host and path."""

    def __init__(self, folder, name, faults):
        self.clock = HurriedClock(MORNING)
        self.far_end = FarEnd(self.clock)
        self.far_end.answers |= World(self.clock).answers()
        for beginning, answer in faults.items():
            self.far_end.answers = {
                p: answer if p.startswith(beginning) else a for p, a in self.far_end.answers.items()
            }
        self.settings = Settings(home=folder)
        self.store = Store.open(f"sqlite:///{folder / name}.sqlite3")
        self.visiting = Visiting(self.store, self.clock)
        asyncio.run(self.far_end.run(self._visit))
        rulebook = load_rulebook(resources.rules_folder())
        history = StoredHistory(self.store, rulebook.topics)
        self.desk = Desk(history, rulebook, Templates.load(resources.templates_folder()))

    async def _visit(self, client):
        listed = roster(self.settings, client, self.clock)
        await asyncio.gather(*(self.visiting.visit(each, _back(each)) for each in listed))
        derive(self.store, self.settings.assets, max(self.clock.now(), TOLD))

    def recap(self, scope="market", length=timedelta(days=1), as_of=TOLD):
        return self.desk.recap(Request(as_of, length, Scope(scope)))


def _back(listed):
    """What a first start asks of each, days no further than a test has patience for."""
    return min(listed.first, timedelta(days=120))


@pytest.fixture(scope="session")
def live_days(tmp_path_factory):
    """Days by the faults of their world, each filled once."""
    folder, made = tmp_path_factory.mktemp("live"), {}

    def day(**faults):
        hosts = {host.replace("__", "."): answer for host, answer in faults.items()}
        key = str(sorted(hosts.items()))
        if key not in made:
            made[key] = LiveDay(folder, f"day{len(made)}", hosts)
        return made[key]

    yield day
    for each in made.values():
        each.store.close()


@pytest.fixture
def live_day(live_days):
    return live_days()


@pytest.fixture
def blocked_day(live_days):
    """Binance and Bybit don't serve this country."""
    return live_days(**{"api.binance.com": 451, "fapi.binance.com": 451, "api.bybit.com": 403})


class Wall:
    def now(self):
        return datetime.now(UTC)


BINANCE_STREAM = "fstream.binance.com/market/ws"


async def quiet(socket):
    """A stream on which nothing happens."""
    await socket.send_str('{"result":null,"id":1}')
    async for _ in socket:
        pass


class Served:
    """The world of this very moment, on a loop of its own."""

    def __init__(self):
        self.far_end = FarEnd(Wall())
        self.far_end.answers |= World(Wall()).answers()
        self.far_end.sockets[BINANCE_STREAM] = quiet
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self):
        self._thread.start()
        self._runner = self._await(self.far_end.serve())
        return self

    def __exit__(self, *_):
        self._await(self._runner.cleanup())
        self._await(self._given_up())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _given_up(self):
        """Ends what still waits to answer."""
        waiting = asyncio.all_tasks() - {asyncio.current_task()}
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def _await(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)


@pytest.fixture
def world():
    with Served() as served:
        yield served.far_end


@pytest.fixture
def variables(tmp_path, world):
    endpoints = ",".join(f"{host}={address}" for host, address in world.endpoints.items())
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "RECAP_HOME": str(tmp_path / "home"),
        "RECAP_ENDPOINTS": endpoints,
        "PYTHONWARNINGS": "error",
    }
