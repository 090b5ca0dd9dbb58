"""Daily closes of markets outside from Yahoo's charts: the dollar, shares, volatility, oil, federal funds futures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.sources.batch import Batch, FaultKind, SourceFault
from bot.sources.fomc import Month
from bot.sources.keys import Client
from bot.sources.payload import NEW_YORK, Row, close, is_session, last_session, number, points, reading

__all__ = ["MARKETS", "Chart", "Market", "Yahoo", "chart", "daily_closes", "fed_funds"]

_HOSTS = ("query1.finance.yahoo.com", "query2.finance.yahoo.com")
_BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
_MONTHS = "FGHJKMNQUVXZ"
_ELSEWHERE = {FaultKind.BLOCKED, FaultKind.LIMITED, FaultKind.UNREACHABLE}
DELAY = timedelta(minutes=30)
"""Until a close is in the chart for good: some exchanges' quotes come 15 minutes late."""

GRACE = timedelta(hours=6)
"""After a session's close, until which its absence is no fault."""


@dataclass(frozen=True, slots=True)
class Market:
    """A quoted thing, the series of its closes, and when its day closes in New York."""

    symbol: str
    series: str
    closes: time = time(16)
    publisher: str = "Yahoo"


MARKETS = (
    Market("DX-Y.NYB", "dollar.dxy", time(17)),
    Market("^VIX", "volatility.vix", time(16, 15), "Cboe"),
    Market("^GSPC", "equities.sp500"),
    Market("XLK", "equities.xlk"),
    Market("ES=F", "equities.sp500_future", time(17)),
    Market("NQ=F", "equities.nasdaq_future", time(17)),
    Market("CL=F", "oil.wti", time(17)),
)


def fed_funds(month: Month) -> Market:
    """The federal funds future of a month: it settles at 100 minus the month's mean rate."""
    year, number_ = month
    return Market(f"ZQ{_MONTHS[number_ - 1]}{year % 100:02}.CBT", "fed_funds.future.front", time(16), "CME")


@dataclass(frozen=True, slots=True)
class Chart:
    """Closes by day, the running one among them, and when the market last traded."""

    closes: Mapping[date, float]
    traded: datetime


def chart(payload: Any) -> Chart:
    """What a chart of days says; raises ValueError for another shape. Days without a close are left out."""
    result = payload["chart"]["result"][0]
    zone = ZoneInfo(result["meta"].get("exchangeTimezoneName") or "America/New_York")
    stamps, closes = result.get("timestamp") or [], result["indicators"]["quote"][0].get("close") or []
    pairs = zip(stamps, closes, strict=True)
    days = {datetime.fromtimestamp(at, zone).date(): number(value) for at, value in pairs if value is not None}
    return Chart(days, datetime.fromtimestamp(number(result["meta"]["regularMarketTime"]), UTC))


def daily_closes(market: Market, found: Chart, now: datetime) -> list[Row]:
    """Closes of sessions that are over, known at the close; weekends and holidays have none."""
    over = {day: close(day, market.closes) for day in found.closes if is_session(day)}
    return [(ended, ended, found.closes[day]) for day, ended in over.items() if ended + DELAY <= now]


class Yahoo:
    """One market's daily closes; a quote older than the last session is STALE."""

    pace = timedelta(minutes=30)

    def __init__(self, client: Client, market: Market) -> None:
        self.name = f"yahoo.{market.series}"
        self._client, self._market = client, market

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The closes after `since`; raises SourceFault."""
        found = await self.chart(since, now)
        market = self._market
        with reading(f"{_HOSTS[0]} ({market.symbol})"):
            rows = [row for row in daily_closes(market, found, now) if row[0] >= since]
            return Batch(points=(points(market.series, market.publisher, rows),) if rows else ())

    async def chart(self, since: datetime, now: datetime) -> Chart:
        """The market's days since then, from whichever host answers; raises SourceFault, STALE for an old quote."""
        params = {"period1": str(int(since.timestamp()) - 86_400), "period2": str(int(now.timestamp()) + 86_400)}
        payload = await self._ask({**params, "interval": "1d"})
        with reading(f"{_HOSTS[0]} ({self._market.symbol})"):
            found = chart(payload)
        self._fresh(found, now)
        return found

    async def _ask(self, params: dict[str, str]) -> Any:
        first, second = (f"https://{host}/v8/finance/chart/{self._market.symbol}" for host in _HOSTS)
        try:
            return await self._client.json(first, params=params, headers=_BROWSER)
        except SourceFault as fault:
            if fault.kind not in _ELSEWHERE:
                raise
        return await self._client.json(second, params=params, headers=_BROWSER)

    def _fresh(self, found: Chart, now: datetime) -> None:
        due = last_session(now - GRACE, self._market.closes)
        traded = found.traded.astimezone(NEW_YORK).date()
        if traded < due:
            sentence = f"{_HOSTS[0]}'s quote of {self._market.symbol} is of {traded}, and a session closed on {due}."
            raise SourceFault(FaultKind.STALE, f"{sentence} It counts as missing until a newer one comes.")
