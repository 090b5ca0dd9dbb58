"""The Fed's meetings, and what federal funds futures say of the next one.

Formula: CME's published methodology. Rates in percent, prices 100 minus percent.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from bot.domain.fomc import DECISIONS
from bot.sources.payload import NEW_YORK

__all__ = ["DECISIONS", "Month", "expected_moves", "months_needed", "next_decision"]

ANNOUNCED = time(14)
STEP = 0.25
FEWEST_DAYS = 4
"""At the new rate within the meeting's month: with fewer, a hundredth in the price moves the odds by a third."""

Month = tuple[int, int]
"""Year and month."""


def next_decision(now: datetime) -> date | None:
    """The day of the next announcement, None behind the end of the table."""
    return next((day for day in DECISIONS if datetime.combine(day, ANNOUNCED, NEW_YORK).astimezone(UTC) > now), None)


def months_needed(decision: date) -> tuple[Month, Month, Month]:
    """The months whose futures tell of that decision: the one before, its own, the one after."""
    own = (decision.year, decision.month)
    return _shifted(own, -1), own, _shifted(own, 1)


def expected_moves(decision: date, prices: Mapping[Month, float]) -> float | None:
    """Moves of a quarter point priced in for that decision, negative for cuts; None where the futures can't tell.

    A neighbouring month without a meeting anchors the rate: the one before the rate before, the one after that after.
    """
    before, own, after = months_needed(decision)
    length = monthrange(*own)[1]
    old_days = decision.day - 1
    if own not in prices:
        return None
    mean = 100 - prices[own]
    start = 100 - prices[before] if before in prices and not _meets(before) else None
    end = 100 - prices[after] if after in prices and not _meets(after) else None
    if end is None and start is not None and length - old_days >= FEWEST_DAYS:
        end = (length * mean - old_days * start) / (length - old_days)
    if start is None and end is not None and old_days >= FEWEST_DAYS:
        start = (length * mean - (length - old_days) * end) / old_days
    return None if start is None or end is None else (end - start) / STEP


def _meets(month: Month) -> bool:
    return any((day.year, day.month) == month for day in DECISIONS)


def _shifted(month: Month, by: int) -> Month:
    year, zero_based = divmod(month[0] * 12 + month[1] - 1 + by, 12)
    return year, zero_based + 1
