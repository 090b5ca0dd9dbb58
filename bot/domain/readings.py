"""What was measured: numbers with unit, baseline, source and two times, or the reason why there is none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.series import Headline, Release

__all__ = ["Baseline", "Missing", "Reading", "Readings", "Unit"]


class Unit(StrEnum):
    """What a value counts. Percent values are in percent (-3.1 is minus 3.1 %), ratios are fractions."""

    USD = "USD"
    USD_PRICE = "USD per coin"
    PERCENT = "percent"
    PERCENTAGE_POINTS = "percentage points"
    BASIS_POINTS = "basis points"
    RATIO = "ratio"
    RATIO_PER_YEAR = "ratio per year"
    MULTIPLE = "multiple"
    INDEX_POINTS = "index points"
    SESSIONS = "sessions"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The history a value is held against; it ends before the window. `mad` is the median absolute deviation."""

    n: int
    median: float
    mad: float
    span: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured number.

    `end` is when the thing happened, `known` when anyone could know it. `z` is the robust z-score and `percentile`
    (0 to 100) the share of the baseline at or below the value; both None without a baseline of 30 or more.
    `source` names the series the number can be recomputed from. `headline` is the one to show for a number of them.
    """

    name: str
    asset: str
    value: float
    unit: Unit
    end: datetime
    known: datetime
    source: str
    z: float | None = None
    percentile: float | None = None
    baseline: Baseline | None = None
    headline: Headline | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A number that could not be measured, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Readings(Mapping[str, Reading | Missing]):
    """All that was measured for one window, by name, with the releases that lie ahead.

    `publishers` names whose figures a series holds, as far as that came with them.
    """

    items_by_name: Mapping[str, Reading | Missing]
    upcoming: tuple[Release, ...] = ()
    publishers: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Reading | Missing:
        return self.items_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.items_by_name)

    def __len__(self) -> int:
        return len(self.items_by_name)

    def known(self, name: str) -> Reading | None:
        """The reading of that name, or None where it is missing."""
        found = self.items_by_name.get(name)
        return found if isinstance(found, Reading) else None

    def measured(self) -> tuple[Reading, ...]:
        return tuple(r for r in self.items_by_name.values() if isinstance(r, Reading))

    def missing(self) -> tuple[Missing, ...]:
        return tuple(r for r in self.items_by_name.values() if isinstance(r, Missing))
