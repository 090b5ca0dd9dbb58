"""What happens or becomes known later changes no reading: every series at once, with and without a future."""

from datetime import timedelta
from math import sin

import pytest
from recorded import AS_OF, DAY, END, START, bars, points

from bot.domain.catalogue import ASSETS, COVERED
from bot.domain.series import BarColumns
from bot.domain.window import MARKET, Window
from bot.indicators.measure import measure
from bot.indicators.snapshot import History

DAYS = 320
PLAIN = (
    "stablecoins.supply",
    "sentiment.fear_greed",
    "premium.coinbase_okx.btc",
    "volatility.dvol.btc",
    "options.expiry_notional.btc",
    "options.max_pain.btc",
    "options.put_call.open_interest.btc",
    "options.put_call.volume.btc",
    "options.skew_25d.btc",
)
CLOSES = (
    "rates.us10y",
    "rates.breakeven10y",
    "rates.fed_effective",
    "fed_funds.future.front",
    "volatility.vix",
    "equities.sp500",
)
FUNDS = ("ibit", "fbtc", "bitb", "arkb", "btco", "ezbc", "brrr", "hodl", "btcw", "gbtc", "btc")
PER_ASSET = (
    "taker.buy",
    "taker.sell",
    "depth_1pct.bids",
    "depth_1pct.asks",
    "liquidations.long",
    "liquidations.short",
    "open_interest.usd.total",
    "open_interest.coins.stablemargin",
    "funding.rate_8h.oi_weighted",
    "market_cap",
    "etf.net_assets",
    "long_short.top_accounts.binance_daily",
)


def wave(name, n):
    """A number that differs from series to series and from day to day, always near 100."""
    return 100 + 5 * sin(n * 0.7 + len(name)) + sin(n * 0.13 + ord(name[-1]))


def series(name, ahead, step=DAY, count=DAYS, late=timedelta(0)):
    """Rows up to the window's end, those of `ahead` days after it, and revisions that become known after `as_of`."""
    size = 1e-6 if name.startswith("funding") else 1.0
    rows = [(END - step * back, END - step * back + late, size * wave(name, back)) for back in range(count)]
    future = [(END + step * n, END + step * n + late, 900.0 + n) for n in range(1, ahead + 1)]
    revised = [(time, AS_OF + DAY, 7.0) for time, _, _ in rows[:40]] if ahead else []
    return points(name, [*rows, *future, *revised])


def everything(ahead):
    coins = [asset.lower() for asset in COVERED]
    recorded = [series(name, ahead) for name in PLAIN]
    recorded += [series(name, ahead, late=timedelta(minutes=3)) for name in CLOSES]
    recorded += [series(f"{kind}.{coin}", ahead) for kind in PER_ASSET for coin in coins]
    recorded += [series(f"etf.net_flow.btc.{fund}", ahead) for fund in FUNDS]
    recorded += [series(f"etf.net_flow.{coin}", ahead) for coin in ("btc", "eth")]
    recorded += [
        series(f"liquidations.minute.{side}.btc", ahead, timedelta(minutes=1), 1500) for side in ("long", "short")
    ]
    return History.of(recorded, markets(ahead))


def markets(ahead):
    perpetuals = [walk("binanceusdm", f"{asset}-USDT-PERP", "1d", ahead, 1) for asset in ASSETS]
    perpetuals += [walk("binanceusdm", f"{asset}-USDT-PERP", "1h", ahead, 24) for asset in ("BTC", "ETH")]
    spot = [walk("binance", f"{asset}-USDT", "1d", ahead, 1) for asset in ("BTC", "ETH")]
    return [*perpetuals, *spot, *(walk("coinbase", f"{asset}-USD", "1d", ahead, 1) for asset in ("BTC", "ETH"))]


def walk(venue, symbol, timeframe, ahead, bars_a_day):
    closes = [wave(symbol, n / bars_a_day) * 100 for n in range(DAYS * bars_a_day)]
    future = [closes[-1] * (3.0 if n % 2 else 0.4) for n in range(ahead * bars_a_day)]
    volumes = [wave(venue, n) for n in range(len(closes))] + [1e6] * len(future)
    made = bars([*closes, *future], timeframe=timeframe, end=END + ahead * DAY, volumes=volumes)
    return BarColumns(venue, symbol, timeframe, made.time, made.open, made.high, made.low, made.close, made.volume)


PAST, WITH_FUTURE = everything(0), everything(9)


@pytest.mark.parametrize(
    "window",
    [Window(START, END, AS_OF), Window(END - 7 * DAY, END, AS_OF), Window(END - timedelta(hours=4), END, AS_OF)],
    ids=["day", "week", "four hours"],
)
def test_the_future_changes_nothing(window):
    past, told = (measure(history.at(window.as_of), window, MARKET) for history in (PAST, WITH_FUTURE))
    assert {name: told[name] for name in told} == {name: past[name] for name in past}
    assert all(reading.known <= window.as_of for reading in past.measured())


def test_most_readings_are_there_to_be_changed():
    found = measure(PAST.at(AS_OF), Window(START, END, AS_OF), MARKET)
    assert len(found.measured()) > 165


@pytest.mark.parametrize("name", ["price.return_30d_before", "price.rsi", "depth.imbalance", "level.value_area_low"])
def test_a_state_from_before_is_not_moved_by_the_window(name):
    window, moved = Window(START, END, AS_OF), markets(0)
    for market in moved:
        day = 24 if market.timeframe == "1h" else 1
        for column in (market.high, market.close):
            column[-1] *= 1.5
            column[-day] *= 1.2
    shifted = History({**PAST.tracks}, History.of([], moved).markets)
    plain, after = (measure(history.at(AS_OF), window, MARKET)[f"{name}.btc"] for history in (PAST, shifted))
    assert plain == after
