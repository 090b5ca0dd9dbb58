"""The command as people run it, and the sample as the commands read it."""

import os
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

import pytest

from bot import resources
from bot.app.recap import Request
from bot.app.wiring import Desk
from bot.emulator import Emulator, emulating
from bot.narrative.environment import Templates
from bot.reasoning.rulebook import load_rulebook
from bot.sources.archive import Archive, read_archive
from bot.sources.snapshot import from_archive

MORNING = datetime(2025, 2, 26, 7, tzinfo=UTC)
FAMOUS = Request(datetime(2025, 2, 26, 0, 5, tzinfo=UTC))


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


@pytest.fixture
def recap(tmp_path):
    """Run `recap` in a process of its own, with an empty data folder."""

    def run(*arguments: str, typed: str = "", out: IO[str] | int = subprocess.PIPE, **environment: str) -> Answer:
        variables = {
            "PATH": os.environ["PATH"],
            "RECAP_HOME": str(tmp_path / "home"),
            "PYTHONWARNINGS": "error",
            **environment,
        }
        done = subprocess.run(
            [sys.executable, "-m", "bot.app.cli", *arguments],
            input=typed,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=variables,
            timeout=120,
            check=False,
        )
        return Answer(done.returncode, done.stdout or "", done.stderr)

    return run


@pytest.fixture(scope="session")
def sample() -> Archive:
    return read_archive(resources.sample_archive())


@pytest.fixture(scope="session")
def rulebook():
    return load_rulebook(resources.rules_folder())


@pytest.fixture(scope="session")
def templates():
    return Templates.load(resources.templates_folder())


@pytest.fixture(scope="session")
def desk(sample, rulebook, templates) -> Desk:
    return Desk(from_archive(sample, rulebook.topics), rulebook, templates)


@pytest.fixture(scope="session")
def famous(desk):
    """The recap of 2025-02-25."""
    return desk.recap(FAMOUS)


@pytest.fixture
def telegram():
    """`async with telegram() as (emulator, ann)`: on the famous morning, with a person who has spoken to the bot."""

    @asynccontextmanager
    async def serving():
        async with emulating(Emulator(now=MORNING.timestamp)) as emulator:
            ann = emulator.person("Ann", user_id=7)
            ann.chat.started = True
            yield emulator, ann

    return serving
