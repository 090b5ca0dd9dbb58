"""The running bot: chats, schedule and sender in one process over one store."""

import asyncio
import gc
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from telegram.error import Conflict, InvalidToken, TelegramError

from bot.app.broadcast import Broadcast
from bot.app.clock import RehearsalClock, WallClock
from bot.app.corrections import Corrections
from bot.app.flash import Flash
from bot.app.incoming import updates
from bot.app.lost_topics import LostTopics
from bot.app.newsroom import Newsdesk
from bot.app.notices import Notices
from bot.app.operations import StoreOperations, self_report
from bot.app.recap import Source
from bot.app.rehearsed_waves import RehearsedWaves, minutes_of
from bot.app.roles import ALL_ROLES, Role, Roles
from bot.app.standby import Standby, Work
from bot.app.stopping import stopping
from bot.app.ticks import Ticks, ticking
from bot.app.wiring import Desk, Origin, open_source, rules_of, templates_of
from bot.chat.application import build_application, started
from bot.chat.features import FEATURES
from bot.chat.limits import Limits
from bot.chat.redaction import redact_logs
from bot.chat.services import App, Services
from bot.chat.texts import Texts
from bot.delivery.books import Books
from bot.delivery.courier import Policy
from bot.delivery.limiter import PacedRequests
from bot.delivery.pacing import Pacer, Rates
from bot.delivery.post import bot_id, open_bot
from bot.delivery.sender import Sender
from bot.domain.clock import Clock
from bot.domain.waves import Wave
from bot.errors import RecapError, SettingsError, UsageError
from bot.narrative.environment import Templates
from bot.reasoning.rulebook import load_rulebook
from bot.settings import Settings
from bot.sources.snapshot import StoredHistory
from bot.store import Store
from bot.store.flashes import Flashes
from bot.store.schedules import Schedules
from bot.store.updates import SeenUpdates

__all__ = ["TELEGRAM", "Ground", "House", "Rehearsal", "open_house", "run_house", "serve"]

log = logging.getLogger(__name__)

SETTLE = timedelta(seconds=45)
"""Live data of a slot's last minute arrives within that."""

TELEGRAM = "api.telegram.org"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A recorded stretch played from `start` on, `speed` times as fast."""

    start: datetime
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What the house stands on. `clock` is the rehearsal's or the wall's; messages travel by the wall's.

    `live`: recaps are told of the present, from the store that is filled meanwhile. `limits` are how much may be asked.
    """

    settings: Settings
    token: str
    store: Store
    origin: Origin
    clock: Clock
    wall: Clock
    live: bool
    limits: Limits = field(default_factory=Limits)

    @property
    def shared(self) -> bool:
        """Whether other processes may be at work on the same database."""
        return self.store.shared

    @property
    def owner(self) -> str:
        """This process among all."""
        return f"{socket.gethostname()}/{os.getpid()}"


@dataclass(frozen=True, slots=True)
class House:
    """What runs together."""

    application: App
    services: Services
    sender: Sender
    books: Books
    flash: Flash
    collect: Work
    ticks: Ticks
    bot_id: int


async def serve(
    settings: Settings, origin: Origin, rehearsal: Rehearsal | None = None, roles: Roles = ALL_ROLES
) -> None:
    """Runs until SIGINT or SIGTERM; what is under way is ended first.

    Raises SettingsError without a token or where Telegram refuses it, UsageError when another instance is running or
    the roles are to be apart on a database that several processes can't share.
    """
    if settings.telegram_token is None:
        raise SettingsError("There is no bot token. Set RECAP_TELEGRAM_TOKEN to the one @BotFather gave you.")
    if roles != ALL_ROLES and settings.database_url.get_secret_value().startswith("sqlite:"):
        raise UsageError("Roles run apart on PostgreSQL only: set RECAP_DATABASE_URL, or leave --role out.")
    token, wall = settings.telegram_token.get_secret_value(), WallClock()
    redact_logs(token)
    clock = wall if rehearsal is None else RehearsalClock(rehearsal.start, rehearsal.speed)
    with _telegrams_refusals(), stopping() as stop, Store.open(settings.database_url.get_secret_value()) as store:
        async with AsyncExitStack() as stack:
            ground = Ground(settings, token, store, origin, clock, wall, live=rehearsal is None)
            house = await open_house(ground, stack)
            gc.freeze()  # what was loaded stays: the collector needn't go through it again and again
            await run_house(house, ground, roles, stop)


async def open_house(ground: Ground, stack: AsyncExitStack) -> House:
    """The composition of the running bot."""
    settings, store, wall = ground.settings, ground.store, ground.wall
    address, pace = bot_address(settings), settings.delivery
    rulebook, templates = load_rulebook(rules_of(settings)), Templates.load(templates_of(settings))
    if rulebook.stale:
        log.warning("%s", rulebook.stale)
    source: Source = (
        StoredHistory(store, rulebook.topics)
        if ground.live
        else stack.enter_context(open_source(settings, ground.origin, rulebook.topics))
    )
    books, texts, schedules = Books.of(store), Texts.load(), Schedules(store)
    market = source.store if isinstance(source, StoredHistory) else None
    newsdesk = Newsdesk(Desk(source, rulebook, templates), store, ground.clock, market)
    pacer = Pacer(Rates(pace.per_second, pace.per_chat_second, pace.per_group_minute), wall)
    operators = frozenset(settings.telegram_operators)
    notices = Notices(books.outbox, operators, settings.locale, wall)
    operations = StoreOperations(store, books, wall)
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
        assets=settings.assets,
        operations=operations,
        wall=wall,
        limits=ground.limits,
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
        owner=ground.owner,
        topic_lost=LostTopics(books.outbox, books.chats, texts, wall),
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
    report = partial(self_report, operations, notices, texts.of(settings.locale), wall)
    corrections = Corrections(store, templates)
    ticks = Ticks(broadcast, corrections, books, notices, sender.nudge, report, wall, live=ground.live)
    collect = partial(_collecting, ground, flash.saw) if ground.live else partial(_playing, source, ground, flash.saw)
    return House(application, services, sender, books, flash, collect, ticks, bot_id(bot))


async def _collecting(ground: Ground, alarm: Callable[[Wave], object], stop: asyncio.Event) -> None:
    from bot.app.collecting import collecting  # noqa: PLC0415 - the exchanges' clients are heavy; a rehearsal needs none

    found = collecting(ground.settings, ground.store, ground.wall, tell=lambda line: log.info("%s", line), alarm=alarm)
    async with found as collector:
        await collector.run(stop)


async def _playing(source: Source, ground: Ground, alarm: Callable[[Wave], object], stop: asyncio.Event) -> None:
    waves = await asyncio.to_thread(lambda: RehearsedWaves(minutes_of(source), ground.clock, alarm))
    await waves.run(stop)


async def run_house(house: House, ground: Ground, roles: Roles, stop: asyncio.Event) -> None:
    """Until `stop`, or until a part of the house fails; then all of it ends in order."""
    async with AsyncExitStack() as stack:
        if Role.WEB in roles:
            await stack.enter_async_context(started(house.application, house.services))
        log.info("%s at work.", ", ".join(sorted(roles)).capitalize())
        working = [asyncio.create_task(work(stop)) for work in _works(house, ground, roles)]
        for task in working:
            task.add_done_callback(lambda _: stop.set())
        try:
            await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.set()
            await asyncio.gather(*working)


def _works(house: House, ground: Ground, roles: Roles) -> Iterator[Work]:
    """What this process does. Where others may do the same, single work is done by the one that holds its lease."""

    def single(name: str, work: Work) -> Work:
        if not ground.shared:
            return work
        return Standby(house.books.leases, name, ground.owner, ground.wall, work).run

    if Role.WEB in roles:
        polled = ground.settings.telegram_mode == "polling"
        incoming = partial(updates, house.application, ground.settings, ground.wall)
        yield single(f"polling:{house.bot_id}", incoming) if polled else incoming
    if Role.COLLECTOR in roles:
        yield single("collector", house.collect)
        yield house.flash.run
    if Role.SCHEDULER in roles:
        yield single("scheduler", partial(ticking, house.ticks))
    if Role.SENDER in roles:
        yield house.sender.run


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
