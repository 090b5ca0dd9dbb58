"""The conversation composed: the emulator, the house of `recap run` behind it, a stage and a screen."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import TextIO

from bot.app.clock import RehearsalClock
from bot.app.conversation.screen import Screen, console
from bot.app.conversation.session import Session
from bot.app.conversation.stage import Stage
from bot.app.conversation.typed import Typed, typing
from bot.app.roles import Role
from bot.app.serve import TELEGRAM, Ground, open_house, run_house
from bot.app.stopping import stopping
from bot.app.wiring import Origin
from bot.chat.limits import Limits, Rate
from bot.emulator import Emulator, emulating
from bot.settings import Settings
from bot.store import Store

__all__ = ["converse"]

ROLES = frozenset(Role) - {Role.SCHEDULER}
"""Slots are looked for here, in turn with the clock being put forward."""

NO_HURRY = {"per_second": 1000, "per_chat_second": 1000, "per_group_minute": 60_000}
"""Nobody floods this terminal."""
SCRIPTED = (1000, 2000)
"""Questions a second and at once: a script asks the next as soon as it has the answers."""


async def converse(settings: Settings, origin: Origin, start: datetime | None, locale: str) -> None:
    """Until the input ends or somebody leaves; chats live in a store that is deleted then.

    Raises UsageError where the operator's store holds no data.
    """
    _hush()
    clock = RehearsalClock(start or datetime.now(UTC), 1)
    emulator = Emulator(now=lambda: clock.now().timestamp())
    async with AsyncExitStack() as stack:
        stop = stack.enter_context(stopping(signal.SIGHUP))  # A closed window too.
        await stack.enter_async_context(emulating(emulator))
        store = stack.enter_context(_passing_store())
        stage = Stage(emulator, locale)
        # Messages travel by the same clock, so that quiet hours are those of the time that is played.
        settings = _settings(settings, stage, locale)
        limits = Limits(user=Rate(*SCRIPTED), chat=Rate(*SCRIPTED))
        ground = Ground(settings, emulator.token, store, origin, clock, wall=clock, live=False, limits=limits)
        house = await open_house(ground, stack)
        session = Session(house, clock, stage, _screen(), stop)
        emulator.told = session.told
        typed = stack.enter_context(typing())
        await _together(session, typed, ground)


async def _together(session: Session, typed: Typed, ground: Ground) -> None:
    """The house works as long as the session lasts; what ended it is raised."""
    works = run_house(session.house, ground, ROLES, session.stop), session.watch()
    working = [asyncio.create_task(work) for work in works]
    for task in working:
        task.add_done_callback(lambda _: session.stop.set())
    try:
        await session.run(typed)
    finally:
        session.stop.set()
        await asyncio.gather(*working)


def _settings(settings: Settings, stage: Stage, locale: str) -> Settings:
    """The operator's, but for Telegram: the bot is the emulator's, and who begins is its operator."""
    return settings.model_copy(
        update={
            "locale": locale,
            "telegram_mode": "polling",
            "telegram_operators": (stage.person.user.id,),
            "endpoints": {TELEGRAM: stage.emulator.address},
            "delivery": settings.delivery.model_copy(update=NO_HURRY),
        }
    )


@contextmanager
def _passing_store() -> Iterator[Store]:
    """A store of its own for chats and what is sent to them."""
    with TemporaryDirectory(prefix="recap-chat-") as folder, Store.open(f"sqlite:///{folder}/chats.sqlite3") as store:
        yield store


def _screen() -> Screen:
    """Input that isn't typed at a terminal is shown, so that the output reads as a conversation."""
    typed_unseen = sys.stdin is None or not sys.stdin.isatty()
    return Screen(console(plain=bool(os.environ.get("NO_COLOR"))), echoes=typed_unseen)


def _hush() -> None:
    """Faults of the bot are lines on the error stream; their traces go to the operator's chat."""
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(message)s", handlers=[_OneLine()])


class _OneLine(logging.StreamHandler[TextIO]):
    """Of a failure's trace the last line alone."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_text:
            record.msg, record.exc_text = f"{record.msg} {record.exc_text.strip().splitlines()[-1]}", None
        super().emit(record)
