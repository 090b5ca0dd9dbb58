"""Every source there is under these settings, with its fallbacks, and how far back each is asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.clock import Clock
from bot.settings import Settings
from bot.sources.backfill_liquidations import GateLiquidations, OkxLiquidations
from bot.sources.batch import Source
from bot.sources.calendar import Calendar
from bot.sources.chain import Chain, Together
from bot.sources.coinalyze import Coinalyze
from bot.sources.deribit_options import Dvol, OptionsBook
from bot.sources.etf_flows import EtfFlows, readers
from bot.sources.exchanges import exchange_sources
from bot.sources.feeds import feeds
from bot.sources.fred import FRED_SERIES, Fred
from bot.sources.global_caps import CapsOfThePast, CoinGecko, CoinPaprika
from bot.sources.http import Client
from bot.sources.macro import FedFunds
from bot.sources.nyfed import NewYorkFed
from bot.sources.sentiment import FearGreed
from bot.sources.stablecoins import Stablecoins
from bot.sources.treasury import Treasury
from bot.sources.yahoo import MARKETS, Yahoo

__all__ = ["Listed", "roster"]

DAY = timedelta(days=1)
YEAR = 400 * DAY
"""What the longest baselines need: 200 days of closes, a year of extremes."""

OPTION_ASSETS = ("btc", "eth")


@dataclass(frozen=True, slots=True)
class Listed:
    """A source with its group for readers of tables, and how far back it is asked.

    `first` is the look back of a first visit, `again` that of every later one: rows may come late or be revised.
    `glance` is what a first visit in a hurry asks for. `on_the_dot` sources are visited right after full steps of their
    pace, when a bar has just closed.
    """

    source: Source
    group: str
    first: timedelta
    again: timedelta = DAY
    glance: timedelta | None = None
    on_the_dot: bool = False

    @property
    def name(self) -> str:
        return self.source.name

    def due(self, after: datetime, spread: float) -> datetime:
        """When it is visited next, `spread` from 0 to 1 keeps sources apart."""
        pace = self.source.pace
        if not self.on_the_dot:
            return after + pace * (0.9 + 0.2 * spread)
        start = datetime(1970, 1, 1, tzinfo=after.tzinfo)
        return start + ((after - start) // pace + 1) * pace + timedelta(seconds=4 + 8 * spread)


def roster(settings: Settings, client: Client, clock: Clock) -> tuple[Listed, ...]:
    """All sources, the more important ones of each host first. Nothing is asked yet."""
    return (
        *_exchanges(settings, client, clock),
        *_liquidations(settings, client),
        *_flows(settings, client),
        *_macro(settings, client),
        *_mood(settings, client),
        *(Listed(feed, "headlines", DAY) for feed in feeds(client, settings.feeds)),
    )


def _exchanges(settings: Settings, client: Client, clock: Clock) -> Iterator[Listed]:
    for source in exchange_sources(client, clock, settings.venues, settings.assets):
        if source.name.endswith((".1d", ".takers")):
            yield Listed(source, "exchanges", YEAR, again=3 * DAY, glance=120 * DAY, on_the_dot=True)
        else:
            yield Listed(source, "exchanges", 60 * DAY, glance=_glance(source.name), on_the_dot=True)


def _glance(name: str) -> timedelta:
    """A first look at hours: bars as far back as one question brings, or an average true range needs."""
    venue, _, kind = name.partition(".")
    if not kind.startswith("bars."):
        return 8 * DAY
    return 41 * DAY if venue in {"binance", "bybit", "gate"} else 17 * DAY


def _liquidations(settings: Settings, client: Client) -> Iterator[Listed]:
    if "gate" in settings.venues:
        yield Listed(GateLiquidations(client, settings.assets), "liquidations", 35 * DAY, glance=8 * DAY)
        yield Listed(GateLiquidations(client, settings.assets, DAY), "liquidations", YEAR, again=3 * DAY)
    if "okx" in settings.venues:
        yield Listed(OkxLiquidations(client, settings.assets), "liquidations", 7 * DAY, glance=DAY)
    if key := _secret(settings, "coinalyze"):
        yield Listed(Coinalyze(client, key, settings.assets), "liquidations", 60 * DAY, again=timedelta(hours=6))


def _flows(settings: Settings, client: Client) -> Iterator[Listed]:
    keys = _secret(settings, "sosovalue"), _secret(settings, "coinglass")
    for asset in ("btc", "eth"):
        yield Listed(EtfFlows(asset, readers(asset, client, *keys)), "ETF flows", YEAR, again=15 * DAY)


def _macro(settings: Settings, client: Client) -> Iterator[Listed]:
    fred = {series.series: Fred(client, series, _secret(settings, "fred")) for series in FRED_SERIES}
    curve = Together("fred.curve", [fred[f"rates.{term}"] for term in ("us3m", "us2y", "us10y")])
    sources: list[Source] = [
        Chain("macro.treasury", [Treasury(client), curve]),
        Chain("macro.nyfed", [NewYorkFed(client), fred["rates.fed_effective"]]),
        FedFunds(client),
    ]
    for market in MARKETS:
        first, spare = Yahoo(client, market), fred.get(market.series)
        # Oil's spot price there is no stand-in for the future's.
        both = spare is not None and market.series != "oil.wti"
        sources.append(Chain(first.name, [first, spare]) if both and spare is not None else first)
    sources += [fred["rates.breakeven10y"], fred["credit.high_yield_spread"]]
    yield from (Listed(source, "macro", YEAR, again=10 * DAY) for source in sources)
    yield Listed(Calendar(client), "macro", 7 * DAY, again=7 * DAY)


def _mood(settings: Settings, client: Client) -> Iterator[Listed]:
    coingecko = CoinGecko(client, _secret(settings, "coingecko"))
    yield Listed(FearGreed(client), "mood and liquidity", YEAR, again=10 * DAY)
    yield Listed(Stablecoins(client), "mood and liquidity", YEAR, again=10 * DAY)
    yield Listed(Chain("market_cap", [coingecko, CoinPaprika(client)]), "mood and liquidity", DAY)
    yield Listed(CapsOfThePast(client, _secret(settings, "coingecko")), "mood and liquidity", YEAR, again=3 * DAY)
    for asset in OPTION_ASSETS:
        yield Listed(Dvol(client, asset), "options", 90 * DAY)
        yield Listed(OptionsBook(client, asset), "options", DAY)


def _secret(settings: Settings, name: str) -> str:
    key = getattr(settings.keys, name)
    return "" if key is None else key.get_secret_value()
