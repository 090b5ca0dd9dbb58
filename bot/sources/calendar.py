"""This week's US releases with their forecasts; the outcomes are not in this calendar."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.series import Release
from bot.sources.batch import Batch
from bot.sources.keys import Client
from bot.sources.payload import reading

__all__ = ["Calendar", "calendar_releases"]

_URL = "https://nfs.faireconomy.media/ff_calendar_thisweek.json"
_BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
_IMPACTS = {"High": "high", "Medium": "moderate", "Low": "low"}
_NAMES = {"Federal Funds Rate": "Fed Interest Rate Decision", "Non-Farm Employment Change": "Nonfarm Payrolls"}
_COMPARED = re.compile(r" ([mqy])/\1$")
_WORDS = {"m": " (MoM)", "q": " (QoQ)", "y": " (YoY)"}


def calendar_releases(payload: Any) -> tuple[Release, ...]:
    """The week's US releases, named as the archive names them; raises ValueError for another shape.

    Bank holidays are no releases.
    """
    if not isinstance(payload, list) or not payload:
        raise ValueError("no week in it")
    rows = [row for row in payload if row["country"] == "USD" and row["impact"] in _IMPACTS]
    return tuple(sorted({_release(row) for row in rows}, key=lambda release: (release.time, release.event)))


def _release(row: dict[str, Any]) -> Release:
    when = datetime.fromisoformat(row["date"])
    if when.tzinfo is None:
        raise ValueError(f"{row['date']} has no zone")
    title = row["title"].strip()
    event = _COMPARED.sub(lambda found: _WORDS[found[1]], _NAMES.get(title, title))
    forecast, previous = (row.get(name) or "" for name in ("forecast", "previous"))
    return Release(when.astimezone(UTC), event, _IMPACTS[row["impact"]], forecast, previous, "", None)


class Calendar:
    """At most once an hour, as its publisher asks."""

    name = "calendar.week"
    pace = timedelta(hours=1)

    def __init__(self, client: Client) -> None:
        self._client = client

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """This week's releases from `since` on, those ahead of `now` among them; raises SourceFault."""
        del now
        payload = await self._client.json(_URL, headers=_BROWSER)
        with reading("nfs.faireconomy.media"):
            return Batch(releases=tuple(r for r in calendar_releases(payload) if r.time >= since))
