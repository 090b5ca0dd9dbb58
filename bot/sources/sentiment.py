"""The fear and greed index of alternative.me: 0 extreme fear to 100 extreme greed, a figure a day."""

from datetime import datetime, timedelta
from typing import Any

from bot.domain.series import moment
from bot.sources.batch import Batch
from bot.sources.keys import Client
from bot.sources.payload import Revised, Row, number, points, reading

__all__ = ["FearGreed", "fear_greed_rows"]

_URL = "https://api.alternative.me/fng/"
PUBLISHED = timedelta(minutes=10)


def fear_greed_rows(payload: Any) -> list[Row]:
    """Rows of (midnight UTC, publication, points); an error inside the answer raises ValueError."""
    if error := payload["metadata"]["error"]:
        raise ValueError(error)
    times = [(moment(1000 * int(row["timestamp"])), number(row["value"])) for row in payload["data"]]
    return [(when, when + PUBLISHED, value) for when, value in times]


class FearGreed(Revised):
    """Mood as others measure it; their name stands beside the figure."""

    name = "sentiment.fear_greed"
    revises = (name,)
    pace = timedelta(hours=1)

    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = client

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The days after `since`; raises SourceFault."""
        days = max(2, (now - since).days + 2)
        payload = await self._client.json(_URL, params={"limit": str(days)})
        with reading("api.alternative.me"):
            rows = [row for row in self._sightings.rows(self.name, fear_greed_rows(payload), now) if row[0] >= since]
            return Batch(points=(points(self.name, "alternative.me", rows),) if rows else ())
