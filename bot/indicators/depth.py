"""How much money stood in the order book within one percent of the price, from `depth_1pct.*`, in USD."""

import numpy as np

from bot.indicators.robust import Measured
from bot.indicators.snapshot import Track, Values
from bot.indicators.view import View, indicator, joined


def _total(sides: Values) -> Values:
    return np.asarray(sides.sum(axis=1))


def _lean(sides: Values) -> Values:
    return np.asarray((sides[:, 0] - sides[:, 1]) / sides.sum(axis=1))


def _sides(view: View, asset: str) -> tuple[Track, Track]:
    return view.track(f"depth_1pct.bids.{asset.lower()}"), view.track(f"depth_1pct.asks.{asset.lower()}")


def _named(asset: str) -> str:
    return f"depth_1pct.{{bids,asks}}.{asset.lower()}"


@indicator("depth.bids.{asset}")
def bids(view: View, asset: str) -> Measured:
    """USD bid within 1 % below the price at the window's start.

    From `depth_1pct.bids.*`; z ≤ -1.5 is a thin book.
    """
    return view.level(view.window.start, f"depth_1pct.bids.{asset.lower()}").measured()


@indicator("depth.asks.{asset}")
def asks(view: View, asset: str) -> Measured:
    """USD offered within 1 % above the price at the window's start.

    From `depth_1pct.asks.*`; z ≤ -1.5 is a thin book.
    """
    return view.level(view.window.start, f"depth_1pct.asks.{asset.lower()}").measured()


@indicator("depth.change.{asset}")
def change(view: View, asset: str) -> Measured:
    """(bids + asks) at the window's end / at its start - 1, a fraction.

    From `depth_1pct.*`; at -0.2 and below liquidity was withdrawn.
    """
    return view.change_of(joined(_named(asset), _sides(view, asset), _total), relative=True)


@indicator("depth.imbalance.{asset}")
def imbalance(view: View, asset: str) -> Measured:
    """(bids - asks) / (bids + asks) at the window's start, a fraction.

    From `depth_1pct.*`; beyond ±0.2 one side was thin.
    """
    return view.level_of(view.window.start, joined(_named(asset), _sides(view, asset), _lean)).measured()
