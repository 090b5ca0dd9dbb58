"""A clock that is moved by hand, and a newsroom that tells prepared recaps."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.chat.newsroom import Evidence, SourceState, SourceStatus, Told
from bot.domain.thread import Post

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
RECAP_ID = "k3v9x0q2ab"
THREAD = (
    Post("BTC −3.1%: no accident\n91,231 USD gave way.", "<b>BTC −3.1%: no accident</b>\n91,231 USD gave way."),
    Post("1. Funds sold & left\n• a\n• b", "<b>1. Funds sold &amp; left</b>\n• a\n• b"),
    Post("Window: 24 h. Not advice.", "<i>Window: 24 h. Not advice.</i>"),
)


class ManualClock:
    """Stands until it is moved; who waits is let on in order."""

    def __init__(self):
        self._now, self._waits = NOW, []

    def now(self):
        return self._now

    async def wait_until(self, moment):
        if moment > self._now:
            passed = asyncio.get_running_loop().create_future()
            self._waits.append((moment, passed))
            await passed

    async def waited_for(self):
        """Returns once somebody waits."""
        while not self._waits:  # noqa: ASYNC110 - who waits is inside the bot
            await asyncio.sleep(0)

    def advance(self, **time):
        self._now += timedelta(**time)
        for moment, passed in self._waits:
            if moment <= self._now and not passed.done():
                passed.set_result(None)
        self._waits = [wait for wait in self._waits if not wait[1].done()]


class FakeNewsroom:
    """Tells `thread` for every ask; `refusal` is raised instead, `gone` loses the evidence, `gate` holds it up."""

    def __init__(self):
        self.asks, self.remembered, self.thread = [], {}, THREAD[:1]
        self.refusal = self.gate = None
        self.gone = False
        self.states = (
            SourceState("Farside", SourceStatus.LATE, NOW - timedelta(hours=20)),
            SourceState("Binance", SourceStatus.GOOD, NOW - timedelta(minutes=2)),
            SourceState("FRED", SourceStatus.DOWN, None),
        )

    async def recap(self, ask):
        self.asks.append(ask)
        if self.gate is not None:
            await self.gate.wait()
        if self.refusal is not None:
            raise self.refusal
        return Told(RECAP_ID, tuple(self.thread), ask.scope, ask.length, ask.as_of or NOW)

    async def why(self, recap_id, locale, cause=None):
        if self.gone or recap_id != RECAP_ID:
            return None
        if cause is None:
            words = {"en": "Two causes", "zh": "两个原因"}[locale]
            return Evidence((Post(words, f"<b>{words}</b>"),), causes=2)
        posts = (Post(f"Cause {cause}", f"<blockquote>Cause {cause}</blockquote>"),) if cause <= 2 else ()
        return Evidence(posts, causes=2)

    async def levels(self, scope, _):
        if self.refusal is not None:
            raise self.refusal
        return (Post(f"{scope} 91,231", f"<b>{scope}</b> 91,231"),)

    async def sources(self):
        return self.states

    async def remember(self, place, recap_id, message_ids):
        self.remembered.update({(place.chat_id, number): recap_id for number in message_ids})
        self.remembered[place] = recap_id

    async def told(self, chat_id, message_id):
        return self.remembered.get((chat_id, message_id))

    async def last_told(self, place):
        return self.remembered.get(place)
