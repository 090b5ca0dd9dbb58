"""What federal funds futures say: the front month's closes, and the odds of a cut at the next meeting."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from bot.sources.batch import Batch, FaultKind, SourceFault
from bot.sources.fomc import DECISIONS, Month, expected_moves, months_needed, next_decision
from bot.sources.keys import Client
from bot.sources.nyfed import effr_rows
from bot.sources.payload import Row, points, reading
from bot.sources.yahoo import Yahoo, daily_closes, fed_funds

__all__ = ["FedFunds", "cut_odds"]

_EFFECTIVE = "https://markets.newyorkfed.org/api/rates/unsecured/effr/last/5.json"
LONGEST = timedelta(days=60)
"""A look back: contracts that ended longer ago are no longer quoted."""

Closes = dict[Month, dict[datetime, float]]


class FedFunds:
    """`fed_funds.future.front` and `fed.cut_probability` at each close, the latter told as futures-implied."""

    name = "macro.fed_funds"
    pace = timedelta(minutes=30)

    def __init__(self, client: Client) -> None:
        self._client = client

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """Closes after `since`, from every contract that tells of a meeting since then; raises SourceFault."""
        since = max(since, now - LONGEST)
        closes, faults = Closes(), list[SourceFault]()
        for month in sorted(_months(since, now)):
            try:
                closes[month] = await self._closes(month, since, now)
            except SourceFault as fault:
                faults.append(fault)
        if not any(closes.values()):
            raise faults[0] if faults else SourceFault(FaultKind.STALE, "No federal funds future has a close yet.")
        effective = await self._effective()
        with reading("query1.finance.yahoo.com (ZQ)"):
            front = [(at, at, value) for month, rows in closes.items() for at, value in rows.items() if _in(at, month)]
            named = {"fed_funds.future.front": front, "fed.cut_probability": cut_odds(closes, effective)}
            found = tuple(points(series, "CME", rows) for series, rows in named.items() if rows)
        return Batch(points=found, notes=tuple(map(str, faults)))

    async def _closes(self, month: Month, since: datetime, now: datetime) -> dict[datetime, float]:
        market = fed_funds(month)
        found = await Yahoo(self._client, market).chart(since, now)
        with reading(f"query1.finance.yahoo.com ({market.symbol})"):
            return {at: value for at, _, value in daily_closes(market, found, now) if at >= since}

    async def _effective(self) -> Mapping[Month, float]:
        """The newest effective rate of each month: it stands in for the contract of a month that has ended."""
        try:
            payload = await self._client.json(_EFFECTIVE)
            with reading("markets.newyorkfed.org"):
                rows = effr_rows(payload)["rates.fed_effective"]
        except SourceFault:
            return {}
        return {(at.year, at.month): value for at, _, value in sorted(rows)}


def cut_odds(closes: Closes, effective: Mapping[Month, float]) -> list[Row]:
    """Odds of a cut at the next meeting at each close, 0 to 100 percent; none where the futures don't tell.

    `closes` are prices by month and close.
    """
    rows = []
    for at in sorted({at for found in closes.values() for at in found}):
        decision = next_decision(at)
        prices = {month: found[at] for month, found in closes.items() if at in found}
        moves = expected_moves(decision, _anchored(decision, prices, effective)) if decision else None
        if moves is not None:
            rows.append((at, at, 100 * min(1.0, max(0.0, -moves))))
    return rows


def _anchored(decision: date, prices: dict[Month, float], effective: Mapping[Month, float]) -> dict[Month, float]:
    before = months_needed(decision)[0]
    return {before: 100 - effective[before], **prices} if before in effective else prices


def _months(since: datetime, now: datetime) -> set[Month]:
    """The fronts between the two, and the contracts around every meeting that was the next one between them."""
    days = (since + timedelta(days=n) for n in range((now - since).days + 1))
    fronts = {(day.year, day.month) for day in (*days, now)}
    return fronts | {month for day in _ahead(since, now) for month in months_needed(day)}


def _ahead(since: datetime, now: datetime) -> Iterator[date]:
    first, last = next_decision(since), next_decision(now)
    return (day for day in DECISIONS if first and first <= day <= (last or DECISIONS[-1]))


def _in(at: datetime, month: Month) -> bool:
    return (at.year, at.month) == month
