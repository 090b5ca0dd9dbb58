"""Prices people watch for their own sake: round numbers and the highest price there ever was."""

from datetime import UTC, datetime

from bot.domain.series import moment
from bot.indicators.candles import DAY, markets
from bot.indicators.robust import Measured, NoData
from bot.indicators.snapshot import Bars, milliseconds
from bot.indicators.view import View, indicator

ROUND = {"BTC": (10_000.0, 20_000.0), "ETH": (500.0, 500.0)}
"""The step between round numbers and the lowest of them, USD."""

ENOUGH_DAYS = 300
"""Fewer days of bars than this say nothing about an all-time high."""

EARLIER_HIGHS = {
    "BTC": ((2021, 11, 10, 69_045), (2024, 3, 14, 73_840), (2025, 1, 20, 109_590), (2025, 10, 6, 126_300)),
    "ETH": ((2021, 11, 10, 4_892), (2025, 8, 24, 4_960)),
    "SOL": ((2021, 11, 6, 260.1), (2025, 1, 19, 295.9)),
    "XRP": ((2018, 1, 4, 3.85),),
    "BNB": ((2021, 5, 10, 692), (2025, 10, 13, 1_376)),
    "DOGE": ((2021, 5, 8, 0.74),),
    "ADA": ((2021, 9, 2, 3.11),),
}
"""Highs that recorded bars may not reach back to, at their most generous quote: a record is never told too early."""


@indicator("level.round_number_crossed.{asset}")
def round_number_crossed(view: View, asset: str) -> Measured:
    """Number of round prices between open and close: each 10,000 of BTC from 20,000 on, each 500 of ETH.

    Positive were reached from below, negative were lost. From `bars/*` of the lead market; from ±1 on worth a word.
    """
    if asset not in ROUND:
        raise NoData(f"no round numbers are kept for {asset}")
    candles, (step, lowest) = view.candles(asset), ROUND[asset]
    ends = float(candles.inside["open"][0]), float(candles.inside["close"][-1])
    opened, closed = (max(price // step, lowest / step - 1) for price in ends)
    return Measured(closed - opened, view.window.end, view.window.end, candles.source)


@indicator("level.all_time_high.{asset}")
def all_time_high(view: View, asset: str) -> Measured:
    """100 (the window's high / the highest high before it - 1), percent.

    Over the bars of all the asset's markets that closed before the window, and the known highs from before them. From
    `bars/*`; above 0 is a new all-time high.
    """
    candles, start = view.candles(asset), view.window.start
    before = [bars for name in markets(asset) if (bars := view.snapshot.bars(name)) is not None]
    held = [(bars, rows) for bars in before if (rows := _closed_rows(bars, start))]
    if not any(start - moment(int(bars.stamps[0])) >= ENOUGH_DAYS * DAY for bars, _ in held):
        raise NoData(f"no market of {asset} has {ENOUGH_DAYS} days of bars before the window")
    if asset not in EARLIER_HIGHS:
        raise NoData(f"the highest price of {asset} before its recorded bars is not kept")
    high = max(_known_high(asset, start), *(float(bars.columns["high"][:rows].max()) for bars, rows in held))
    bar = int(candles.inside["high"].argmax())
    value = 100 * (float(candles.inside["high"][bar]) / high - 1)
    when = candles.close_of(bar)
    return Measured(value, when, when, ", ".join(dict.fromkeys((candles.source, *(f"bars/{b.name}" for b, _ in held)))))


def _closed_rows(bars: Bars, edge: datetime) -> int:
    """How many of the bars had closed by then."""
    return int(bars.stamps.searchsorted(milliseconds(edge - bars.timeframe), side="right"))


def _known_high(asset: str, edge: datetime) -> float:
    """The highest of the known highs from days that had ended by then."""
    days = ((datetime(year, month, day, tzinfo=UTC) + DAY, high) for year, month, day, high in EARLIER_HIGHS[asset])
    return max((float(high) for ended, high in days if ended <= edge), default=0.0)
