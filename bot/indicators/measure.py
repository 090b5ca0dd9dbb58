"""Every reading of the catalogue for one window, or the reason why there is none."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from bot.domain.catalogue import CATALOGUE, Quantity
from bot.domain.readings import Missing, Reading, Readings
from bot.domain.window import Scope, Window
from bot.indicators import (
    bursts,
    depth,
    fed,
    flows,
    fund_shares,
    funds,
    levels,
    liquidations,
    macro,
    milestones,
    mood,
    news,
    options,
    positioning,
    present,
    price,
    ratio,
    relative,
    releases,
    sessions,
    spot,
    stablecoins,
    trend,
    value_area,
    vwap,
)
from bot.indicators.candles import last_close
from bot.indicators.robust import NoData, to_reading
from bot.indicators.snapshot import Snapshot
from bot.indicators.view import View, registry

__all__ = ["MODULES", "measure", "window_until"]

MODULES = (
    price,
    levels,
    relative,
    ratio,
    vwap,
    positioning,
    present,
    liquidations,
    flows,
    macro,
    mood,
    spot,
    stablecoins,
    depth,
    value_area,
    milestones,
    trend,
    funds,
    fund_shares,
    bursts,
    fed,
    sessions,
    options,
    news,
    releases,
)
"""The modules that fill the registry; importing them is what measuring needs."""

AHEAD = timedelta(hours=48)
ALWAYS = ("BTC", "ETH")
"""Assets measured whatever the scope: every recap tells the two apart."""


def window_until(snapshot: Snapshot, length: timedelta, scope: Scope) -> Window:
    """The window of that length that ends with the newest bars closed by the snapshot's `as_of`.

    Where the scope's assets are recorded in bars of different lengths, it ends where all of them have closed one.
    Raises NoData where the scope's asset has no bar that closed in the day before.
    """
    end = last_close(snapshot, scope.asset)
    if end is None or snapshot.as_of - end > timedelta(days=1):
        newest = "none at all" if end is None else f"the newest closed {end:%Y-%m-%d %H:%M} UTC"
        raise NoData(f"no bar of {scope.asset} closed in the day before {_said(snapshot.as_of)} ({newest})")
    closes = [last_close(snapshot, asset) for asset in (ALWAYS if scope.is_market else ("BTC",))]
    common = min([end, *(close for close in closes if close is not None and end - close < timedelta(days=1))])
    return Window(common - length, common, snapshot.as_of)


def measure(snapshot: Snapshot, window: Window, scope: Scope) -> Readings:
    """All readings of the scope: rows for each asset of BTC, ETH and the scope's, and for each topic of headlines.

    Pure: reads the snapshot only.
    """
    view = View(snapshot, window, scope)
    assets = tuple(dict.fromkeys((*ALWAYS, scope.asset)))
    with np.errstate(divide="ignore", invalid="ignore"):  # a zero or a gap in a series becomes a Missing below
        items = {
            quantity.name: _read(view, row, quantity, subject)
            for row, quantity, subject in (*_wanted(assets), *_of_topics(snapshot.topics.names))
        }
    return Readings(items, snapshot.upcoming(snapshot.as_of + AHEAD), snapshot.history.publishers)


def _wanted(assets: tuple[str, ...]) -> Iterator[tuple[str, Quantity, str]]:
    """The catalogue's row, the row with its asset filled in, and the asset."""
    for name, quantity in CATALOGUE.items():
        if not quantity.per_asset and not quantity.per_topic:
            yield name, quantity, "market"
        for asset in assets if quantity.per_asset else ():
            if not (asset == "BTC" and name.startswith("relative.")):
                yield name, replace(quantity, name=name.replace("{asset}", asset.lower())), asset


def _of_topics(topics: tuple[str, ...]) -> Iterator[tuple[str, Quantity, str]]:
    """The same for what is measured of each topic."""
    for name, quantity in CATALOGUE.items():
        for topic in topics if quantity.per_topic else ():
            yield name, replace(quantity, name=name.replace("{topic}", topic)), topic


def _read(view: View, row: str, quantity: Quantity, subject: str) -> Reading | Missing:
    """One reading; what is not of an asset is of the market."""
    asset = "market" if CATALOGUE[row].per_topic else subject
    try:
        return to_reading(quantity, asset, registry[row](view, subject))
    except NoData as reason:
        return Missing(quantity.name, str(reason))
    except ZeroDivisionError:
        return Missing(quantity.name, "a figure it is divided by is zero")


def _said(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
