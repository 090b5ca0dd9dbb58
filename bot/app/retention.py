"""How long rows are kept: all of them, but for minutes that hours and days have been made of.

A year of everything else takes a few hundred megabytes, and past recaps can be told anew from it.
"""

from datetime import datetime

from bot.sources.liquidations_rollup import KEPT
from bot.store import Store
from bot.store.pruning import drop_points

__all__ = ["forget_old"]


def forget_old(store: Store, now: datetime) -> int:
    """Drops liquidations' minutes after two weeks; returns how many rows. Raises StoreError."""
    return drop_points(store, "liquidations.minute.", now - KEPT)
