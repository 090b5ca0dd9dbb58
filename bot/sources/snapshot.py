"""Snapshots from recorded data: out of an archive held in memory, or out of the store."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.series import Release
from bot.domain.topics import NO_TOPICS, Topics
from bot.indicators.snapshot import History, Snapshot
from bot.sources.archive import Archive
from bot.store import Store

__all__ = ["LOOKBACK", "StoredHistory", "from_archive"]

LOOKBACK = timedelta(days=400)
"""The longest memory of an indicator: 200 days of closes, and 100 of baselines before a window of a week."""

HEADLINES = timedelta(days=103)
"""Ninety days to compare with before a window of a week, the recap of the day before, three days of repeated titles."""

AHEAD = timedelta(days=3)
CALENDAR = timedelta(days=14)
"""All releases this far back; further back only those of high impact, whose surprises make baselines."""


def from_archive(archive: Archive, topics: Topics = NO_TOPICS) -> History:
    """All of an archive, whoever knew it when, its headlines sorted by these topics."""
    return History.of(archive.points, archive.bars, archive.releases, archive.headlines, topics)


@dataclass(frozen=True, slots=True)
class StoredHistory:
    """The store's data, read anew for each moment."""

    store: Store
    topics: Topics = NO_TOPICS

    def at(self, as_of: datetime) -> Snapshot:
        """What was known at `as_of`."""
        since, store = as_of - LOOKBACK, self.store
        headlines = store.headlines(as_of - HEADLINES, as_of)
        recorded = store.points(since, as_of), store.bars(since, as_of), self._releases(as_of)
        return History.of(*recorded, headlines, self.topics).at(as_of)

    def _releases(self, as_of: datetime) -> list[Release]:
        near = as_of - CALENDAR
        earlier = self.store.releases(as_of - LOOKBACK, near, impact="high")
        return [*(r for r in earlier if r.time < near), *self.store.releases(near, as_of + AHEAD)]

    def reach(self, asset: str) -> tuple[datetime, datetime] | None:
        """From the first to the last moment the asset's bars cover, None without any."""
        held = [c for c in self.store.coverage() if f".{asset}-" in c.name]
        return (min(c.first for c in held), max(c.last for c in held)) if held else None
