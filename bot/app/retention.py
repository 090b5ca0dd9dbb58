"""How long rows are kept: all of them, but for minutes that hours and days have been made of, and passing prices.

A year of everything else takes a few hundred megabytes, and past recaps can be told anew from it.
"""

from datetime import datetime, timedelta

from bot.sources.liquidations_rollup import KEPT
from bot.sources.snapshot import OF_THE_MOMENT
from bot.store import Store
from bot.store.pruning import drop_points

__all__ = ["forget_old"]

PASSING = timedelta(days=3)


def forget_old(store: Store, now: datetime) -> int:
    """Drops liquidations' minutes after two weeks, tickers after three days.

    Returns how many rows. Raises StoreError.
    """
    tickers = sum(drop_points(store, beginning, now - PASSING) for beginning in OF_THE_MOMENT)
    return tickers + drop_points(store, "liquidations.minute.", now - KEPT)
