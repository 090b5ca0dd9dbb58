"""What was known at one moment: the only place where recorded columns become numpy arrays.

A `History` holds all that was ever recorded; `History.at(as_of)` is a `Snapshot` in which nothing with
`known > as_of` exists, and of a revised value only the latest revision known by then.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from operator import attrgetter

import numpy as np

from bot.domain.series import TIMEFRAMES, BarColumns, Headline, PointColumns, Release, moment
from bot.domain.topics import NO_TOPICS, Topics
from bot.indicators.headlines import NO_HEADLINES, HeadlineTrack, Marked
from bot.indicators.plausible import Stamps, Values, believable, credible

__all__ = ["Bars", "History", "Snapshot", "Stamps", "Track", "Values", "bars_of", "milliseconds", "track_of"]

COLUMNS = ("open", "high", "low", "close", "volume")
NEVER: Stamps = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Track:
    """One series of numbers in the order of its events; `time` and `known` in milliseconds since 1970.

    `absurd` are the times of rows left out because they can't be true.
    """

    name: str
    time: Stamps
    value: Values
    known: Stamps
    absurd: Stamps = field(default_factory=lambda: NEVER)

    def __len__(self) -> int:
        return len(self.time)

    def first(self, rows: int) -> "Track":
        return replace(self, time=self.time[:rows], value=self.value[:rows], known=self.known[:rows])

    def known_by(self, edge: datetime) -> "Track":
        """The rows anyone could know at `edge`, each in its latest revision."""
        if self._plain:
            return self.first(int(np.searchsorted(self.known, milliseconds(edge), side="right")))
        seen = np.flatnonzero(self.known <= milliseconds(edge))
        latest = seen[np.append(np.diff(self.time[seen]) > 0, True)[-len(seen) :]] if len(seen) else seen
        return replace(self, time=self.time[latest], value=self.value[latest], known=self.known[latest])

    def without_slips(self) -> "Track":
        """The rows that can be true; of two revisions only one may be there, or the later one would judge the first."""
        sound = credible(self.name, self.value)
        if sound.all():
            return self
        columns = self.time[sound], self.value[sound], self.known[sound]
        return Track(self.name, *columns, self.time[~sound])

    def left_out(self, since: datetime, until: datetime) -> str:
        """The end of a sentence on what is missing: the newest absurd row after `since` and by `until`, if any."""
        times = self.absurd[(self.absurd > milliseconds(since)) & (self.absurd <= milliseconds(until))]
        return f"; its row of {moment(int(times[-1])):%Y-%m-%d %H:%M} UTC is absurd" if len(times) else ""

    @cached_property
    def _plain(self) -> bool:
        """Without revisions and published in the order of events, so that a cut is a slice."""
        return bool(np.all(np.diff(self.known) >= 0) and np.all(np.diff(self.time) > 0))


@dataclass(frozen=True)
class Bars:
    """One market's closed bars: columns open, high, low, close and volume, in the order of `stamps`.

    `stamps` are the bars' starts in milliseconds; `absurd` the starts of bars left out because they can't be true.
    """

    name: str
    timeframe: timedelta
    columns: Mapping[str, Values]
    stamps: Stamps
    absurd: Stamps

    def first(self, rows: int) -> "Bars":
        return Bars(self.name, self.timeframe, _cut(self.columns, slice(rows)), self.stamps[:rows], self.absurd)

    def between(self, first: datetime, last: datetime) -> dict[str, Values]:
        """The columns of the bars that start from `first` to `last`, both included."""
        return _cut(self.columns, self._rows(first, last))

    def count(self, first: datetime, last: datetime) -> int:
        """How many bars start from `first` to `last`, both included."""
        rows = self._rows(first, last)
        return int(rows.stop - rows.start)

    def at(self, column: str, starts: Stamps) -> Values:
        """The column's numbers of the bars with exactly these starts, NaN where there is no such bar."""
        rows = np.minimum(np.searchsorted(self.stamps, starts), len(self.stamps) - 1)
        return np.where(self.stamps[rows] == starts, self.columns[column][rows], np.nan)

    def _rows(self, first: datetime, last: datetime) -> slice:
        start = np.searchsorted(self.stamps, milliseconds(first))
        return slice(int(start), int(np.searchsorted(self.stamps, milliseconds(last), side="right")))


def _cut(columns: Mapping[str, Values], rows: slice) -> dict[str, Values]:
    return {name: column[rows] for name, column in columns.items()}


@dataclass(frozen=True)
class Snapshot:
    """The market as it was known at `as_of`."""

    as_of: datetime
    history: "History"
    _tracks: dict[str, Track | None] = field(default_factory=dict, repr=False)
    _bars: dict[str, Bars | None] = field(default_factory=dict, repr=False)

    def track(self, series: str) -> Track | None:
        """The series as known at `as_of`, or None where nothing of it was."""
        if series not in self._tracks:
            recorded = self.history.tracks.get(series)
            cut = recorded.known_by(self.as_of).without_slips() if recorded is not None else None
            self._tracks[series] = cut if cut is not None and len(cut) else None
        return self._tracks[series]

    def bars(self, market: str) -> Bars | None:
        """The market's bars that had closed by `as_of`, or None; `market` is `venue.SYMBOL.timeframe`."""
        if market not in self._bars:
            recorded = self.history.markets.get(market)
            self._bars[market] = self._closed(recorded) if recorded is not None else None
        return self._bars[market]

    def _closed(self, recorded: Bars) -> Bars | None:
        last_start = milliseconds(self.as_of - recorded.timeframe)
        rows = int(np.searchsorted(recorded.stamps, last_start, side="right"))
        return recorded.first(rows) if rows else None

    def upcoming(self, until: datetime) -> tuple[Release, ...]:
        """Releases scheduled after `as_of` and no later than `until`, without what they will show."""
        return tuple(
            Release(r.time, r.event, r.impact, r.forecast, r.previous, "", None)
            for r in self.history.releases_between(self.as_of, until)
            if r.time > self.as_of
        )

    def released(self, since: datetime, until: datetime) -> tuple[Release, ...]:
        """Releases scheduled from `since` to `until` and no later than `as_of`, with what they had shown by then."""
        rows = self.history.releases_between(since, min(until, self.as_of))
        return tuple(r if _shown(r, self.as_of) else replace(r, actual="", actual_known=None) for r in rows)

    def headlines(self, after: datetime, until: datetime) -> Marked:
        """Headlines published after the one moment, no later than the other and no later than `as_of`."""
        return self.history.headlines.between(after, min(until, self.as_of))

    @property
    def topics(self) -> Topics:
        return self.history.headlines.topics


def _shown(release: Release, as_of: datetime) -> bool:
    return release.actual_known is not None and release.actual_known <= as_of


@dataclass(frozen=True)
class History:
    """All recorded series and markets, whoever knew them when; `publishers` by series, as far as they are recorded."""

    tracks: Mapping[str, Track]
    markets: Mapping[str, Bars]
    releases: tuple[Release, ...] = ()
    headlines: HeadlineTrack = NO_HEADLINES
    publishers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        points: Iterable[PointColumns],
        bars: Iterable[BarColumns],
        releases: Iterable[Release] = (),
        headlines: Iterable[Headline] = (),
        topics: Topics = NO_TOPICS,
    ) -> "History":
        """From columns sorted by (time, known)."""
        return cls(
            {p.series: track_of(p) for p in points if len(p)},
            {b.name: bars_of(b) for b in bars if len(b)},
            tuple(sorted(releases, key=lambda r: (r.time, r.event))),
            HeadlineTrack.of(headlines, topics),
        )

    def at(self, as_of: datetime) -> Snapshot:
        """The market as known at `as_of` (aware, UTC)."""
        return Snapshot(as_of, self)

    def releases_between(self, first: datetime, last: datetime) -> tuple[Release, ...]:
        """Releases scheduled from the one moment to the other, both included, with all that became known of them."""
        start = bisect_left(self.releases, first, key=attrgetter("time"))
        return self.releases[start : bisect_right(self.releases, last, key=attrgetter("time"))]

    def reach(self, asset: str) -> tuple[datetime, datetime] | None:
        """From the first bar's start to the last bar's close over the asset's markets, None without any."""
        markets = [m for m in self.markets.values() if m.name.split(".")[1].split("-")[0] == asset]
        if not markets:
            return None
        return (
            min(moment(int(m.stamps[0])) for m in markets),
            max(moment(int(m.stamps[-1])) + m.timeframe for m in markets),
        )


def track_of(points: PointColumns) -> Track:
    """Columns sorted by (time, known) as arrays."""
    return Track(
        points.series,
        np.asarray(points.time, dtype=np.int64),
        np.asarray(points.value, dtype=np.float64),
        np.asarray(points.known, dtype=np.int64),
    )


def bars_of(bars: BarColumns) -> Bars:
    """Columns sorted by time as arrays, without the bars that can't be true."""
    columns = {c: np.asarray(getattr(bars, c), dtype=np.float64) for c in COLUMNS}
    starts, credible = np.asarray(bars.time, dtype=np.int64), believable(columns)
    kept = {c: column[credible] for c, column in columns.items()}
    return Bars(bars.name, TIMEFRAMES[bars.timeframe], kept, starts[credible], starts[~credible])


def milliseconds(when: datetime) -> int:
    """Milliseconds since 1970, as the columns count."""
    return int(when.timestamp() * 1000)
