"""One asset's bars seen through a window, and through the same window on the days before.

The lead market is the first of the asset's markets whose bars fill the window; prices are never mixed across venues.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np

from bot.domain.series import TIMEFRAMES, moment
from bot.domain.window import Window
from bot.indicators.robust import NoData
from bot.indicators.snapshot import Bars, Snapshot, Stamps, Values, milliseconds

__all__ = ["Candles", "first_filling", "last_close", "lead_candles", "markets"]

_MARKETS = (
    "binanceusdm.{}-USDT-PERP",
    "cccagg.{}-USD",
    "okx.{}-USDT-PERP",
    "bybit.{}-USDT-PERP",
    "gate.{}-USDT-PERP",
    "hyperliquid.{}-USDC-PERP",
    "coinbase.{}-USD",
    "kraken.{}-USD",
)
"""Best first; a venue that doesn't serve this machine's country leaves the lead to the next."""

DAY = timedelta(days=1)
MILLISECOND = timedelta(milliseconds=1)
LOOKBACK_DAYS = 100
"""90 baseline windows, and room for windows of several days."""

COMPARED_WINDOWS = 90
HISTORY = timedelta(days=45)
ENOUGH = 0.98
"""Bars of a stretch that must be there; a venue's short outage spoils no baseline."""


def markets(asset: str) -> Iterator[str]:
    """The asset's markets, best first, finer bars before coarser."""
    for timeframe in TIMEFRAMES:
        yield from (f"{market.format(asset)}.{timeframe}" for market in _MARKETS)


def last_close(snapshot: Snapshot, asset: str) -> datetime | None:
    """When the asset's newest complete bar of any market closed."""
    closes = [
        moment(int(bars.stamps[-1])) + bars.timeframe
        for name in markets(asset)
        if (bars := snapshot.bars(name)) is not None
    ]
    return max(closes, default=None)


def lead_candles(snapshot: Snapshot, window: Window, asset: str) -> "Candles":
    """The candles of the asset's lead market; raises NoData where no market fills the window."""
    return first_filling(snapshot, window, markets(asset), f"no market of {asset} has bars")


def first_filling(snapshot: Snapshot, window: Window, names: Iterable[str], absence: str) -> "Candles":
    """The candles of the first market that fills the window; of those, one with a baseline if any has it.

    Raises NoData where none does: `absence` for the whole window, and the bar that was too absurd to count.
    """
    filling, absurd = [], []
    for name in names:
        bars = snapshot.bars(name)
        if bars is None or not _fits(bars, window):
            continue
        candles = Candles(window, bars)
        absurd += [f"; {name} has an absurd bar at {when:%Y-%m-%d %H:%M} UTC" for when in candles.absurd]
        if candles.filled:
            filling.append(candles)
            if candles.has_history:
                return candles
    if not filling:
        raise NoData(f"{absence} for the whole window{''.join(absurd[:1])}")
    return filling[0]


def _fits(bars: Bars, window: Window) -> bool:
    return (
        window.length % bars.timeframe == timedelta(0) and window.end.timestamp() % bars.timeframe.total_seconds() == 0
    )


@dataclass(frozen=True)
class Candles:
    """The lead market on a full grid of bars up to the window's end; absent bars are NaN.

    Arrays named `past_*` hold the same window on earlier days, newest first, none of them reaching into this one.
    """

    window: Window
    bars: Bars

    @property
    def source(self) -> str:
        return f"bars/{self.bars.name}"

    @property
    def length(self) -> int:
        """Bars in the window."""
        return self.window.length // self.bars.timeframe

    @cached_property
    def grid(self) -> dict[str, Values]:
        """The columns of the lookback's and the window's bars, without a row left out."""
        first, last = self.window.start - LOOKBACK_DAYS * DAY, self.window.end - self.bars.timeframe
        step = self.bars.timeframe // MILLISECOND
        starts = np.arange(milliseconds(first), milliseconds(last) + 1, step)
        if self.bars.count(first, last) == len(starts):
            return self.bars.between(first, last)
        return {column: self.bars.at(column, starts) for column in self.bars.columns}

    @cached_property
    def inside(self) -> dict[str, Values]:
        """The columns of the window's own bars."""
        return self.bars.between(self.window.start, self.window.end - self.bars.timeframe)

    @property
    def absurd(self) -> list[datetime]:
        """When bars of the window start that were left out because they can't be true."""
        starts = (moment(int(start)) for start in self.bars.absurd)
        return [start for start in starts if self.window.start <= start < self.window.end]

    @property
    def filled(self) -> bool:
        """Whether no bar of the window is absent."""
        return len(self.inside["open"]) == self.length

    @property
    def has_history(self) -> bool:
        """Whether the 45 days before hold enough bars for a baseline."""
        held = self.bars.count(self.window.start - HISTORY, self.window.start - self.bars.timeframe)
        return held >= ENOUGH * (HISTORY // self.bars.timeframe)

    @cached_property
    def _past_ends(self) -> Stamps:
        """Grid rows after the last bar of each earlier window, a day apart."""
        step = max(1, DAY // self.bars.timeframe)
        whole_days = -(-self.window.length // DAY)
        ends = len(self.grid["open"]) - (whole_days + np.arange(COMPARED_WINDOWS)) * step
        return ends[ends >= self.length]

    @cached_property
    def past_returns(self) -> Values:
        """Percent, open of the first bar to close of the last."""
        whole_days = -(-self.window.length // DAY)
        return self.returns(self.window.end - whole_days * DAY, self.window.length, COMPARED_WINDOWS)

    def returns(self, end: datetime, length: timedelta, count: int) -> Values:
        """Percent over the stretch of that length up to `end` and up to the same hour on the days before.

        Newest first, NaN where the stretch's first or last bar is absent.
        """
        ends = milliseconds(end) - (DAY // MILLISECOND) * np.arange(count)
        opens = self.bars.at("open", ends - length // MILLISECOND)
        closes = self.bars.at("close", ends - self.bars.timeframe // MILLISECOND)
        return np.asarray(100 * (closes / opens - 1))

    @cached_property
    def past_ranges(self) -> Values:
        """Percent of the open, high minus low."""
        opens = self.grid["open"][self._past_ends - self.length]
        return np.asarray(100 * (self.past("high").max(axis=1) - self.past("low").min(axis=1)) / opens)

    @cached_property
    def past_volumes(self) -> Values:
        return np.asarray(self.past("volume").sum(axis=1))

    @cached_property
    def past_volatilities(self) -> Values:
        """Annualised percent, from the bars of each earlier window."""
        moves = np.log(self.past("close") / self.past("open"))
        return np.asarray(annualised(moves, self.window.length))

    def past(self, column: str) -> Values:
        """A column over the earlier windows: one row a window, newest first, one column a bar."""
        windows = np.lib.stride_tricks.sliding_window_view(self.grid[column], self.length)
        return np.asarray(windows[self._past_ends - self.length])

    def before(self, length: timedelta) -> dict[str, Values]:
        """The bars of the stretch before the window; raises NoData where more than 2 % of them are absent."""
        rows = length // self.bars.timeframe
        stretch = self.bars.between(self.window.start - length, self.window.start - self.bars.timeframe)
        if (held := len(stretch["open"])) < ENOUGH * rows:
            raise NoData(f"{self.bars.name} has {held} of the {rows} bars of the {length.days} days before")
        return stretch

    @cached_property
    def days_before(self) -> dict[str, Values]:
        """24-hour candles that end where the window starts, oldest first, without the incomplete ones.

        `place` counts the days of the lookback, so that two markets' days can be matched.
        """
        width = max(1, DAY // self.bars.timeframe)
        rows = len(self.grid["open"]) - self.length
        days = {c: self.grid[c][rows % width : rows].reshape(-1, width) for c in ("open", "high", "low", "close")}
        candles = {
            "open": days["open"][:, 0],
            "high": days["high"].max(axis=1),
            "low": days["low"].min(axis=1),
            "close": days["close"][:, -1],
        }
        whole = np.flatnonzero(np.isfinite(np.stack(list(candles.values()))).all(axis=0))
        return {"place": whole.astype(np.float64)} | {column: held[whole] for column, held in candles.items()}

    def close_of(self, bar: int) -> datetime:
        """When that bar of the window closed; bars count from 0."""
        return self.window.start + (bar + 1) * self.bars.timeframe


def annualised(moves: Values, length: timedelta) -> Values:
    """Root of the sum of squared log moves along the last axis, scaled to a year of 365 days, in percent."""
    years = length / timedelta(days=365)
    return np.asarray(100 * np.sqrt((moves**2).sum(axis=-1) / years))
