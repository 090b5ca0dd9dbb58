"""The sender: under its lease it takes parcels out of the outbox and sees each to its end."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from math import ceil
from random import Random

from telegram import Bot

from bot.delivery.books import Books
from bot.delivery.courier import Courier, Notify, Policy, TopicLost
from bot.delivery.crew import Crew
from bot.delivery.errors import classify
from bot.delivery.journal import Journal
from bot.delivery.lease import LENGTH, Watch
from bot.delivery.meter import Meter
from bot.delivery.pacing import Pacer
from bot.delivery.post import MOST_CALLS, Post, bot_id
from bot.delivery.trouble import Trouble
from bot.delivery.waiting import first, passed, pause
from bot.domain.clock import Clock
from bot.domain.delivery import DeliveryState, Parcel
from bot.errors import RecapError, StoreError
from bot.store.flags import SENDING_PAUSED
from bot.store.outbox import Result

__all__ = ["Sender"]

log = logging.getLogger(__name__)

STANDBY_SECONDS, IDLE_SECONDS, BREATH_SECONDS = 2.0, 1.0, 0.1
"""Between two looks: at another's lease, into an empty outbox, and for what became ready meanwhile."""
AHEAD = timedelta(seconds=0.5)
"""Parcels are claimed that long before their turn."""
PATIENCE = timedelta(seconds=2)
"""A parcel that must wait longer goes back into the outbox."""


class Sender:
    """Runs on one event loop; `owner` is unique to the process.

    `notify` tells operators what they must know, `topic_lost` a group that one of its topics can't be reached.
    """

    def __init__(
        self,
        books: Books,
        bot: Bot,
        pacer: Pacer,
        *,
        clock: Clock,
        notify: Notify,
        owner: str,
        topic_lost: TopicLost | None = None,
        policy: Policy | None = None,
        random: Random | None = None,
        lease: timedelta = LENGTH,
    ) -> None:
        policy, random = policy or Policy(), random or Random(owner)  # noqa: S311 - spreads retries
        self.meter, self._policy, self._lease = Meter(), policy, lease
        self._books, self._pacer, self._clock, self._notify, self._owner = books, pacer, clock, notify, owner
        self._watch = Watch(books.leases, f"sender:{bot_id(bot)}", owner, clock, lease)
        self._trouble = Trouble(clock)
        self._post = Post(bot, books.media, paid=policy.paid)
        courier = Courier(
            books=books,
            post=self._post,
            pacer=pacer,
            journal=Journal(books.outbox, owner, clock),
            trouble=self._trouble,
            clock=clock,
            notify=notify,
            topic_lost=topic_lost,
            meter=self.meter,
            policy=policy,
            random=random,
        )
        self._crew = Crew(courier, pacer, self._may_send)
        self._news = asyncio.Event()
        self._said = ""

    def nudge(self) -> None:
        """There is something new in the outbox."""
        self._news.set()

    def sends(self) -> bool:
        """True for the one that holds the lease."""
        return self._watch.holds()

    async def run(self, stop: asyncio.Event) -> None:
        """Sends until `stop`, then lets calls under way end; a database that fails is tried again and again."""
        while not stop.is_set():
            try:
                if await self._watch.take():
                    await self._shift(stop)
            except StoreError as error:
                self._say(f"Sending rests until the database works: {error}")
            if not stop.is_set():
                await pause(self._clock, STANDBY_SECONDS, stop)
        with suppress(StoreError):
            await self._watch.release()

    async def _shift(self, stop: asyncio.Event) -> None:
        """As long as the lease lasts. Nobody else sends now: whatever is under way was left by one that died."""
        all_ended = self._clock.now() + self._lease + timedelta(seconds=1)
        left = await asyncio.to_thread(self._books.outbox.recover, all_ended, self._policy.resend_private)
        self.meter.uncertain += left.uncertain
        self._said = ""
        try:
            while not stop.is_set() and await self._keeps_lease():
                await self._round(stop)
        finally:
            await self._give_back(await self._crew.end())

    async def _keeps_lease(self) -> bool:
        if not self._watch.due():
            return True
        if not await self._watch.take():
            return False
        now = self._clock.now()
        self.meter.expired += await asyncio.to_thread(self._books.outbox.expire, now)
        oldest = await asyncio.to_thread(self._books.outbox.oldest_ready)
        self.meter.lag_seconds = 0.0 if oldest is None else (now - oldest).total_seconds()
        return True

    async def _round(self, stop: asyncio.Event) -> None:
        """Claims what may go next and starts it, or waits for a reason to look again."""
        await self._give_back(self._crew.collect())
        room = self._room()
        free = room - len(self._crew)
        if self._trouble:
            await self._ask(stop)
        elif 2 * free < room:
            await first(passed(self._clock, AHEAD), stop.wait(), among=self._crew.tasks())
        elif self._pacer.wait() > AHEAD:
            await pause(self._clock, IDLE_SECONDS, stop)
        elif (claimed := await self._claim(free, stop)) < free:
            busy = claimed or len(self._crew)
            await pause(self._clock, BREATH_SECONDS if busy else IDLE_SECONDS, stop, self._news)

    async def _claim(self, limit: int, stop: asyncio.Event) -> int:
        """How many parcels there were."""
        self._news.clear()
        if await asyncio.to_thread(self._books.flags.get, SENDING_PAUSED):
            return 0
        held = self._pacer.busy(AHEAD) | self._crew.chats()
        now = self._clock.now()
        parcels = await asyncio.to_thread(self._books.outbox.claim, self._owner, now, limit, self._lease, held)
        firsts = {parcel.place.chat_id: parcel for parcel in reversed(parcels)}
        await self._give_back([p.delivery_id for p in parcels if p is not firsts[p.place.chat_id]])
        late = [parcel for parcel in firsts.values() if self._pacer.wait(parcel.place.chat_id) > PATIENCE]
        await self._put_off(late)
        self._crew.start([p for p in parcels if p is firsts[p.place.chat_id] and p not in late], stop)
        return len(parcels)

    async def _put_off(self, parcels: Sequence[Parcel]) -> None:
        results = [
            Result(
                parcel.delivery_id,
                DeliveryState.RETRY,
                not_before=self._pacer.ready(parcel.place.chat_id),
                reason="the chat has to wait",
            )
            for parcel in parcels
        ]
        await asyncio.to_thread(self._books.outbox.finish, results, self._clock.now())

    async def _give_back(self, delivery_ids: Sequence[int]) -> None:
        if delivery_ids:
            await asyncio.to_thread(self._books.outbox.release, delivery_ids, self._owner)

    async def _ask(self, stop: asyncio.Event) -> None:
        """Waits until Telegram answers this bot again; asking sends nothing."""
        if self._trouble.fatal and self._trouble.verdict:
            await self._alarm(f"Telegram refuses the bot, nothing is sent: {self._trouble.verdict.reason}")
        if not self._trouble.due():
            await pause(self._clock, IDLE_SECONDS, stop)
            return
        try:
            await self._post.answers()
        except Exception as error:  # noqa: BLE001 - whatever a call raises is judged
            self._trouble.persist(classify(error))
        else:
            self._trouble.answered()

    async def _alarm(self, text: str) -> None:
        """Operators hear the same only once in a row."""
        if self._say(text):
            with suppress(RecapError):
                await self._notify(text)

    def _say(self, text: str) -> bool:
        if new := text != self._said:
            log.warning("%s", text)
            self._said = text
        return new

    def _may_send(self, parcel: Parcel) -> bool:
        return not self._trouble and self._watch.holds() and self._clock.now() < parcel.expires

    def _room(self) -> int:
        """How many parcels under way keep the pace in spite of latency."""
        seconds = self.meter.latency_seconds + AHEAD.total_seconds()
        return max(4, min(MOST_CALLS, ceil(self._pacer.rates.per_second * seconds)))
