"""The stretch of time a recap is about, and whom it is about."""

from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["MARKET", "Scope", "Window"]


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end`, told with what was known at `as_of`; all three aware, in UTC."""

    start: datetime
    end: datetime
    as_of: datetime

    def __post_init__(self) -> None:
        for name in ("start", "end", "as_of"):
            moment: datetime = getattr(self, name)
            if moment.utcoffset() != timedelta(0):
                raise ValueError(f"{name} must be in UTC, not {moment.isoformat()}")
        if not self.start < self.end <= self.as_of:
            raise ValueError("a window needs start < end <= as_of")

    @property
    def length(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Scope:
    """The whole market (led by BTC) or a single asset."""

    name: str

    @property
    def asset(self) -> str:
        """The asset whose move the recap explains, in capitals."""
        return "BTC" if self.name == "market" else self.name

    @property
    def is_market(self) -> bool:
        return self.name == "market"


MARKET = Scope("market")
