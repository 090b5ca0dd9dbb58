"""Snapshots from recorded data: out of an archive held in memory, or out of the store."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.indicators.snapshot import History, Snapshot
from bot.sources.archive import Archive
from bot.store import Store

__all__ = ["LOOKBACK", "StoredHistory", "from_archive"]

LOOKBACK = timedelta(days=400)
"""The longest memory of an indicator: 200 days of closes, and 100 of baselines before a window of a week."""

AHEAD = timedelta(days=3)


def from_archive(archive: Archive) -> History:
    """All of an archive, whoever knew it when."""
    return History.of(archive.points, archive.bars, archive.releases)


@dataclass(frozen=True, slots=True)
class StoredHistory:
    """The store's data, read anew for each moment."""

    store: Store

    def at(self, as_of: datetime) -> Snapshot:
        """What was known at `as_of`."""
        since, store = as_of - LOOKBACK, self.store
        releases = store.releases(as_of - AHEAD, as_of + AHEAD)
        return History.of(store.points(since, as_of), store.bars(since, as_of), releases).at(as_of)

    def reach(self, asset: str) -> tuple[datetime, datetime] | None:
        """From the first to the last moment the asset's bars cover, None without any."""
        held = [c for c in self.store.coverage() if f".{asset}-" in c.name]
        return (min(c.first for c in held), max(c.last for c in held)) if held else None
