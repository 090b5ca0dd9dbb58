"""An exchange that fails in any way: the fault is named, no wrong number gets through, the next good answer heals."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.sources.batch import FaultKind, SourceFault
from bot.sources.exchanges import exchange_sources

NOW = datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC)
SINCE = NOW - timedelta(hours=50)
KLINES = "fapi.binance.com/fapi/v1/klines"
BARS = "binance.bars.perpetual.1h"


@pytest.fixture
def fail(far_end, world, asking, clock):
    """The fault while `path` answers so, after checking that the batch after it is the one without a fault."""

    def run(answer, path=KLINES, name=BARS, **options):
        async def work(client):
            source = next(
                s for s in exchange_sources(client, clock, [name.partition(".")[0]], ["BTC"]) if s.name == name
            )
            before = await source.fetch(SINCE, NOW)
            good, far_end.answers[path] = far_end.answers[path], answer
            with pytest.raises(SourceFault) as caught:
                await source.fetch(SINCE, NOW)
            far_end.answers[path], far_end.ahead = good, timedelta(0)
            clock.set(clock.now() + (caught.value.wait or timedelta(0)))
            far_end.ahead = timedelta(0)
            assert await source.fetch(SINCE, NOW) == before
            return caught.value

        return asking(work, **options)

    return run


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (403, FaultKind.BLOCKED),
        (451, FaultKind.BLOCKED),
        (418, FaultKind.LIMITED),
        (429, FaultKind.LIMITED),
        (500, FaultKind.UNREACHABLE),
        (502, FaultKind.UNREACHABLE),
        (404, FaultKind.REFUSED),
    ],
)
def test_a_page_of_a_bad_status(fail, status, kind):
    fault = fail(status)
    assert fault.kind == kind
    assert "fapi.binance.com" in str(fault)


def test_too_many_questions_with_a_time_to_come_back(fail, reply):
    fault = fail(reply({"code": -1003, "msg": "Way too many requests"}, 429, {"Retry-After": "300"}))
    assert (fault.kind, fault.wait) == (FaultKind.LIMITED, timedelta(minutes=5))


def test_no_answer_in_time(fail, reply):
    assert fail(reply(silent=True), timeout=timedelta(seconds=0.3)).kind == FaultKind.UNREACHABLE


def test_a_connection_that_breaks_in_the_middle(fail, reply):
    assert fail(reply('[[1795420800000, "60', torn=True)).kind == FaultKind.UNREACHABLE


@pytest.mark.parametrize("text", ['[[1795420800000, "60', "<html>maintenance</html>", "", "null", "{}", '"rows"'])
def test_an_answer_that_is_none(fail, reply, text):
    assert fail(reply(text)).kind in {FaultKind.GARBLED, FaultKind.STALE}


def test_an_error_told_in_an_answer_that_looks_well(fail):
    fault = fail({"code": -1121, "msg": "Invalid symbol."})
    assert fault.kind == FaultKind.REFUSED
    assert "Invalid symbol" in str(fault)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"code": "50011", "msg": "Requests too frequent.", "data": []}, FaultKind.LIMITED),
        ({"code": "50001", "msg": "Service temporarily unavailable.", "data": []}, FaultKind.UNREACHABLE),
        ({"code": "51001", "msg": "Instrument ID does not exist.", "data": []}, FaultKind.REFUSED),
        ({"code": "0", "msg": "", "data": []}, FaultKind.STALE),
        ({"code": "0", "msg": "", "rows": []}, FaultKind.STALE),
    ],
)
def test_what_okx_tells_with_status_200(fail, answer, kind):
    assert fail(answer, "www.okx.com/api/v5/market/candles", "okx.bars.perpetual.1h").kind == kind


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"retCode": 10006, "retMsg": "Too many visits!", "result": {}}, FaultKind.LIMITED),
        ({"retCode": 10024, "retMsg": "Compliance rules triggered", "result": {}}, FaultKind.BLOCKED),
        ({"retCode": 10001, "retMsg": "params error", "result": {}}, FaultKind.REFUSED),
    ],
)
def test_what_bybit_tells_with_status_200(fail, answer, kind):
    assert fail(answer, "api.bybit.com/v5/market/kline", "bybit.bars.perpetual.1h").kind == kind


def test_a_list_that_is_empty_where_there_must_be_something(fail):
    assert fail([]).kind == FaultKind.STALE


def test_bars_that_stopped_an_hour_and_more_ago(fail, world):
    def old(asked):
        return world.binance_bars(asked)[:-4]

    fault = fail(old)
    assert fault.kind == FaultKind.STALE
    assert "2026-11-24 08:00 UTC" in str(fault)


def test_a_renamed_field(fail, world):
    def renamed(asked):
        return [{**row, "sumOpenInterest": None, "openInterestSum": "1"} for row in world.binance_open_interest(asked)]

    path = "fapi.binance.com/futures/data/openInterestHist"
    assert fail(renamed, path, "binance.open_interest").kind == FaultKind.GARBLED


def test_one_row_that_can_t_be_spoils_them_all(fail, world):
    def odd(asked):
        rows = world.binance_bars(asked)
        rows[7][2] = "1.00"
        return rows

    assert fail(odd).kind == FaultKind.GARBLED


def test_a_number_in_the_wrong_unit(fail, world):
    def percent(asked):
        return [{**row, "fundingRate": "10.5"} for row in world.binance_funding(asked)]

    fault = fail(percent, "fapi.binance.com/fapi/v1/fundingRate", "binance.funding")
    assert fault.kind == FaultKind.GARBLED
    assert "a fraction per 8 hours" in str(fault)


def test_rows_twice_and_out_of_order_say_the_same(far_end, world, visit):
    told = visit(BARS)
    far_end.answers[KLINES] = lambda asked: world.binance_bars(asked)[::-1] + world.binance_bars(asked)[5:9]
    assert visit(BARS) == told


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_an_hour_off(far_end, world, asking, clock, hours):
    async def work(client):
        source = next(s for s in exchange_sources(client, clock, ["binance"], ["BTC"]) if s.name == BARS)
        far_end.ahead = timedelta(hours=hours)
        with pytest.raises(SourceFault) as caught:
            await source.fetch(SINCE, NOW)
        far_end.ahead = timedelta(0)
        return caught.value.kind, len((await source.fetch(SINCE, NOW)).bars[0])

    assert asking(work) == (FaultKind.CLOCK, 49)


def test_a_clock_some_seconds_ahead_takes_no_bar_before_its_end(far_end, world, asking, clock):
    def lasts(ahead):
        async def work(client):
            source = next(s for s in exchange_sources(client, clock, ["binance"], ["BTC"]) if s.name == BARS)
            far_end.ahead = timedelta(seconds=ahead)
            return (await source.fetch(SINCE, NOW)).bars[0].time[-1]

        return asking(work)

    assert lasts(0) - lasts(-40) == 3_600_000


def test_a_venue_that_is_closed_to_us_is_asked_once_a_day_and_others_go_on(far_end, world, asking, clock):
    far_end.answers["fapi.binance.com/"] = 451
    for path in [path for path in far_end.answers if path.startswith("fapi.binance.com/") and len(path) > 17]:
        del far_end.answers[path]

    async def work(client):
        kinds, batches = [], []
        for source in exchange_sources(client, clock, ["binance", "okx"], ["BTC"]):
            try:
                batches.append(await source.fetch(SINCE, NOW))
            except SourceFault as fault:
                kinds.append(fault.kind)
        return kinds, batches

    kinds, batches = asking(work)
    assert set(kinds) == {FaultKind.BLOCKED}
    assert len(far_end.of("fapi.binance.com")) == 1
    assert len(batches) == 2 + 9


def test_one_asset_s_fault_is_a_note_beside_the_others_figures(far_end, world, visit):
    markets = far_end.answers["fapi.binance.com/fapi/v1/exchangeInfo"]["symbols"]
    markets.append({**markets[0], "symbol": "ETHUSDT", "baseAsset": "ETH"})

    def half(asked):
        rows = world.binance_bars(asked)
        return [row[:3] for row in rows] if asked.query["symbol"] == "ETHUSDT" else rows

    far_end.answers[KLINES] = half
    batch = visit(BARS, assets=("BTC", "ETH"))
    assert [bars.name for bars in batch.bars] == ["binanceusdm.BTC-USDT-PERP.1h"]
    assert "another shape" in batch.notes[0]


def test_a_list_of_markets_that_fails_heals(far_end, world, asking, clock):
    path = "www.okx.com/api/v5/public/instruments"
    good, far_end.answers[path] = far_end.answers[path], {"code": "50001", "msg": "unavailable", "data": []}

    async def work(client):
        source = next(s for s in exchange_sources(client, clock, ["okx"], ["BTC"]) if s.name == "okx.funding")
        with pytest.raises(SourceFault) as caught:
            await source.fetch(SINCE, NOW)
        far_end.answers[path] = good
        return caught.value.kind, len((await source.fetch(SINCE, NOW)).points)

    assert asking(work) == (FaultKind.UNREACHABLE, 1)
