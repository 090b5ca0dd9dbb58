"""Every reading there is, in one table: unit, what its sign means, its baseline, and how old it may be.

A name with `{asset}` stands for one reading an asset, in small letters: `price.return.btc`; one with `{topic}` for one
a topic of the headlines, as `rules/topics.yaml` names them: `news.count.macro`. A new reading is a row
here and a function in `bot/indicators`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from bot.domain.readings import Unit

__all__ = ["ASSETS", "CATALOGUE", "COVERED", "Quantity", "lookup", "publishers", "topic_of"]

ASSETS = ("BTC", "ETH", "SOL", "XRP", "BNB", "DOGE", "ADA", "AVAX", "LINK", "LTC", "SUI", "TRX", "HYPE")
COVERED = ("BTC", "ETH", "SOL", "XRP", "BNB", "DOGE", "ADA")
"""The assets whose liquidations and open interest make up the market's totals."""

WINDOWS = "90 windows of the same length and hour"
DAYS = "90 days"
SESSIONS = "60 sessions"
SURPRISES = "up to 60 surprises of a year"
NONE = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One row: `sign` says what a positive value means, `baseline` what z is measured against ("" for none)."""

    name: str
    unit: Unit
    sign: str
    baseline: str

    @property
    def per_asset(self) -> bool:
        return "{asset}" in self.name

    @property
    def per_topic(self) -> bool:
        return "{topic}" in self.name


_ROWS: tuple[tuple[str, Unit, str, str], ...] = (
    # price: the lead venue's bars inside the window
    ("price.close.{asset}", Unit.USD_PRICE, "price at the window's end", NONE),
    ("price.now.{asset}", Unit.USD_PRICE, "last trade by the moment of telling, after the window", NONE),
    ("price.since_close.{asset}", Unit.PERCENT, "up from the window's end to that trade", NONE),
    ("price.open.{asset}", Unit.USD_PRICE, "price at the window's start", NONE),
    ("price.high.{asset}", Unit.USD_PRICE, "highest trade in the window; end is its bar's close", NONE),
    ("price.low.{asset}", Unit.USD_PRICE, "lowest trade in the window; end is its bar's close", NONE),
    ("price.return.{asset}", Unit.PERCENT, "up over the window, start to end", WINDOWS),
    ("price.range.{asset}", Unit.PERCENT, "high minus low over the open", WINDOWS),
    ("price.drawdown.{asset}", Unit.PERCENT, "low against the open; zero or negative", NONE),
    ("price.runup.{asset}", Unit.PERCENT, "high against the open; zero or positive", NONE),
    ("price.atr.{asset}", Unit.PERCENT, "Wilder's 14-day average true range, scaled to the window's length", NONE),
    ("price.return_over_atr.{asset}", Unit.MULTIPLE, "return in average true ranges; positive is up", NONE),
    ("price.range_over_atr.{asset}", Unit.MULTIPLE, "range in average true ranges", NONE),
    ("price.efficiency.{asset}", Unit.RATIO, "net move over the path of the bars; 1 is a straight line", NONE),
    ("price.return_before.{asset}", Unit.PERCENT, "up over the 7 days before the window", DAYS),
    ("price.range_before.{asset}", Unit.PERCENT, "high minus low of the 7 days before the window", DAYS),
    ("price.return_30d_before.{asset}", Unit.PERCENT, "up over the 30 days before the window", DAYS),
    ("price.drawdown_from_high_30d.{asset}", Unit.PERCENT, "the open against the 30-day high before it", NONE),
    ("price.rsi.{asset}", Unit.INDEX_POINTS, "Wilder's 14-day RSI before the window; 70 and more overbought", NONE),
    ("volatility.realised.{asset}", Unit.PERCENT, "annualised volatility of the window's bars", WINDOWS),
    ("volatility.realised_30d.{asset}", Unit.PERCENT, "annualised volatility of the 30 days before", DAYS),
    ("price.vwap.{asset}", Unit.USD_PRICE, "average price of the window, by volume", NONE),
    ("price.close_vs_vwap.{asset}", Unit.PERCENT, "close above that average; negative is below", WINDOWS),
    # volume
    ("volume.relative.{asset}", Unit.MULTIPLE, "volume over its 28-day median", DAYS),
    ("volume.rebound.{asset}", Unit.MULTIPLE, "volume of rising over falling bars after the low", NONE),
    ("volume.relative_weekday.{asset}", Unit.MULTIPLE, "volume over its median of 8 such weekdays", NONE),
    ("volume.coinbase_share.{asset}", Unit.RATIO, "Coinbase's part of its and Binance's spot volume", DAYS),
    ("volume.spot_over_perp.{asset}", Unit.RATIO, "Binance's spot volume over its perpetual's, in coins", DAYS),
    ("taker.imbalance.{asset}", Unit.RATIO, "futures' takers bought more than they sold, over both", DAYS),
    # the order book within 1 % of the price
    ("depth.bids.{asset}", Unit.USD, "money bid at the window's start", DAYS),
    ("depth.asks.{asset}", Unit.USD, "money offered at the window's start", DAYS),
    ("depth.change.{asset}", Unit.RATIO, "change of both over the window; negative is thinner", DAYS),
    ("depth.imbalance.{asset}", Unit.RATIO, "bids above asks at the window's start, over both", DAYS),
    # levels, all fixed before the window starts
    ("level.low_20d.{asset}", Unit.USD_PRICE, "lowest low of the 20 days before the window", NONE),
    ("level.high_20d.{asset}", Unit.USD_PRICE, "highest high of the 20 days before the window", NONE),
    ("level.low_50d.{asset}", Unit.USD_PRICE, "lowest low of the 50 days before the window", NONE),
    ("level.high_50d.{asset}", Unit.USD_PRICE, "highest high of the 50 days before the window", NONE),
    ("level.close_vs_low_20d.{asset}", Unit.PERCENT, "close above the 20-day low; negative is broken", NONE),
    ("level.close_vs_high_20d.{asset}", Unit.PERCENT, "close above the 20-day high; positive is broken", NONE),
    ("level.close_vs_low_50d.{asset}", Unit.PERCENT, "close above the 50-day low; negative is broken", NONE),
    ("level.close_vs_high_50d.{asset}", Unit.PERCENT, "close above the 50-day high; positive is broken", NONE),
    ("level.open_vs_low_20d.{asset}", Unit.PERCENT, "the window's open above the 20-day low", NONE),
    ("level.open_vs_high_20d.{asset}", Unit.PERCENT, "the window's open above the 20-day high", NONE),
    ("level.mean_200d.{asset}", Unit.USD_PRICE, "mean of the 200 daily closes before the window", NONE),
    ("level.close_vs_mean_200d.{asset}", Unit.PERCENT, "close above the 200-day mean", NONE),
    ("level.value_area_low.{asset}", Unit.USD_PRICE, "lower edge of 70 % of 30 days' volume before", NONE),
    ("level.value_area_high.{asset}", Unit.USD_PRICE, "upper edge of 70 % of 30 days' volume before", NONE),
    ("level.point_of_control.{asset}", Unit.USD_PRICE, "price with most volume in the 30 days before", NONE),
    ("level.close_vs_value_area_low.{asset}", Unit.PERCENT, "close above its lower edge; negative is below", NONE),
    ("level.close_vs_value_area_high.{asset}", Unit.PERCENT, "close above its upper edge", NONE),
    ("level.vwap_from_high.{asset}", Unit.USD_PRICE, "average price, by volume, since the 30-day high before", NONE),
    ("level.close_vs_vwap_from_high.{asset}", Unit.PERCENT, "close above that average; negative is below", NONE),
    ("level.round_number_crossed.{asset}", Unit.COUNT, "round numbers reached; negative were lost", NONE),
    ("level.all_time_high.{asset}", Unit.PERCENT, "high above the highest before; positive is a new one", NONE),
    # relative strength
    ("relative.beta_vs_btc.{asset}", Unit.RATIO, "least-squares beta of 60 daily returns before the window", NONE),
    (
        "relative.residual_vs_btc.{asset}",
        Unit.PERCENTAGE_POINTS,
        "return beyond beta times BTC's; positive is stronger",
        DAYS,
    ),
    ("relative.excess_return.{asset}", Unit.PERCENTAGE_POINTS, "return minus BTC's", DAYS),
    (
        "relative.excess_drawdown.{asset}",
        Unit.PERCENTAGE_POINTS,
        "fall to the low minus BTC's; negative is deeper",
        NONE,
    ),
    ("relative.in_btc.{asset}", Unit.RATIO, "price in BTC at the window's end", DAYS),
    ("relative.in_btc_change.{asset}", Unit.PERCENT, "price in BTC up over the window", WINDOWS),
    ("relative.in_btc_change_30d.{asset}", Unit.PERCENT, "price in BTC up over the 30 days before", DAYS),
    ("breadth.share_down", Unit.RATIO, "share of the majors that fell", NONE),
    ("breadth.share_beating_btc", Unit.RATIO, "share of the other majors that did better than BTC", NONE),
    ("relative.alt_return", Unit.PERCENT, "median return of the majors other than BTC and ETH", DAYS),
    ("relative.alt_excess", Unit.PERCENTAGE_POINTS, "that median beyond beta times BTC's return", DAYS),
    # positioning before the window (state at its start) and its change in it
    ("funding.annualised.{asset}", Unit.RATIO_PER_YEAR, "longs pay shorts; last rate before the window", DAYS),
    ("funding.annualised_after.{asset}", Unit.RATIO_PER_YEAR, "longs pay shorts; last rate of the window", DAYS),
    ("funding.change.{asset}", Unit.RATIO_PER_YEAR, "longs pay more at the window's end than at its start", DAYS),
    ("funding.running.{asset}", Unit.RATIO_PER_YEAR, "longs will pay shorts, as it builds up now", NONE),
    ("open_interest.usd.{asset}", Unit.USD, "open interest at the window's start, all covered venues", NONE),
    ("open_interest.leverage.{asset}", Unit.RATIO, "open interest over market cap at the window's start", DAYS),
    ("open_interest.buildup.{asset}", Unit.RATIO, "change in coins over the 3 days before the window", DAYS),
    ("open_interest.change.{asset}", Unit.RATIO, "change in coins over the window; negative is unwinding", DAYS),
    ("long_short.accounts.{asset}", Unit.RATIO, "accounts long over accounts short at the window's start", DAYS),
    ("long_short.accounts_after.{asset}", Unit.RATIO, "accounts long over accounts short at the window's end", DAYS),
    ("long_short.top_accounts.{asset}", Unit.RATIO, "top traders' accounts long over short at the start", DAYS),
    ("long_short.top_positions.{asset}", Unit.RATIO, "top traders' long over short positions at the start", DAYS),
    # liquidations of the window, "at least": venues report less than they execute
    ("liquidations.total", Unit.USD, "forced closures of the covered assets", DAYS),
    ("liquidations.long", Unit.USD, "forced closures of longs", DAYS),
    ("liquidations.short", Unit.USD, "forced closures of shorts", DAYS),
    ("liquidations.long_share", Unit.RATIO, "longs' part of all liquidations", DAYS),
    ("liquidations.share_of_open_interest", Unit.RATIO, "liquidations over open interest at the start", DAYS),
    ("liquidations.total.{asset}", Unit.USD, "forced closures of the asset", DAYS),
    ("liquidations.long.{asset}", Unit.USD, "forced closures of the asset's longs", DAYS),
    ("liquidations.short.{asset}", Unit.USD, "forced closures of the asset's shorts", DAYS),
    ("liquidations.long_share.{asset}", Unit.RATIO, "longs' part of the asset's liquidations", DAYS),
    (
        "liquidations.share_of_open_interest.{asset}",
        Unit.RATIO,
        "the asset's liquidations over its open interest",
        DAYS,
    ),
    ("liquidations.intensity.eth_over_btc", Unit.MULTIPLE, "ETH's share of open interest liquidated over BTC's", DAYS),
    ("liquidations.venues", Unit.COUNT, "exchanges whose closures the totals count", NONE),
    ("liquidations.reported.total", Unit.USD, "trailing 24 h as the press quoted them", NONE),
    ("liquidations.burst_share", Unit.RATIO, "part of the busiest 5 % of minutes", NONE),
    # flows
    (
        "etf.net_flow.btc",
        Unit.USD,
        "money into US spot BTC funds: the last published session, or all of a window of days",
        SESSIONS,
    ),
    ("etf.net_flow.eth", Unit.USD, "money into US spot ETH funds: the same", SESSIONS),
    ("etf.net_flow.btc_eth", Unit.USD, "money into US spot BTC and ETH funds: the same", SESSIONS),
    ("etf.net_flow.five_sessions.btc_eth", Unit.USD, "the last five published sessions together", SESSIONS),
    ("etf.net_flow.gbtc", Unit.USD, "money into Grayscale's old BTC fund: as of BTC funds", SESSIONS),
    ("etf.preliminary.btc", Unit.COUNT, "1 while nobody else confirms the session's flow, else 0", NONE),
    ("etf.preliminary.eth", Unit.COUNT, "the same of ETH funds", NONE),
    ("etf.preliminary.btc_eth", Unit.COUNT, "the same of either", NONE),
    ("etf.largest_fund_share.btc", Unit.RATIO, "largest single fund's flow over the total's", NONE),
    ("etf.outflow_streak.btc", Unit.SESSIONS, "published sessions in a row with money leaving BTC funds", NONE),
    ("etf.outflow_streak.eth", Unit.SESSIONS, "published sessions in a row with money leaving ETH funds", NONE),
    ("etf.inflow_streak.btc", Unit.SESSIONS, "published sessions in a row with money entering BTC funds", NONE),
    ("etf.inflow_streak.eth", Unit.SESSIONS, "published sessions in a row with money entering ETH funds", NONE),
    ("etf.net_flow.share_of_spot_volume", Unit.RATIO, "size of BTC funds' flow over that day's BTC spot volume", NONE),
    ("etf.net_flow.share_of_market_cap.btc", Unit.BASIS_POINTS, "BTC funds' flow over BTC's market cap", SESSIONS),
    ("etf.net_flow.share_of_market_cap.eth", Unit.BASIS_POINTS, "ETH funds' flow over ETH's market cap", SESSIONS),
    ("etf.net_flow.share_of_market_cap.eth_minus_btc", Unit.BASIS_POINTS, "ETH's share minus BTC's", SESSIONS),
    ("etf.net_flow.share_of_assets.btc", Unit.PERCENT, "BTC funds' flow over what they held before", SESSIONS),
    ("etf.net_flow.share_of_assets.eth", Unit.PERCENT, "ETH funds' flow over what they held before", SESSIONS),
    ("premium.coinbase.btc", Unit.BASIS_POINTS, "Coinbase above the other venues; negative is US selling", DAYS),
    ("stablecoins.change_7d", Unit.PERCENT, "growth of the dollar stablecoins' supply over 7 days", DAYS),
    ("stablecoins.change_30d", Unit.PERCENT, "the same over 30 days", DAYS),
    ("stablecoins.ratio", Unit.RATIO, "BTC's market cap over that supply; low is buying power", DAYS),
    # macro: last close inside the window against the close before it
    ("rates.us10y", Unit.PERCENT, "ten-year Treasury yield", NONE),
    ("rates.us10y.change", Unit.BASIS_POINTS, "ten-year yield up", DAYS),
    ("rates.us2y.change", Unit.BASIS_POINTS, "two-year yield up", DAYS),
    ("rates.breakeven10y.change", Unit.BASIS_POINTS, "inflation that bonds expect over ten years up", DAYS),
    ("dollar.index.change", Unit.PERCENT, "dollar index up", DAYS),
    ("equities.sp500.change", Unit.PERCENT, "S&P 500 up", DAYS),
    ("equities.tech.change", Unit.PERCENT, "US technology shares (XLK) up", DAYS),
    ("volatility.vix", Unit.INDEX_POINTS, "VIX at the last close", DAYS),
    ("volatility.vix.change", Unit.INDEX_POINTS, "VIX up", DAYS),
    ("oil.wti.change", Unit.PERCENT, "WTI crude up", DAYS),
    ("credit.high_yield_spread.change", Unit.BASIS_POINTS, "high-yield spread wider", DAYS),
    ("fed.cut_probability", Unit.PERCENT, "odds of a cut at the next Fed meeting, last close", NONE),
    ("fed.cut_probability.change", Unit.PERCENTAGE_POINTS, "odds of a cut at the next Fed meeting up", DAYS),
    # mood
    ("sentiment.fear_greed", Unit.INDEX_POINTS, "0 extreme fear to 100 extreme greed, before the window", DAYS),
    ("sentiment.fear_greed_after", Unit.INDEX_POINTS, "the same, latest", DAYS),
    ("volatility.dvol.btc", Unit.INDEX_POINTS, "Deribit's 30-day implied volatility of BTC, latest", DAYS),
    ("volatility.dvol.btc.change", Unit.INDEX_POINTS, "implied volatility up over the window", DAYS),
    # the calendar, known long before
    ("calendar.weekend", Unit.RATIO, "part of the window on Saturday or Sunday, UTC", NONE),
    ("calendar.us_holiday", Unit.COUNT, "dates of the window on which the NYSE is shut for a holiday", NONE),
    ("calendar.closed_days_before", Unit.COUNT, "days in a row before the window without a NYSE session", NONE),
    ("calendar.holiday_season", Unit.COUNT, "dates of the window from December 23 to January 1", NONE),
    ("options.expiry_size", Unit.COUNT, "0 no Friday expiry, 1 weekly, 2 monthly, 3 quarterly", NONE),
    ("options.expiry_ahead", Unit.COUNT, "the same for the four days after the window", NONE),
    ("options.move_near_expiry.btc", Unit.RATIO, "part of BTC's hourly moves within 2 h of the expiry", NONE),
    ("options.expiry_notional.btc", Unit.USD, "options that lapse on the next Friday ahead of the window", NONE),
    ("options.max_pain.btc", Unit.USD_PRICE, "where the most of those options lapse worthless", NONE),
    ("options.max_pain_distance.btc", Unit.PERCENT, "the window's open above that price", NONE),
    ("options.put_call.open_interest.btc", Unit.RATIO, "puts open over calls open, before the window", DAYS),
    ("options.put_call.volume.btc", Unit.RATIO, "puts traded over calls traded in a day, latest", DAYS),
    (
        "options.skew_25d.btc",
        Unit.INDEX_POINTS,
        "volatility of calls above that of puts; negative is fear, latest",
        DAYS,
    ),
    # headlines from six hours before the window to its end, a repeated title once
    ("news.headlines", Unit.COUNT, "headlines of any topic or none", NONE),
    ("news.count.{topic}", Unit.COUNT, "headlines that name the topic; carries the leading one", NONE),
    ("news.usual.{topic}", Unit.COUNT, "as many as its share of the 90 days before makes expect", NONE),
    ("news.intensity.{topic}", Unit.MULTIPLE, "count + 1 over usual + 1; 1 is usual", NONE),
    ("news.intensity_3d.{topic}", Unit.MULTIPLE, "the same over the 72 hours up to the window's end", NONE),
    ("news.market_tied.{topic}", Unit.MULTIPLE, "the same of those that name the market too", NONE),
    ("news.market_tied_3d.{topic}", Unit.MULTIPLE, "the same of the 72 hours up to the window's end", NONE),
    ("news.fall_tied.{topic}", Unit.MULTIPLE, "the same of those that name a falling market too", NONE),
    ("news.rise_tied.{topic}", Unit.MULTIPLE, "the same of those that name a rising market too", NONE),
    ("news.tied_share.{topic}", Unit.RATIO, "its part of those that tie any topic to a move like the window's", NONE),
    # scheduled releases inside the window, first prints
    ("calendar.high_impact.count", Unit.COUNT, "releases of high impact with a forecast and an outcome", NONE),
    ("calendar.surprise.inflation", Unit.PERCENTAGE_POINTS, "month on month above the forecast: hotter", SURPRISES),
    ("calendar.surprise.jobs", Unit.COUNT, "new jobs above the forecast: stronger", NONE),
    ("calendar.key_releases", Unit.COUNT, "moments of inflation, payrolls or a decision of the Fed", NONE),
    ("calendar.key_releases_before", Unit.COUNT, "the same in the 24 hours before the window", NONE),
    ("calendar.fomc", Unit.COUNT, "statements of the Fed's rate committee", NONE),
)

CATALOGUE = {row[0]: Quantity(*row) for row in _ROWS}

_VENUES = {
    "binance": "Binance",
    "bybit": "Bybit",
    "okx": "OKX",
    "gate": "Gate",
    "kraken": "Kraken",
    "deribit": "Deribit",
    "hyperliquid": "Hyperliquid",
}
_OF_VENUES = (
    "",
    "funding.rate_8h.",
    "funding.running_8h.",
    "price.last.",
    "open_interest.coins.",
    "open_interest.usd.",
    "long_short.accounts.",
)

_PUBLISHERS = (
    *((kind + venue, name) for kind in _OF_VENUES for venue, name in _VENUES.items()),
    ("coinbase", "Coinbase"),
    ("cccagg", "CryptoCompare"),
    ("taker.", "CoinGlass"),
    ("depth_1pct.", "CoinGlass"),
    ("etf.", "Farside"),
    ("funding.rate_8h.oi_weighted", "CoinGlass"),
    ("open_interest.", "CoinGlass"),
    ("liquidations.minute.", "exchange feeds"),
    ("liquidations.", "CoinGlass"),
    ("long_short.", "Binance"),
    ("market_cap.", "CoinGecko"),
    *((f"premium.coinbase_{venue}", f"Coinbase, {name}") for venue, name in _VENUES.items()),
    ("premium.", "Coinbase"),
    ("stablecoins.", "DefiLlama"),
    ("rates.", "FRED"),
    ("credit.", "FRED"),
    ("oil.", "FRED"),
    ("equities.", "Yahoo"),
    ("dollar.", "Yahoo"),
    ("volatility.vix", "Cboe"),
    ("volatility.dvol", "Deribit"),
    ("options.", "Deribit"),
    ("sentiment.", "alternative.me"),
    ("fed_funds.", "CME"),
    ("fed.", "CME"),
)


_NOBODY: Mapping[str, str] = MappingProxyType({})


def publishers(source: str, recorded: Mapping[str, str] = _NOBODY) -> tuple[str, ...]:
    """Whose figures a reading was made of, in order, each named once; a series nobody is listed for names itself.

    `source` is a reading's: recorded series and `bars/` of markets, joined by words, commas and signs. `recorded` names
    the publisher of each series as far as it came with the figures; else it is the one of the recorded archives.
    """
    series = (word.removeprefix("bars/") for word in re.findall(r"[a-z_]+(?:/|\.)[\w.*{},/-]*\w", source))
    told = (", ".join(_recorded(found, recorded)) or _publisher(found) for found in series)
    return tuple(dict.fromkeys(name for names in told for name in names.split(", ")))


def _recorded(series: str, recorded: Mapping[str, str]) -> tuple[str, ...]:
    """The publishers of the series, or of all that it stands for with `{…}` and `*`."""
    if name := recorded.get(series):
        return (name,)
    if "{" not in series and "*" not in series:
        return ()
    choices = re.escape(series).replace(r"\*", r"[^.]+").replace(r"\{", "(?:").replace(r"\}", ")").replace(",", "|")
    pattern = re.compile(choices + ")" * (choices.count("(?:") - choices.count(")")))
    return tuple(dict.fromkeys(filter(None, (recorded[known] for known in recorded if pattern.fullmatch(known)))))


def _publisher(series: str) -> str:
    return next((name for prefix, name in _PUBLISHERS if series.startswith(prefix)), series)


@cache
def lookup(name: str) -> Quantity | None:
    """The catalogue's row for a reading's name, with its asset or topic filled in, or None.

    `price.return.btc` finds the row `price.return.{asset}`; so does `price.return.{asset}` itself.
    """
    if name in CATALOGUE:
        return CATALOGUE[name]
    return next((replace(q, name=name) for q in _patterns() if _pattern(q.name).fullmatch(name)), None)


def topic_of(name: str) -> str | None:
    """The topic of a reading of headlines, as its name has it; None for any other reading."""
    kind, dot, topic = name.rpartition(".")
    return topic if f"{kind}{dot}{{topic}}" in CATALOGUE else None


def _patterns() -> Iterator[Quantity]:
    return (q for q in CATALOGUE.values() if q.per_asset or q.per_topic)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    assets = "|".join(asset.lower() for asset in ASSETS)
    escaped = re.escape(name).replace(r"\{topic\}", "[a-z0-9_]+")
    return re.compile(escaped.replace(r"\{asset\}", f"(?:{assets})"))
