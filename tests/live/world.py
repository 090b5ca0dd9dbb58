"""Every venue and public source on one day, made from a simple path of prices: a fall that ETH shares and exceeds.

Shapes, units and orders of rows are those of the real answers; the numbers follow from `price`.
"""

import json
from datetime import UTC, datetime, timedelta
from math import exp, sin
from zoneinfo import ZoneInfo

from bot.domain.catalogue import COVERED
from bot.domain.series import moment, stamp
from bot.sources.payload import close, is_session

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
STEPS = {"1h": HOUR, "1H": HOUR, "60": HOUR, "ONE_HOUR": HOUR, "1d": DAY, "D": DAY, "1Dutc": DAY, "1440": DAY}
STEPS |= {"ONE_DAY": DAY, "1D": DAY}
BASES = {"BTC": 90_000, "ETH": 3_000, "SOL": 140, "XRP": 2.2, "BNB": 880, "DOGE": 0.16, "ADA": 0.5}
FALL = {"BTC": 0.045, "ETH": 0.065}
FELL = stamp(datetime(2026, 11, 24, 13, tzinfo=UTC))
"""When the fall of the last day ended."""

KRAKEN = {"BTC": "XXBTZUSD", "ETH": "XETHZUSD", "XRP": "XXRPZUSD", "DOGE": "XDGUSD"}
MILLIONS = 1e6


def price(asset, time):
    """USD at that moment, in milliseconds."""
    days = time / DAY
    wave = 0.03 * sin(days / 9) + 0.01 * sin(2.3 * days + len(asset)) + 0.004 * sin(11 * days)
    fallen = min(max((time - FELL + DAY) / DAY, 0.0), 1.0)
    return BASES[asset] * exp(wave - FALL.get(asset, 0.05) * fallen)


def times(start, end, step, most):
    first = -(-int(start) // step) * step
    return list(range(first, int(end) + 1, step))[:most]


def bar(asset, time, step):
    opened, closed = price(asset, time), price(asset, time + step)
    return opened, 1.002 * max(opened, closed), 0.998 * min(opened, closed), closed


def volume(asset, time, step):
    """Coins; twice the usual on the day of the fall."""
    return 2e8 / BASES[asset] * step / HOUR * (2 if time >= FELL - DAY else 1 + 0.2 * sin(time / DAY))


def coins(asset, time):
    """Open interest: an eighth is closed in the fall."""
    fallen = min(max((time - FELL + DAY) / DAY, 0.0), 1.0)
    return 4e9 / BASES[asset] * (1 + 0.02 * sin(time / DAY)) * (1 - fallen / 8)


def rate(asset, time):
    return 0.0001 + 0.00005 * sin(time / DAY + len(asset))


def ratio(time):
    return 1.8 + 0.1 * sin(time / DAY)


def closed(time, step):
    """USD of longs and shorts closed by force."""
    return (4e6 if time >= FELL - DAY else 5e5) * step / HOUR, 2e5 * step / HOUR


class World:
    """Answers by host and path, as of the clock."""

    def __init__(self, clock, assets=COVERED):
        self._clock, self.assets = clock, assets

    @property
    def now(self):
        return stamp(self._clock.now())

    def _asset(self, text):
        return next(asset for asset in self.assets if text.replace("XBT", "BTC").replace("XDG", "DOGE").count(asset))

    def _bars(self, asset, start, end, step, most):
        return [
            (t, bar(asset, t, step), volume(asset, t, step)) for t in times(start, min(int(end), self.now), step, most)
        ]

    # Binance

    def binance_markets(self, kind):
        row = {"status": "TRADING", "filters": [], "quoteAsset": "USDT"}
        row |= (
            {}
            if kind == "spot"
            else {"contractType": "PERPETUAL", "marginAsset": "USDT", "deliveryDate": 4133404800000}
        )
        return {"symbols": [row | {"symbol": f"{a}USDT", "baseAsset": a} for a in self.assets]}

    def binance_bars(self, asked):
        q = asked.query
        step = STEPS[q["interval"]]
        rows = self._bars(self._asset(q["symbol"]), q["startTime"], q.get("endTime", self.now), step, int(q["limit"]))
        return [
            [t, *map(str, b), str(v), t + step - 1, str(v * b[0]), 42, str(v / 2), str(0.45 * v * b[0]), "0"]
            for t, b, v in rows
        ]

    def _binance_rows(self, asked, step, row):
        q = asked.query
        asset = self._asset(q["symbol"])
        found = times(q["startTime"], min(int(q["endTime"]), self.now), step, int(q["limit"]))
        return [{"symbol": q["symbol"], **row(asset, t)} for t in found]

    def binance_funding(self, asked):
        return self._binance_rows(
            asked, 8 * HOUR, lambda a, t: {"fundingTime": t + 3, "fundingRate": f"{rate(a, t):.8f}"}
        )

    def binance_open_interest(self, asked):
        def row(a, t):
            held = coins(a, t)
            return {"sumOpenInterest": str(held), "sumOpenInterestValue": str(held * price(a, t)), "timestamp": t}

        return self._binance_rows(asked, HOUR, row)

    def binance_tickers(self, _):
        return [
            {
                "symbol": f"{a}USDT",
                "lastPrice": str(price(a, self.now)),
                "closeTime": self.now,
                "openTime": self.now - DAY,
            }
            for a in self.assets
        ]

    def binance_running(self, _):
        row = {"nextFundingTime": self.now - self.now % (8 * HOUR) + 8 * HOUR, "time": self.now}
        return [row | {"symbol": f"{a}USDT", "lastFundingRate": str(rate(a, self.now))} for a in self.assets]

    def binance_ratio(self, asked):
        def row(_, t):
            longs = ratio(t) / (1 + ratio(t))
            return {
                "longAccount": str(longs),
                "shortAccount": str(1 - longs),
                "longShortRatio": str(ratio(t)),
                "timestamp": t,
            }

        return self._binance_rows(asked, HOUR, row)

    # Bybit

    @staticmethod
    def _bybit(rows, **more):
        return {"retCode": 0, "retMsg": "OK", "result": {"list": rows, "nextPageCursor": "", **more}, "time": 1}

    def bybit_markets(self, asked):
        linear = asked.query["category"] == "linear"
        if asked.query.get("status") == "PreLaunch":
            return self._bybit([], category="linear")
        row = {"quoteCoin": "USDT", "status": "Trading"}
        more = {"contractType": "LinearPerpetual", "settleCoin": "USDT", "fundingInterval": 480, "deliveryTime": "0"}
        rows = [row | (more if linear else {}) | {"symbol": f"{a}USDT", "baseCoin": a} for a in self.assets]
        return self._bybit(rows, category=asked.query["category"])

    def bybit_bars(self, asked):
        q = asked.query
        step = STEPS[q["interval"]]
        rows = self._bars(self._asset(q["symbol"]), q["start"], self.now, step, int(q["limit"]))
        return self._bybit([[str(t), *map(str, b), str(v), str(v * b[0])] for t, b, v in rows][::-1])

    def _bybit_rows(self, asked, step, row):
        q = asked.query
        asset = self._asset(q["symbol"])
        found = times(q["startTime"], min(int(q["endTime"]), self.now), step, int(q["limit"]))
        return self._bybit([row(asset, t) | {"symbol": q["symbol"]} for t in found][::-1], category="linear")

    def bybit_tickers(self, asked):
        rows = [
            {"symbol": f"{a}USDT", "lastPrice": str(price(a, self.now)), "fundingRate": str(rate(a, self.now))}
            | {"fundingIntervalHour": "8", "nextFundingTime": str(self.now - self.now % (8 * HOUR) + 8 * HOUR)}
            for a in self.assets
        ]
        return self._bybit(rows, category=asked.query["category"]) | {"time": self.now}

    def bybit_funding(self, asked):
        return self._bybit_rows(
            asked, 8 * HOUR, lambda a, t: {"fundingRate": str(rate(a, t)), "fundingRateTimestamp": str(t)}
        )

    def bybit_open_interest(self, asked):
        def row(a, t):
            return {"openInterest": str(2 * coins(a, t)), "singleOpenInterest": str(coins(a, t)), "timestamp": str(t)}

        return self._bybit_rows(asked, HOUR, row)

    def bybit_ratio(self, asked):
        def row(_, t):
            longs = ratio(t) / (1 + ratio(t))
            return {"buyRatio": str(longs), "sellRatio": str(1 - longs), "timestamp": str(t)}

        return self._bybit_rows(asked, HOUR, row)

    # OKX

    @staticmethod
    def _okx(rows):
        return {"code": "0", "msg": "", "data": rows}

    def okx_markets(self, asked):
        if asked.query["instType"] == "SPOT":
            row = {"instType": "SPOT", "quoteCcy": "USDT", "state": "live"}
            return self._okx([row | {"instId": f"{a}-USDT", "baseCcy": a} for a in self.assets])
        row = {"instType": "SWAP", "settleCcy": "USDT", "ctVal": "0.01", "state": "live", "ctType": "linear"}
        named = [{"instId": f"{a}-USDT-SWAP", "uly": f"{a}-USDT", "instFamily": f"{a}-USDT"} for a in self.assets]
        return self._okx([row | names | {"ctValCcy": names["uly"].split("-")[0], "ctMult": "1"} for names in named])

    def okx_bars(self, asked):
        q = asked.query
        step = STEPS[q["bar"]]
        rows = self._bars(self._asset(q["instId"]), int(q["before"]) + 1, int(q["after"]) - 1, step, int(q["limit"]))
        spot = not q["instId"].endswith("SWAP")
        sizes = [(v, v * b[0], v * b[0]) if spot else (100 * v, v, v * b[0]) for _, b, v in rows]
        return self._okx([[str(t), *map(str, (*b, *s)), "1"] for (t, b, _), s in zip(rows, sizes, strict=True)][::-1])

    def okx_funding(self, asked):
        q = asked.query
        asset = self._asset(q["instId"])
        found = times(int(q["before"]) + 1, min(int(q["after"]) - 1, self.now), 8 * HOUR, 9999)[-int(q["limit"]) :]
        row = {"instType": "SWAP", "instId": q["instId"], "fundingRate": "0.018"}
        return self._okx([row | {"realizedRate": str(rate(asset, t)), "fundingTime": str(t)} for t in found][::-1])

    def okx_tickers(self, _):
        rows = [{"instId": f"{a}-USDT-SWAP", "last": str(price(a, self.now)), "ts": str(self.now)} for a in self.assets]
        return self._okx([{"instType": "SWAP"} | row for row in rows])

    def okx_running(self, _):
        paid = self.now - self.now % (8 * HOUR) + 8 * HOUR
        row = {"fundingTime": str(paid), "nextFundingTime": str(paid + 8 * HOUR), "nextFundingRate": ""}
        return self._okx(
            [row | {"instId": f"{a}-USDT-SWAP", "fundingRate": str(rate(a, self.now))} for a in self.assets]
        )

    def okx_statistics(self, values):
        def rows(asked):
            q = asked.query
            asset = self._asset(q["instId"])
            found = times(int(q["begin"]) + 1, min(int(q["end"]) - 1, self.now), HOUR, 9999)[-int(q["limit"]) :]
            return self._okx([[str(t), *map(str, values(asset, t))] for t in found][::-1])

        return rows

    def okx_liquidations(self, asked):
        """One closure of a long every ten minutes of the newest twenty hours."""
        q = asked.query
        newest = int(q.get("after", self.now)) - 1
        oldest = self.now - 20 * HOUR
        found = times(oldest, newest, 10 * MINUTE, 9999)[-int(q["limit"]) :][::-1]
        asset = self._asset(q["instFamily"])
        detail = {"side": "sell", "posSide": "long", "sz": "100"}
        details = [detail | {"bkPx": str(price(asset, t)), "ts": str(t)} for t in found]
        return self._okx([{"instId": f"{asset}-USDT-SWAP", "details": details}] if details else [])

    # Gate

    def gate_bars(self, asked):
        q = asked.query
        step, spot = STEPS[q["interval"]], "spot" in asked.path
        asset = self._asset(q.get("currency_pair") or q["contract"])
        rows = self._bars(asset, 1000 * int(q["from"]), 1000 * int(q["to"]), step, 2000)
        if spot:
            return [[str(t // 1000), "1", *map(str, (b[3], b[1], b[2], b[0], v)), "true"] for t, b, v in rows]
        return [
            {"t": t // 1000, "v": int(v * 10_000), **dict(zip("ohlc", map(str, b), strict=True))} for t, b, v in rows
        ]

    def gate_contracts(self, _):
        row = {"quanto_multiplier": "0.0001", "order_price_deviate": "0.5", "funding_interval": 28800}
        return [
            row | {"name": f"{a}_USDT", "mark_price": str(BASES[a]), "funding_rate": str(rate(a, self.now))}
            for a in self.assets
        ]

    def gate_tickers(self, _):
        return [{"contract": f"{a}_USDT", "last": str(price(a, self.now))} for a in self.assets]

    def gate_funding(self, asked):
        q = asked.query
        asset = self._asset(q["contract"])
        found = times(1000 * int(q["from"]), min(1000 * int(q["to"]), self.now), 8 * HOUR, int(q["limit"]))
        return [{"t": t // 1000, "r": str(rate(asset, t))} for t in found][::-1]

    def gate_statistics(self, asked):
        q = asked.query
        asset, step = self._asset(q["contract"]), STEPS[q["interval"]]
        found = times(1000 * int(q["from"]), self.now, step, int(q["limit"]))
        return [self._gate_statistic(asset, t, step) for t in found]

    @staticmethod
    def _gate_statistic(asset, time, step):
        longs, shorts = closed(time, step)
        sides = {"long_liq_usd": str(longs), "short_liq_usd": str(shorts), "lsr_account": str(ratio(time))}
        held = coins(asset, time)
        interest = {"open_interest": str(int(held * 10_000)), "open_interest_usd": str(held * price(asset, time))}
        return {"time": str(time // 1000), **interest, **sides}

    # Coinbase, Kraken, Deribit, Hyperliquid

    def coinbase_markets(self, asked):
        if asked.path.endswith("/candles"):
            return self._coinbase_bars(asked)
        if asked.path.endswith("/ticker"):
            return self._coinbase_ticker(asked)
        row = {"quote_currency_id": "USD", "product_type": "SPOT"}
        return {"products": [row | {"product_id": f"{a}-USD", "base_currency_id": a} for a in self.assets]}

    def _coinbase_ticker(self, asked):
        asset, when = self._asset(asked.path.split("/")[-2]), moment(self.now)
        trade = {"product_id": f"{asset}-USD", "time": f"{when:%Y-%m-%dT%H:%M:%S.%fZ}", "side": "BUY", "size": "0.1"}
        return {"trades": [trade | {"price": str(0.9995 * price(asset, self.now))}], "best_bid": "", "best_ask": ""}

    def _coinbase_bars(self, asked):
        q = asked.query
        step = STEPS[q["granularity"]]
        asset = self._asset(asked.path.split("/")[-2])
        rows = self._bars(asset, 1000 * int(q["start"]), 1000 * int(q["end"]) - 1, step, 350)
        names = ("start", "open", "high", "low", "close", "volume")
        told = [(t // 1000, *(0.9995 * p for p in b), v / 3) for t, b, v in rows]
        return {"candles": [dict(zip(names, map(str, row), strict=True)) for row in told][::-1]}

    def kraken_markets(self, _):
        named = {KRAKEN.get(a, f"{a}USD"): a for a in self.assets}
        row = {"quote": "ZUSD", "status": "online", "pair_decimals": 1}
        codes = {"BTC": "XXBT", "ETH": "XETH", "XRP": "XXRP", "DOGE": "XXDG"}
        listed = {name: row | {"altname": name, "base": codes.get(a, a)} for name, a in named.items()}
        return {"error": [], "result": listed}

    def kraken_tickers(self, asked):
        pairs = asked.query["pair"].split(",")
        last = {pair: str(price(self._asset(pair), self.now)) for pair in pairs}
        sides = {"a": ["0", "1", "1"], "b": ["0", "1", "1"], "v": ["1", "1"], "p": ["1", "1"], "t": [1, 1]}
        edges = {"l": ["1", "1"], "h": ["1", "1"], "o": "1"}
        return {"error": [], "result": {pair: sides | edges | {"c": [last[pair], "0.1"]} for pair in pairs}}

    def kraken_bars(self, asked):
        step = STEPS[f"{asked.query['interval']}"]
        oldest = max(1000 * int(asked.query["since"]) + 1, self.now - 720 * step)
        pair = asked.query["pair"]
        rows = self._bars(self._asset(pair), oldest, self.now, step, 720)
        told = [[t // 1000, *map(str, b), str(b[0]), str(v / 9), 7] for t, b, v in rows]
        return {"error": [], "result": {pair: told, "last": 1}}

    def deribit_markets(self, _):
        row = {"kind": "future", "quote_currency": "USD", "counter_currency": "USD", "settlement_period": "perpetual"}
        row |= {"contract_size": 10.0, "is_active": True, "expiration_timestamp": 32503708800000, "tick_size": 0.5}
        names = [
            {"instrument_name": f"{a}-PERPETUAL", "base_currency": a, "settlement_currency": a} for a in ("BTC", "ETH")
        ]
        return {"result": [row | name for name in names]}

    def deribit_ticker(self, asked):
        name = asked.query["instrument_name"]
        last = price(self._asset(name), self.now)
        return {"result": {"instrument_name": name, "last_price": last, "timestamp": self.now - 250, "stats": {}}}

    def deribit_bars(self, asked):
        q = asked.query
        asset = self._asset(q["instrument_name"])
        rows = self._bars(asset, q["start_timestamp"], q["end_timestamp"], HOUR, 5000)
        columns = {"ticks": [t for t, _, _ in rows], "volume": [v for *_, v in rows], "cost": [v for *_, v in rows]}
        columns |= {name: [b[n] for _, b, _ in rows] for n, name in enumerate(("open", "high", "low", "close"))}
        return {"result": columns | {"status": "ok"}}

    def deribit_funding(self, asked):
        q = asked.query
        asset = self._asset(q["instrument_name"])
        found = times(q["start_timestamp"], min(int(q["end_timestamp"]), self.now), HOUR, 744)
        return {"result": [{"interest_8h": 0.05, "interest_1h": rate(asset, t) / 8, "timestamp": t} for t in found]}

    def deribit_open_interest(self, asked):
        asset = self._asset(asked.query["instrument_name"])
        mark = price(asset, self.now)
        row = {
            "instrument_name": f"{asset}-PERPETUAL",
            "open_interest": coins(asset, self.now) * mark,
            "mark_price": mark,
        }
        return {"result": [row | {"creation_timestamp": self.now - 250}]}

    def deribit_dvol(self, asked):
        q = asked.query
        found = times(q["start_timestamp"], min(int(q["end_timestamp"]), self.now), HOUR, 9999)[-1000:]
        level = [(t, 45 + 3 * sin(t / DAY) + (6 if t >= FELL - DAY / 2 else 0)) for t in found]
        more = found[0] - HOUR if found and found[0] - HOUR >= int(q["start_timestamp"]) else None
        return {"result": {"data": [[t, v, v, v, v] for t, v in level], "continuation": more}}

    def deribit_options(self, asked):
        asset = asked.query["currency"]
        spot = price(asset, self.now)
        rows = [
            {"instrument_name": f"{asset}-{expiry}-{strike}-{kind}", "open_interest": 10, "volume": 4}
            | {"mark_iv": iv, "underlying_price": spot}
            for expiry in ("18DEC26", "25DEC26")
            for strike in range(int(0.6 * spot), int(1.5 * spot), int(0.05 * spot))
            for kind, iv in (("P", 60), ("C", 50))
        ]
        return {"result": rows}

    def hyperliquid(self, asked):
        said = asked.json
        match said["type"]:
            case "metaAndAssetCtxs":
                universe = [{"name": a, "szDecimals": 5, "maxLeverage": 40} for a in self.assets]
                marks = [(price(a, self.now), coins(a, self.now)) for a in self.assets]
                return [
                    {"universe": universe},
                    [
                        {"funding": "0.00001", "openInterest": str(c), "markPx": str(p), "midPx": str(p)}
                        for p, c in marks
                    ],
                ]
            case "fundingHistory":
                found = times(said["startTime"], min(said["endTime"], self.now), HOUR, 500)
                row = {"coin": said["coin"], "premium": "0.0"}
                return [row | {"fundingRate": f"{rate(said['coin'], t) / 8:.10f}", "time": t + 31} for t in found]
            case "candleSnapshot":
                q = said["req"]
                step = STEPS[q["interval"]]
                rows = self._bars(q["coin"], q["startTime"], q["endTime"], step, 5000)
                return [
                    {"t": t, "T": t + step - 1, "v": str(v), **dict(zip("ohlc", map(str, b), strict=True))}
                    for t, b, v in rows
                ]

    # Flows of funds

    def _sessions(self, count=60):
        today = self._clock.now().date()
        days = [today - timedelta(days=n) for n in range(count * 2)]
        return sorted([day for day in days if is_session(day) and close(day) <= self._clock.now()][:count])

    def flows(self, scale):
        days = self._sessions()
        told = {day: scale * 1e8 * sin(day.toordinal() * 1.7) for day in days}
        return told | {days[-1]: -scale * 4.5e8}

    @staticmethod
    def _of_asked(asked):
        return 1.0 if "btc" in asked.body or "bitcoin" in asked.path else 0.4

    def sosovalue(self, asked):
        flows = self.flows(self._of_asked(asked))
        if "historical" in asked.path:
            return {
                "code": 0,
                "data": {"list": [{"date": str(d), "totalNetInflow": str(f)} for d, f in flows.items()][::-1]},
            }
        day, total = list(flows.items())[-1]
        shares = {"IBIT": 0.75, "FBTC": 0.25} if "btc" in asked.body else {"ETHA": 0.75, "FETH": 0.25}
        fund = {"netAssets": {"value": 6e10}}
        listed = [
            fund
            | {"ticker": name, "dailyNetInflow": {"value": total * part, "lastUpdateDate": str(day), "status": "1"}}
            for name, part in shares.items()
        ]
        return {"code": 0, "data": {"dailyNetInflow": {"value": total, "lastUpdateDate": str(day)}, "list": listed}}

    def the_block(self, asked):
        flows = self.flows(self._of_asked(asked))
        names = ("IBIT", "FBTC") if "bitcoin" in asked.path else ("ETHA", "FETH")
        stamps = {day: stamp(datetime(*day.timetuple()[:3], tzinfo=UTC)) // 1000 for day in flows}
        series = {
            name: {"Data": [{"Timestamp": stamps[d], "Result": f * part} for d, f in flows.items()]}
            for name, part in zip(names, (0.75, 0.25), strict=True)
        }
        return {"chart": {"jsonFile": {"data": json.dumps({"Series": series})}}}

    # Macro

    def treasury(self, asked):
        year = int(asked.path.split("/")[-2])
        days = [
            day
            for day in self._sessions(90)
            if day.year == year and close(day) + timedelta(hours=2) <= self._clock.now()
        ]
        rows = [
            f"{d:%m/%d/%Y},3.9,3.8,{3.5 + 0.05 * sin(d.toordinal()):.2f},{4.1 + 0.06 * sin(d.toordinal()):.2f}"
            for d in days
        ]
        return "\n".join(['Date,"1 Mo","3 Mo","2 Yr","10 Yr"', *rows[::-1], ""])

    def new_york_fed(self, _):
        row = {"type": "EFFR", "percentRate": 3.63, "targetRateFrom": 3.5, "targetRateTo": 3.75}
        return {"refRates": [row | {"effectiveDate": str(day)} for day in self._sessions(60)[-2::-1]]}

    def yahoo(self, asked):
        symbol = asked.path.split("/")[-1]
        level = {"DX-Y.NYB": 100, "^VIX": 18, "^GSPC": 6700, "XLK": 280, "ES=F": 6710, "NQ=F": 24_000, "CL=F": 62}
        base = level.get(symbol, 96.4)
        spread = 0.0005 if symbol.startswith("ZQ") else 0.01
        days = self._sessions(90)
        closes = [base * (1 + spread * sin(1.3 * day.toordinal() + len(symbol))) for day in days]
        opens = [
            int(datetime(*d.timetuple()[:3], 9, 30, tzinfo=ZoneInfo("America/New_York")).timestamp()) for d in days
        ]
        meta = {"regularMarketPrice": closes[-1], "regularMarketTime": self.now // 1000}
        meta |= {"exchangeTimezoneName": "America/New_York"}
        quote = {"close": closes}
        return {
            "chart": {"result": [{"meta": meta, "timestamp": opens, "indicators": {"quote": [quote]}}], "error": None}
        }

    def fred(self, asked):
        name = asked.query["id"]
        rows = [f"{day},{2.3 + 0.02 * sin(day.toordinal()):.2f}" for day in self._sessions(90)[:-1]]
        return "\n".join([f"observation_date,{name}", *rows, ""])

    def calendar(self, _):
        row = {"country": "USD", "impact": "High", "forecast": "0.3%", "previous": "0.2%"}
        return [
            row | {"title": "CB Consumer Confidence", "date": "2026-11-23T10:00:00-05:00", "forecast": "99.0"},
            row | {"title": "Core PPI m/m", "date": "2026-11-23T08:30:00-05:00"},
            row | {"title": "Core PCE Price Index m/m", "date": "2026-11-25T10:00:00-05:00"},
        ]

    # Mood and liquidity

    def _midnights(self, count):
        last = self.now // DAY * DAY
        return [last - n * DAY for n in range(count)]

    def fear_greed(self, asked):
        days = self._midnights(int(asked.query["limit"]))
        data = [{"value": str(round(45 + 20 * sin(t / DAY))), "timestamp": str(t // 1000)} for t in days]
        return {"name": "Fear and Greed Index", "data": data, "metadata": {"error": None}}

    def stablecoins(self, _):
        days = self._midnights(200)[::-1]
        return [
            {"date": str(t // 1000), "totalCirculatingUSD": {"peggedUSD": 3e11 * (1 + 0.0005 * n)}}
            for n, t in enumerate(days)
        ]

    def coingecko_chart(self, asked):
        asset = "BTC" if "bitcoin" in asked.path else "ETH"
        found = times(self.now - int(asked.query["days"]) * DAY, self.now, HOUR, 9999)
        held = {"BTC": 1.99e7, "ETH": 1.2e8}[asset]
        return {"market_caps": [[t + 77, held * price(asset, t)] for t in found], "prices": []}

    def coingecko(self, _):
        parts = {"total_market_cap": {"usd": 3.2e12}, "market_cap_percentage": {"btc": 57.5, "eth": 12}}
        return {"data": parts | {"updated_at": self.now // 1000 - 60}}

    def feed(self, asked):
        host = asked.path.split("/")[0]
        sentences = (
            "Bitcoin slides as ETF outflows mount",
            "Ether falls below support while longs are liquidated",
            "Fed officials speak on rates",
            "Tariff worries weigh on crypto",
        )
        when = [moment(self.now - n * 90 * MINUTE) for n in range(60)]
        items = [
            f"<item><title>{sentences[n % 4]} ({host} {n})</title><link>https://{host}/{n}</link>"
            f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
            for n, at in enumerate(when)
        ]
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{"".join(items)}</channel></rss>'

    def answers(self):
        fapi, bybit, okx = "fapi.binance.com", "api.bybit.com/v5/market", "www.okx.com/api/v5"
        gate, deribit = "api.gateio.ws/api/v4", "www.deribit.com/api/v2/public"
        rubik = f"{okx}/rubik/stat/contracts"
        pairs = [{"id": f"{a}_USDT", "trade_status": "tradable", "fee": "0.2"} for a in self.assets]
        return {
            "api.binance.com/api/v3/exchangeInfo": lambda _: self.binance_markets("spot"),
            "api.binance.com/api/v3/klines": self.binance_bars,
            f"{fapi}/fapi/v1/exchangeInfo": lambda _: self.binance_markets("linear"),
            f"{fapi}/fapi/v1/klines": self.binance_bars,
            f"{fapi}/fapi/v1/ticker/24hr": self.binance_tickers,
            f"{fapi}/fapi/v1/premiumIndex": self.binance_running,
            f"{fapi}/fapi/v1/fundingInfo": [],
            f"{fapi}/fapi/v1/fundingRate": self.binance_funding,
            f"{fapi}/futures/data/openInterestHist": self.binance_open_interest,
            f"{fapi}/futures/data/globalLongShortAccountRatio": self.binance_ratio,
            f"{fapi}/futures/data/topLongShortAccountRatio": self.binance_ratio,
            f"{fapi}/futures/data/topLongShortPositionRatio": self.binance_ratio,
            f"{bybit}/instruments-info": self.bybit_markets,
            f"{bybit}/kline": self.bybit_bars,
            f"{bybit}/tickers": self.bybit_tickers,
            f"{bybit}/funding/history": self.bybit_funding,
            f"{bybit}/open-interest": self.bybit_open_interest,
            f"{bybit}/account-ratio": self.bybit_ratio,
            f"{okx}/public/instruments": self.okx_markets,
            f"{okx}/public/liquidation-orders": self.okx_liquidations,
            f"{okx}/market/candles": self.okx_bars,
            f"{okx}/market/history-candles": self.okx_bars,
            f"{okx}/market/tickers": self.okx_tickers,
            f"{okx}/public/funding-rate": self.okx_running,
            f"{okx}/public/funding-rate-history": self.okx_funding,
            f"{rubik}/open-interest-history": self.okx_statistics(
                lambda a, t: (100 * coins(a, t), coins(a, t), coins(a, t) * price(a, t))
            ),
            f"{rubik}/long-short-account-ratio-contract": self.okx_statistics(lambda _, t: (ratio(t),)),
            f"{gate}/margin/currency_pairs": [],
            f"{gate}/spot/currency_pairs": pairs,
            f"{gate}/spot/candlesticks": self.gate_bars,
            f"{gate}/futures/usdt/contracts": self.gate_contracts,
            f"{gate}/futures/usdt/tickers": self.gate_tickers,
            f"{gate}/futures/usdt/candlesticks": self.gate_bars,
            f"{gate}/futures/usdt/funding_rate": self.gate_funding,
            f"{gate}/futures/usdt/contract_stats": self.gate_statistics,
            "api.coinbase.com/api/v3/brokerage/market/products": self.coinbase_markets,
            "api.kraken.com/0/public/AssetPairs": self.kraken_markets,
            "api.kraken.com/0/public/Ticker": self.kraken_tickers,
            "api.kraken.com/0/public/OHLC": self.kraken_bars,
            f"{deribit}/ticker": self.deribit_ticker,
            f"{deribit}/get_instruments": self.deribit_markets,
            f"{deribit}/get_tradingview_chart_data": self.deribit_bars,
            f"{deribit}/get_funding_rate_history": self.deribit_funding,
            f"{deribit}/get_book_summary_by_instrument": self.deribit_open_interest,
            f"{deribit}/get_volatility_index_data": self.deribit_dvol,
            f"{deribit}/get_book_summary_by_currency": self.deribit_options,
            "api.hyperliquid.xyz/info": self.hyperliquid,
            "api.sosovalue.xyz": self.sosovalue,
            "www.theblock.co/api": self.the_block,
            "www.theblock.co/rss.xml": self.feed,
            "home.treasury.gov": self.treasury,
            "markets.newyorkfed.org": self.new_york_fed,
            "query1.finance.yahoo.com": self.yahoo,
            "query2.finance.yahoo.com": self.yahoo,
            "fred.stlouisfed.org": self.fred,
            "nfs.faireconomy.media": self.calendar,
            "stablecoins.llama.fi": self.stablecoins,
            "api.alternative.me": self.fear_greed,
            "api.coingecko.com/api/v3/global": self.coingecko,
            "api.coingecko.com/api/v3/coins": self.coingecko_chart,
            "api.coinpaprika.com": 503,
            "www.coindesk.com": self.feed,
            "cointelegraph.com": self.feed,
            "decrypt.co": self.feed,
        }
