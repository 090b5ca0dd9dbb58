"""Small recorded histories, made by hand, for tests of single readings."""

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.domain.readings import Missing, Reading
from bot.domain.series import TIMEFRAMES, BarColumns, PointColumns, stamp
from bot.domain.window import MARKET, Scope, Window
from bot.indicators.measure import measure
from bot.indicators.snapshot import History

END = datetime(2025, 2, 26, tzinfo=UTC)
START = END - timedelta(days=1)
AS_OF = END + timedelta(minutes=5)
WINDOW = Window(START, END, AS_OF)
DAY = timedelta(days=1)


def daily(series: str, values: Sequence[float], last: datetime = END, delay: timedelta = timedelta(0)) -> PointColumns:
    """One value a day up to `last`, each known `delay` after it happened."""
    times = [last - DAY * back for back in reversed(range(len(values)))]
    return points(series, [(time, time + delay, value) for time, value in zip(times, values, strict=True)])


def points(series: str, rows: Sequence[tuple[datetime, datetime, float]]) -> PointColumns:
    ordered = sorted(rows)
    return PointColumns(
        series,
        array("q", [stamp(time) for time, _, _ in ordered]),
        array("q", [stamp(known) for _, known, _ in ordered]),
        array("d", [value for _, _, value in ordered]),
    )


def bars(
    closes: Sequence[float],
    asset: str = "BTC",
    timeframe: str = "1h",
    end: datetime = END,
    wick: float = 0.0,
    volumes: Sequence[float] | None = None,
) -> BarColumns:
    """Bars up to `end`, each opening where the one before closed; `wick` is added above and below."""
    opens = [closes[0], *closes[:-1]]
    first = end - TIMEFRAMES[timeframe] * len(closes)
    return BarColumns(
        "binanceusdm",
        f"{asset}-USDT-PERP",
        timeframe,
        array("q", [stamp(first + n * TIMEFRAMES[timeframe]) for n in range(len(closes))]),
        array("d", opens),
        array("d", [max(o, c) + wick for o, c in zip(opens, closes, strict=True)]),
        array("d", [min(o, c) - wick for o, c in zip(opens, closes, strict=True)]),
        array("d", closes),
        array("d", volumes or [1.0] * len(closes)),
    )


def read(
    name: str,
    *recorded: PointColumns | BarColumns,
    window: Window = WINDOW,
    scope: Scope = MARKET,
) -> Reading | Missing:
    """That reading of a history made of these columns."""
    history = History.of(
        [c for c in recorded if isinstance(c, PointColumns)], [c for c in recorded if isinstance(c, BarColumns)]
    )
    return measure(history.at(window.as_of), window, scope)[name]


def value(name: str, *recorded: PointColumns | BarColumns, window: Window = WINDOW, scope: Scope = MARKET) -> Reading:
    """The same, and it must be there."""
    found = read(name, *recorded, window=window, scope=scope)
    assert isinstance(found, Reading), found
    return found


def reason(name: str, *recorded: PointColumns | BarColumns, window: Window = WINDOW, scope: Scope = MARKET) -> str:
    """Why it is missing, and it must be."""
    found = read(name, *recorded, window=window, scope=scope)
    assert isinstance(found, Missing), found
    return found.reason
