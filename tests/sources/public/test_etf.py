"""Flows of US spot funds: whole sessions of publishers that agree, each with the moment it was known."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.series import stamp
from bot.sources.batch import FaultKind, SourceFault
from bot.sources.etf import FlowDay, FlowTable, coinmarketcap_table, sosovalue_table, tftc_table, the_block_table
from bot.sources.etf_consensus import etf_consensus, is_partial
from bot.sources.etf_flows import EtfFlows, readers
from bot.sources.payload import is_session

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)  # Saturday night: Friday's session has closed
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
FRIDAY = date(2026, 11, 20)
SESSIONS = [day for n in range(14, -1, -1) if is_session(day := FRIDAY - timedelta(days=n))]
TOTALS = {day: 1e7 * (n + 1) * (-1) ** n for n, day in enumerate(SESSIONS)}
SOSOVALUE, BLOCK, CMC, TFTC = "api.sosovalue.xyz", "www.theblock.co", "api.coinmarketcap.com", "www.tftc.io"


def sosovalue(totals=TOTALS, assets=None):
    rows = [{"date": str(day), "totalNetInflow": str(total)} for day, total in totals.items()]
    rows = [row | ({"totalNetAssets": str(assets)} if assets else {}) for row in rows]
    return {"code": 0, "msg": None, "data": {"list": rows[::-1]}}


def current(ibit=FRIDAY, fbtc=FRIDAY, total=TOTALS[FRIDAY]):
    fund = {"institute": "x", "netAssets": {"value": 6e10}}
    shares = {"IBIT": (ibit, total * 0.75), "FBTC": (fbtc, total * 0.25)}
    listed = [
        fund | {"ticker": name, "dailyNetInflow": {"value": flow, "lastUpdateDate": str(day), "status": "1"}}
        for name, (day, flow) in shares.items()
    ]
    return {"code": 0, "data": {"dailyNetInflow": {"value": total, "lastUpdateDate": str(ibit)}, "list": listed}}


def block(totals=TOTALS, missing=()):
    funds = {"IBIT": 0.75, "FBTC": 0.25}
    series = {
        name: {
            "Data": [
                {"Timestamp": stamp(datetime(*day.timetuple()[:3], tzinfo=UTC)) // 1000, "Result": total * share}
                for day, total in totals.items()
                if (name, day) not in missing
            ]
        }
        for name, share in funds.items()
    }
    return {"chart": {"jsonFile": {"data": json.dumps({"Series": series})}}}


def cmc(totals=TOTALS):
    days = {day: stamp(datetime(*day.timetuple()[:3], tzinfo=UTC)) for day in totals}
    points = [{"timestamp": str(days[day]), "value": str(total), "cryptoPrice": "8"} for day, total in totals.items()]
    return {"data": {"points": points}, "status": {"error_code": "0"}}


@pytest.fixture
def answers(hosts):
    hosts.answers |= {
        f"{SOSOVALUE}/openapi/v2/etf/historicalInflowChart": sosovalue(),
        f"{SOSOVALUE}/openapi/v2/etf/currentEtfDataMetrics": current(),
        BLOCK: block(),
        CMC: cmc(),
    }
    return hosts.answers


def test_what_the_funds_hold_is_told_where_a_publisher_tells_it(visit, answers, rows):
    assert "etf.net_assets.btc" not in {points.columns.series for points in fetched(visit).points}
    answers[f"{SOSOVALUE}/openapi/v2/etf/historicalInflowChart"] = sosovalue(assets=1.2e11)
    held = rows(fetched(visit), "etf.net_assets.btc")
    assert len(held) == len(SESSIONS)
    assert {usd for _, _, usd in held} == {1.2e11}


@pytest.mark.parametrize("garbled", ["n/a", ["1.2e11"], "NaN"])
def test_holdings_that_cannot_be_read_cost_only_themselves(visit, answers, rows, garbled):
    answer = sosovalue(assets=1.2e11)
    answer["data"]["list"][0]["totalNetAssets"] = garbled
    answers[f"{SOSOVALUE}/openapi/v2/etf/historicalInflowChart"] = answer
    batch = fetched(visit)
    assert len(rows(batch, "etf.net_assets.btc")) == len(SESSIONS) - 1
    assert [value for _, _, value in rows(batch, "etf.net_flow.btc")] == list(TOTALS.values())


def fetched(visit, now=NOW, since=SINCE, key=""):
    return visit(lambda client: EtfFlows("btc", readers("btc", client, key)).fetch(since, now))


def test_two_publishers_that_agree_make_a_session_that_was_known_when_it_was_seen(visit, answers, hosts, rows):
    batch = fetched(visit)
    found = rows(batch, "etf.net_flow.btc")
    assert found[-1] == ("2026-11-20 21:00", "2026-11-21 03:00", TOTALS[FRIDAY])
    assert found[-2] == ("2026-11-19 21:00", "2026-11-20 14:00", TOTALS[FRIDAY - timedelta(days=1)])
    assert [value for _, _, value in found] == list(TOTALS.values())
    assert rows(batch, "etf.net_flow.btc.ibit")[-1][2] == 0.75 * TOTALS[FRIDAY]
    assert batch.notes == ()
    assert not hosts.of(CMC)
    assert json.loads(hosts.of("historical")[0]["body"]) == {"type": "us-btc-spot"}


def test_a_fund_that_has_not_reported_withholds_the_total(visit, answers, rows):
    answers[f"{SOSOVALUE}/openapi/v2/etf/currentEtfDataMetrics"] = current(fbtc=FRIDAY - timedelta(days=1))
    answers[BLOCK] = block(missing={("FBTC", FRIDAY)})
    batch = fetched(visit)
    assert rows(batch, "etf.net_flow.btc")[-1][0] == "2026-11-19 21:00"
    assert any("SoSoValue's session of 2026-11-20 is partial" in note for note in batch.notes)


def test_publishers_that_differ_make_the_session_preliminary(visit, answers, rows):
    answers[BLOCK] = block(TOTALS | {FRIDAY: TOTALS[FRIDAY] + 5e6})
    batch = fetched(visit)
    assert rows(batch, "etf.net_flow.btc")[-1][2] == TOTALS[FRIDAY]
    assert any("2026-11-20 is preliminary" in note for note in batch.notes)
    assert [value for *_, value in rows(batch, "etf.agreed.btc")][-2:] == [1, 0]


def test_a_total_without_funds_waits_for_a_second_publisher_until_it_is_surely_whole(visit, answers, rows):
    for path in list(answers):
        answers[path] = 403
    answers[CMC] = cmc()
    early, late = fetched(visit), fetched(visit, NOW.replace(hour=14))
    assert rows(early, "etf.net_flow.btc")[-1][0] == "2026-11-19 21:00"
    assert any("waits for a second publisher" in note for note in early.notes)
    assert rows(late, "etf.net_flow.btc")[-1] == ("2026-11-20 21:00", "2026-11-21 14:00", TOTALS[FRIDAY])


def test_a_revision_is_known_from_the_visit_that_saw_it(visit, answers, rows):
    async def twice(client):
        source = EtfFlows("btc", readers("btc", client))
        first = await source.fetch(SINCE, NOW)
        again = await source.fetch(SINCE, NOW + timedelta(hours=1))
        totals = TOTALS | {FRIDAY: 1e9}
        answers[f"{SOSOVALUE}/openapi/v2/etf/historicalInflowChart"] = sosovalue(totals)
        return first, again, await source.fetch(SINCE, NOW + timedelta(hours=20))

    first, again, revised = (rows(batch, "etf.net_flow.btc") for batch in visit(twice))
    assert again == first
    assert revised[:-1] == first[:-1]
    assert revised[-1] == ("2026-11-20 21:00", "2026-11-21 23:00", 1e9)


def test_after_a_restart_what_is_stored_keeps_its_moment(visit, answers, rows):
    async def restarted(client):
        before = await EtfFlows("btc", readers("btc", client)).fetch(SINCE, NOW)
        source = EtfFlows("btc", readers("btc", client))
        for stored in before.points:
            source.prime(stored.columns)
        return before, await source.fetch(SINCE, NOW + timedelta(days=2))

    before, after = visit(restarted)
    assert rows(after, "etf.net_flow.btc") == rows(before, "etf.net_flow.btc")


def test_nothing_of_the_running_session_or_a_weekend_counts(visit, answers, rows):
    zeros = TOTALS | {FRIDAY: 0.0, FRIDAY + timedelta(days=1): 0.0}
    answers[f"{SOSOVALUE}/openapi/v2/etf/historicalInflowChart"] = sosovalue(zeros)
    answers[BLOCK] = block(zeros)
    batch = fetched(visit, datetime(2026, 11, 20, 20, 30, tzinfo=UTC))
    assert rows(batch, "etf.net_flow.btc")[-1][0] == "2026-11-19 21:00"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("<html>just a moment</html>", FaultKind.GARBLED),
        ({"code": 40001, "msg": "bad", "data": None}, FaultKind.GARBLED),
        ({"code": 0, "data": []}, FaultKind.GARBLED),
        ({"code": 0, "data": [{"day": "2026-11-20", "totalNetInflow": 1}]}, FaultKind.GARBLED),
        ({"code": 0, "data": [{"date": "2026-11-20", "totalNetInflow": None}]}, FaultKind.GARBLED),
        (403, FaultKind.BLOCKED),
    ],
)
def test_a_publisher_that_fails_is_named_and_the_next_two_are_taken(visit, answers, rows, answer, kind):
    answers[f"{SOSOVALUE}/openapi/v2/etf/historicalInflowChart"] = answer
    batch = fetched(visit)
    assert SOSOVALUE in batch.notes[0]
    assert [value for _, _, value in rows(batch, "etf.net_flow.btc")] == list(TOTALS.values())
    assert {points.publisher for points in batch.points} == {"The Block"}
    for path in answers:
        answers[path] = answer
    with pytest.raises(SourceFault, match=SOSOVALUE) as caught:
        fetched(visit)
    assert caught.value.kind is kind


def test_a_wrong_key_is_named_without_showing_it_and_left_out(visit, answers, hosts, rows):
    history = answers[f"{SOSOVALUE}/openapi/v2/etf/historicalInflowChart"]
    answers[f"{SOSOVALUE}/openapi/v2/etf/historicalInflowChart"] = lambda asked: (
        401 if "x-soso-api-key" in asked["headers"] else history
    )
    batch = fetched(visit, key="s3cret")
    assert rows(batch, "etf.net_flow.btc")[-1][2] == TOTALS[FRIDAY]
    assert "keys.sosovalue" in batch.notes[0]
    assert "s3cret" not in " ".join(batch.notes)


def test_a_table_in_millions_is_refused(visit, answers):
    days = [day for n in range(60, -1, -1) if is_session(day := FRIDAY - timedelta(days=n))]
    table = sosovalue_table(sosovalue(dict.fromkeys(days, 120.5)))
    found = etf_consensus("btc", [table], NOW)
    assert found.sessions == ()
    assert "its unit isn't USD" in found.notes[0]


def test_a_session_beyond_25_billion_is_refused():
    found = etf_consensus("btc", [sosovalue_table(sosovalue({FRIDAY: 3e10}))], NOW)
    assert found.sessions == ()
    assert "its unit is wrong" in found.notes[0]


def test_tables_of_one_origin_do_not_confirm_each_other():
    days = [{"date": str(FRIDAY), "netFlowUsd": 5e6, "btcCloseUsd": 8e4, "perEtfUsd": {"IBIT": 5e6}}]
    tables = [sosovalue_table(sosovalue({FRIDAY: 5e6})), tftc_table({"days": days})]
    assert etf_consensus("btc", tables, NOW).sessions == ()
    assert etf_consensus("btc", [*tables, coinmarketcap_table(cmc({FRIDAY: 5e6}))], NOW).sessions[0].confirmed


def test_a_row_of_a_session_that_has_not_closed_is_no_session():
    tables = [sosovalue_table(sosovalue()), coinmarketcap_table(cmc())]
    during = etf_consensus("btc", tables, datetime(2026, 11, 20, 20, 59, tzinfo=UTC))
    assert during.sessions[-1].day == FRIDAY - timedelta(days=1)
    assert etf_consensus("btc", tables, datetime(2026, 11, 20, 21, tzinfo=UTC)).sessions[-1].day == FRIDAY


def test_two_rows_of_one_day_must_say_the_same():
    payload = sosovalue()
    payload["data"]["list"].append(payload["data"]["list"][0])
    assert sosovalue_table(payload).days == sosovalue_table(sosovalue()).days
    payload["data"]["list"].append(payload["data"]["list"][0] | {"totalNetInflow": "1"})
    with pytest.raises(ValueError, match="two different rows"):
        sosovalue_table(payload)


@given(st.permutations(list(TOTALS.items())))
def test_the_order_of_rows_changes_nothing(order):
    shuffled = dict(order)
    assert list(sosovalue_table(sosovalue(shuffled)).days.items()) == list(sosovalue_table(sosovalue()).days.items())
    assert the_block_table(block(shuffled)) == the_block_table(block())
    assert etf_consensus("btc", [the_block_table(block(shuffled))], NOW) == etf_consensus(
        "btc", [the_block_table(block())], NOW
    )


FLOWS = st.dictionaries(st.sampled_from(["ibit", "fbtc", "gbtc"]), st.integers(-9, 9).map(lambda n: n * 1e7))


@given(st.lists(FLOWS, min_size=len(SESSIONS), max_size=len(SESSIONS)))
def test_a_partial_day_never_yields_a_total(flows):
    days = {day: FlowDay(sum(funds.values()), funds) for day, funds in zip(SESSIONS, flows, strict=True)}
    table = FlowTable("The Block", days, frozenset({"The Block"}))
    told = {session.day for session in etf_consensus("btc", [table], NOW + timedelta(days=9)).sessions}
    for n, day in enumerate(SESSIONS):
        active = {fund for funds in flows[max(0, n - 10) : n] for fund in funds}
        assert is_partial(table, day) == bool(active - set(flows[n]))
        assert (day in told) == (active <= set(flows[n]))
