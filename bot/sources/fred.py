"""Rates, spreads and indices as FRED has them: what is taken when a nearer source fails."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Any

from bot.sources.batch import Batch
from bot.sources.keys import Client, ask_with_key
from bot.sources.payload import Revised, Row, close, next_session, number, points, reading

__all__ = ["FRED_SERIES", "Fred", "FredSeries", "fred_api_rows", "fred_csv_rows"]

_CSV = "https://fred.stlouisfed.org/graph/fredgraph.csv"
_API = "https://api.stlouisfed.org/fred/series/observations"
_NO_FIGURE = {"", "."}


@dataclass(frozen=True, slots=True)
class FredSeries:
    """FRED's name of a series, ours, and when its day closes in New York; it is public the next session at nine."""

    fred: str
    series: str
    closes: time = time(16)


FRED_SERIES = (
    FredSeries("DGS3MO", "rates.us3m"),
    FredSeries("DGS2", "rates.us2y"),
    FredSeries("DGS10", "rates.us10y"),
    FredSeries("T10YIE", "rates.breakeven10y"),
    FredSeries("EFFR", "rates.fed_effective"),
    FredSeries("SP500", "equities.sp500"),
    FredSeries("VIXCLS", "volatility.vix", time(16, 15)),
    FredSeries("DCOILWTICO", "oil.wti"),
    FredSeries("BAMLH0A0HYM2", "credit.high_yield_spread"),
)


def fred_csv_rows(series: FredSeries, text: str) -> list[Row]:
    """Rows of (close, publication, value); raises ValueError for another table. Missing figures are left out."""
    table = csv.reader(StringIO(text))
    header = next(table, [])
    if len(header) != 2 or header[1] != series.fred:
        raise ValueError(f"no table of {series.fred}")
    return _rows(series, ((row[0], row[1]) for row in table if row))


def fred_api_rows(series: FredSeries, payload: Any) -> list[Row]:
    """The same from the API's answer."""
    return _rows(series, ((row["date"], row["value"]) for row in payload["observations"]))


def _rows(series: FredSeries, found: Iterable[tuple[str, str]]) -> list[Row]:
    rows = []
    for text, value in found:
        if value not in _NO_FIGURE:
            day = date.fromisoformat(text)
            rows.append((close(day, series.closes), close(next_session(day), time(9)), number(value)))
    return rows


class Fred(Revised):
    """One series, through the API where there is a key, else as CSV."""

    pace = timedelta(hours=3)

    def __init__(self, client: Client, series: FredSeries, key: str = "") -> None:
        super().__init__()
        self.name, self.revises = f"fred.{series.series}", (series.series,)
        self._client, self._series, self._key = client, series, key

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The days after `since`; raises SourceFault."""
        start = since.date().isoformat()
        rows, notes = await ask_with_key(
            self._key, "keys.fred", lambda key: self._by_api(start, key), lambda: self._by_csv(start)
        )
        with reading(f"fred.stlouisfed.org ({self._series.fred})"):
            told = self._sightings.rows(self._series.series, rows, now)
            wanted = [row for row in told if row[0] >= since]
            found = (points(self._series.series, "FRED", wanted),) if wanted else ()
            return Batch(points=found, notes=notes)

    async def _by_api(self, start: str, key: str) -> list[Row]:
        params = {"series_id": self._series.fred, "observation_start": start, "file_type": "json", "api_key": key}
        payload = await self._client.json(_API, params=params)
        with reading("api.stlouisfed.org"):
            return fred_api_rows(self._series, payload)

    async def _by_csv(self, start: str) -> list[Row]:
        text = await self._client.text(_CSV, params={"id": self._series.fred, "cosd": start})
        with reading(f"fred.stlouisfed.org ({self._series.fred})"):
            return fred_csv_rows(self._series, text)
