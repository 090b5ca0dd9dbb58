"""What the headlines of a window are about, against how often they are about it otherwise.

The span reaches from six hours before the window to its end. With n headlines in it, k of them on a topic, the usual
number is n times the mean over the 90 days before of the topic's daily share. More news on every subject is no news.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from bot.domain.series import Headline, moment
from bot.indicators.candles import DAY
from bot.indicators.headlines import Flags, Marked
from bot.indicators.plausible import Values
from bot.indicators.price import return_over_atr
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Snapshot
from bot.indicators.view import View, days_back, indicator

SOURCE = "headlines"
LEAD_IN = timedelta(hours=6)
"""News from shortly before the window still moves prices in it."""

LONG = timedelta(hours=72)
USUAL_DAYS = 90
FEW = 10
"""Fewer headlines in a day, or days in the 90, tell no share."""

NO_DIRECTION = 0.35
"""Average true ranges: after a smaller move, falls and rises explain it alike."""

Counts: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Kind = Callable[[Marked], Flags]


def _about(marked: Marked) -> Flags:
    return marked.topics


def _market_tied(marked: Marked) -> Flags:
    return marked.topics & marked.market[:, np.newaxis]


def _fall_tied(marked: Marked) -> Flags:
    return marked.topics & marked.falls[:, np.newaxis]


def _rise_tied(marked: Marked) -> Flags:
    return marked.topics & marked.rises[:, np.newaxis]


@dataclass(frozen=True)
class Stretch:
    """The headlines published after `first` and by `last`; `name` tells one stretch of a view from another."""

    name: str
    snapshot: Snapshot
    first: datetime
    last: datetime

    @cached_property
    def marked(self) -> Marked:
        return self.snapshot.headlines(self.first, self.last)

    def number(self) -> int:
        """How many they are; raises NoData where they are too few to tell a share."""
        if len(self.marked) < FEW:
            found = len(self.marked) or "no"
            raise NoData(f"{found} headlines are recorded from {_said(self.first)} to {_said(self.last)}")
        return len(self.marked)

    @cached_property
    def before(self) -> Marked:
        return self.snapshot.headlines(self.first - USUAL_DAYS * DAY, self.first)

    def shares(self, kind: Kind) -> Values:
        """Each topic's mean daily share over the days before that hold enough headlines."""
        held = np.diff(self._midnights)
        told = held >= FEW
        if told.sum() < FEW:
            raise NoData(f"{told.sum()} of the {USUAL_DAYS} days before {_said(self.first)} hold {FEW} headlines")
        flags = kind(self.before)
        running = np.zeros((len(flags) + 1, flags.shape[1]), dtype=np.int64)
        np.cumsum(flags, axis=0, out=running[1:])
        counts = np.diff(running[self._midnights], axis=0)
        return np.asarray((counts[told] / held[told, np.newaxis]).mean(axis=0))

    @cached_property
    def _midnights(self) -> Counts:
        """How many of the headlines before were out when each of the days began, and when the last one ended."""
        edges = days_back(self.first, USUAL_DAYS + 1)[::-1]
        return np.asarray(np.searchsorted(self.before.time, edges, side="right"))

    def column(self, topic: str) -> int:
        return self.marked.names.index(topic)

    def measured(self, value: float, rows: Flags, headline: Headline | None = None) -> Measured:
        """A value of the end of the stretch, or of the newest of the headlines counted for it."""
        counted = np.flatnonzero(rows)
        when = moment(int(self.marked.time[counted[-1]])) if len(counted) else self.last
        return Measured(value, when, when, SOURCE, headline=headline)


def _span(view: View) -> Stretch:
    window = view.window
    return view.once("news span", lambda: Stretch("span", view.snapshot, window.start - LEAD_IN, window.end))


def _spoken(view: View) -> Stretch:
    """The span; raises NoData where it holds too few headlines to count any."""
    span = _span(view)
    span.number()
    return span


def _long(view: View) -> Stretch:
    end = view.window.end
    return view.once("news long", lambda: Stretch("long", view.snapshot, end - LONG, end))


def _usual(view: View, stretch: Stretch, kind: Kind, topic: str) -> float:
    """How many headlines of that kind the stretch would hold, were it like the days before."""
    key = f"news shares {stretch.name} {kind.__name__}"
    return float(stretch.number() * view.once(key, lambda: stretch.shares(kind))[stretch.column(topic)])


def _intensity(view: View, stretch: Stretch, kind: Kind, topic: str) -> Measured:
    """(count + 1) / (usual + 1): one more on each side, so that few headlines make no great multiples."""
    expected = _usual(view, stretch, kind, topic)
    rows = view.once(f"news {stretch.name} {kind.__name__}", lambda: kind(stretch.marked))[:, stretch.column(topic)]
    return stretch.measured((int(rows.sum()) + 1) / (expected + 1), rows)


@indicator("news.headlines")
def headlines(view: View, _: str) -> Measured:
    """n: number of headlines in the span, whatever they are about.

    From `headlines`; below 10 no share is told.
    """
    span = _span(view)
    if not len(span.marked) and not len(span.before):
        raise NoData("no headlines are recorded")
    return span.measured(len(span.marked), np.ones(len(span.marked), dtype=np.bool_))


@indicator("news.count.{topic}")
def count(view: View, topic: str) -> Measured:
    """k: number of headlines in the span that name the topic, with the one to show for them.

    From `headlines`; held against `news.usual`, no threshold of its own.
    """
    span = _spoken(view)
    rows = span.marked.topics[:, span.column(topic)]
    return span.measured(int(rows.sum()), rows, _leading(view, span.marked, rows))


def _leading(view: View, marked: Marked, rows: Flags) -> Headline | None:
    """Best one that tells of a move like the window's and of no other, else of the market; then outlet, then time."""
    tied, mixed, topics = _tied(view, marked), marked.falls & marked.rises, view.snapshot.topics
    distance = np.where(tied & ~mixed, 0, np.where(tied, 1, np.where(marked.market, 2, 3)))
    ranked = [
        (int(distance[row]), topics.prominence(marked.headline(row).outlet), row)
        for row in np.flatnonzero(rows).tolist()
    ]
    if not ranked:
        return None
    leading = marked.headline(min(ranked)[2])
    return replace(leading, outlet=topics.signature(leading.outlet))


@indicator("news.usual.{topic}")
def usual(view: View, topic: str) -> Measured:
    """n x the topic's mean daily share of the 90 days before the span, a number of headlines.

    From `headlines`; no threshold.
    """
    span = _span(view)
    return span.measured(_usual(view, span, _about, topic), span.marked.topics[:, span.column(topic)])


@indicator("news.intensity.{topic}")
def intensity(view: View, topic: str) -> Measured:
    """(k + 1) / (usual + 1) over the span, times of the usual.

    From `headlines`; 1 is usual, from 2 on it is loud.
    """
    return _intensity(view, _span(view), _about, topic)


@indicator("news.intensity_3d.{topic}")
def intensity_3d(view: View, topic: str) -> Measured:
    """(k + 1) / (usual + 1) over the 72 hours up to the window's end, times of the usual.

    From `headlines`; 1 is usual, from 2 on it is loud.
    """
    return _intensity(view, _long(view), _about, topic)


@indicator("news.market_tied.{topic}")
def market_tied(view: View, topic: str) -> Measured:
    """(k' + 1) / (usual' + 1), times of the usual, k' the span's headlines that name the topic and the market.

    From `headlines`; 1 is usual, from 2 on the market talked of it.
    """
    return _intensity(view, _span(view), _market_tied, topic)


@indicator("news.market_tied_3d.{topic}")
def market_tied_3d(view: View, topic: str) -> Measured:
    """(k' + 1) / (usual' + 1), times of the usual, over the 72 hours up to the window's end.

    From `headlines`; 1 is usual, from 2 on the market talked of it.
    """
    return _intensity(view, _long(view), _market_tied, topic)


@indicator("news.fall_tied.{topic}")
def fall_tied(view: View, topic: str) -> Measured:
    """(k' + 1) / (usual' + 1), times of the usual, k' the headlines that name the topic and a falling market.

    From `headlines`; 1 is usual, from 2 on it was blamed.
    """
    return _intensity(view, _span(view), _fall_tied, topic)


@indicator("news.rise_tied.{topic}")
def rise_tied(view: View, topic: str) -> Measured:
    """(k' + 1) / (usual' + 1), times of the usual, k' the headlines that name the topic and a rising market.

    From `headlines`; 1 is usual, from 2 on it was praised.
    """
    return _intensity(view, _span(view), _rise_tied, topic)


@indicator("news.tied_share.{topic}")
def tied_share(view: View, topic: str) -> Measured:
    """k'' / (total + 2), a fraction: of those tying topics to a market moving as the window did, this one's.

    From `headlines`; 0.1 is one voice among many, from 0.4 on it is what everybody says.
    """
    span = _spoken(view)
    rows = _tied(view, span.marked) & span.marked.topics.any(axis=1)
    own = rows & span.marked.topics[:, span.column(topic)]
    return span.measured(float(own.sum() / (rows.sum() + 2)), own)


def _tied(view: View, marked: Marked) -> Flags:
    """Which headlines tell of a market that moved as the window did; either way where it hardly moved."""
    direction = view.once("news direction", lambda: _direction(view))
    if direction == 0:
        return marked.falls | marked.rises
    return marked.rises if direction > 0 else marked.falls


def _direction(view: View) -> int:
    """-1 after a fall, 1 after a rise, 0 after neither or where nobody can tell."""
    try:
        move = return_over_atr(view, view.scope.asset).value
    except NoData:
        return 0
    return 0 if abs(move) < NO_DIRECTION else 1 if move > 0 else -1


def _said(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
