"""Scheduled economic releases inside the window: how many mattered, and how far the first print missed the forecast."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from bot.domain.series import Release
from bot.indicators.candles import DAY
from bot.indicators.robust import Measured, NoData
from bot.indicators.view import View, indicator

SOURCE = "releases"
HIGH = "high"

INFLATION = (
    "core cpi m/m",
    "core pce price index m/m",
    "cpi m/m",
    "core ppi m/m",
    "ppi m/m",
    "pce price index m/m",
)
"""The figures markets wait for; where several came out in one window, the first of these counts."""

JOBS = ("nonfarm payrolls", "non-farm employment change")
STATEMENT = ("fomc statement",)
DECISION = ("fed interest rate decision",)
KEY = (*DECISION, *JOBS, *INFLATION, "cpi (yoy)", "core cpi (yoy)", "core pce price index (yoy)", "ppi (yoy)")
"""The releases that move rates by themselves: the Fed's decision, payrolls and inflation."""

COMPARED = 60
COMPARED_SPAN = 366 * DAY

RESOLUTION = timedelta(minutes=1)
UNTOLD = "the calendar on record tells when releases are due, not what they showed"
QUIET = timedelta(days=4)
"""The longest stretch without any release, a weekend with holidays: where there is more, the calendar has a hole."""

_PERIOD = re.compile(r" \((?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|q[1-4])\)$")
_NUMBER = re.compile(r"([-+]?[\d,]*\.?\d+)([%kmbt]?)")
_SCALES = {"": 1.0, "%": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}


@dataclass(frozen=True, slots=True)
class Surprise:
    """A release's first print minus its forecast, percent in percentage points, `K` and `M` multiplied out."""

    event: str
    value: float
    time: datetime
    known: datetime


def _event(release: Release) -> str:
    """The name without the period it is about: `Core CPI (MoM) (Jan)` is `core cpi m/m`."""
    return _PERIOD.sub("", release.event.casefold()).replace("(mom)", "m/m")


def _number(text: str) -> float | None:
    found = _NUMBER.fullmatch(text.strip().casefold())
    return float(found[1].replace(",", "")) * _SCALES[found[2]] if found else None


def _surprise(release: Release) -> Surprise | None:
    """What a release of high impact showed against its forecast, None where either is no number."""
    if release.impact.casefold() != HIGH or release.actual_known is None:
        return None
    actual, forecast = _number(release.actual), _number(release.forecast)
    if actual is None or forecast is None:
        return None
    return Surprise(_event(release), round(actual - forecast, 6), release.time, release.actual_known)


def _inside(view: View) -> Sequence[Release]:
    """The window's releases; raises NoData where the calendar doesn't reach it."""
    if not view.snapshot.released(view.window.end - QUIET, view.window.end):
        raise NoData("no calendar of releases is recorded for the window")
    return view.snapshot.released(view.window.start, view.window.end)


def _outcomes(view: View) -> bool:
    """Whether the calendar on record tells outcomes at all; some only tell when a release is due."""
    end = view.window.end
    return any(release.actual_known is not None for release in view.snapshot.released(end - 14 * DAY, end))


def _surprises(view: View, since: datetime, until: datetime) -> list[Surprise]:
    return [found for release in view.snapshot.released(since, until) if (found := _surprise(release))]


def _of_window(view: View) -> list[Surprise]:
    return view.once("surprises", lambda: [found for release in _inside(view) if (found := _surprise(release))])


def _family(view: View, names: tuple[str, ...], what: str) -> Measured:
    """The first of the names that was released in the window, its newest print."""
    inside = [found for found in _of_window(view) if found.event in names]
    if not inside:
        raise NoData(f"no {what} with a forecast came out in the window" if _outcomes(view) else UNTOLD)
    chosen = min(inside, key=lambda found: (names.index(found.event), view.window.end - found.time))
    start = view.window.start
    before = [found for found in _surprises(view, start - COMPARED_SPAN, start) if found.known <= start]
    history = np.array([found.value for found in before if found.event in names][-COMPARED:])
    return Measured(chosen.value, chosen.time, chosen.known, SOURCE, history)


@indicator("calendar.high_impact.count")
def high_impact(view: View, _: str) -> Measured:
    """Number of releases of high impact in the window, with a forecast and a first print known by `as_of`.

    From `releases`; from 1 on rates had a reason to move.
    """
    inside = _of_window(view)
    if not inside and not _outcomes(view):
        raise NoData(UNTOLD)
    if not inside:
        return Measured(0.0, view.window.end, view.window.end, SOURCE)
    return Measured(float(len(inside)), inside[-1].time, max(found.known for found in inside), SOURCE)


@indicator("calendar.surprise.inflation")
def inflation(view: View, _: str) -> Measured:
    """First print minus forecast of CPI, PCE or PPI month on month, percentage points; core figures come first.

    Held against all such surprises of the year before, at most 60. From `releases`; above 0 is hotter, 0.1 is notable.
    """
    return _family(view, INFLATION, "inflation figure")


@indicator("calendar.surprise.jobs")
def jobs(view: View, _: str) -> Measured:
    """First print minus forecast of US payrolls, number of jobs; one a month makes no baseline.

    From `releases`; above 0 is stronger, beyond ±50,000 notable.
    """
    return _family(view, JOBS, "payrolls figure")


@indicator("calendar.fomc")
def fomc(view: View, _: str) -> Measured:
    """Number of statements of the Fed's rate committee in the window; it ends with the statement.

    From `releases`; from 1 on.
    """
    found = [release for release in _inside(view) if _event(release) in STATEMENT]
    when = found[-1].time if found else view.window.end
    return Measured(float(len(found)), when, when, SOURCE)


@indicator("calendar.key_releases")
def key_releases(view: View, _: str) -> Measured:
    """Number of moments in the window at which inflation, payrolls or a decision of the Fed came out.

    Ends with the last; where the calendar tells no outcomes, those at which they were due. From `releases`; from 1 on.
    """
    return _moments(view, _out(view, _inside(view)))


@indicator("calendar.key_releases_before")
def key_releases_before(view: View, _: str) -> Measured:
    """Number of such moments in the 24 hours before the window: markets go on digesting the day after.

    From `releases`; from 1 on.
    """
    _inside(view)
    before = view.snapshot.released(view.window.start - DAY, view.window.start - RESOLUTION)
    return _moments(view, _out(view, before))


def _out(view: View, releases: Sequence[Release]) -> list[Release]:
    """The key releases that did come out: a shutdown or a snowstorm leaves the calendar's entry without a figure."""
    due = [release for release in releases if _event(release) in KEY]
    return [release for release in due if release.actual_known is not None] if _outcomes(view) else due


def _moments(view: View, releases: Sequence[Release]) -> Measured:
    """At how many moments they came out; in time with the last of them, known when all were."""
    start = view.window.start
    when = max((release.time for release in releases), default=start)
    known = max((release.actual_known or release.time for release in releases), default=start)
    return Measured(float(len({release.time for release in releases})), when, known, SOURCE)
