"""Snapshots from recorded data: out of the store, or straight out of an archive."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.indicators.snapshot import History, Snapshot
from bot.sources.archive import Archive
from bot.store import Store

__all__ = ["LOOKBACK", "from_archive", "from_store"]

LOOKBACK = timedelta(days=400)
"""The longest memory of an indicator: 200 days of closes, and 100 of baselines before a window of a week."""

AHEAD = timedelta(days=3)


def from_archive(archive: Archive) -> Callable[[datetime], Snapshot]:
    """What was known when, from an archive held in memory."""
    return History.of(archive.points, archive.bars, archive.releases).at


def from_store(store: Store) -> Callable[[datetime], Snapshot]:
    """What was known when, read from the store at each call."""

    def gather(as_of: datetime) -> Snapshot:
        since = as_of - LOOKBACK
        history = History.of(
            store.points(since, as_of), store.bars(since, as_of), store.releases(as_of - AHEAD, as_of + AHEAD)
        )
        return history.at(as_of)

    return gather
