"""Stablecoins, fear and greed, options, caps, the week's calendar, and a chain of sources."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.series import stamp
from bot.sources.batch import FaultKind, SourceFault
from bot.sources.calendar import Calendar
from bot.sources.chain import Chain
from bot.sources.deribit_options import Dvol, Option, OptionsBook, max_pain, options, skew_25_delta
from bot.sources.global_caps import CapsOfThePast, CoinGecko, CoinPaprika
from bot.sources.sentiment import FearGreed
from bot.sources.stablecoins import Stablecoins

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=2)
MIDNIGHT = NOW.replace(hour=0)


def seconds(when):
    return str(stamp(when) // 1000)


def fails(visit, make, kind, name):
    with pytest.raises(SourceFault, match=name) as caught:
        visit(lambda client: make(client).fetch(SINCE, NOW))
    assert caught.value.kind is kind


def test_the_supply_of_stablecoins(visit, hosts, rows):
    days = [(MIDNIGHT, 3.1e11), (MIDNIGHT - timedelta(days=1), "309000000000")]
    hosts.answers["stablecoins.llama.fi"] = [
        {"date": seconds(day), "totalCirculatingUSD": {"peggedUSD": usd, "peggedEUR": 1}} for day, usd in days
    ]
    found = rows(visit(lambda client: Stablecoins(client).fetch(SINCE, NOW)), "stablecoins.supply")
    assert found == [
        ("2026-11-23 00:00", "2026-11-23 01:00", 3.09e11),
        ("2026-11-24 00:00", "2026-11-24 01:00", 3.1e11),
    ]
    for answer in ([], "<html>", [{"date": "1", "totalCirculating": {}}]):
        hosts.answers["stablecoins.llama.fi"] = answer
        fails(visit, Stablecoins, FaultKind.GARBLED, "llama")


def test_fear_and_greed(visit, hosts, rows):
    data = [{"value": "47", "value_classification": "Neutral", "timestamp": seconds(MIDNIGHT)}]
    hosts.answers["api.alternative.me"] = {"data": data, "metadata": {"error": None}}
    found = rows(visit(lambda client: FearGreed(client).fetch(SINCE, NOW)), "sentiment.fear_greed")
    assert found == [("2026-11-24 00:00", "2026-11-24 00:10", 47.0)]
    for answer in (
        {"data": data, "metadata": {"error": "maintenance"}},
        {"data": [data[0] | {"value": "470"}], "metadata": {"error": None}},
        {"data": [data[0] | {"value": "nan"}], "metadata": {"error": None}},
    ):
        hosts.answers["api.alternative.me"] = answer
        fails(visit, FearGreed, FaultKind.GARBLED, "alternative")


def test_implied_volatility_of_hours_that_are_over_page_by_page(visit, hosts, rows):
    def page(asked):
        end = int(asked["query"]["end_timestamp"])
        starts = [at for n in range(4) if (at := stamp(NOW - timedelta(hours=n))) <= end][:2]
        further = starts[-1] - 3_600_000
        return {"result": {"data": [[at, 45, 46, 44, 45.5] for at in starts], "continuation": further}}

    hosts.answers["www.deribit.com"] = page
    found = visit(lambda client: Dvol(client).fetch(NOW - timedelta(hours=2), NOW))
    assert [time for time, _, _ in rows(found, "volatility.dvol.btc")] == [
        "2026-11-24 10:00",
        "2026-11-24 11:00",
        "2026-11-24 12:00",
    ]


def quote(expiry, strike, kind, iv, interest=10, volume=4):
    name = f"BTC-{expiry}-{strike}-{kind}"
    sizes = {"open_interest": interest, "volume": volume, "mark_iv": iv, "underlying_price": 90_000}
    return {"instrument_name": name, **sizes}


def smile(expiry, puts=60, calls=50):
    strikes = range(60_000, 130_000, 5_000)
    return [quote(expiry, k, kind, iv) for k in strikes for kind, iv in (("P", puts), ("C", calls))]


def test_puts_against_calls_and_the_skew(visit, hosts, rows):
    book = [*smile("18DEC26"), *smile("25DEC26", 70, 50), quote("27NOV26", 90_000, "P", 40, 280, 56)]
    hosts.answers["www.deribit.com"] = {"result": book}
    batch = visit(lambda client: OptionsBook(client).fetch(SINCE, NOW))
    assert rows(batch, "options.put_call.open_interest.btc")[0][2] == 2
    assert rows(batch, "options.put_call.volume.btc")[0][2] == 1.5
    skew = rows(batch, "options.skew_25d.btc")[0]
    assert skew[1] == "2026-11-24 12:00"
    # 30 days lie between the two expiries, 24 and 31 days away.
    assert -20 < skew[2] < -10
    assert skew_25_delta(options({"result": book[::-1]}), NOW) == pytest.approx(skew[2])


def test_the_expiry_of_the_next_friday(visit, hosts, rows):
    # At 90,000 the puts pay 30 x 20,000; at 110,000 the calls pay 50 x 20,000.
    chain = [quote("27NOV26", 110_000, "P", 40, 30), quote("27NOV26", 90_000, "C", 40, 50)]
    other = [quote("28NOV26", 60_000, "P", 40, 900), quote("25DEC26", 60_000, "C", 40, 900)]
    hosts.answers["www.deribit.com"] = {"result": [*chain, *other]}
    batch = visit(lambda client: OptionsBook(client).fetch(SINCE, NOW))
    assert rows(batch, "options.expiry_notional.btc")[0][2] == 80 * 90_000
    assert rows(batch, "options.max_pain.btc")[0][2] == 90_000


@pytest.mark.parametrize(
    ("held", "strike"),
    [
        ([(100, True, 1), (120, False, 1)], 100),  # nothing is paid from 100 to 120: the lowest counts
        ([(100, True, 1), (80, False, 3)], 80),  # at 80 the put pays 20, at 100 the calls pay 60
        ([(100, True, 3), (80, False, 1)], 100),
        ([(100, True, 0)], None),
        ([], None),
    ],
)
def test_max_pain_is_where_holders_are_paid_least(held, strike):
    chain = [Option(put, level, NOW, size, 0.0, None, 95.0) for level, put, size in held]
    assert max_pain(chain) == strike
    tenfold = [Option(o.put, 10 * o.strike, NOW, 7 * o.open_interest, 0.0, None, 950.0) for o in chain]
    assert max_pain(tenfold) == (None if strike is None else 10 * strike)


def test_a_book_of_another_shape_is_garbled(visit, hosts):
    for answer in ({"result": []}, {"error": {"code": 1}}, {"result": [{"instrument_name": "BTC-PERPETUAL"}]}):
        hosts.answers["www.deribit.com"] = answer
        fails(visit, OptionsBook, FaultKind.GARBLED, "deribit")


def gecko(when=NOW):
    caps = {"total_market_cap": {"usd": 3e12}, "market_cap_percentage": {"btc": 57.5, "eth": 12}}
    return {"data": caps | {"updated_at": stamp(when) // 1000}}


PAPRIKA = {"market_cap_usd": 3e12, "bitcoin_dominance_percentage": 57.0, "last_updated": int(seconds(NOW))}


def test_caps_are_parts_of_the_total(visit, hosts, rows):
    hosts.answers["api.coingecko.com"] = gecko()
    batch = visit(lambda client: CoinGecko(client).fetch(SINCE, NOW))
    assert rows(batch, "market_cap.btc")[0][2] == pytest.approx(1.725e12)
    assert rows(batch, "market_cap.eth")[0][2] == pytest.approx(3.6e11)
    hosts.answers["api.coingecko.com"] = gecko(NOW - timedelta(days=1))
    fails(visit, CoinGecko, FaultKind.STALE, "coingecko")
    hosts.answers["api.coingecko.com"] = {"data": {}}
    fails(visit, CoinGecko, FaultKind.GARBLED, "coingecko")


def test_caps_of_the_past_come_by_the_hour(visit, hosts, rows):
    now = stamp(NOW)
    hours = [[now - n * 3_600_000 + 77, 1.8e12 + n] for n in range(48)][::-1]
    hosts.answers["api.coingecko.com/api/v3/coins"] = {"market_caps": [*hours, [now, 1.9e12]], "prices": []}
    batch = visit(lambda client: CapsOfThePast(client).fetch(NOW - timedelta(hours=5), NOW))
    found = rows(batch, "market_cap.eth")
    assert [usd for *_, usd in found] == [1.8e12 + n for n in (5, 4, 3, 2, 1)]
    assert rows(batch, "market_cap.btc") == found
    hosts.answers["api.coingecko.com/api/v3/coins"] = {"market_caps": [[now // 1000, 1.9e12]]}
    batch = visit(lambda client: CapsOfThePast(client).fetch(NOW - timedelta(hours=5), NOW))
    assert not rows(batch, "market_cap.btc")
    hosts.answers["api.coingecko.com/api/v3/coins"] = {"caps": []}
    fails(visit, CapsOfThePast, FaultKind.GARBLED, "coingecko")


def test_a_wrong_key_is_named_and_left_out(visit, hosts):
    hosts.answers["api.coingecko.com"] = lambda asked: 401 if "x-cg-demo-api-key" in asked["headers"] else gecko()
    batch = visit(lambda client: CoinGecko(client, "s3cret").fetch(SINCE, NOW))
    assert len(batch.points) == 3
    assert "keys.coingecko" in batch.notes[0]
    assert "s3cret" not in batch.notes[0]


def test_a_chain_takes_the_first_that_answers_and_says_which(visit, hosts):
    hosts.answers |= {"api.coingecko.com": 429, "api.coinpaprika.com": PAPRIKA}

    async def used(client):
        chain = Chain("market_cap", [CoinGecko(client), CoinPaprika(client)])
        found = [await chain.fetch(SINCE, NOW), chain.answered, chain.fallback]
        hosts.answers["api.coingecko.com"] = gecko()
        await chain.fetch(SINCE, NOW)
        return [*found, chain.answered, chain.fallback]

    batch, fallen_to, fallback, answered, healed = visit(used)
    assert {points.publisher for points in batch.points} == {"CoinPaprika"}
    assert "api.coingecko.com" in batch.notes[0]
    assert (fallen_to, fallback) == ("market_cap.coinpaprika", True)
    assert (answered, healed) == ("market_cap.coingecko", False)


def test_a_chain_whose_sources_all_fail_names_them_all(visit, hosts):
    with pytest.raises(SourceFault, match=r"coingecko.*coinpaprika"):
        visit(lambda client: Chain("market_cap", [CoinGecko(client), CoinPaprika(client)]).fetch(SINCE, NOW))


def entry(**other):
    row = {"title": "CPI m/m", "country": "USD", "date": "2026-11-24T08:30:00-05:00", "impact": "High"}
    return row | {"forecast": "0.3%", "previous": "0.2%"} | other


def test_the_week_as_the_archive_has_it(visit, hosts):
    hosts.answers["nfs.faireconomy.media"] = [
        entry(title="Core PCE Price Index y/y", impact="Medium", date="2026-11-25T10:00:00-05:00", forecast=""),
        entry(),
        entry(),
        entry(country="EUR", title="Flash PMI"),
        entry(title="Bank Holiday", impact="Holiday"),
        entry(title="Federal Funds Rate"),
    ]
    batch = visit(lambda client: Calendar(client).fetch(SINCE, NOW))
    assert [(r.event, r.impact, r.forecast, r.actual, r.actual_known) for r in batch.releases] == [
        ("CPI (MoM)", "high", "0.3%", "", None),
        ("Fed Interest Rate Decision", "high", "0.3%", "", None),
        ("Core PCE Price Index (YoY)", "moderate", "", "", None),
    ]
    assert batch.releases[0].time == datetime(2026, 11, 24, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "answer", [[], {"error": "slow down"}, [entry(date="2026-11-24")], "<html>", [{"name": "CPI"}]]
)
def test_another_calendar_is_garbled(visit, hosts, answer):
    hosts.answers["nfs.faireconomy.media"] = answer
    fails(visit, Calendar, FaultKind.GARBLED, "faireconomy")
