"""Exchanges on loopback that answer as the real ones do: their fields, their units, their order of rows.

In all of them 1,000 coins are open (as much on each side), an hour trades 100 coins, 1.5 accounts are long for one
that is short, longs pay 0.01 % per 8 hours, and the price is `price(time)`.
"""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.series import moment, stamp
from bot.sources.exchanges import exchange_sources

NOW = datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC)
HOUR, DAY = 3_600_000, 86_400_000
STEPS = {"1h": HOUR, "1H": HOUR, "60": HOUR, "ONE_HOUR": HOUR, "1d": DAY, "D": DAY, "1Dutc": DAY, "1440": DAY}
STEPS |= {"ONE_DAY": DAY, "1D": DAY}
COINS, VOLUME, LONGS, SHORTS, RATE_8H = 1000.0, 100.0, 0.6, 0.4, 0.0001


def price(time):
    """USD at that moment, in milliseconds: a dollar more every hour."""
    return float(time // HOUR - 400_000)


def times(start, end, step, most):
    first = -(-int(start) // step) * step
    return list(range(first, int(end) + 1, step))[:most]


class World:
    """Answers by host and path."""

    def __init__(self, now=NOW):
        self.now = stamp(now)

    def klines(self, start, end, step, most):
        """(start, open, high, low, close) of bars, the last of them still open."""
        return [(t, price(t), price(t) + 9, price(t) - 9, price(t) + 1) for t in times(start, end, step, most)]

    # Binance

    def binance_bars(self, asked):
        q = asked.query
        step = STEPS[q["interval"]]
        rows = self.klines(q["startTime"], q.get("endTime", self.now), step, int(q["limit"]))
        scale = step // HOUR
        return [
            [
                t,
                *(f"{p:.2f}" for p in bar),
                f"{VOLUME * scale:.3f}",
                t + step - 1,
                f"{9e6 * scale}",
                42,
                f"{60.0 * scale}",
                f"{5e6 * scale}",
                "0",
            ]
            for t, *bar in rows
        ]

    def binance_funding(self, asked):
        q = asked.query
        found = times(q["startTime"], min(int(q["endTime"]), self.now), 8 * HOUR, int(q["limit"]))
        return [{"symbol": q["symbol"], "fundingTime": t + 3, "fundingRate": f"{RATE_8H:.8f}"} for t in found]

    def binance_open_interest(self, asked):
        q = asked.query
        return [
            {
                "symbol": q["symbol"],
                "sumOpenInterest": f"{COINS:.8f}",
                "sumOpenInterestValue": f"{COINS * price(t):.8f}",
                "timestamp": t,
            }
            for t in times(q["startTime"], min(int(q["endTime"]), self.now), HOUR, int(q["limit"]))
        ]

    def binance_ratio(self, asked):
        q = asked.query
        return [
            {
                "symbol": q["symbol"],
                "longAccount": f"{LONGS}",
                "shortAccount": f"{SHORTS}",
                "longShortRatio": f"{LONGS / SHORTS:.4f}",
                "timestamp": t,
            }
            for t in times(q["startTime"], min(int(q["endTime"]), self.now), HOUR, int(q["limit"]))
        ]

    # Bybit

    @staticmethod
    def bybit(rows, **more):
        return {"retCode": 0, "retMsg": "OK", "result": {"list": rows, "nextPageCursor": "", **more}, "time": 1}

    def bybit_markets(self, asked):
        if asked.query.get("status") == "PreLaunch":
            return self.bybit([], category="linear")
        linear = asked.query["category"] == "linear"
        market = {"symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "status": "Trading"}
        more = {"contractType": "LinearPerpetual", "settleCoin": "USDT", "fundingInterval": 480, "deliveryTime": "0"}
        return self.bybit([market | more if linear else market], category=asked.query["category"])

    def bybit_bars(self, asked):
        q = asked.query
        step = STEPS[q["interval"]]
        rows = self.klines(q["start"], self.now, step, int(q["limit"]))
        volume = str(VOLUME * step // HOUR)
        return self.bybit([[str(t), *map(str, bar), volume, "1"] for t, *bar in rows][::-1])

    def bybit_funding(self, asked):
        q = asked.query
        found = times(q["startTime"], min(int(q["endTime"]), self.now), 8 * HOUR, int(q["limit"]))
        rows = [{"symbol": "BTCUSDT", "fundingRate": str(RATE_8H), "fundingRateTimestamp": str(t)} for t in found]
        return self.bybit(rows[::-1], category="linear")

    def bybit_open_interest(self, asked):
        q = asked.query
        found = times(q["startTime"], min(int(q["endTime"]), self.now), HOUR, int(q["limit"]))
        rows = [{"openInterest": str(2 * COINS), "singleOpenInterest": str(COINS), "timestamp": str(t)} for t in found]
        return self.bybit(rows[::-1], symbol="BTCUSDT", category="linear")

    def bybit_ratio(self, asked):
        q = asked.query
        found = times(q["startTime"], min(int(q["endTime"]), self.now), HOUR, int(q["limit"]))
        rows = [
            {"symbol": "BTCUSDT", "buyRatio": str(LONGS), "sellRatio": str(SHORTS), "timestamp": str(t)} for t in found
        ]
        return self.bybit(rows[::-1])

    # OKX

    @staticmethod
    def okx(rows):
        return {"code": "0", "msg": "", "data": rows}

    def okx_markets(self, asked):
        if asked.query["instType"] == "SPOT":
            spot = {"instType": "SPOT", "instId": "BTC-USDT", "baseCcy": "BTC", "quoteCcy": "USDT", "state": "live"}
            return self.okx([spot])
        swap = {"instType": "SWAP", "instId": "BTC-USDT-SWAP", "uly": "BTC-USDT", "settleCcy": "USDT", "ctVal": "0.01"}
        return self.okx([swap | {"state": "live", "instFamily": "BTC-USDT", "ctType": "linear"}])

    def okx_bars(self, asked):
        q = asked.query
        step = STEPS[q["bar"]]
        rows = self.klines(int(q["before"]) + 1, min(int(q["after"]) - 1, self.now), step, int(q["limit"]))
        coins = VOLUME * step // HOUR
        volume = [str(coins), "1", "1"] if q["instId"] == "BTC-USDT" else [str(coins * 100), str(coins), "1"]
        return self.okx([[str(t), *map(str, bar), *volume, "1"] for t, *bar in rows][::-1])

    def okx_funding(self, asked):
        q = asked.query
        found = times(int(q["before"]) + 1, min(int(q["after"]) - 1, self.now), 8 * HOUR, 9999)[-int(q["limit"]) :]
        row = {"instType": "SWAP", "instId": "BTC-USDT-SWAP", "fundingRate": "0.018", "realizedRate": str(RATE_8H)}
        return self.okx([row | {"fundingTime": str(t)} for t in found][::-1])

    def okx_statistics(self, values):
        def rows(asked):
            q = asked.query
            found = times(int(q["begin"]) + 1, min(int(q["end"]) - 1, self.now), HOUR, 9999)[-int(q["limit"]) :]
            return self.okx([[str(t), *values(t)] for t in found][::-1])

        return rows

    # Gate

    def gate_bars(self, asked):
        q = asked.query
        step = STEPS[q["interval"]]
        rows = self.klines(1000 * int(q["from"]), min(1000 * int(q["to"]), self.now), step, 2000)
        coins = VOLUME * step // HOUR
        if "spot" in asked.path:
            return [
                [str(t // 1000), "1", *map(str, (bar[3], bar[1], bar[2], bar[0])), str(coins), "true"]
                for t, *bar in rows
            ]
        return [
            {"t": t // 1000, "v": int(coins * 10_000), **dict(zip("ohlc", map(str, bar), strict=True))}
            for t, *bar in rows
        ]

    def gate_funding(self, asked):
        q = asked.query
        found = times(1000 * int(q["from"]), min(1000 * int(q["to"]), self.now), 8 * HOUR, int(q["limit"]))
        return [{"t": t // 1000, "r": str(RATE_8H)} for t in found][::-1]

    def gate_statistics(self, asked):
        q = asked.query
        return [
            {
                "time": t // 1000,
                "open_interest": int(COINS * 10_000),
                "open_interest_usd": COINS * price(t),
                "lsr_account": LONGS / SHORTS,
                "long_liq_usd": 0,
            }
            for t in times(1000 * int(q["from"]), self.now, HOUR, int(q["limit"]))
        ]

    # Coinbase, Kraken, Deribit, Hyperliquid

    def coinbase_bars(self, asked):
        q = asked.query
        step = STEPS[q["granularity"]]
        rows = self.klines(1000 * int(q["start"]), min(1000 * int(q["end"]) - 1, self.now), step, 350)
        names = ("start", "open", "high", "low", "close", "volume")
        volume = VOLUME * step // HOUR
        told = [(t // 1000, *(1.001 * p for p in row), volume) for t, *row in rows]
        return {"candles": [dict(zip(names, map(str, row), strict=True)) for row in told][::-1]}

    def kraken_bars(self, asked):
        step = STEPS[f"{asked.query['interval']}"]
        oldest = max(1000 * int(asked.query["since"]) + 1, self.now - 720 * step)
        rows = self.klines(oldest, self.now, step, 720)
        volume = str(VOLUME * step // HOUR)
        told = [[t // 1000, *map(str, bar), "60000.0", volume, 7] for t, *bar in rows]
        return {"error": [], "result": {"XXBTZUSD": told, "last": 1}}

    def deribit_bars(self, asked):
        q = asked.query
        rows = self.klines(q["start_timestamp"], min(int(q["end_timestamp"]), self.now), HOUR, 5000)
        names = ("ticks", "open", "high", "low", "close")
        columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {n: [] for n in names}
        return {"result": columns | {"volume": [VOLUME] * len(rows), "cost": [6e6] * len(rows), "status": "ok"}}

    def deribit_funding(self, asked):
        q = asked.query
        found = times(q["start_timestamp"], min(int(q["end_timestamp"]), self.now), HOUR, 744)
        row = {"interest_8h": 0.05, "interest_1h": RATE_8H / 8, "index_price": 60_000.0, "prev_index_price": 60_000.0}
        return {"result": [row | {"timestamp": t} for t in found]}

    def deribit_open_interest(self, _):
        mark = price(self.now)
        row = {"instrument_name": "BTC-PERPETUAL", "open_interest": COINS * mark, "mark_price": mark}
        return {"result": [row | {"creation_timestamp": self.now - 250}]}

    def hyperliquid(self, asked):
        said = asked.json
        match said["type"]:
            case "metaAndAssetCtxs":
                mark = {"markPx": str(price(self.now)), "midPx": str(price(self.now))}
                context = {"funding": f"{RATE_8H / 8:.10f}", "openInterest": str(COINS)} | mark
                return [{"universe": [{"name": "BTC", "szDecimals": 5, "maxLeverage": 40}]}, [context]]
            case "fundingHistory":
                found = times(said["startTime"], min(said["endTime"], self.now), HOUR, 500)
                row = {"coin": "BTC", "premium": "0.0"}
                return [row | {"fundingRate": f"{RATE_8H / 8:.10f}", "time": t + 31} for t in found]
            case "candleSnapshot":
                q = said["req"]
                step = STEPS[q["interval"]]
                rows = self.klines(q["startTime"], min(q["endTime"], self.now), step, 5000)
                volume = str(VOLUME * step // HOUR)
                return [
                    {"t": t, "T": t + step - 1, "v": volume, **dict(zip("ohlc", map(str, bar), strict=True))}
                    for t, *bar in rows
                ]

    # Tickers and the funding that builds up: Binance, OKX and Gate pay every four hours

    def present(self):
        last, now = str(price(self.now)), str(self.now)
        half = f"{RATE_8H / 2:.8f}"
        paid = self.now + HOUR
        bybit = {"symbol": "BTCUSDT", "lastPrice": last, "fundingRate": f"{RATE_8H:.8f}", "fundingIntervalHour": "8"}
        okx = {"instId": "BTC-USDT-SWAP", "instType": "SWAP"}
        running = {"fundingRate": half, "fundingTime": str(paid), "nextFundingTime": str(paid + 4 * HOUR)}
        trade = {"product_id": "BTC-USD", "time": f"{moment(self.now):%Y-%m-%dT%H:%M:%SZ}", "price": last, "size": "1"}
        kraken = {side: ["1", "1", "1"] for side in "abcvplht"} | {"c": [last, "0.1"], "o": "1"}
        fapi, okx_root = "fapi.binance.com/fapi/v1", "www.okx.com/api/v5"
        return {
            f"{fapi}/ticker/24hr": [{"symbol": "BTCUSDT", "lastPrice": last, "closeTime": self.now}],
            f"{fapi}/premiumIndex": [{"symbol": "BTCUSDT", "lastFundingRate": half, "time": self.now}],
            f"{fapi}/fundingInfo": [{"symbol": "BTCUSDT", "fundingIntervalHours": 4}],
            "api.bybit.com/v5/market/tickers": self.bybit([bybit], category="linear") | {"time": self.now},
            f"{okx_root}/market/tickers": self.okx([okx | {"last": last, "ts": now}]),
            f"{okx_root}/public/funding-rate": self.okx([okx | running]),
            "api.gateio.ws/api/v4/futures/usdt/tickers": [{"contract": "BTC_USDT", "last": last}],
            "api.coinbase.com/api/v3/brokerage/market/products/BTC-USD/ticker": {"trades": [trade]},
            "api.kraken.com/0/public/Ticker": {"error": [], "result": {"XXBTZUSD": kraken}},
            "www.deribit.com/api/v2/public/ticker": {
                "result": {"instrument_name": "BTC-PERPETUAL", "last_price": price(self.now), "timestamp": self.now}
            },
        }

    def answers(self):
        binance = {"symbol": "BTCUSDT", "baseAsset": "BTC", "quoteAsset": "USDT", "status": "TRADING", "filters": []}
        perpetual = {"contractType": "PERPETUAL", "marginAsset": "USDT", "deliveryDate": 4133404800000}
        gate = {"name": "BTC_USDT", "quanto_multiplier": "0.0001", "order_price_deviate": "0.5", "mark_price": "60000"}
        gate |= {"funding_rate": f"{RATE_8H / 2:.8f}", "funding_interval": 14_400}
        coinbase = {
            "product_id": "BTC-USD",
            "base_currency_id": "BTC",
            "quote_currency_id": "USD",
            "product_type": "SPOT",
        }
        kraken = {"altname": "XBTUSD", "base": "XXBT", "quote": "ZUSD", "status": "online", "pair_decimals": 1}
        deribit = {
            "instrument_name": "BTC-PERPETUAL",
            "kind": "future",
            "base_currency": "BTC",
            "quote_currency": "USD",
        }
        deribit |= {"counter_currency": "USD", "settlement_currency": "BTC", "settlement_period": "perpetual"}
        deribit |= {"contract_size": 10.0, "is_active": True, "expiration_timestamp": 32503708800000, "tick_size": 0.5}
        fapi, bybit, okx, gateio = (
            "fapi.binance.com",
            "api.bybit.com/v5/market",
            "www.okx.com/api/v5",
            "api.gateio.ws/api/v4",
        )
        coinbase_root, deribit_root = (
            "api.coinbase.com/api/v3/brokerage/market/products",
            "www.deribit.com/api/v2/public",
        )
        rubik = f"{okx}/rubik/stat/contracts"
        return self.present() | {
            "api.binance.com/api/v3/exchangeInfo": {"symbols": [binance]},
            "api.binance.com/api/v3/klines": self.binance_bars,
            f"{fapi}/fapi/v1/exchangeInfo": {"symbols": [binance | perpetual]},
            f"{fapi}/fapi/v1/klines": self.binance_bars,
            f"{fapi}/fapi/v1/fundingRate": self.binance_funding,
            f"{fapi}/futures/data/openInterestHist": self.binance_open_interest,
            f"{fapi}/futures/data/globalLongShortAccountRatio": self.binance_ratio,
            f"{fapi}/futures/data/topLongShortAccountRatio": self.binance_ratio,
            f"{fapi}/futures/data/topLongShortPositionRatio": self.binance_ratio,
            f"{bybit}/instruments-info": self.bybit_markets,
            f"{bybit}/kline": self.bybit_bars,
            f"{bybit}/funding/history": self.bybit_funding,
            f"{bybit}/open-interest": self.bybit_open_interest,
            f"{bybit}/account-ratio": self.bybit_ratio,
            f"{okx}/public/instruments": self.okx_markets,
            f"{okx}/market/candles": self.okx_bars,
            f"{okx}/market/history-candles": self.okx_bars,
            f"{okx}/public/funding-rate-history": self.okx_funding,
            f"{rubik}/open-interest-history": self.okx_statistics(
                lambda t: (str(COINS * 100), str(COINS), str(COINS * price(t)))
            ),
            f"{rubik}/long-short-account-ratio-contract": self.okx_statistics(lambda _: (str(LONGS / SHORTS),)),
            f"{gateio}/margin/currency_pairs": [],
            f"{gateio}/spot/currency_pairs": [{"id": "BTC_USDT", "trade_status": "tradable", "fee": "0.2"}],
            f"{gateio}/spot/candlesticks": self.gate_bars,
            f"{gateio}/futures/usdt/contracts": [gate],
            f"{gateio}/futures/usdt/candlesticks": self.gate_bars,
            f"{gateio}/futures/usdt/funding_rate": self.gate_funding,
            f"{gateio}/futures/usdt/contract_stats": self.gate_statistics,
            f"{coinbase_root}": {"products": [coinbase]},
            f"{coinbase_root}/BTC-USD/candles": self.coinbase_bars,
            "api.kraken.com/0/public/AssetPairs": {"error": [], "result": {"XXBTZUSD": kraken}},
            "api.kraken.com/0/public/OHLC": self.kraken_bars,
            f"{deribit_root}/get_instruments": {"result": [deribit]},
            f"{deribit_root}/get_tradingview_chart_data": self.deribit_bars,
            f"{deribit_root}/get_funding_rate_history": self.deribit_funding,
            f"{deribit_root}/get_book_summary_by_instrument": self.deribit_open_interest,
            "api.hyperliquid.xyz/info": self.hyperliquid,
        }


@pytest.fixture
def world(far_end, clock):
    """All exchanges, well."""
    clock.set(NOW)
    made = World()
    far_end.answers |= made.answers()
    return made


@pytest.fixture
def visit(asking, clock):
    """The batch of the source of that name, asked for what happened after `since`, in hours before now."""

    def run(name, hours=50, assets=("BTC",), **options):
        async def work(client):
            sources = {s.name: s for s in exchange_sources(client, clock, [name.partition(".")[0]], assets)}
            return await sources[name].fetch(NOW - timedelta(hours=hours), NOW)

        return asking(work, **options)

    return run


@pytest.fixture
def rows():
    """A batch's rows by series: (time, value), after checking that each is known when it happened."""

    def told(batch):
        found = {}
        for points in batch.points:
            assert points.columns.known == points.columns.time
            times = [moment(time) for time in points.columns.time]
            assert times == sorted(set(times))
            found[points.columns.series] = list(zip(times, points.columns.value, strict=True))
        return found

    return told
