"""Snapshots from recorded data: out of an archive held in memory, or out of the store."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.domain.series import Release
from bot.domain.topics import NO_TOPICS, Topics
from bot.indicators.headlines import HeadlineTrack
from bot.indicators.snapshot import Bars, History, Snapshot, Track, bars_of, track_of
from bot.sources.archive import SOURCE, Archive
from bot.store import Store

__all__ = ["LOOKBACK", "OF_THE_MOMENT", "StoredHistory", "from_archive"]

LOOKBACK = timedelta(days=400)
"""The longest memory of an indicator: 200 days of closes, and 100 of baselines before a window of a week."""

BY_THE_HOUR = timedelta(days=131)
"""Rows of an hour or less: returns of 30 days on 90 days before a window of a week, and the same on its eve."""

BY_THE_MINUTE = timedelta(days=3)
"""Minutes tell of bursts in a day's window and in the one before it, and nothing is held against them."""

OF_THE_MOMENT = ("price.last.", "funding.running_8h.")
"""Series that are of use only while they are new."""

_FREQUENT = ("open_interest.", "long_short.", "premium.", "liquidations.", "volatility.dvol.", "options.")

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
        store = self.store
        series, markets = store.names()
        split = {".".join(market): market for market in markets}
        headlines = HeadlineTrack.of(store.headlines(as_of - HEADLINES, as_of), self.topics)
        return History(
            _OnDemand(series, lambda name: self._track(name, as_of)),
            _OnDemand(split, lambda name: self._bars(split[name], as_of)),
            tuple(sorted(self._releases(as_of), key=lambda r: (r.time, r.event))),
            headlines,
            _OnDemand(series, lambda name: self._publisher(name, as_of)),
        ).at(as_of)

    def _track(self, name: str, as_of: datetime) -> Track | None:
        columns = self.store.series(name, as_of - _memory(name), as_of)
        return None if columns is None else track_of(columns)

    def _bars(self, market: tuple[str, ...], as_of: datetime) -> Bars | None:
        back = LOOKBACK if market[-1] == "1d" else BY_THE_HOUR
        columns = self.store.market(market, as_of - back, as_of)
        return None if columns is None else bars_of(columns)

    def _publisher(self, name: str, as_of: datetime) -> str:
        """As the source named it; an archive names nobody."""
        found = self.store.publisher(name, as_of)
        return "" if found in {None, SOURCE} else str(found)

    def _releases(self, as_of: datetime) -> list[Release]:
        near = as_of - CALENDAR
        earlier = self.store.releases(as_of - LOOKBACK, near, impact="high")
        return [*(r for r in earlier if r.time < near), *self.store.releases(near, as_of + AHEAD)]

    def reach(self, asset: str) -> tuple[datetime, datetime] | None:
        """From the first to the last moment the asset's bars cover, None without any."""
        held = [c for c in self.store.coverage() if f".{asset}-" in c.name]
        return (min(c.first for c in held), max(c.last for c in held)) if held else None


def _memory(series: str) -> timedelta:
    """How far back a series is read: as far as anything is compared with it."""
    if series.startswith(("liquidations.minute.", *OF_THE_MOMENT)):
        return BY_THE_MINUTE
    return BY_THE_HOUR if series.startswith(_FREQUENT) else LOOKBACK


T = TypeVar("T")


class _OnDemand(Mapping[str, T]):
    """What is stored under these names, read when it is first asked for: a recap needs a small part of it.

    A name whose rows all lie outside what is read is absent, although it is listed.
    """

    def __init__(self, names: Iterable[str], read: Callable[[str], T | None]) -> None:
        self._names, self._read = frozenset(names), read
        self._held: dict[str, T | None] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._held:
            self._held[name] = self._read(name) if name in self._names else None
        found = self._held[name]
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names))

    def __len__(self) -> int:
        return len(self._names)
