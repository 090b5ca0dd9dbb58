"""The effective federal funds rate and its target range from the New York Fed, percent."""

from datetime import date, datetime, time, timedelta
from typing import Any

from bot.sources.batch import Batch, Points
from bot.sources.keys import Client
from bot.sources.payload import Revised, Row, close, next_session, number, points, reading

__all__ = ["NewYorkFed", "effr_rows"]

_URL = "https://markets.newyorkfed.org/api/rates/unsecured/effr/last"
FIELDS = {
    "rates.fed_effective": "percentRate",
    "rates.fed_target_low": "targetRateFrom",
    "rates.fed_target_high": "targetRateTo",
}
PUBLISHED = time(9)
MOST_DAYS = 500


def effr_rows(payload: Any) -> dict[str, list[Row]]:
    """Rows of (close, publication on the next session's morning, percent) by series; raises ValueError for none."""
    found: dict[str, list[Row]] = {series: [] for series in FIELDS}
    for rate in payload["refRates"]:
        if rate["type"] != "EFFR":
            continue
        day = date.fromisoformat(rate["effectiveDate"])
        for series, name in FIELDS.items():
            if rate.get(name) is not None:
                found[series].append((close(day), close(next_session(day), PUBLISHED), number(rate[name])))
    if not found["rates.fed_effective"]:
        raise ValueError("no EFFR in it")
    return found


class NewYorkFed(Revised):
    """The rate that the Fed's meetings move."""

    name = "macro.nyfed"
    revises = tuple(FIELDS)
    pace = timedelta(hours=3)

    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = client

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The days after `since`, newest first in the answer, at most 500."""
        days = min(MOST_DAYS, max(5, (now - since).days + 1))
        payload = await self._client.json(f"{_URL}/{days}.json")
        with reading("markets.newyorkfed.org"):
            return Batch(points=self._points(effr_rows(payload), since, now))

    def _points(self, rows: dict[str, list[Row]], since: datetime, now: datetime) -> tuple[Points, ...]:
        told = {series: self._sightings.rows(series, found, now) for series, found in rows.items()}
        found = [points(series, "New York Fed", (r for r in rows if r[0] >= since)) for series, rows in told.items()]
        return tuple(points for points in found if len(points.columns))
