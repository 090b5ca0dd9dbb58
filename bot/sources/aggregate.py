"""Totals over exchanges, so that one that joins or leaves never looks like a move.

Pure. A total is made over a panel: venues that all cover every row that is told. One joins when it covers all that is
told already, and then all of it is told anew; when one leaves, the others are told anew alone; and where none covers
what is told, nothing is told until one does. Rows told anew are revisions, known when the panel's newest row is: what
was said before stays what was known before.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

from bot.domain.series import PointColumns
from bot.sources.batch import Points
from bot.sources.venue import VENUES

__all__ = ["funding_total", "open_interest_totals", "taker_totals"]

FULL = timedelta(days=110)
"""What readers compare a window with: 90 days, and some for windows of several days."""

ENOUGH = timedelta(days=28)
"""A panel told for the first time reaches back so far at least, if any venue does; Binance remembers 29 days."""

COVERED = 0.98
"""Of the rows of a stretch, for a venue to be told for the first time."""

LATE = 2
"""Newest rows a venue may lack and stay in the panel: it may just not have been asked yet."""

PUNCTUAL = timedelta(minutes=10)
"""A figure taken so soon after the hour counts as the hour's."""

MARGINED_IN_COINS = {"deribit"}
COUNTED_ONCE = ("binance", "bybit", "okx", "deribit")
"""Venues known to count a position once, in the order in which they are listed."""

_MS = timedelta(milliseconds=1)
_HOUR_MS, _SLOT_MS, _DAY_MS = (timedelta(hours=hours) // _MS for hours in (1, 8, 24))

T = TypeVar("T")
Column = Mapping[int, tuple[T, int]]
"""By time in milliseconds: what it was, and when it was known."""

Weighted = tuple[float, float]
"""A rate and its weight."""


def open_interest_totals(stored: Iterable[PointColumns], asset: str) -> tuple[Points, ...]:
    """`open_interest.usd.total.<asset>` and `open_interest.coins.stablemargin.<asset>`, every hour.

    From `open_interest.{usd,coins}.<venue>.<asset>`. Give it the totals stored already too, and of all of them the last
    110 days; what comes out isn't stored yet. Perpetuals margined in coins count in USD alone.
    """
    held, coin = _held(stored), asset.lower()
    told = {"usd": f"open_interest.usd.total.{coin}", "coins": f"open_interest.coins.stablemargin.{coin}"}
    found: list[Points] = []
    for unit, series in told.items():
        venues = [venue for venue in COUNTED_ONCE if unit == "usd" or venue not in MARGINED_IN_COINS]
        parts = {v: _on_grid(held.get(f"open_interest.{unit}.{v}.{coin}", {}), _HOUR_MS) for v in venues}
        found += _told_anew(series, parts, _HOUR_MS, held.get(series, {}), sum)
    return tuple(found)


def taker_totals(stored: Iterable[PointColumns], asset: str) -> tuple[Points, ...]:
    """`taker.{buy,sell}.<asset>` of days, from `taker.{buy,sell}.<venue>.<asset>`; else as with open interest."""
    held, coin = _held(stored), asset.lower()
    found: list[Points] = []
    for series, side in ((f"taker.{side}.{coin}", side) for side in ("buy", "sell")):
        parts = {venue: held.get(f"taker.{side}.{venue}.{coin}", {}) for venue in VENUES}
        found += _told_anew(series, parts, _DAY_MS, held.get(series, {}), sum)
    return tuple(found)


def funding_total(stored: Iterable[PointColumns], asset: str) -> tuple[Points, ...]:
    """`funding.rate_8h.oi_weighted.<asset>` at 0, 8 and 16 h UTC: each venue's rate by what is open there in USD.

    From `funding.rate_8h.<venue>.<asset>` and `open_interest.usd.<venue>.<asset>`; else as with open interest.
    """
    held, coin = _held(stored), asset.lower()
    series = f"funding.rate_8h.oi_weighted.{coin}"
    parts = {
        v: _weighted(held.get(f"funding.rate_8h.{v}.{coin}", {}), held.get(f"open_interest.usd.{v}.{coin}", {}))
        for v in COUNTED_ONCE
    }
    return tuple(_told_anew(series, parts, _SLOT_MS, held.get(series, {}), _mean))


def _held(stored: Iterable[PointColumns]) -> dict[str, Column[float]]:
    # Sorted by (time, known): the last row of a time is its newest.
    return {c.series: dict(zip(c.time, zip(c.value, c.known, strict=True), strict=True)) for c in stored}


def _on_grid(rows: Column[float], step: int) -> dict[int, tuple[float, int]]:
    """The rows of the grid's moments, or taken soon after."""
    late = PUNCTUAL // _MS
    on_time = ((time - time % step, told) for time, told in sorted(rows.items(), reverse=True) if time % step <= late)
    return dict(on_time)


def _weighted(rates: Column[float], weights: Column[float]) -> dict[int, tuple[Weighted, int]]:
    paid, open_then = _on_grid(rates, _SLOT_MS), _on_grid(weights, _HOUR_MS)
    return {
        time: ((rate, open_then[time][0]), max(known, open_then[time][1]))
        for time, (rate, known) in paid.items()
        if time in open_then
    }


def _mean(pairs: Iterable[Weighted]) -> float:
    parts = list(pairs)
    return sum(rate * weight for rate, weight in parts) / sum(weight for _, weight in parts)


def _told_anew(
    series: str,
    parts: Mapping[str, Column[T]],
    step: int,
    told: Column[float],
    fold: Callable[[Iterable[T]], float],
) -> list[Points]:
    """The panel's rows that aren't told yet or were told otherwise."""
    newest = max((max(rows) for rows in parts.values() if rows), default=0)
    since = newest - FULL // _MS
    recent = {v: {t: row for t, row in rows.items() if t >= since} for v, rows in parts.items()}
    present = {v: rows for v, rows in recent.items() if rows and max(rows) >= newest - LATE * step}
    before = {time: row for time, row in told.items() if time >= since}
    venues, start = _joined(present, before) if before else _first(present, step)
    times = sorted(set.intersection(*(set(present[v]) for v in venues))) if venues else []
    made = {time: fold(present[v][time][0] for v in venues) for time in times if time >= start}
    known = {time: max(present[v][time][1] for v in venues) for time in made}
    revised = any(time in before and before[time][0] != value for time, value in made.items())
    rows = [
        (time, known[max(made)] if revised else known[time], value)
        for time, value in made.items()
        if time not in before or before[time][0] != value
    ]
    return [Points(_columns(series, rows), ", ".join(VENUES[v].publisher for v in venues))] if rows else []


def _joined(present: Mapping[str, Column[T]], before: Column[float]) -> tuple[list[str], int]:
    """The venues that cover everything told before; and since when."""
    return [venue for venue, rows in present.items() if before.keys() <= rows.keys()], 0


def _first(present: Mapping[str, Column[T]], step: int) -> tuple[list[str], int]:
    """Among panels that reach back 28 days the one of most venues, else the one that reaches back farthest."""
    starts = {venue: _start(sorted(rows), step) for venue, rows in present.items()}
    newest = max((max(rows) for rows in present.values()), default=0)
    panels = [([v for v in starts if starts[v] <= start], start) for start in set(starts.values())]
    enough = ENOUGH // _MS
    return max(panels, key=lambda p: (min(newest - p[1], enough), len(p[0]), -p[1]), default=([], 0))


def _start(times: Sequence[int], step: int) -> int:
    """Since when nearly no row is absent."""
    last = times[-1]
    covered = (time for n, time in enumerate(times) if len(times) - n >= COVERED * ((last - time) / step + 1))
    return next(covered)


def _columns(series: str, rows: Sequence[tuple[int, int, float]]) -> PointColumns:
    times, knowns, values = zip(*rows, strict=True)
    return PointColumns(series, array("q", times), array("q", knowns), array("d", values))
