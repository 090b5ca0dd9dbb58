"""A snapshot seen through a window: what each indicator asks for, worked out once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from typing import TypeVar, cast

import numpy as np

from bot.domain.series import moment
from bot.domain.window import Scope, Window
from bot.indicators.candles import DAY, Candles, lead_candles
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Snapshot, Stamps, Track, Values, milliseconds

__all__ = [
    "COMPARED_DAYS",
    "DAILY_SLACK",
    "Indicator",
    "Level",
    "View",
    "day_totals",
    "days_back",
    "indicator",
    "joined",
    "registry",
    "row_at",
    "state_at",
    "values_at",
    "whole_days",
]

T = TypeVar("T")

COMPARED_DAYS = 90
MOMENT = timedelta(milliseconds=1)
DAILY_SLACK = timedelta(hours=36)
"""A daily figure older than this is stale: one day, and half of one for late publication."""


@dataclass(frozen=True)
class Level:
    """A state at one edge: its value, the same hour's values on the days before, and its two times."""

    value: float
    time: datetime
    known: datetime
    source: str
    history: Values

    def measured(self, scale: float = 1.0) -> Measured:
        return Measured(self.value * scale, self.time, self.known, self.source, self.history * scale)


@dataclass(frozen=True)
class View:
    """What was known at the window's `as_of`, with the window and the scope to look through."""

    snapshot: Snapshot
    window: Window
    scope: Scope
    _made: dict[str, object] = field(default_factory=dict, repr=False)

    def once(self, key: str, make: Callable[[], T]) -> T:
        """What `make` returns, or the NoData it raises, worked out once for each key."""
        if key not in self._made:
            try:
                self._made[key] = make()
            except NoData as reason:
                self._made[key] = reason
        found = self._made[key]
        if isinstance(found, NoData):
            raise NoData(str(found))
        return cast(T, found)

    def candles(self, asset: str) -> Candles:
        """The asset's lead market; raises NoData where none fills the window."""
        return self.once(f"candles {asset}", lambda: lead_candles(self.snapshot, self.window, asset))

    def track(self, series: str) -> Track:
        """A series as known at `as_of`; raises NoData where there is nothing of it."""
        found = self.snapshot.track(series)
        if found is None:
            raise NoData(f"{series} holds nothing known by then")
        return found

    def level(self, edge: datetime, *names: str, slack: timedelta = DAILY_SLACK) -> Level:
        """The state at `edge` from the first of the series that is fresh there."""
        tracks = [track for name in names if (track := self.snapshot.track(name)) is not None]
        if not tracks:
            raise NoData(f"{names[0]} holds nothing known by then")
        return self.level_of(edge, *tracks, slack=slack)

    def level_of(self, edge: datetime, *tracks: Track, slack: timedelta = DAILY_SLACK) -> Level:
        """The state at `edge` from the first of the tracks that is fresh there.

        A value counts when it happened by `edge` and is no older than `slack`. A state from before the window must
        also have been known before it: what was published later could not have moved anyone then.
        """
        stale = []
        for known in tracks:
            track = known.known_by(edge) if edge <= self.window.start else known
            if not len(track):
                continue
            level = state_at(track, edge, slack, self.window.start)
            if level is not None:
                return level
            stale.append(track)
        if stale:
            told = f"{stale[0].name} has no value in the {_hours(slack)} h up to {edge:%Y-%m-%d %H:%M} UTC"
            raise NoData(f"{told}{stale[0].left_out(edge - slack, edge)}")
        raise NoData(f"{tracks[0].name} holds nothing known by then")

    def latest(self, *names: str) -> Level:
        """The newest state from inside the window; what was measured before it says nothing about its end."""
        return self.level(self.window.end, *names, slack=min(DAILY_SLACK, self.window.length - MOMENT))

    def change(self, name: str, relative: bool) -> Measured:
        """How far a series moved over the window: the same as `change_of` its track."""
        return self.change_of(self.track(name), relative)

    def change_of(self, track: Track, relative: bool) -> Measured:
        """How far a state moved over the window, as a difference or a fraction, with 90 earlier windows.

        Both ends must be measured within two hours of the window's.
        """
        slack, count = timedelta(hours=2), COMPARED_DAYS + whole_days(self.window)
        after = values_at(track, days_back(self.window.end, count), slack)
        before = values_at(track, days_back(self.window.start, count), slack)
        changes = after / before - 1 if relative else after - before
        if not np.isfinite(changes[0]):
            left_out = track.left_out(self.window.start - slack, self.window.end)
            raise NoData(f"{track.name} is not measured at both ends of the window{left_out}")
        row = row_at(track, self.window.end)
        return Measured(
            float(changes[0]),
            moment(int(track.time[row])),
            moment(int(track.known[row])),
            track.name,
            changes[whole_days(self.window) :],
        )


def state_at(track: Track, edge: datetime, slack: timedelta, baseline_end: datetime) -> Level | None:
    """The newest value at `edge` with its 90-day history of values from before `baseline_end`, or None."""
    row = row_at(track, edge)
    if row < 0 or edge - moment(int(track.time[row])) > slack:
        return None
    skipped = max(1, -((baseline_end - edge) // DAY))
    history = values_at(track, days_back(edge, COMPARED_DAYS + skipped)[skipped:], slack)
    times = moment(int(track.time[row])), moment(int(track.known[row]))
    return Level(float(track.value[row]), *times, track.name, history)


def row_at(track: Track, edge: datetime) -> int:
    """The row of the newest value that happened by `edge`, -1 where none did."""
    return int(np.searchsorted(track.time, milliseconds(edge), side="right")) - 1


def values_at(track: Track, moments: Stamps, slack: timedelta) -> Values:
    """The newest value by each moment (milliseconds), NaN where it is older than `slack`."""
    if not len(track):
        return np.full(len(moments), np.nan)
    rows = np.searchsorted(track.time, moments, side="right") - 1
    held = np.maximum(rows, 0)
    fresh = (rows >= 0) & (moments - track.time[held] <= slack / timedelta(milliseconds=1))
    return np.where(fresh, track.value[held], np.nan)


def day_totals(view: View, track: Track) -> Values:
    """A daily amount over the window and over the 90 windows before it, a day apart.

    Raises NoData where the recorded days aren't exactly the window's: a day's total can't be cut finer.
    """
    length = view.window.length
    if length % DAY:
        raise NoData(f"{track.name} is recorded by the day, the window is not made of whole days")
    days = length // DAY
    daily = values_at(track, days_back(view.window.end, COMPARED_DAYS + 2 * days), timedelta(minutes=1))
    if not np.isfinite(daily[:days]).all():
        raise NoData(f"{track.name} has no daily total that ends with the window")
    windows = np.lib.stride_tricks.sliding_window_view(daily, days).sum(axis=1)
    return np.append(windows[0], windows[days : days + COMPARED_DAYS])


def joined(name: str, tracks: Iterable[Track], fold: Callable[[Values], Values]) -> Track:
    """One track from several: the rows all of them have, known when the last of them was.

    `fold` gets one column a track and one row a time, and returns one value a row.
    """
    parts = list(tracks)
    time = reduce(_common, (p.time for p in parts))
    rows = [slice(None) if len(p) == len(time) else np.searchsorted(p.time, time) for p in parts]
    values = np.column_stack([p.value[r] for p, r in zip(parts, rows, strict=True)])
    known = np.max([p.known[r] for p, r in zip(parts, rows, strict=True)], axis=0)
    return Track(name, time, fold(values), known)


def _common(one: Stamps, other: Stamps) -> Stamps:
    if len(one) == len(other) and np.array_equal(one, other):
        return one
    return np.intersect1d(one, other, assume_unique=True)


def days_back(edge: datetime, count: int) -> Stamps:
    """`edge` and the same hour on the days before it, newest first, in milliseconds."""
    return milliseconds(edge) - 86_400_000 * np.arange(count)


def whole_days(window: Window) -> int:
    return -(-window.length // DAY)


def _hours(length: timedelta) -> int:
    return length // timedelta(hours=1)


Indicator = Callable[[View, str], Measured]
registry: dict[str, Indicator] = {}
"""The function of each catalogue row; filled by the indicator modules as they are imported."""


def indicator(name: str) -> Callable[[Indicator], Indicator]:
    """Make the function the one that measures that row of the catalogue; it gets the view and an asset."""

    def register(function: Indicator) -> Indicator:
        registry[name] = function
        return function

    return register
