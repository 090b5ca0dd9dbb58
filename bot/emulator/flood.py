"""Telegram's flood limits: so many messages a second in all and a chat, so many a minute a group."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.emulator.chats import Chat
from bot.emulator.refusals import too_many

__all__ = ["Flood"]


@dataclass(slots=True)
class _Bucket:
    """Whoever comes too early is told how long to wait: `rate` a second, `burst` at once."""

    rate: float
    burst: float
    due: float = -math.inf

    def wait(self, now: float) -> float:
        return max(0.0, self.due - now - (self.burst - 1) / self.rate)

    def take(self, now: float) -> None:
        self.due = max(self.due, now) + 1 / self.rate


@dataclass(slots=True)
class Flood:
    """Messages `per_second` in all, `per_chat` a second and chat, `per_group_minute`; `refused` counts the rest."""

    now: Callable[[], float]
    per_second: float = 30
    per_chat: float = 1
    per_group_minute: float = 20
    burst: float = 3
    refused: int = 0
    _all: _Bucket = field(init=False)
    _chats: dict[int, _Bucket] = field(default_factory=dict)
    _groups: dict[int, _Bucket] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._all = _Bucket(self.per_second, self.per_second)

    def pass_(self, chat: Chat) -> None:
        """Counts a message; raises Refused with the seconds to wait."""
        now = self.now()
        buckets = [self._all, self._chats.setdefault(chat.id, _Bucket(self.per_chat, self.burst))]
        if chat.kind != "private":
            minute = _Bucket(self.per_group_minute / 60, self.per_group_minute)
            buckets.append(self._groups.setdefault(chat.id, minute))
        wait = max(bucket.wait(now) for bucket in buckets)
        if wait > 0:
            self.refused += 1
            raise too_many(math.ceil(wait))
        for bucket in buckets:
            bucket.take(now)
