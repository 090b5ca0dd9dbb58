"""What is made of stored rows: totals over venues, and liquidations by the hour and the day."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.sources.aggregate import FULL, funding_total, open_interest_totals, taker_totals
from bot.sources.batch import Points
from bot.sources.liquidations_panel import DAILY, HOURLY, changed, totals
from bot.sources.liquidations_rollup import days, hours
from bot.store import Store

__all__ = ["derive"]

LATE = timedelta(days=2)
"""So far back minutes may still change an hour, or hours a day."""

PAST = timedelta(days=40)
"""What hourly totals are compared with, and some."""

_DAILY = ("liquidations.long.", "liquidations.short.", "liquidations.panel")


def derive(store: Store, assets: Iterable[str], now: datetime) -> int:
    """Writes what follows from the rows stored; returns how many rows were new or revised. Raises StoreError.

    Doing it again changes nothing.
    """
    wanted = tuple(assets)
    return sum((_totals(store, wanted, now), _liquidations(store, wanted, now)))


def _totals(store: Store, assets: tuple[str, ...], now: datetime) -> int:
    written = 0
    for asset in assets:
        held = store.points(now - FULL, now, _of(asset))
        written += _write(store, open_interest_totals(held, asset))
        written += _write(store, taker_totals(held, asset))
        written += _write(store, funding_total(held, asset))
    return written


def _of(asset: str) -> tuple[str, ...]:
    venues = ("binance", "bybit", "okx", "gate", "deribit", "hyperliquid")
    parts = [f"{kind}.{v}.{asset.lower()}" for v in venues for kind in ("funding.rate_8h", *_SIZED)]
    told = ("funding.rate_8h.oi_weighted", "open_interest.usd.total", "open_interest.coins.stablemargin")
    return (*parts, *(f"{name}.{asset.lower()}" for name in (*told, "taker.buy", "taker.sell")))


_SIZED = ("open_interest.usd", "open_interest.coins", "taker.buy", "taker.sell")


def _liquidations(store: Store, assets: tuple[str, ...], now: datetime) -> int:
    """Minutes become hours, hours days, and both totals over a panel of venues."""
    recent = (now - LATE).replace(hour=0, minute=0, second=0, microsecond=0)
    minutes = store.points(recent, now, ("liquidations.minute.",))
    written = _write(store, _new(hours(minutes, recent, now), store, recent, now))
    hourly = store.points(now - PAST, now, ("liquidations.hour.",))
    written += _write(store, _new(days(hourly, recent, now), store, recent, now))
    written += _write(store, changed(totals(hourly, HOURLY, assets), hourly))
    daily = store.points(now - FULL, now, _DAILY)
    return written + _write(store, changed(totals(daily, DAILY, assets), daily))


def _new(found: tuple[Points, ...], store: Store, since: datetime, now: datetime) -> tuple[Points, ...]:
    names = tuple({points.columns.series for points in found})
    return changed(found, store.points(since, now, names)) if names else ()


def _write(store: Store, found: Iterable[Points]) -> int:
    rows = 0
    with store.transaction() as transaction:
        for points in found:
            written = transaction.write_points(points.columns, points.publisher)
            rows += written.added + written.changed
    return rows
