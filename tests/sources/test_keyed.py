"""What opens with a key: Coinalyze's hours of liquidations, CoinGlass's flows; and what a wrong key does."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.series import stamp
from bot.sources.batch import FaultKind, SourceFault
from bot.sources.coinalyze import Coinalyze
from bot.sources.etf_flows import EtfFlows, readers

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
EXCHANGES = [{"name": "Binance", "code": "A"}, {"name": "Bybit", "code": "6"}, {"name": "Kraken", "code": "K"}]


def market(symbol, exchange, base, **more):
    row = {"symbol": symbol, "exchange": exchange, "base_asset": base, "quote_asset": "USDT", "is_perpetual": True}
    return row | more


MARKETS = [
    market("BTCUSDT_PERP.A", "A", "BTC"),
    market("BTCUSDT_PERP.6", "6", "BTC"),
    market("BTCUSD_PERP.A", "A", "BTC", quote_asset="USD"),
    market("BTCUSDT_PERP.K", "K", "BTC"),
    market("BTCUSDT_Z26.A", "A", "BTC", is_perpetual=False),
]


def seconds(hours_ago):
    return stamp(NOW - hours_ago * HOUR) // 1000


def history(rows):
    return [
        {"symbol": symbol, "history": [{"t": seconds(ago), "l": longs, "s": shorts} for ago, longs, shorts in hours]}
        for symbol, hours in rows.items()
    ]


@pytest.fixture
def coinalyze(far_end, asking):
    host = "api.coinalyze.net/v1"
    far_end.answers |= {f"{host}/exchanges": EXCHANGES, f"{host}/future-markets": MARKETS}

    def visit(rows, hours=24):
        far_end.answers[f"{host}/liquidation-history"] = rows
        return asking(lambda client: Coinalyze(client, "s3cret", ["BTC"]).fetch(NOW - hours * HOUR, NOW))

    return visit


def values(batch):
    return {p.columns.series: dict(zip(p.columns.time, p.columns.value, strict=True)) for p in batch.points}


def test_hours_are_dated_by_their_end_and_silent_ones_are_zero(coinalyze, far_end):
    batch = coinalyze(history({"BTCUSDT_PERP.A": [(4, 5e6, 1e6), (2, 7e6, 0)], "BTCUSDT_PERP.6": [(3, 1e6, 2e6)]}))
    found = values(batch)
    at = [stamp(NOW - ago * HOUR) for ago in (3, 2, 1, 0)]
    assert [found["liquidations.hour.long.binance.btc"][time] for time in at] == [5e6, 0, 7e6, 0]
    assert found["liquidations.hour.short.bybit.btc"][at[1]] == 2e6
    assert set(found["liquidations.hour.seconds.binance"].values()) == {3600.0}
    (asked,) = far_end.of("api.coinalyze.net/v1/liquidation-history")
    assert sorted(asked.query["symbols"].split(",")) == ["BTCUSDT_PERP.6", "BTCUSDT_PERP.A"]
    assert asked.query["convert_to_usd"] == "true"
    assert asked.headers["api_key"] == "s3cret"
    assert {points.publisher for points in batch.points} == {"Binance by Coinalyze", "Bybit by Coinalyze"}


def test_a_running_hour_is_left_out(coinalyze):
    found = values(coinalyze(history({"BTCUSDT_PERP.A": [(2, 1, 1), (0, 9, 9)]})))
    assert max(found["liquidations.hour.long.binance.btc"]) == stamp(NOW)


@pytest.mark.parametrize("bad", [{"t": 1761213600000, "l": 1, "s": 1}, {"t": 1761213600, "l": -1, "s": 1}, {"t": 1}])
def test_another_shape_stores_nothing(coinalyze, bad):
    with pytest.raises(SourceFault) as caught:
        coinalyze([{"symbol": "BTCUSDT_PERP.A", "history": [bad]}])
    assert caught.value.kind is FaultKind.GARBLED


def test_a_wrong_key_is_named_and_not_shown(coinalyze):
    with pytest.raises(SourceFault) as caught:
        coinalyze(401)
    assert caught.value.kind is FaultKind.REFUSED
    assert "s3cret" not in str(caught.value)


def coinglass(*days):
    return {"code": "0", "data": [{"timestamp": stamp(day), **row} for day, row in days]}


SESSION = datetime(2026, 11, 23, tzinfo=UTC)
BEFORE = datetime(2026, 11, 20, tzinfo=UTC)
FULL = {
    "flow_usd": 8e7,
    "etf_flows": [{"etf_ticker": "IBIT", "flow_usd": 5e7}, {"etf_ticker": "FBTC", "flow_usd": 3e7}],
}
PARTIAL = {"flow_usd": 5e7, "etf_flows": [{"etf_ticker": "IBIT", "flow_usd": 5e7}, {"etf_ticker": "FBTC"}]}


def flows(asking):
    async def work(client):
        source = EtfFlows("btc", readers("btc", client, "", "s3cret"))
        return await source.fetch(NOW - 10 * 24 * HOUR, NOW)

    return values(asking(work))


def test_coinglass_is_asked_first_and_a_partial_day_of_it_does_not_count(far_end, asking):
    far_end.answers["open-api-v4.coinglass.com"] = coinglass((BEFORE, FULL), (SESSION, PARTIAL))
    far_end.answers["api.sosovalue.xyz"] = 503
    found = flows(asking)
    assert list(found["etf.net_flow.btc"].values()) == [8e7]
    assert far_end.of("open-api-v4.coinglass.com")[0].headers["CG-API-KEY"] == "s3cret"


def test_where_coinglass_refuses_the_key_the_keyless_publishers_tell(far_end, asking):
    far_end.answers["open-api-v4.coinglass.com"] = {"code": "30001", "msg": "API key missing."}
    days = {BEFORE: 8e7, SESSION: -2e7}
    rows = [{"timestamp": str(stamp(day)), "value": str(total)} for day, total in days.items()]
    far_end.answers["api.coinmarketcap.com"] = {"data": {"points": rows}, "status": {"error_code": "0"}}
    assert 8e7 in flows(asking)["etf.net_flow.btc"].values()
