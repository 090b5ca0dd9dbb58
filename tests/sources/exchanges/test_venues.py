"""Every venue, asked through ccxt, gives the same figures in the same units."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.domain.series import TIMEFRAMES, moment
from bot.errors import SettingsError
from bot.sources.archive_units import quantity
from bot.sources.batch import FaultKind, SourceFault
from bot.sources.exchanges import exchange_sources
from bot.sources.venue import VENUES, chosen_venues
from bot.sources.venue_exchange import Desk

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPOT = {"binance": "USDT", "bybit": "USDT", "okx": "USDT", "gate": "USDT", "coinbase": "USD", "kraken": "USD"}
PERPETUAL = {
    "binance": "binanceusdm.BTC-USDT-PERP",
    "bybit": "bybit.BTC-USDT-PERP",
    "okx": "okx.BTC-USDT-PERP",
    "gate": "gate.BTC-USDT-PERP",
    "deribit": "deribit.BTC-USD-PERP",
    "hyperliquid": "hyperliquid.BTC-USDC-PERP",
}


def timed(venues):
    """Venues with the timeframes asked of them: the slow ones' and Deribit's hours alone."""
    return [(v, t) for v in venues for t in ("1h", "1d") if t == "1h" or v not in {"kraken", "deribit", "hyperliquid"}]


@pytest.mark.parametrize(("venue", "timeframe"), timed(SPOT))
def test_spot_bars_are_closed_whole_and_in_coins(world, visit, venue, timeframe):
    check_bars(visit(f"{venue}.bars.spot.{timeframe}", hours=2500), f"{venue}.BTC-{SPOT[venue]}", timeframe)


@pytest.mark.parametrize(("venue", "timeframe"), timed(PERPETUAL))
def test_bars_of_perpetuals_are_closed_whole_and_in_coins(world, visit, venue, timeframe):
    check_bars(visit(f"{venue}.bars.perpetual.{timeframe}", hours=2500), PERPETUAL[venue], timeframe)


def check_bars(batch, market, timeframe):
    (bars,) = batch.bars
    assert bars.name == f"{market}.{timeframe}"
    length = TIMEFRAMES[timeframe]
    starts = [moment(time) for time in bars.time]
    assert starts[-1] + length <= NOON < starts[-1] + 2 * length
    assert {after - before for before, after in pairwise(starts)} == {length}
    wanted = min(2500 * HOUR // length, 719 if market.startswith("kraken") else 9999)
    assert wanted - 1 <= len(bars) <= wanted + 1
    assert set(bars.volume) == {100.0 * (length // HOUR)}
    markup = 1.001 if market.startswith("coinbase") else 1.0
    assert bars.open[0] == pytest.approx(markup * (bars.time[0] // 3_600_000 - 400_000))
    assert all(low < opened < high for low, opened, high in zip(bars.low, bars.open, bars.high, strict=True))


@pytest.mark.parametrize("venue", ["binance", "bybit", "okx", "gate", "deribit", "hyperliquid"])
def test_funding_is_a_fraction_per_8_hours_dated_when_it_is_paid(world, visit, rows, venue):
    found = rows(visit(f"{venue}.funding", hours=24 * 70))[f"funding.rate_8h.{venue}.btc"]
    assert all(rate == pytest.approx(0.0001) for _, rate in found)
    step = HOUR if venue in {"deribit", "hyperliquid"} else 8 * HOUR
    times = [time for time, _ in found]
    assert {after - before for before, after in pairwise(times)} == {step}
    assert NOON - step < times[-1] <= NOON
    assert len(times) == pytest.approx(24 * 70 * HOUR / step, abs=1)


@pytest.mark.parametrize("venue", ["binance", "bybit", "okx", "gate", "hyperliquid"])
def test_funding_that_builds_up_is_per_8_hours_whatever_the_interval(world, visit, rows, venue):
    found = rows(visit(f"{venue}.funding_running"))[f"funding.running_8h.{venue}.btc"]
    assert found == [(NOON + timedelta(seconds=30), pytest.approx(0.0001))]


@pytest.mark.parametrize("venue", VENUES)
def test_a_ticker_tells_the_price_of_now(world, visit, rows, venue):
    market = "binanceusdm" if venue == "binance" else venue
    [(time, price)] = rows(visit(f"{venue}.tickers"))[f"price.last.{market}.btc"]
    assert abs(time - NOON - timedelta(seconds=30)) < timedelta(seconds=1)
    assert price == int(NOON.timestamp()) // 3600 - 400_000


@pytest.mark.parametrize("venue", ["binance", "okx", "coinbase"])
def test_a_price_of_an_hour_ago_is_none_of_now(far_end, world, asking, clock, venue):
    async def work(client):
        sources = {s.name: s for s in exchange_sources(client, clock, [venue], ["BTC"])}
        clock.set(NOON + HOUR)
        with pytest.raises(SourceFault, match=r"11:5|12:00") as fault:
            await sources[f"{venue}.tickers"].fetch(NOON, NOON + HOUR)
        return fault.value.kind

    assert asking(work) is FaultKind.STALE


@pytest.mark.parametrize("venue", ["binance", "bybit", "okx", "gate", "deribit", "hyperliquid"])
def test_open_interest_is_in_coins_and_in_usd_each_position_once(world, visit, rows, venue):
    found = rows(visit(f"{venue}.open_interest", hours=24 * 20))
    coins, usd = (found[f"open_interest.{unit}.{venue}.btc"] for unit in ("coins", "usd"))
    assert {value for _, value in coins} == {1000.0}
    assert [time for time, _ in coins] == [time for time, _ in usd]
    for time, value in usd:
        assert value == 1000 * (int(time.timestamp()) // 3600 - 400_000)
    assert coins[-1][0] >= NOON
    assert len(coins) == (1 if venue in {"deribit", "hyperliquid"} else 24 * 20)


@pytest.mark.parametrize("venue", ["binance", "bybit", "okx", "gate"])
def test_long_over_short_is_a_ratio_of_accounts(world, visit, rows, venue):
    found = rows(visit(f"{venue}.long_short", hours=24 * 25))[f"long_short.accounts.{venue}.btc"]
    assert all(ratio == pytest.approx(1.5) for _, ratio in found)
    assert found[-1][0] == NOON
    assert len(found) == 24 * 25


def test_top_traders_are_told_by_head_and_by_size(world, visit, rows):
    found = rows(visit("binance.top_traders", hours=24 * 40))
    assert set(found) == {"long_short.top_accounts.binance.btc", "long_short.top_positions.binance.btc"}
    assert all(ratio == pytest.approx(1.5) for series in found.values() for _, ratio in series)
    assert found["long_short.top_accounts.binance.btc"][0][0] >= NOON - timedelta(days=29)


def test_takers_are_in_usd_by_the_day_that_is_over(world, visit, rows):
    found = rows(visit("binance.takers", hours=24 * 100))
    bought, sold = found["taker.buy.binance.btc"], found["taker.sell.binance.btc"]
    assert bought[-1] == (NOON.replace(hour=0), 24 * 5e6)
    assert sold[-1] == (NOON.replace(hour=0), 24 * 4e6)
    assert len(bought) == 100


def test_coinbase_costs_ten_basis_points_more(far_end, world, asking, clock, rows):
    async def work(client):
        sources = {s.name: s for s in exchange_sources(client, clock, ["okx", "coinbase"], ["BTC", "SOL"])}
        return await sources["coinbase.premium_over_okx"].fetch(NOON - 48 * HOUR, NOON + timedelta(seconds=30))

    batch = asking(work)
    found = rows(batch)["premium.coinbase_okx.btc"]
    assert all(premium == pytest.approx(10) for _, premium in found)
    assert found[-1][0] == NOON
    assert len(found) == 48
    assert batch.points[0].publisher == "Coinbase, OKX"


def test_all_figures_have_a_unit_and_fit_it(world, asking, clock):
    async def work(client):
        sources = exchange_sources(client, clock, chosen(), ["BTC"])
        return [await source.fetch(NOON - 30 * HOUR, NOON + timedelta(seconds=30)) for source in sources]

    series = [points.columns for batch in asking(work) for points in batch.points]
    assert len({columns.series for columns in series}) == len(series) == 40
    for columns in series:
        assert all(map(quantity(columns.series).fits, columns.value))


def chosen():
    return ["binance", "bybit", "okx", "gate", "coinbase", "kraken", "deribit", "hyperliquid"]


def test_names_of_sources_are_unique(asking, clock):
    async def names(client):
        return [source.name for source in exchange_sources(client, clock, chosen(), ["BTC"])]

    found = asking(names)
    assert len(set(found)) == len(found)


def test_an_asset_that_isn_t_listed_is_noted_once(world, asking, clock):
    async def work(client):
        source = exchange_sources(client, clock, ["coinbase"], ["BTC", "HYPE"])[0]
        return [(await source.fetch(NOON - 3 * HOUR, NOON)).notes for _ in range(2)]

    assert asking(work) == [("Coinbase lists no HYPE/USD.",), ()]


@pytest.mark.parametrize(
    ("name", "hint"), [("binanse", "did you mean binance?"), ("mtgox", "there are binance, bybit")]
)
def test_an_unknown_venue_is_told_with_the_nearest_right_name(name, hint):
    with pytest.raises(SettingsError) as caught:
        chosen_venues(["okx", name])
    assert hint in str(caught.value)


def test_nothing_is_asked_but_public_questions_about_the_chosen(far_end, world, visit):
    visit("okx.open_interest")
    assert {asked.path.partition("/")[0] for asked in far_end.asked} == {"www.okx.com"}
    assert len([asked for asked in far_end.asked if "instruments" in asked.path]) == 1


def test_markets_of_assets_unknown_here_are_forgotten(far_end, world, asking, clock):
    markets = far_end.answers["fapi.binance.com/fapi/v1/exchangeInfo"]["symbols"]
    markets += [{**markets[0], "symbol": f"C{n}USDT", "baseAsset": f"C{n}"} for n in range(50)]

    async def work(client):
        desk = Desk(VENUES["binance"], VENUES["binance"].perpetual, client, clock)
        return await desk.symbol("BTC"), await desk.symbol("C7"), len(desk.exchange.markets)

    assert asking(work) == ("BTC/USDT:USDT", None, 1)


def test_markets_are_asked_for_once_a_day(far_end, world, asking, clock):
    async def work(client):
        desk = Desk(VENUES["okx"], VENUES["okx"].spot, client, clock)
        for _ in range(3):
            await desk.symbol("BTC")
        asked = len(far_end.asked)
        clock.set(clock.now() + timedelta(days=1))
        await desk.symbol("BTC")
        return asked, len(far_end.asked)

    assert asking(work) == (1, 2)
