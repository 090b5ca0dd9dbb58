"""Recaps made once and told to many: asked for by chats, and by the schedule."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

from bot.app.once import Once
from bot.app.recap import Request, Story, make_story
from bot.app.wiring import Desk
from bot.chat.newsroom import Ask, Evidence, Refusal, RefusalCode, SourceState, SourceStatus, Told
from bot.chat.together import Together
from bot.domain.chats import Place
from bot.domain.clock import Clock
from bot.domain.explanation import Explanation
from bot.domain.thread import Post
from bot.domain.window import MARKET, Scope
from bot.errors import OutsideData
from bot.narrative.evidence_text import why_in_short, why_one
from bot.narrative.levels_text import levels
from bot.store import Store
from bot.store.messages import Messages, SentMessage
from bot.store.recaps import Recaps, StoredRecap, StoredThread, recap_id_of
from bot.store.visits import Visit, Visits

__all__ = ["Newsdesk"]

FRESH = timedelta(minutes=5)
"""A recap of now holds that long: whoever asks within it gets the same one."""

AT_HAND = timedelta(hours=1)
"""So old a recap still answers one who asks again and again."""

STORIES, THREADS = 64, 256
"""Kept in mind: another language or style costs only the writing, and the same again costs nothing."""

AT_ONCE = 2
"""Recaps computed at the same time: each keeps a processor busy."""

LATE_DATA = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a recap is about."""

    scope: str
    length: timedelta
    as_of: datetime

    @property
    def recap_id(self) -> str:
        return recap_id_of(self.scope, self.length, self.as_of)

    def request(self, locale: str, style: str) -> Request:
        scope = MARKET if self.scope == MARKET.name else Scope(self.scope)
        return Request(self.as_of, self.length, scope, locale, style)


class Newsdesk:
    """The Newsroom of the chats over one desk; what it told is kept in the store.

    `market` is the store that the sources fill, None where recaps are told from a recording.
    """

    def __init__(self, desk: Desk, store: Store, clock: Clock, market: Store | None = None) -> None:
        self._desk, self._clock = desk, clock
        self._recaps, self._messages = Recaps(store), Messages(store)
        self._visits = Visits(market) if market is not None else None
        self._stories: Once[Subject, Story] = Once(STORIES)
        self._threads: Once[tuple[Subject, str, str], StoredThread] = Once(THREADS)
        self._noted = Together(self._note)
        self._computing = asyncio.Semaphore(AT_ONCE)

    async def recap(self, ask: Ask) -> Told:
        """As it was told before in that language and style, else newly made."""
        subject = await self._subject(ask)
        thread = await self._threads(
            (subject, ask.locale, ask.style), lambda: self._thread(subject, ask.locale, ask.style)
        )
        return Told(subject.recap_id, thread.posts, subject.scope, subject.length, subject.as_of)

    async def behind(self, ask: Ask) -> tuple[Told, Explanation]:
        """The recap asked for, kept for whoever asks why, and the explanation it tells."""
        told = await self.recap(ask)
        story = await self._story(Subject(told.scope, told.length, told.as_of))
        return told, story.explanation

    async def why(self, recap_id: str, locale: str, cause: int | None = None) -> Evidence | None:
        """As it was when the recap was told; in another language it is told anew from the same data."""
        thread = await asyncio.to_thread(self._recaps.thread, recap_id, locale)
        if thread is None:
            known = await asyncio.to_thread(self._recaps.get, recap_id)
            if known is None:
                return None
            try:
                thread = await self._tell(Subject(known.scope, known.length, known.as_of), locale, "thread")
            except Refusal:
                return None
        if cause is None:
            return Evidence(thread.evidence, len(thread.causes))
        posts = thread.causes[cause - 1] if 1 <= cause <= len(thread.causes) else ()
        return Evidence(posts, len(thread.causes))

    async def levels(self, scope: str, locale: str) -> tuple[Post, ...]:
        subject = Subject(scope, timedelta(days=1), _floor(self._clock.now(), FRESH))
        story = await self._story(subject)
        posts = await asyncio.to_thread(levels, story.explanation, locale, self._desk.templates)
        if not posts:
            raise Refusal(RefusalCode.NO_DATA)
        return posts

    async def sources(self) -> Sequence[SourceState] | None:
        if self._visits is None:
            return None
        now = self._clock.now()
        return [_state(visit, now) for visit in await asyncio.to_thread(self._visits.all)]

    async def remember(self, place: Place, recap_id: str, message_ids: Sequence[int]) -> None:
        await self._noted([SentMessage(place, number, recap_id, "", "", n) for n, number in enumerate(message_ids)])

    def _note(self, sent: Sequence[Sequence[SentMessage]]) -> Sequence[None]:
        self._messages.note(chain.from_iterable(sent), self._clock.now())
        return [None] * len(sent)

    async def told(self, chat_id: int, message_id: int) -> str | None:
        found = await asyncio.to_thread(self._messages.get, chat_id, message_id)
        return None if found is None else found.recap_id

    async def last_told(self, place: Place) -> str | None:
        found = await asyncio.to_thread(self._messages.last, place)
        return None if found is None else found.recap_id

    async def _subject(self, ask: Ask) -> Subject:
        now = self._clock.now()
        if ask.as_of is not None:
            if ask.as_of > now:
                raise Refusal(RefusalCode.FUTURE)
            return Subject(ask.scope, ask.length, ask.as_of)
        subject = Subject(ask.scope, ask.length, _floor(now, FRESH))
        if ask.cached and (subject, ask.locale, ask.style) not in self._threads:
            latest = await asyncio.to_thread(self._recaps.latest, ask.scope, ask.length, now - AT_HAND)
            if latest is not None and latest.as_of <= now:
                return Subject(latest.scope, latest.length, latest.as_of)
        return subject

    async def _thread(self, subject: Subject, locale: str, style: str) -> StoredThread:
        thread = await asyncio.to_thread(self._recaps.thread, subject.recap_id, locale, style)
        return thread or await self._tell(subject, locale, style)

    async def _tell(self, subject: Subject, locale: str, style: str) -> StoredThread:
        story = await self._story(subject)
        return await asyncio.to_thread(self._write, subject, story, locale, style)

    async def _story(self, subject: Subject) -> Story:
        return await self._stories(subject, lambda: self._compute(subject))

    async def _compute(self, subject: Subject) -> Story:
        async with self._computing:
            return await asyncio.to_thread(self._make, subject)

    def _make(self, subject: Subject) -> Story:
        request = subject.request("en", "thread")
        try:
            return make_story(request, self._desk.source, self._desk.rulebook)
        except OutsideData as reason:
            raise self._refusal(subject, str(reason)) from None

    def _refusal(self, subject: Subject, sentence: str) -> Refusal:
        scope = subject.request("en", "thread").scope
        reach = self._desk.source.reach(scope.asset)
        if reach is None:
            return Refusal(RefusalCode.NOT_COVERED if not scope.is_market else RefusalCode.NO_DATA, sentence)
        code = RefusalCode.TOO_EARLY if subject.as_of - subject.length < reach[0] else RefusalCode.NO_DATA
        return Refusal(code, sentence, *reach)

    def _write(self, subject: Subject, story: Story, locale: str, style: str) -> StoredThread:
        templates, explanation = self._desk.templates, story.explanation
        causes: list[tuple[Post, ...]] = []
        while (one := why_one(explanation, len(causes) + 1, locale, templates)) is not None:
            causes.append(one.posts)
        told = story.tell(locale, style, templates).thread
        evidence = why_in_short(explanation, locale, templates).posts
        thread = StoredThread(locale, style, told.posts, evidence, tuple(causes), told.figures)
        recap = StoredRecap(subject.recap_id, subject.scope, subject.length, subject.as_of)
        self._recaps.save(recap, thread, self._clock.now())
        return thread


def _floor(moment: datetime, step: timedelta) -> datetime:
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return start + (moment - start) // step * step


def _state(visit: Visit, now: datetime) -> SourceState:
    if visit.fault == "blocked":
        status = SourceStatus.BLOCKED
    elif visit.failures:
        status = SourceStatus.DOWN
    elif visit.newest is None or now - visit.newest > LATE_DATA:
        status = SourceStatus.LATE
    else:
        status = SourceStatus.GOOD
    return SourceState(visit.name, status, visit.newest)
