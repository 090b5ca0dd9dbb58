"""How fast messages may go: evenly over all chats and within each, with deadlines where Telegram said to wait."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil, inf

from bot.delivery.waiting import first
from bot.domain.clock import Clock

__all__ = ["Budget", "Pacer", "Rates"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ANSWER_BURST = 2
"""Messages a person may get at once as an answer; a post to a chat always keeps its distance."""
FLOOD_CHATS, FLOOD_SECONDS = 3, 5.0
"""So many different chats refused within so many seconds: the bot as a whole is too fast, not one chat."""
ANSWERS_IN_A_ROW = 4
"""After so many answers a waiting post has its turn."""
DRAIN, DRAIN_BURST = 1.05, 2
"""Calls whose turns have passed while something stood still go out that much faster than the rate, so many at once."""
SWEEP_FROM = 1024


@dataclass(frozen=True, slots=True)
class Rates:
    """Messages per second to all chats, per second to one person, per minute to one group or channel."""

    per_second: float = 25
    per_chat_second: float = 1
    per_group_minute: float = 18
    burst: int = 5

    def spacing(self, chat: int | str) -> float:
        """Seconds between two messages to one chat; groups, channels and `@names` are not positive numbers."""
        private = isinstance(chat, int) and chat > 0
        return 1 / self.per_chat_second if private else 60 / self.per_group_minute


class Budget:
    """What was spent, in seconds of any clock that doesn't go back: the generic cell rate algorithm, and deadlines.

    A chat is remembered only as long as it has to wait.
    """

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._all_due = self._all_held = -inf
        self._due: dict[int | str, float] = {}
        self._held: dict[int | str, float] = {}
        self._refused: dict[int | str, tuple[float, float]] = {}
        self._sweep_at = SWEEP_FROM

    def ready(self, chat: int | str, *, answer: bool = False) -> float:
        """When the next message to `chat` may go."""
        slack = (ANSWER_BURST - 1) * self._rates.spacing(chat) if answer else 0.0
        return max(self.ready_at_all(), self._due.get(chat, -inf) - slack, self._held.get(chat, -inf))

    def ready_at_all(self) -> float:
        """When the next message to any chat may go."""
        return max(self._all_due - (self._rates.burst - 1) / self._rates.per_second, self._all_held)

    def spend(self, chat: int | str, cost: int, now: float) -> None:
        self._all_due = max(self._all_due, now) + cost / self._rates.per_second
        self._due[chat] = max(self._due.get(chat, -inf), now) + cost * self._rates.spacing(chat)
        self._sweep(now)

    def hold(self, chat: int | str, until: float) -> None:
        self._held[chat] = max(self._held.get(chat, -inf), until)

    def hold_all(self, until: float) -> None:
        self._all_held = max(self._all_held, until)

    def refused(self, chat: int | str, until: float, now: float) -> None:
        """Telegram said to wait: this chat does, and all do when it said so to several at once."""
        self.hold(chat, until)
        self._refused = {c: r for c, r in self._refused.items() if r[0] > now - FLOOD_SECONDS} | {chat: (now, until)}
        if len(self._refused) >= FLOOD_CHATS:
            self.hold_all(min(end for _, end in self._refused.values()))

    def busy(self, after: float) -> list[int | str]:
        """Chats that may get nothing until `after` or later, those that wait longest first."""
        ends = self._due | {chat: max(end, self._due.get(chat, -inf)) for chat, end in self._held.items()}
        return sorted((chat for chat, end in ends.items() if end > after), key=lambda chat: -ends[chat])

    def __len__(self) -> int:
        """How many chats are remembered."""
        return len(self._due.keys() | self._held.keys())

    def _sweep(self, now: float) -> None:
        if len(self._due) + len(self._held) < self._sweep_at:
            return
        self._due, self._held = _later(self._due, now), _later(self._held, now)
        self._sweep_at = max(SWEEP_FROM, 2 * (len(self._due) + len(self._held)))


def _later(ends: Mapping[int | str, float], now: float) -> dict[int | str, float]:
    return {chat: end for chat, end in ends.items() if end > now}


@dataclass(slots=True, eq=False)
class _Turn:
    chat: int | str
    cost: int
    answer: bool
    given: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Pacer:
    """Gives turns to send, on one event loop; answers to people go before posts, and neither starves the other.

    Setting the clock back makes nobody wait longer.
    """

    def __init__(self, rates: Rates, clock: Clock) -> None:
        self.rates = rates
        self._clock = clock
        self._budget = Budget(rates)
        self._turns: list[_Turn] = []
        self._changed = asyncio.Event()
        self._giver: asyncio.Task[None] | None = None
        self._answered = 0
        self._departed = -inf
        self._last = self._set_back = 0.0

    async def take(self, chat: int | str, cost: int = 1, *, answer: bool = False) -> None:
        """Returns when `cost` messages may go to `chat`, and counts them; cancelling gives the place up."""
        turn = _Turn(chat, cost, answer)
        self._turns.append(turn)
        self._changed.set()
        if self._giver is None or self._giver.done():
            self._giver = asyncio.create_task(self._give())
        try:
            await turn.given
        finally:
            if turn in self._turns:
                self._turns.remove(turn)
                self._changed.set()

    async def depart(self, cost: int = 1) -> None:
        """Returns when a call whose turn has come may begin: what was held up together doesn't go out together."""
        spacing, now = 1 / (DRAIN * self.rates.per_second), self._now()
        begins = max(now, self._departed - (DRAIN_BURST - 1) * spacing)
        self._departed = max(self._departed, now) + cost * spacing
        if begins > now:
            await self._reached(begins)

    async def pause(self, seconds: float) -> None:
        """Returns when so many seconds have passed on the pacer's clock."""
        await self._clock.wait_until(self._clock.now() + timedelta(seconds=seconds))

    def hold(self, chat: int | str, until: datetime) -> None:
        self._budget.hold(chat, _seconds(until) + self._set_back)
        self._changed.set()

    def hold_all(self, until: datetime) -> None:
        self._budget.hold_all(_seconds(until) + self._set_back)
        self._changed.set()

    def refused(self, chat: int | str, seconds: float) -> datetime:
        """Telegram answered 429: until when `chat` waits now."""
        now = self._now()
        self._budget.refused(chat, now + seconds, now)
        self._changed.set()
        return self.ready(chat)

    def ready(self, chat: int | str) -> datetime:
        """When a post to `chat` may go at the earliest; the present when at once."""
        return self._moment(max(self._budget.ready(chat), self._now()))

    def wait(self, chat: int | str | None = None) -> timedelta:
        """How long a post to `chat`, or to any chat, must wait at least."""
        ready = self._budget.ready_at_all() if chat is None else self._budget.ready(chat)
        return timedelta(seconds=max(0.0, ready - self._now()))

    def busy(self, within: timedelta, most: int = 500) -> frozenset[int]:
        """Numbers of chats that may get nothing `within` that time, those that wait longest first, at most `most`."""
        chats = self._budget.busy(self._now() + within.total_seconds())
        return frozenset([chat for chat in chats if isinstance(chat, int)][:most])

    async def _give(self) -> None:
        while self._turns:
            self._changed.clear()
            now = self._now()
            if (turn := self._next(now)) is None:
                await self._until(min(self._ready(turn) for turn in self._turns))
                continue
            self._turns.remove(turn)
            if not turn.given.done():
                self._budget.spend(turn.chat, turn.cost, now)
                self._answered = self._answered + 1 if turn.answer else 0
                turn.given.set_result(None)

    def _next(self, now: float) -> _Turn | None:
        """The first answer that may go, else the first post; a post first after many answers."""
        ready = [turn for turn in self._turns if self._ready(turn) <= now]
        posts_first = self._answered >= ANSWERS_IN_A_ROW
        return min(ready, key=lambda turn: turn.answer is posts_first, default=None)

    def _ready(self, turn: _Turn) -> float:
        return self._budget.ready(turn.chat, answer=turn.answer)

    async def _until(self, seconds: float) -> None:
        """Waits for the moment, or for a new turn or deadline."""
        await first(self._reached(seconds), self._changed.wait())

    async def _reached(self, seconds: float) -> None:
        self._now()  # a clock set back meanwhile is noticed here
        await self._clock.wait_until(self._moment(seconds))

    def _now(self) -> float:
        """Seconds that never go back: by how much the clock was set back is added."""
        shown = _seconds(self._clock.now())
        self._set_back = max(self._set_back, self._last - shown)
        self._last = shown + self._set_back
        return self._last

    def _moment(self, seconds: float) -> datetime:
        """By the clock as it is set, rounded up, so that at the moment the seconds have passed."""
        return EPOCH + timedelta(microseconds=ceil((seconds - self._set_back) * 1e6) + 1)


def _seconds(moment: datetime) -> float:
    return (moment - EPOCH).total_seconds()
