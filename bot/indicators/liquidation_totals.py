"""What was closed by force in the window and in the windows before it, from totals of days or of hours.

Live totals are made over a panel of venues, told by the series `….panel`: only rows of the window's own panel are held
against it, so that a venue that joins or leaves is no wave.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from bot.indicators.robust import NoData
from bot.indicators.snapshot import Track, Values, milliseconds
from bot.indicators.view import COMPARED_DAYS, View, day_totals, joined, row_at, values_at, whole_days

__all__ = ["Closed", "Step", "added", "closed", "named"]

HOUR = timedelta(hours=1)
LATE = 12
"""One hour in so many may still be untold at the window's end: a venue's sums come up to an hour late."""


def added(columns: Values) -> Values:
    """The columns' sum, a row each."""
    return np.asarray(columns.sum(axis=1))


@dataclass(frozen=True)
class Step:
    """Totals of one length: the series' first words, and how they add up to the window and those before it."""

    name: str
    add_up: Callable[[View, Track], Values]


def _hour_totals(view: View, track: Track) -> Values:
    """An hourly amount over the window and over the windows of the same hours on the 90 days before it.

    The newest hours of a long window may be untold yet: then they are left out of all of them, and what is told is "at
    least" so much. Raises NoData where other hours of the window are absent.
    """
    length, end = view.window.length, view.window.end
    if length % HOUR or end.timestamp() % HOUR.total_seconds():
        raise NoData(f"{track.name} is recorded by the hour, the window is not made of whole hours")
    span, skipped = length // HOUR, whole_days(view.window)
    ends = milliseconds(end) - 3_600_000 * np.arange(24 * (COMPARED_DAYS + skipped - 1) + span)
    hourly = values_at(track, ends, timedelta(minutes=1))
    late = min(int(np.isfinite(hourly).argmax()), span // LATE)
    hourly, span = hourly[late:], span - late
    if not np.isfinite(hourly[:span]).all():
        raise NoData(f"{track.name} has not every hour of the window")
    windows = np.lib.stride_tricks.sliding_window_view(hourly, span).sum(axis=1)
    return np.append(windows[0], windows[24 * skipped :: 24])


DAILY = Step("liquidations", day_totals)
HOURLY = Step("liquidations.hour", _hour_totals)


@dataclass(frozen=True)
class Closed:
    """USD closed in the window, first, and in the windows before it; `track` is what was added up."""

    step: Step
    track: Track
    usd: Values


def _side(view: View, step: Step, side: str, assets: tuple[str, ...]) -> Track:
    """USD of one side over the assets."""
    name = f"{step.name}.{side}.{named(assets)}"
    parts = [f"{step.name}.{side}.{asset.lower()}" for asset in assets]
    return view.once(name, lambda: _of_one_panel(view, step, joined(name, [view.track(p) for p in parts], added)))


def _both(view: View, step: Step, assets: tuple[str, ...]) -> Track:
    name = f"{step.name}.*.{named(assets)}"
    return view.once(name, lambda: joined(name, [_side(view, step, side, assets) for side in ("long", "short")], added))


def _of_one_panel(view: View, step: Step, track: Track) -> Track:
    """Without the amounts over other venues than the window's."""
    panel = view.snapshot.track(f"{step.name}.panel")
    if panel is None or not len(track):
        return track
    marks = np.nan_to_num(values_at(panel, track.time, timedelta(0)))
    mine = marks == marks[row_at(track, view.window.end)]
    return Track(track.name, track.time, np.where(mine, track.value, np.nan), track.known)


def closed(view: View, side: str, assets: tuple[str, ...], *steps: Step) -> Closed:
    """From the first of the steps (days, then hours) that fits the window; `side` is long, short or total."""
    absent, unfit = [], []
    for step in steps or (DAILY, HOURLY):
        try:
            track = _both(view, step, assets) if side == "total" else _side(view, step, side, assets)
        except NoData as reason:
            absent.append(reason)
            continue
        try:
            return Closed(step, track, step.add_up(view, track))
        except NoData as reason:
            unfit.append(reason)
    raise [*unfit, *absent][0]


def named(assets: tuple[str, ...]) -> str:
    return assets[0].lower() if len(assets) == 1 else "{" + ",".join(a.lower() for a in assets) + "}"
