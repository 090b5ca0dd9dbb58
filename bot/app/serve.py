"""The running bot: chats, schedule and sender in one process over one store."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.app.broadcast import Broadcast, ticking
from bot.app.clock import RehearsalClock, WallClock
from bot.app.collecting import collecting
from bot.app.collector import Collector
from bot.app.corrections import Corrections
from bot.app.flash import Flash
from bot.app.incoming import updates
from bot.app.newsroom import Newsdesk
from bot.app.notices import Notices
from bot.app.recap import Source
from bot.app.rehearsed_waves import RehearsedWaves, minutes_of
from bot.app.stopping import stopping
from bot.app.wiring import Desk, Origin, open_source, rules_of, templates_of
from bot.chat.application import build_application, started
from bot.chat.features import FEATURES
from bot.chat.redaction import redact_logs
from bot.chat.services import App, Services
from bot.chat.texts import Texts
from bot.delivery.books import Books
from bot.delivery.courier import Policy
from bot.delivery.limiter import PacedRequests
from bot.delivery.pacing import Pacer, Rates
from bot.delivery.post import open_bot
from bot.delivery.sender import Sender
from bot.domain.clock import Clock
from bot.errors import RecapError, SettingsError, UsageError
from bot.narrative.environment import Templates
from bot.reasoning.rulebook import load_rulebook
from bot.settings import Settings
from bot.sources.snapshot import StoredHistory
from bot.store import Store
from bot.store.flashes import Flashes
from bot.store.schedules import Schedules
from bot.store.updates import SeenUpdates

__all__ = ["Rehearsal", "serve"]

log = logging.getLogger(__name__)

TICK_SECONDS, REHEARSED_TICK_SECONDS = 15, 1
SETTLE = timedelta(seconds=45)
"""Live data of a slot's last minute arrives within that."""

TELEGRAM = "api.telegram.org"
KEPT = timedelta(days=30)
"""Chats that are gone, recaps and deliveries are forgotten after that, as /privacy says."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A recorded stretch played from `start` on, `speed` times as fast."""

    start: datetime
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What the house stands on. `clock` is the rehearsal's or the wall's; messages travel by the wall's."""

    settings: Settings
    token: str
    store: Store
    origin: Origin
    clock: Clock
    wall: Clock

    @property
    def live(self) -> bool:
        """Whether recaps are told of the present, from the store that is filled meanwhile."""
        return self.clock is self.wall


@dataclass(frozen=True, slots=True)
class House:
    """What runs together."""

    application: App
    services: Services
    sender: Sender
    broadcast: Broadcast
    books: Books
    notices: Notices
    flash: Flash
    corrections: Corrections
    collector: Collector | RehearsedWaves


async def serve(settings: Settings, origin: Origin, rehearsal: Rehearsal | None = None) -> None:
    """Runs until SIGINT or SIGTERM; what is under way is ended first.

    Raises SettingsError without a token or where Telegram refuses it, UsageError when another instance is running.
    """
    if settings.telegram_token is None:
        raise SettingsError("There is no bot token. Set RECAP_TELEGRAM_TOKEN to the one @BotFather gave you.")
    token, wall = settings.telegram_token.get_secret_value(), WallClock()
    redact_logs(token)
    clock = wall if rehearsal is None else RehearsalClock(rehearsal.start, rehearsal.speed)
    with _telegrams_refusals(), stopping() as stop, Store.open(settings.database_url.get_secret_value()) as store:
        async with AsyncExitStack() as stack:
            ground = Ground(settings, token, store, origin, clock, wall)
            house = await _open(ground, stack)
            await _run(house, ground, stop)


async def _open(ground: Ground, stack: AsyncExitStack) -> House:
    """The composition of the running bot."""
    settings, store, wall = ground.settings, ground.store, ground.wall
    address, pace = bot_address(settings), settings.delivery
    rulebook, templates = load_rulebook(rules_of(settings)), Templates.load(templates_of(settings))
    source: Source = (
        StoredHistory(store, rulebook.topics)
        if ground.live
        else stack.enter_context(open_source(settings, ground.origin, rulebook.topics))
    )
    books, texts, schedules = Books.of(store), Texts.load(), Schedules(store)
    newsdesk = Newsdesk(Desk(source, rulebook, templates), store, ground.clock)
    pacer = Pacer(Rates(pace.per_second, pace.per_chat_second, pace.per_group_minute), wall)
    operators = frozenset(settings.telegram_operators)
    notices = Notices(books.outbox, operators, settings.locale, wall)
    services = Services(
        newsroom=newsdesk,
        chats=books.chats,
        subscriptions=books.subscriptions,
        schedules=schedules,
        outbox=books.outbox,
        seen=SeenUpdates(store, wall),
        clock=ground.clock,
        texts=texts,
        operators=operators,
        locale=settings.locale,
    )
    application = build_application(
        ground.token, services, FEATURES, base_url=address, rate_limiter=PacedRequests(pacer)
    )
    bot = await stack.enter_async_context(open_bot(ground.token, address))
    sender = Sender(
        books,
        bot,
        pacer,
        clock=wall,
        notify=notices,
        owner=f"{socket.gethostname()}/{os.getpid()}",
        policy=Policy(paid=pace.paid_broadcast),
    )
    broadcast = Broadcast(
        schedules,
        newsdesk,
        texts,
        clock=ground.clock,
        wall=wall,
        notify=notices,
        catch_up=timedelta(minutes=pace.catch_up_minutes),
        settle=SETTLE if ground.live else timedelta(0),
    )
    flash = Flash(Flashes(store), newsdesk, templates, texts, wall=wall, notify=notices, sent=sender.nudge)
    collector: Collector | RehearsedWaves = RehearsedWaves(minutes_of(source), ground.clock, flash.saw)
    if ground.live:
        collector = await stack.enter_async_context(
            collecting(settings, store, wall, tell=lambda line: log.info("%s", line), alarm=flash.saw)
        )
    corrections = Corrections(store, templates)
    return House(application, services, sender, broadcast, books, notices, flash, corrections, collector)


async def _run(house: House, ground: Ground, stop: asyncio.Event) -> None:
    """Until `stop`, or until a part of the house fails; then all of it ends in order."""
    async with started(house.application, house.services), _ticking(house, ground):
        log.info("@%s is at work.", house.application.bot.username)
        parts = (house.sender, house.flash, house.collector)
        working = [asyncio.create_task(part.run(stop)) for part in parts]
        for task in working:
            task.add_done_callback(lambda _: stop.set())
        try:
            await updates(house.application, ground.settings, ground.wall, stop)
        finally:
            stop.set()
            await asyncio.gather(*working)


@asynccontextmanager
async def _ticking(house: House, ground: Ground) -> AsyncIterator[None]:
    """One tick in UTC looks for slots that are due, another forgets what is old."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    manners = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    seconds = TICK_SECONDS if ground.live else REHEARSED_TICK_SECONDS

    async def tick() -> None:
        await ticking(house.broadcast, house.notices)
        if ground.live:
            await house.corrections.tick(ground.wall.now())
        house.sender.nudge()

    async def forget() -> None:
        before = ground.wall.now() - KEPT
        await asyncio.to_thread(house.books.chats.purge, before)
        await asyncio.to_thread(house.books.outbox.purge, before)

    scheduler.add_job(tick, "interval", seconds=seconds, **manners)
    scheduler.add_job(forget, "interval", hours=6, **manners)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


def bot_address(settings: Settings) -> str:
    """Where the Bot API is, with `[endpoints]` in force; ends in /bot."""
    base = settings.endpoints.get(TELEGRAM, f"https://{TELEGRAM}")
    return f"{base.rstrip('/')}/bot"


@contextmanager
def _telegrams_refusals() -> Iterator[None]:
    """What ends the bot, as sentences with a remedy."""
    try:
        yield
    except InvalidToken:
        raise SettingsError(
            "Telegram doesn't know this bot token. Copy it anew from @BotFather into RECAP_TELEGRAM_TOKEN."
        ) from None
    except Conflict:
        raise UsageError(
            "Another program fetches this bot's updates. Stop the other instance, or give this one a token of its own."
        ) from None
    except TelegramError as error:
        raise RecapError(f"Telegram can't be reached ({error}). Check the network, then start again.") from None
