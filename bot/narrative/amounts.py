"""Numbers made from readings: they keep the name of the reading they come from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.readings import Unit
from bot.domain.window import Window

__all__ = ["Amount", "Kind", "Moment", "window_length"]


class Kind(StrEnum):
    """What a figure counts that no reading is measured in."""

    DATE = "date"
    TIME = "time"
    HOURS = "hours"
    ORDINAL = "ordinal"
    NAME = "name"
    QUOTATION = "quotation"


@dataclass(frozen=True, slots=True)
class Amount:
    """A value worked out from a reading, such as a multiple of its median."""

    value: float
    unit: Unit
    reading: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A time to print, and what it is the time of."""

    when: datetime
    reading: str


def window_length(window: Window) -> float:
    """Hours from start to end."""
    return window.length.total_seconds() / 3600
