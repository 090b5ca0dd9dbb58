"""Updates fetched by long polling, for a bot without an address of its own."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, TypeVar

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, TelegramError, TimedOut

from bot.chat.services import App
from bot.chat.turns import waiting
from bot.chat.unreadable import passed_over
from bot.domain.clock import Clock

__all__ = ["ALLOWED_UPDATES", "polling"]

T = TypeVar("T")

log = logging.getLogger(__name__)

ALLOWED_UPDATES: Final = ("message", "channel_post", "callback_query", "inline_query", "my_chat_member")
"""Edited messages are left out: an edited command doesn't run again."""

POLL_SECONDS = 50
LONGEST_PAUSE_SECONDS = 30
MOST_WAITING = 5000
"""Updates; while more wait, Telegram keeps the others."""


async def polling(application: App, clock: Clock, stop: asyncio.Event) -> None:
    """Hands updates to the application until `stop`; those that came while the bot was down are kept.

    Raises telegram.error.Conflict when another instance fetches them too and InvalidToken for a revoked token; other
    failures are tried again.
    """
    await application.bot.delete_webhook()
    offset, failures = 0, 0
    while not stop.is_set():
        try:
            updates = await _until(stop, _fetch(application, offset, POLL_SECONDS)) or ()
        except (Conflict, InvalidToken):
            raise
        except TimedOut:
            continue
        except TelegramError as error:
            failures += 1
            log.warning("Updates could not be fetched: %s", error)
            await _until(stop, clock.wait_until(clock.now() + _pause(failures)))
            continue
        failures = 0
        for update in updates:
            await application.update_queue.put(update)
            offset = update.update_id + 1
        if waiting(application) >= MOST_WAITING:
            await _until(stop, clock.wait_until(clock.now() + _pause(1)))
    with suppress(TelegramError):
        await _fetch(application, offset, 0)


async def _fetch(application: App, offset: int, seconds: int) -> tuple[Update, ...]:
    """Confirms what came before `offset` and fetches what is there, waiting for the first so long."""
    bot: Bot = application.bot
    try:
        return await bot.get_updates(offset, timeout=seconds, allowed_updates=ALLOWED_UPDATES)
    except TelegramError:
        raise
    except Exception:  # noqa: BLE001 - whatever the library makes of what it can't read
        return await passed_over(bot, offset)


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What the work gives, or None when `stop` comes first."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for each in (task, stopped):
            each.cancel()
        await asyncio.gather(task, stopped, return_exceptions=True)


def _pause(failures: int) -> timedelta:
    return timedelta(seconds=min(LONGEST_PAUSE_SECONDS, 2 ** (failures - 1)))
