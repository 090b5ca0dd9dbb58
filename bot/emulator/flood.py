"""Telegram's flood limits: so many messages a second in all and a chat, so many a minute a group."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from bot.emulator.chats import Chat
from bot.emulator.refusals import too_many

__all__ = ["Flood"]


class _Limit(Protocol):
    def wait(self, now: float) -> float:
        """Seconds until the next may come."""
        ...

    def take(self, now: float) -> None: ...


@dataclass(slots=True)
class _Window:
    """At most so many within any span of so many seconds."""

    most: float
    seconds: float
    taken: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        while self.taken and self.taken[0] <= now - self.seconds:
            self.taken.popleft()
        return self.taken[0] + self.seconds - now if len(self.taken) >= self.most else 0.0

    def take(self, now: float) -> None:
        self.taken.append(now)


@dataclass(slots=True)
class _Pace:
    """`rate` a second in the long run, `burst` at once."""

    rate: float
    burst: float
    due: float = -math.inf

    def wait(self, now: float) -> float:
        return max(0.0, self.due - now - (self.burst - 1) / self.rate)

    def take(self, now: float) -> None:
        self.due = max(self.due, now) + 1 / self.rate


@dataclass(slots=True)
class Flood:
    """Messages within any second in all, so many a second to a chat, and so many within any minute to a group.

    `now` gives seconds; `refused` counts what came too early.
    """

    now: Callable[[], float]
    per_second: float = 30
    per_chat: float = 1
    per_group_minute: float = 20
    burst: float = 3
    refused: int = 0
    _all: _Window = field(init=False)
    _chats: dict[int, _Pace] = field(default_factory=dict)
    _groups: dict[int, _Window] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._all = _Window(self.per_second, 1)

    def pass_(self, chat: Chat) -> None:
        """Counts a message; raises Refused with the seconds to wait."""
        now = self.now()
        limits: list[_Limit] = [self._all, self._chats.setdefault(chat.id, _Pace(self.per_chat, self.burst))]
        if chat.kind != "private":
            limits.append(self._groups.setdefault(chat.id, _Window(self.per_group_minute, 60)))
        wait = max(limit.wait(now) for limit in limits)
        if wait > 0:
            self.refused += 1
            raise too_many(math.ceil(wait))
        for limit in limits:
            limit.take(now)
