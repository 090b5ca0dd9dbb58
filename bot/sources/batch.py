"""What one visit to a source brought, and how a visit fails."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.series import BarColumns, Headline, PointColumns, Release
from bot.errors import RecapError

__all__ = ["Batch", "FaultKind", "Points", "Source", "SourceFault"]


@dataclass(frozen=True, slots=True)
class Points:
    """One series' rows with the name of who published them, as readers know it: `binance`, `SoSoValue`."""

    columns: PointColumns
    publisher: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows in the store's own terms, checked and in the catalogue's units; `notes` are sentences for the operator.

    `notes` say what was refused or is preliminary, such as a partial ETF day; nothing refused is among the rows.
    """

    points: tuple[Points, ...] = ()
    bars: tuple[BarColumns, ...] = ()
    releases: tuple[Release, ...] = ()
    headlines: tuple[Headline, ...] = ()
    notes: tuple[str, ...] = ()


class FaultKind(StrEnum):
    """What a failed visit means for the next one."""

    BLOCKED = "blocked"  # 403 or 451: leave it alone for a day
    LIMITED = "limited"  # 418 or 429: wait as told
    UNREACHABLE = "unreachable"  # no connection, time-out, 5xx
    GARBLED = "garbled"  # an answer that isn't what was agreed on
    REFUSED = "refused"  # the source says no: wrong key, unknown symbol
    STALE = "stale"  # an answer, but an old one
    CLOCK = "clock"  # this machine's clock is off


class SourceFault(RecapError):
    """A source could not be used: one sentence that names it and the remedy, never a key.

    `wait` is how long to leave it alone, None for the collector's own backoff.
    """

    def __init__(self, kind: FaultKind, sentence: str, wait: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.kind, self.wait = kind, wait


class Source(Protocol):
    """One place to ask for data. `name` is unique, such as `binance.funding` or `etf.sosovalue`."""

    name: str
    pace: timedelta
    """How often a visit makes sense."""

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """What is new since then, or as much of it as one visit gives; raises SourceFault."""
