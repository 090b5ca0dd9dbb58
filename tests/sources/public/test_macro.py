"""Yields, the Fed's rate, closes outside and the odds of a cut, each at its close."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.sources.batch import FaultKind, SourceFault
from bot.sources.fomc import DECISIONS, expected_moves, next_decision
from bot.sources.fred import FRED_SERIES, Fred
from bot.sources.macro import FedFunds
from bot.sources.nyfed import NewYorkFed
from bot.sources.treasury import Treasury, treasury_rows
from bot.sources.yahoo import MARKETS, Yahoo, fed_funds

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday before the open
SINCE = NOW - timedelta(days=10)
TREASURY = "home.treasury.gov/resource-center/data-chart-center/interest-rates/daily-treasury-rates.csv"
CSV = 'Date,"1 Mo","3 Mo","2 Yr","10 Yr"\n11/23/2026,3.9,3.8,3.5,4.12\n11/20/2026,3.9,N/A,3.48,4.1\n'
MARKET = {market.series: market for market in MARKETS}


def chart(closes, traded, zone="America/New_York"):
    opens = [int(datetime(*day.timetuple()[:3], 14, 30, tzinfo=UTC).timestamp()) for day in closes]
    meta = {"regularMarketPrice": 1, "regularMarketTime": int(traded.timestamp()), "exchangeTimezoneName": zone}
    quote = {"close": list(closes.values())}
    return {"chart": {"result": [{"meta": meta, "timestamp": opens, "indicators": {"quote": [quote]}}], "error": None}}


WEEK = {date(2026, 11, 19): 100.5, date(2026, 11, 20): None, date(2026, 11, 23): 101.25}
MONDAY = datetime(2026, 11, 23, 21, tzinfo=UTC)


def test_yields_are_known_two_hours_after_the_close(visit, hosts, rows):
    hosts.answers[f"{TREASURY}/2026"] = CSV
    batch = visit(lambda client: Treasury(client).fetch(SINCE, NOW))
    assert rows(batch, "rates.us10y") == [
        ("2026-11-20 21:00", "2026-11-20 23:00", 4.1),
        ("2026-11-23 21:00", "2026-11-23 23:00", 4.12),
    ]
    assert [value for _, _, value in rows(batch, "rates.us3m")] == [3.8]


def test_yields_seen_sooner_are_known_then(visit, hosts, rows):
    hosts.answers[TREASURY] = CSV
    batch = visit(lambda client: Treasury(client).fetch(SINCE, MONDAY + timedelta(minutes=40)))
    assert rows(batch, "rates.us2y")[-1][:2] == ("2026-11-23 21:00", "2026-11-23 21:40")


def test_in_january_last_years_table_is_read_too(visit, hosts, rows):
    hosts.answers |= {
        f"{TREASURY}/2026": CSV.replace("11/23/2026", "12/31/2026"),
        f"{TREASURY}/2027": CSV.replace("11/23/2026", "01/04/2027").replace("11/20/2026", "01/05/2027"),
    }
    now = datetime(2027, 1, 6, 12, tzinfo=UTC)
    batch = visit(lambda client: Treasury(client).fetch(now - timedelta(days=7), now))
    assert [time[:10] for time, _, _ in rows(batch, "rates.us2y")] == ["2026-12-31", "2027-01-04", "2027-01-05"]


@pytest.mark.parametrize("text", ["<html>sorry</html>", CSV.replace("10 Yr", "Ten"), CSV.replace("4.12", "n.a.")])
def test_another_table_of_yields_is_garbled(visit, hosts, text):
    hosts.answers[TREASURY] = text
    with pytest.raises(SourceFault, match=r"home\.treasury\.gov") as caught:
        visit(lambda client: Treasury(client).fetch(SINCE, NOW))
    assert caught.value.kind is FaultKind.GARBLED


def test_the_order_of_the_yields_does_not_matter(visit, hosts, rows):
    head, *lines = CSV.splitlines()
    assert sorted(treasury_rows("\n".join([head, *lines[::-1]]))["rates.us2y"]) == sorted(
        treasury_rows(CSV)["rates.us2y"]
    )


def test_the_feds_rate_is_known_the_next_sessions_morning(visit, hosts, rows):
    rate = {"effectiveDate": "2026-11-20", "type": "EFFR", "percentRate": 3.63}
    rate |= {"targetRateFrom": 3.5, "targetRateTo": "3.75", "volumeInBillions": 90}
    hosts.answers["markets.newyorkfed.org"] = {"refRates": [rate, {"type": "SOFR", "percentRate": 3.7}]}
    batch = visit(lambda client: NewYorkFed(client).fetch(SINCE, NOW))
    assert rows(batch, "rates.fed_effective") == [("2026-11-20 21:00", "2026-11-23 14:00", 3.63)]
    assert rows(batch, "rates.fed_target_high")[0][2] == 3.75


def test_closes_of_sessions_that_are_over_without_nulls(visit, hosts, rows):
    today = WEEK | {date(2026, 11, 21): 9.0, date(2026, 11, 24): 102.0}
    hosts.answers["query1.finance.yahoo.com/v8/finance/chart/DX-Y.NYB"] = chart(today, NOW)
    batch = visit(lambda client: Yahoo(client, MARKET["dollar.dxy"]).fetch(SINCE, NOW))
    assert rows(batch, "dollar.dxy") == [
        ("2026-11-19 22:00", "2026-11-19 22:00", 100.5),
        ("2026-11-23 22:00", "2026-11-23 22:00", 101.25),
    ]


def test_the_second_host_answers_for_the_first(visit, hosts, rows):
    hosts.answers |= {"query1.finance.yahoo.com": 429, "query2.finance.yahoo.com": chart(WEEK, MONDAY)}
    batch = visit(lambda client: Yahoo(client, MARKET["volatility.vix"]).fetch(SINCE, NOW))
    assert rows(batch, "volatility.vix")[-1][0] == "2026-11-23 21:15"
    assert hosts.of("query2.finance.yahoo.com/v8/finance/chart/^VIX")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (chart(WEEK, MONDAY - timedelta(days=3)), FaultKind.STALE),
        ({"chart": {"result": None, "error": {"code": "Not Found"}}}, FaultKind.GARBLED),
        (chart({date(2026, 11, 23): "x"}, MONDAY), FaultKind.GARBLED),
        (chart({date(2026, 11, 23): 3.5e7}, MONDAY), FaultKind.GARBLED),
        ("<html>consent</html>", FaultKind.GARBLED),
    ],
)
def test_a_chart_that_is_old_or_of_another_shape_gives_no_number(visit, hosts, answer, kind):
    hosts.answers["query1.finance.yahoo.com"] = answer
    with pytest.raises(SourceFault, match=r"query1\.finance\.yahoo\.com") as caught:
        visit(lambda client: Yahoo(client, MARKET["equities.sp500"]).fetch(SINCE, NOW))
    assert caught.value.kind is kind


def test_over_a_holiday_the_last_quote_is_not_stale(visit, hosts, rows):
    thanksgiving = datetime(2026, 11, 27, 12, tzinfo=UTC)
    wednesday = datetime(2026, 11, 25, 21, tzinfo=UTC)
    hosts.answers["query1.finance.yahoo.com"] = chart({wednesday.date(): 6000.0}, wednesday)
    batch = visit(lambda client: Yahoo(client, MARKET["equities.sp500"]).fetch(SINCE, thanksgiving))
    assert rows(batch, "equities.sp500")[-1][2] == 6000.0


def test_cmes_worked_example():
    from bot.sources import fomc  # noqa: PLC0415

    decision, dates = date(2015, 9, 17), (date(2015, 9, 17), date(2015, 10, 28))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fomc, "DECISIONS", dates)
        moves = expected_moves(decision, {(2015, 8): 99.8675, (2015, 9): 99.805})
    assert moves == pytest.approx(0.53571, abs=1e-4)


def test_the_month_after_anchors_where_the_one_before_has_a_meeting():
    # October's meeting ends on the 28th: three days tell nothing, November's price does.
    moves = expected_moves(date(2026, 10, 28), {(2026, 9): 96.3, (2026, 10): 96.36, (2026, 11): 96.62})
    start = (31 * 3.64 - 4 * 3.38) / 27
    assert moves == pytest.approx((3.38 - start) / 0.25)
    assert expected_moves(date(2026, 10, 28), {(2026, 9): 96.3, (2026, 10): 96.36}) is None


def test_a_month_with_a_meeting_of_its_own_is_no_anchor():
    prices = {(2026, 11): 96.37, (2026, 12): 96.42}
    assert expected_moves(date(2026, 12, 9), prices | {(2027, 1): 97.0}) == expected_moves(date(2026, 12, 9), prices)


def test_the_next_decision_is_the_one_not_yet_announced():
    assert next_decision(datetime(2026, 12, 9, 18, 59, tzinfo=UTC)) == date(2026, 12, 9)
    assert next_decision(datetime(2026, 12, 9, 19, tzinfo=UTC)) == date(2027, 1, 27)
    assert next_decision(datetime(2029, 1, 1, tzinfo=UTC)) is None
    assert len(DECISIONS) == 33


def test_the_futures_tell_the_odds_of_a_cut(visit, hosts, rows):
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    prices = {(2026, 11): (96.37, 96.37), (2026, 12): (96.37, 96.42)}
    for month, (before, after) in prices.items():
        hosts.answers[f"query1.finance.yahoo.com/v8/finance/chart/{fed_funds(month).symbol}"] = chart(
            {friday: before, monday: after}, MONDAY
        )
    batch = visit(lambda client: FedFunds(client).fetch(SINCE, NOW))
    odds = rows(batch, "fed.cut_probability")
    assert [time for time, _, _ in odds] == ["2026-11-20 21:00", "2026-11-23 21:00"]
    assert [value for _, _, value in odds] == pytest.approx([0, 26.957], abs=1e-3)
    assert [value for _, _, value in rows(batch, "fed_funds.future.front")] == [96.37, 96.37]
    assert fed_funds((2026, 12)).symbol == "ZQZ26.CBT"


def test_the_effective_rate_stands_in_for_a_month_that_is_over(visit, hosts, rows):
    now = datetime(2026, 12, 2, 12, tzinfo=UTC)
    closed = datetime(2026, 12, 1, 21, tzinfo=UTC)
    hosts.answers["query1.finance.yahoo.com/v8/finance/chart/ZQZ26.CBT"] = chart({closed.date(): 96.42}, closed)
    rate = {"effectiveDate": "2026-11-30", "type": "EFFR", "percentRate": 3.63}
    hosts.answers["markets.newyorkfed.org"] = {"refRates": [rate]}
    batch = visit(lambda client: FedFunds(client).fetch(now - timedelta(days=1), now))
    assert rows(batch, "fed.cut_probability")[0][2] == pytest.approx(26.957, abs=1e-3)


FRED_TEN = next(series for series in FRED_SERIES if series.fred == "DGS10")
FRED_CSV = "observation_date,DGS10\n2026-11-19,4.05\n2026-11-20,.\n2026-11-23,4.12\n"


def fred(visit, key="", now=NOW):
    return visit(lambda client: Fred(client, FRED_TEN, key).fetch(SINCE, now))


def test_fred_as_csv_leaves_missing_days_out(visit, hosts, rows):
    hosts.answers["fred.stlouisfed.org"] = FRED_CSV
    found = rows(fred(visit, now=NOW + timedelta(hours=3)), "rates.us10y")
    assert found == [("2026-11-19 21:00", "2026-11-20 14:00", 4.05), ("2026-11-23 21:00", "2026-11-24 14:00", 4.12)]


def test_a_wrong_fred_key_is_named_and_the_csv_read(visit, hosts, rows):
    hosts.answers |= {"fred.stlouisfed.org": FRED_CSV, "api.stlouisfed.org": 401}
    batch = fred(visit, "s3cret")
    assert rows(batch, "rates.us10y")[-1][2] == 4.12
    assert "keys.fred" in batch.notes[0]
    assert "s3cret" not in batch.notes[0]


def test_fred_with_a_key(visit, hosts, rows):
    hosts.answers["api.stlouisfed.org"] = {
        "observations": [{"date": "2026-11-23", "value": "4.12"}, {"date": "2026-11-20", "value": "."}]
    }
    assert [value for _, _, value in rows(fred(visit, "key"), "rates.us10y")] == [4.12]


@pytest.mark.parametrize("text", ["<html>apikey</html>", FRED_CSV.replace("DGS10", "DGS2"), "", FRED_CSV + "x,y\n"])
def test_another_table_of_fred_is_garbled(visit, hosts, text):
    hosts.answers["fred.stlouisfed.org"] = text
    with pytest.raises(SourceFault, match=r"fred\.stlouisfed\.org") as caught:
        fred(visit)
    assert caught.value.kind is FaultKind.GARBLED
