"""How many dollars stablecoins stand for, from DefiLlama: a figure a day."""

from datetime import datetime, timedelta
from typing import Any

from bot.domain.series import moment
from bot.sources.batch import Batch
from bot.sources.keys import Client
from bot.sources.payload import Revised, Row, number, points, reading

__all__ = ["Stablecoins", "supply_rows"]

_URL = "https://stablecoins.llama.fi/stablecoincharts/all"
PUBLISHED = timedelta(hours=1)


def supply_rows(payload: Any) -> list[Row]:
    """Rows of (midnight UTC, publication, USD) of the coins pegged to the dollar; raises ValueError for none."""
    if not payload:
        raise ValueError("no days in it")
    days = [(moment(1000 * int(row["date"])), number(row["totalCirculatingUSD"]["peggedUSD"])) for row in payload]
    return [(when, when + PUBLISHED, value) for when, value in days]


class Stablecoins(Revised):
    """The supply of the dollar's stablecoins; what changes during a day is a revision known from then on."""

    name = "stablecoins.supply"
    revises = (name,)
    pace = timedelta(hours=6)

    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = client

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The days after `since`; raises SourceFault."""
        payload = await self._client.json(_URL)
        with reading("stablecoins.llama.fi"):
            told = self._sightings.rows(self.name, [row for row in supply_rows(payload) if row[0] >= since], now)
            rows = [row for row in told if row[0] >= since]
            return Batch(points=(points(self.name, "DefiLlama", rows),) if rows else ())
