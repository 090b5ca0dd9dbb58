"""Whose turn it is: many updates at once, those of one chat in their order."""

import asyncio
from collections.abc import Awaitable, Hashable
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.chat.services import App

__all__ = ["Turns", "waiting"]

WAITING = 100_000
"""Updates that may wait; the places at work are counted apart, so that a slow chat's queue takes none of them."""


class Turns(BaseUpdateProcessor):
    """Up to `at_once` chats are served at a time; a slow one delays only itself."""

    __slots__ = ("_lines", "_places")

    def __init__(self, at_once: int) -> None:
        super().__init__(WAITING)
        self._places = asyncio.Semaphore(at_once)
        self._lines: dict[Hashable, tuple[asyncio.Lock, int]] = {}

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        line = _line(update)
        lock, waiting = self._lines.get(line, (asyncio.Lock(), 0))
        self._lines[line] = lock, waiting + 1
        try:
            async with lock, self._places:
                await coroutine
        finally:
            self._leave(line)

    def _leave(self, line: Hashable) -> None:
        lock, waiting = self._lines[line]
        if waiting > 1:
            self._lines[line] = lock, waiting - 1
        else:
            del self._lines[line]

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""


def waiting(application: App) -> int:
    """Updates that came in and are not yet done with."""
    return application.update_queue.qsize() + application.update_processor.current_concurrent_updates


def _line(update: object) -> Hashable:
    """The chat an update belongs to; without one, its sender, else itself."""
    if isinstance(update, Update):
        found = update.effective_chat or update.effective_user
        if found is not None:
            return found.id
    return id(update)
