"""A sign that work goes on, for an answer that takes its time: never more than one, never with a sound."""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.chat.answers import Spot
from bot.domain.clock import Clock

__all__ = ["Working"]

log = logging.getLogger(__name__)

ACTION_AFTER = timedelta(seconds=0.3)
"""Answers from the cache are there before."""
WORDS_AFTER = timedelta(seconds=2)


class Working:
    """While inside: "typing" after a moment, a silent placeholder after two seconds, which the answer replaces."""

    def __init__(self, bot: Bot, spot: Spot, clock: Clock, html: str) -> None:
        self._bot, self._spot, self._clock, self._html = bot, spot, clock, html
        self._speaking = False
        self._task: asyncio.Task[int] | None = None
        self.placeholder = 0
        """Its message id once left; 0 where none was needed."""

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._show(self._clock.now()))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Waits for a placeholder that is on its way, so that none is left behind."""
        if self._task is None:
            return
        if not self._speaking:
            self._task.cancel()
        with suppress(asyncio.CancelledError):
            self.placeholder = await self._task

    async def _show(self, began: datetime) -> int:
        try:
            await self._clock.wait_until(began + ACTION_AFTER)
            await self._bot.send_chat_action(
                self._spot.place.chat_id, ChatAction.TYPING, message_thread_id=self._spot.place.thread_id or None
            )
            await self._clock.wait_until(began + WORDS_AFTER)
            self._speaking = True
            return (await self._spot.say(self._bot, self._html)).message_id
        except TelegramError as error:
            log.info("No sign of work could be given: %s", error)
            return 0
