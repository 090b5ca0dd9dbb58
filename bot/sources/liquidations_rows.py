"""Series of liquidations: how they are called, and rows of them put into columns."""

from array import array
from collections.abc import Iterable, Mapping

from bot.domain.series import PointColumns
from bot.sources.batch import Points

__all__ = ["PUBLISHERS", "SIDES", "Rows", "latest", "published_by"]

SIDES = ("long", "short")

PUBLISHERS = {"binance": "Binance", "bybit": "Bybit", "okx": "OKX", "gate": "Gate", "htx": "HTX"}
"""The venues' names as readers know them, in the order in which they are listed."""


def published_by(venues: Iterable[str]) -> str:
    """The names of the venues in one line."""
    wanted = set(venues)
    return ", ".join(name for venue, name in PUBLISHERS.items() if venue in wanted)


def latest(columns: PointColumns) -> dict[int, tuple[float, int]]:
    """By time in milliseconds: the newest revision's value and when it was known."""
    # Sorted by (time, known): the last row of a time is its newest.
    return dict(zip(columns.time, zip(columns.value, columns.known, strict=True), strict=True))


class Rows:
    """Gathers rows in any order, and gives them as points: a set of columns for each series and publisher."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], list[tuple[int, int, float]]] = {}

    def add(self, series: str, publisher: str, time: int, known: int, value: float) -> None:
        self._rows.setdefault((series, publisher), []).append((time, known, value))

    def add_sides(
        self, name: str, publisher: str, time: int, known: int, usd: Mapping[str, tuple[float, float]]
    ) -> None:
        """Rows of each asset's long and short USD; `name` has `{side}` and `{asset}` in it."""
        for asset, sides in usd.items():
            for side, value in zip(SIDES, sides, strict=True):
                self.add(name.format(side=side, asset=asset.lower()), publisher, time, known, value)

    def points(self) -> tuple[Points, ...]:
        return tuple(Points(_columns(series, rows), publisher) for (series, publisher), rows in self._rows.items())


def _columns(series: str, rows: list[tuple[int, int, float]]) -> PointColumns:
    time, known, value = zip(*sorted(rows), strict=True)
    return PointColumns(series, array("q", time), array("q", known), array("d", value))
