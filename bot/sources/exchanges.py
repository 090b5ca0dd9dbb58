"""All that is asked of exchanges: one source for each venue and kind of figures, as far as the venue offers it."""

from collections.abc import Iterable, Iterator

from bot.domain.clock import Clock
from bot.sources.bars import Bars
from bot.sources.batch import Source
from bot.sources.funding import Funding, RunningFunding
from bot.sources.http import Client
from bot.sources.long_short import LongShort, TopTraders
from bot.sources.open_interest import OpenInterest
from bot.sources.premium import CoinbasePremium
from bot.sources.tickers import Tickers
from bot.sources.venue import Venue, chosen_venues
from bot.sources.venue_exchange import Desk
from bot.sources.venue_takers import Takers

__all__ = ["exchange_sources"]

TIMEFRAMES = ("1h", "1d")
_HOURS_ALONE = {"kraken", "deribit", "hyperliquid"}
"""Venues that are slow to ask, or whose days begin at 08:00."""

_WITH_RATIOS = {"binance", "bybit", "okx", "gate"}
_WITH_RUNNING_RATES = {"binance", "bybit", "okx", "gate", "hyperliquid"}
_COMPARED = ("okx", "binance", "bybit", "gate")
"""Whose spot prices Coinbase's are held against, the first that is chosen."""


def exchange_sources(client: Client, clock: Clock, venues: Iterable[str], assets: Iterable[str]) -> tuple[Source, ...]:
    """Sources of the venues, in their order; raises SettingsError for an unknown venue. Nothing is asked yet."""
    chosen, wanted = chosen_venues(venues), tuple(assets)
    spots = {v.name: Desk(v, v.spot, client, clock) for v in chosen if v.spot is not None}
    sources: list[Source] = []
    for venue in chosen:
        if venue.name in spots:
            sources += [Bars(spots[venue.name], wanted, timeframe) for timeframe in _timeframes(venue)]
            if venue.perpetual is None:
                sources.append(Tickers(spots[venue.name], wanted))
        if venue.perpetual is not None:
            sources += _of_perpetuals(Desk(venue, venue.perpetual, client, clock), venue, wanted)
    return (*sources, *_premium(spots, wanted))


def _of_perpetuals(desk: Desk, venue: Venue, assets: tuple[str, ...]) -> Iterator[Source]:
    for timeframe in _timeframes(venue):
        yield Bars(desk, assets, timeframe)
    yield Tickers(desk, assets)
    yield Funding(desk, assets)
    if venue.name in _WITH_RUNNING_RATES:
        yield RunningFunding(desk, assets)
    yield OpenInterest(desk, assets)
    if venue.name in _WITH_RATIOS:
        yield LongShort(desk, assets)
    if venue.name == "binance":
        yield TopTraders(desk, assets)
        yield Takers(desk, assets)


def _timeframes(venue: Venue) -> tuple[str, ...]:
    return TIMEFRAMES[:1] if venue.name in _HOURS_ALONE else TIMEFRAMES


def _premium(spots: dict[str, Desk], assets: tuple[str, ...]) -> Iterator[Source]:
    other = next((spots[name] for name in _COMPARED if name in spots), None)
    if other is not None and "coinbase" in spots:
        yield CoinbasePremium(spots["coinbase"], other, [asset for asset in assets if asset in {"BTC", "ETH"}])
