"""What a write did, and what the store holds."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Coverage", "Written"]


@dataclass(frozen=True, slots=True)
class Written:
    """Rows of a write: new ones, ones whose key was there with another content, and ones that were there as given."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Written") -> "Written":
        return Written(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
        )

    @property
    def rows(self) -> int:
        return self.added + self.changed + self.unchanged


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the data named `name` reaches: a series, a market with timeframe, `releases` or `headlines`.

    `first` is the earliest time and `last` the latest; for bars the start of the first and the close of the last.
    """

    name: str
    first: datetime
    last: datetime
    rows: int
