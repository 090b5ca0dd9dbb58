"""US Treasury yields from the Treasury's own table, percent."""

import csv
from datetime import datetime, timedelta
from io import StringIO

from bot.sources.batch import Batch, Points
from bot.sources.keys import Client
from bot.sources.payload import NEW_YORK, Revised, Row, close, number, points, reading

__all__ = ["Treasury", "treasury_rows"]

_URL = "https://home.treasury.gov/resource-center/data-chart-center/interest-rates/daily-treasury-rates.csv"
_KIND = "daily_treasury_yield_curve"
COLUMNS = {"rates.us3m": "3 Mo", "rates.us2y": "2 Yr", "rates.us10y": "10 Yr"}
PUBLISHED = timedelta(hours=2)
"""After the close at 16:00 in New York."""


def treasury_rows(text: str) -> dict[str, list[Row]]:
    """Rows of (close, publication, percent) by series, in the table's order; raises ValueError for another table.

    A day without a figure of one term has no row of it.
    """
    found: dict[str, list[Row]] = {series: [] for series in COLUMNS}
    table = csv.DictReader(StringIO(text.lstrip("\ufeff")))
    missing = {"Date", *COLUMNS.values()} - {name.strip() for name in table.fieldnames or ()}
    if missing:
        raise ValueError(f"no column {', '.join(sorted(missing))}")
    for row in table:
        ended = close(datetime.strptime(row["Date"], "%m/%d/%Y").replace(tzinfo=NEW_YORK).date())
        for series, column in COLUMNS.items():
            if row[column] not in {"", "N/A", None}:
                found[series].append((ended, ended + PUBLISHED, number(row[column])))
    return found


class Treasury(Revised):
    """Yields of three months, two years and ten years."""

    name = "macro.treasury"
    revises = tuple(COLUMNS)
    pace = timedelta(hours=1)

    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = client

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The closes after `since`, of as many years as that takes; in January the table of last year counts too."""
        newest = now.astimezone(NEW_YORK).date()
        first = min(since.year, (newest - timedelta(days=15)).year)
        texts = [await self._text(year) for year in range(first, newest.year + 1)]
        with reading("home.treasury.gov"):
            return Batch(points=self._points(texts, since, now))

    async def _text(self, year: int) -> str:
        params = {"type": _KIND, "field_tdr_date_value": str(year), "page": "", "_format": "csv"}
        return await self._client.text(f"{_URL}/{year}/all", params=params)

    def _points(self, texts: list[str], since: datetime, now: datetime) -> tuple[Points, ...]:
        rows = [treasury_rows(text) for text in texts]
        found = []
        for series in COLUMNS:
            told = self._sightings.rows(series, [row for year in rows for row in year[series]], now)
            found.append(points(series, "US Treasury", (row for row in told if row[0] >= since)))
        return tuple(points for points in found if len(points.columns))
