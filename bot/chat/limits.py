"""How much one person, one chat and all together may ask: no group starves the others."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

__all__ = ["Cooldown", "Limits", "Rate"]

MOST_KEYS = 20_000
"""Whoever has been quiet long enough is forgotten when more than so many are remembered."""


@dataclass(slots=True)
class Rate:
    """So many a second on average, after a burst; one count a key."""

    per_second: float
    burst: int
    _free: dict[Hashable, float] = field(default_factory=dict)

    def allows(self, key: Hashable, now: float) -> bool:
        """True where there is room at `now` (seconds)."""
        return self._owed(key, now) + 1 / self.per_second <= self.burst / self.per_second + 1e-9

    def take(self, key: Hashable, now: float) -> None:
        self._free[key] = now + self._owed(key, now) + 1 / self.per_second
        if len(self._free) > MOST_KEYS:
            self._free = {other: free for other, free in self._free.items() if free > now}

    def _owed(self, key: Hashable, now: float) -> float:
        return max(0.0, self._free.get(key, 0.0) - now)


@dataclass(slots=True)
class Limits:
    """A person pressing buttons fast is well within; a script is not."""

    user: Rate = field(default_factory=lambda: Rate(1, 20))
    chat: Rate = field(default_factory=lambda: Rate(2, 40))
    everyone: Rate = field(default_factory=lambda: Rate(1000, 2000))

    def take(self, user: int, chat: int, now: datetime) -> bool:
        """Counts one request and tells whether it may be answered; a refused one isn't counted."""
        seconds = now.timestamp()
        asked = ((self.user, user), (self.chat, chat), (self.everyone, 0))
        if not all(rate.allows(key, seconds) for rate, key in asked):
            return False
        for rate, key in asked:
            rate.take(key, seconds)
        return True


@dataclass(slots=True)
class Cooldown:
    """Something that counts once within `length`."""

    length: timedelta
    _until: dict[Hashable, datetime] = field(default_factory=dict)

    def hot(self, key: Hashable, now: datetime) -> bool:
        """True within `length` of the last time it was not, which counts."""
        if self._until.get(key, now) > now:
            return True
        self._until[key] = now + self.length
        if len(self._until) > MOST_KEYS:
            self._until = {other: until for other, until in self._until.items() if until > now}
        return False

    def cool(self, key: Hashable) -> None:
        """What didn't come about may be asked for again at once."""
        self._until.pop(key, None)
