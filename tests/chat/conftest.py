"""The real application against an emulated Telegram; the newsroom behind it tells prepared recaps."""

import sys
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fakes import FakeNewsroom, ManualClock
from talk import Talk

from bot.chat.application import build_application, started
from bot.chat.features import FEATURES
from bot.chat.services import Services
from bot.chat.texts import Texts
from bot.emulator import Emulator, emulating
from bot.store import Store
from bot.store.chats import Chats
from bot.store.outbox import Outbox
from bot.store.schedules import Schedules
from bot.store.subscriptions import Subscriptions
from bot.store.updates import SeenUpdates


@pytest.fixture
def store(tmp_path):
    """What the stores do on each kind of database is tested with them; here one kind serves."""
    with Store.open(f"sqlite:///{tmp_path / 'recap.sqlite3'}") as opened:
        yield opened


@pytest.fixture
def talking(store):
    """`async with talking() as talk`: the bot runs."""

    @asynccontextmanager
    async def run(**changes):
        clock, newsroom = ManualClock(), FakeNewsroom()
        services = Services(
            newsroom=newsroom,
            chats=Chats(store),
            subscriptions=Subscriptions(store),
            schedules=Schedules(store),
            outbox=Outbox(store),
            seen=SeenUpdates(store, clock),
            clock=clock,
            texts=Texts.load(),
            operators=frozenset({99}),
        )
        services = replace(services, **changes)
        async with emulating(Emulator(now=lambda: clock.now().timestamp())) as emulator:
            application = build_application(emulator.token, services, FEATURES, base_url=emulator.base_url)
            async with started(application, services):
                emulator.calls.clear()
                yield Talk(emulator, application, services, clock, newsroom)

    return run
