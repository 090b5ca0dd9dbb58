"""How long rows are kept: as long as something reads them, so that the store stays small."""

from datetime import datetime, timedelta

from bot.sources.liquidations_rollup import KEPT
from bot.store import Store
from bot.store.pruning import drop_bars, drop_headlines, drop_points

__all__ = ["forget_old"]

READ = timedelta(days=420)
"""The longest memory of an indicator is 400 days."""

HOURS_READ = timedelta(days=120)
"""Ninety days to compare with before a window of a week, and some."""

HOURLY = ("open_interest.", "long_short.", "premium.", "liquidations.hour.", "volatility.dvol.", "options.")
"""Series with a row an hour, of every venue."""


def forget_old(store: Store, now: datetime) -> int:
    """Drops what nothing reads any more; returns how many rows. Raises StoreError.

    Minutes of liquidations go after two weeks, when hours and days have been made of them.
    """
    minutes = drop_points(store, "liquidations.minute.", now - KEPT)
    hourly = sum(drop_points(store, beginning, now - HOURS_READ) for beginning in HOURLY)
    headlines = drop_headlines(store, now - HOURS_READ)
    return minutes + hourly + headlines + drop_bars(store, "1h", now - READ)
