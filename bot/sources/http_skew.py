"""Whether this machine's clock is right, as the hosts it talks to see it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.sources.batch import FaultKind, SourceFault

__all__ = ["Skews"]

MOST = timedelta(seconds=60)
_NONE = timedelta(0)


class Skews:
    """By host: how far its clock was ahead of this machine's when it answered last."""

    def __init__(self) -> None:
        self._ahead: dict[str, timedelta] = {}

    def note(self, host: str, headers: Mapping[str, str], now: datetime) -> None:
        """Remembers the answer's Date; an answer from a cache is as much older as its Age says."""
        try:
            told = parsedate_to_datetime(headers["Date"]) + timedelta(seconds=int(headers.get("Age", "0")))
            self._ahead[host] = told - now
        except (LookupError, ValueError, TypeError, OverflowError):
            return

    @property
    def ahead(self) -> timedelta:
        """What half of the hosts say or more: one with a wrong clock of its own doesn't count."""
        sizes = sorted(self._ahead.values(), key=abs)
        return sizes[(len(sizes) - 1) // 2] if sizes else _NONE

    def fault(self) -> SourceFault | None:
        """Why this machine's times can't be trusted, None where they can."""
        if abs(ahead := self.ahead) <= MOST:
            return None
        way = "behind" if ahead > _NONE else "ahead"
        sentence = f"This machine's clock is {round(abs(ahead).total_seconds()):,} seconds {way} of the world's;"
        return SourceFault(FaultKind.CLOCK, f"{sentence} set it by NTP. Until then no figure can be dated.")
