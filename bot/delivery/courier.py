"""One parcel's call: marked before, judged, finished."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from random import Random

from bot.delivery.books import Books
from bot.delivery.errors import Meaning, Verdict, classify
from bot.delivery.journal import Journal
from bot.delivery.meter import Meter
from bot.delivery.pacing import Pacer
from bot.delivery.post import Form, Post
from bot.delivery.trouble import Trouble
from bot.domain.chats import ChatKind, Place
from bot.domain.clock import Clock
from bot.domain.delivery import DeliveryState, Kind, Parcel
from bot.errors import RecapError
from bot.store.outbox import Result

__all__ = ["Courier", "Notify", "Policy", "TopicLost"]

log = logging.getLogger(__name__)

FAULTY_CHATS = 3
"""A text refused by so many chats is at fault itself."""
SILENT_CALLS = 3
"""After so many calls in a row without an answer nothing more is risked."""
SLOWEST_RETRY_SECONDS = 60.0
LONG_WAIT_SECONDS = 60.0
"""A chat that has to wait longer is told of: in whole hours, so that the next wait is no news."""
Notify = Callable[[str], Awaitable[None]]
TopicLost = Callable[[Place], Awaitable[None]]
"""Told of a topic whose subscriptions ended because it can't be reached."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator may choose.

    `resend_private`: after how long a message that may have been lost goes to a person once more, None for never;
    groups and channels never get one twice.
    """

    resend_private: timedelta | None = timedelta(seconds=60)
    paid: bool = False


class Courier:
    """Calls and judges; what concerns the bot as a whole goes into `trouble`."""

    def __init__(
        self,
        *,
        books: Books,
        post: Post,
        pacer: Pacer,
        journal: Journal,
        trouble: Trouble,
        clock: Clock,
        notify: Notify,
        topic_lost: TopicLost | None,
        meter: Meter,
        policy: Policy,
        random: Random,
    ) -> None:
        self._books, self._post, self._pacer, self._journal = books, post, pacer, journal
        self._trouble, self._topic_lost = trouble, topic_lost
        self._clock, self._notify, self._meter, self._policy, self._random = clock, notify, meter, policy, random
        self._unanswered = 0
        self._plain: set[int] = set()
        self._faulty: defaultdict[int, set[int]] = defaultdict(set)

    async def deliver(self, parcel: Parcel, closing: asyncio.Event) -> bool:
        """False where it is another's by now. Raises StoreError, once it was called only while `closing`."""
        if not await self._journal.mark(parcel.delivery_id):
            return False
        await self._pacer.depart()
        result = await self._call(parcel)
        self._count(result, parcel)
        await self._journal.finish(result, closing)
        return True

    async def _call(self, parcel: Parcel) -> Result:
        """Calls, and where Telegram refuses the form of it, once more in another."""
        form = Form(plain=parcel.publication_id in self._plain)
        while True:
            verdict = await self._attempt(parcel, form)
            if isinstance(verdict, int):
                await self._arrived(parcel, form)
                return Result(parcel.delivery_id, DeliveryState.SENT, message_id=verdict)
            amended = amend(form, verdict)
            if amended is None and verdict.meaning is not Meaning.MIGRATED:
                return await self._judge(parcel, verdict)
            parcel, form = await self._moved(parcel, verdict), amended or form
            await self._pacer.take(parcel.place.chat_id)

    async def _attempt(self, parcel: Parcel, form: Form) -> int | Verdict:
        """The message's number, or why there is none."""
        begun = self._clock.now()
        try:
            message_id = await self._post.send(parcel, form)
        except Exception as error:  # noqa: BLE001 - whatever a call raises is judged
            verdict = classify(error)
            self._unanswered = self._unanswered + 1 if verdict.meaning is Meaning.MAYBE_SENT else 0
            return parcel.edits if parcel.edits and verdict.meaning is Meaning.NOOP else verdict
        self._unanswered = 0
        self._trouble.delivered()
        self._meter.took(max(0.0, (self._clock.now() - begun).total_seconds()))
        return message_id

    async def _moved(self, parcel: Parcel, verdict: Verdict) -> Parcel:
        """The group is a supergroup now, with another number."""
        if verdict.meaning is not Meaning.MIGRATED:
            return parcel
        await asyncio.to_thread(self._books.chats.migrate, parcel.place.chat_id, verdict.new_id)
        return replace(parcel, place=Place(verdict.new_id, parcel.place.thread_id), reply_to=0)

    async def _arrived(self, parcel: Parcel, form: Form) -> None:
        """Only as plain words: so it goes to the others, too."""
        if form.plain and parcel.publication_id not in self._plain:
            self._plain.add(parcel.publication_id)
            await self._tell(f"Publication {parcel.publication_id} goes out as plain text: its HTML was refused.")

    async def _judge(self, parcel: Parcel, verdict: Verdict) -> Result:
        now, meaning = self._clock.now(), verdict.meaning
        match meaning:
            case Meaning.HOLD:
                return await self._refused(parcel, verdict)
            case Meaning.NOT_SENT | Meaning.AUTH | Meaning.CONFLICT:
                self._trouble.arise(verdict)
                return self._later(parcel, verdict, self._backoff(parcel.attempts))
            case Meaning.MAYBE_SENT:
                return self._in_doubt(parcel, verdict)
            case Meaning.GONE:
                await asyncio.to_thread(self._books.chats.gone, parcel.place.chat_id, verdict.reason, now)
            case Meaning.RIGHTS | Meaning.NO_PHOTO_RIGHT:
                await self._rest_chat(parcel.place.chat_id, verdict.reason, now)
            case Meaning.TOPIC:
                await self._strike(parcel.place, verdict.reason, now)
            case Meaning.CONTENT | Meaning.PHOTO | Meaning.REPLY_GONE:
                await self._blame(parcel, verdict.reason, now)
        if not parcel.edits:
            await asyncio.to_thread(self._books.outbox.abandon, parcel.delivery_id, verdict.reason, now)
        self._meter.dead[meaning] += 1
        return Result(parcel.delivery_id, DeliveryState.DEAD, reason=verdict.reason)

    async def _refused(self, parcel: Parcel, verdict: Verdict) -> Result:
        self._meter.refused += 1
        self._meter.held_seconds += verdict.seconds
        self._pacer.refused(parcel.place.chat_id, verdict.seconds)
        if verdict.seconds > LONG_WAIT_SECONDS and parcel.kind is not Kind.NOTICE:
            hours = ceil(verdict.seconds / 3600)
            await self._tell(f"Chat {parcel.place.chat_id} has to wait up to {hours} h: Telegram said so.")
        return self._later(parcel, verdict, verdict.seconds)

    def _in_doubt(self, parcel: Parcel, verdict: Verdict) -> Result:
        """An edit may be made twice; a message may not, but to a person and once."""
        if self._unanswered >= SILENT_CALLS:
            self._trouble.arise(verdict)
        if parcel.edits:
            return self._later(parcel, verdict, self._backoff(parcel.attempts))
        wait = self._policy.resend_private
        if wait is not None and parcel.chat_kind is ChatKind.PRIVATE and not parcel.attempts:
            return self._later(parcel, verdict, wait.total_seconds())
        return Result(parcel.delivery_id, DeliveryState.UNCERTAIN, reason=verdict.reason)

    def _later(self, parcel: Parcel, verdict: Verdict, seconds: float) -> Result:
        not_before = self._clock.now() + timedelta(seconds=seconds)
        return Result(parcel.delivery_id, DeliveryState.RETRY, not_before=not_before, reason=verdict.reason)

    def _backoff(self, attempts: int) -> float:
        """Seconds: twice as long each time, half of it at random so that not all come back at once."""
        return min(SLOWEST_RETRY_SECONDS, 2.0 ** min(attempts, 10)) * (0.5 + self._random.random() / 2)

    async def _strike(self, place: Place, reason: str, now: datetime) -> None:
        ended = await asyncio.to_thread(self._books.subscriptions.strike, place, now, reason)
        if ended and self._topic_lost is not None:
            await self._topic_lost(place)

    async def _rest_chat(self, chat_id: int, reason: str, now: datetime) -> None:
        if await asyncio.to_thread(self._books.chats.pause, chat_id, reason, now):
            await self._tell(f"Chat {chat_id} gets nothing more until the bot may write there again: {reason}")

    async def _blame(self, parcel: Parcel, reason: str, now: datetime) -> None:
        """Even its plain words were refused: after several chats it isn't the chat."""
        number, chats = parcel.publication_id, self._faulty[parcel.publication_id]
        chats.add(parcel.place.chat_id)
        if len(chats) == FAULTY_CHATS:
            await asyncio.to_thread(self._books.outbox.stop, number, reason, now)
            await self._tell(f"Publication {number} was stopped: {FAULTY_CHATS} chats refused its text. {reason}")

    async def _tell(self, text: str) -> None:
        """An operator who can't be told is no reason to stop."""
        log.warning("%s", text)
        try:
            await self._notify(text)
        except RecapError as error:
            log.warning("Operators could not be told: %s", error)

    def _count(self, result: Result, parcel: Parcel) -> None:
        if result.state is DeliveryState.SENT and parcel.edits:
            self._meter.edited += 1
        elif result.state is DeliveryState.SENT:
            self._meter.sent += 1
        self._meter.uncertain += result.state is DeliveryState.UNCERTAIN
        self._meter.retried += result.state is DeliveryState.RETRY


def amend(form: Form, verdict: Verdict) -> Form | None:
    """Another form of the same message that Telegram may take, None when there is none left."""
    match verdict.meaning:
        case Meaning.REPLY_GONE:
            amended = replace(form, chained=False)
        case Meaning.NO_PHOTO_RIGHT:
            amended = replace(form, photo=False)
        case Meaning.PHOTO:
            amended = replace(form, photo=not form.anew, anew=True)
        case Meaning.CONTENT:
            amended = replace(form, plain=True)
        case _:
            return None
    return None if amended == form else amended
