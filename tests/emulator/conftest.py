"""The library's own client against the emulator over HTTP."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from telegram import Bot

from bot.emulator.server import Emulator, emulating


@pytest.fixture
def calling():
    """`calling(story)` runs `await story(emulator, bot)`."""

    @asynccontextmanager
    async def connected():
        async with emulating(Emulator()) as emulator:
            bot = Bot(emulator.token, base_url=emulator.base_url)
            async with bot:
                yield emulator, bot

    def run(story):
        async def scene():
            async with connected() as (emulator, bot):
                return await story(emulator, bot)

        return asyncio.run(scene())

    return run
