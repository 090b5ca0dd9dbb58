"""The odds of a lower Fed rate after the next meeting, as recorded or out of the front month's futures.

A month's federal funds future settles at 100 minus the month's mean rate. A meeting on day d of N leaves d days at the
old rate and N - d at the new one, so the price tells what the market expects of the meeting.
"""

from datetime import timedelta

import numpy as np

from bot.domain.fomc import DECISIONS
from bot.indicators.candles import DAY
from bot.indicators.macro import change_between_closes, difference
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Stamps, Track, Values
from bot.indicators.view import View, indicator, row_at, values_at

__all__ = ["MEETINGS", "cut_probability"]

RECORDED, FUTURE, EFFECTIVE = "fed.cut_probability", "fed_funds.future.front", "rates.fed_effective"
WEEKEND = 5 * DAY
ANNOUNCED = timedelta(hours=18)
"""UTC; an hour later in winter, but no close lies between."""

FEWEST_DAYS = 4
"""After a meeting in its month: on fewer, a hundredth in the price moves the odds by a third and more."""

MEETINGS = np.array(DECISIONS, "datetime64[D]")
"""The days decisions are announced."""


def cut_probability(
    pre: Values, implied_month: Values, meeting_day: Stamps, days_in_month: Stamps, step: float = 0.25
) -> Values:
    """100 (pre - post) / step with post = (N implied - d pre) / (N - d), percent; above 100 for more than one step.

    `pre` is the rate before the meeting, `implied_month` 100 minus the future's price, both percent.
    """
    after = days_in_month - meeting_day
    post = (days_in_month * implied_month - meeting_day * pre) / after
    return np.asarray(100 * (pre - post) / step)


def _odds(view: View) -> Track:
    """The recorded odds, else those of the futures; both in percent."""
    recorded = view.snapshot.track(RECORDED)
    if recorded is not None or view.snapshot.track(FUTURE) is None:
        return view.track(RECORDED)
    return view.once("odds of a cut", lambda: _implied(view))


def _implied(view: View) -> Track:
    """Odds at each close of the front future; NaN where its month tells nothing of the next meeting."""
    future, effective = view.track(FUTURE), view.track(EFFECTIVE)
    pre = values_at(effective, future.time, WEEKEND)
    meeting_day, days_in_month = _meetings(future.time)
    odds = cut_probability(pre, 100 - future.value, meeting_day, days_in_month)
    telling = days_in_month - meeting_day >= FEWEST_DAYS
    rates = np.maximum(np.searchsorted(effective.time, future.time, side="right") - 1, 0)
    known = np.maximum(future.known, effective.known[rates])
    return Track(f"{FUTURE}, {EFFECTIVE}", future.time, np.where(telling, odds, np.nan), known)


def _ahead(times: Stamps) -> Stamps:
    """The place in the table of the next meeting to be announced after each time."""
    announced = (times - ANNOUNCED // timedelta(milliseconds=1)).astype("datetime64[ms]").astype("datetime64[D]")
    return np.searchsorted(MEETINGS, announced, side="right")


def _meetings(times: Stamps) -> tuple[Stamps, Stamps]:
    """Day of the month's meeting still ahead and the month's length; the length for both where none is ahead."""
    month = times.astype("datetime64[ms]").astype("datetime64[M]")
    first = month.astype("datetime64[D]")
    length = ((month + 1).astype("datetime64[D]") - first).astype(np.int64)
    upcoming = np.append(MEETINGS, MEETINGS[-1] + 400)[_ahead(times)]
    return np.minimum((upcoming - first).astype(np.int64) + 1, length), length


@indicator("fed.cut_probability")
def odds_of_a_cut(view: View, _: str) -> Measured:
    """Odds of a lower rate after the next meeting at the last close, percent; from 60 on a cut is expected.

    From `fed.cut_probability`, else from `fed_funds.future.front` and `rates.fed_effective`.
    """
    return _told(view.level_of(view.window.end, _odds(view), slack=WEEKEND).measured())


@indicator("fed.cut_probability.change")
def change_of_odds(view: View, _: str) -> Measured:
    """Odds of one meeting at the last close in the window minus those before it, percentage points.

    From `fed.cut_probability`, else `fed_funds.future.front` and `rates.fed_effective`; ±10 and beyond is notable.
    """
    track = _odds(view)
    closes = [max(0, row_at(track, edge)) for edge in (view.window.start, view.window.end)]
    if np.ptp(_ahead(track.time[closes])):
        raise NoData(f"{track.name} speaks of one meeting before the window and of the next after it")
    return _told(change_between_closes(view, track, difference))


def _told(measured: Measured) -> Measured:
    if not np.isfinite(measured.value):
        raise NoData(f"the month of {FUTURE} has no meeting ahead with {FEWEST_DAYS} days after it")
    return measured
