"""What Gate and OKX publish of the time before anyone listened."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.series import stamp
from bot.sources.backfill_liquidations import GateLiquidations, OkxLiquidations
from bot.sources.batch import FaultKind, SourceFault

NOW = datetime(2026, 11, 24, 12, 20, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
INSTRUMENTS = {
    "code": "0",
    "data": [
        {"instId": "BTC-USDT-SWAP", "ctVal": "0.01", "ctMult": "1", "ctType": "linear"},
        {"instId": "BTC-USD-SWAP", "ctVal": "100", "ctMult": "1", "ctType": "inverse"},
        {"instId": "SHIB-USDT-SWAP", "ctVal": "1000000", "ctMult": "1", "ctType": "linear"},
    ],
}


class Venue:
    """Answers what a function makes of the question, and remembers the questions."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    async def json(self, url, *, params):
        self.asked.append((url.rsplit("/", 1)[1], dict(params)))
        return self.answer(url.rsplit("/", 1)[1], params)


def fetched(source, since, now=NOW):
    return asyncio.run(source.fetch(since, now))


def found(batch, series):
    """Values by hours before now's full hour."""
    for points in batch.points:
        if points.columns.series == series:
            ago = [(stamp(NOW.replace(minute=0)) - time) // 3_600_000 for time in points.columns.time]
            return dict(zip(ago, points.columns.value, strict=True))
    return {}


def gate_row(start, longs="1000.5", shorts="20"):
    # As the exchange sends it: numbers as text, time in seconds at the start of the stretch.
    row = {"open_interest": "1", "long_liq_size": "3", "lsr_account": "1.15", "mark_price": "9"}
    return row | {"time": str(stamp(start) // 1000), "long_liq_usd": longs, "short_liq_usd": shorts}


def gates(rows):
    def answer(_, params):
        since, limit = 1000 * int(params["from"]), int(params["limit"])
        return [row for row in rows if 1000 * int(row["time"]) >= since][:limit]

    return Venue(answer)


def hours_of_gate(count):
    full = NOW.replace(minute=0)
    return [gate_row(full - HOUR * back, str(100 + back)) for back in reversed(range(count))]


def test_gates_hours_are_split_by_side_and_stamped_with_their_end():
    batch = fetched(GateLiquidations(gates(hours_of_gate(30)), ["BTC"]), NOW - 10 * HOUR)
    longs = found(batch, "liquidations.hour.long.gate.btc")
    assert longs == {ago: 101.0 + ago for ago in range(10)}
    assert set(found(batch, "liquidations.hour.short.gate.btc").values()) == {20.0}
    assert set(found(batch, "liquidations.hour.seconds.gate")) == set(range(10))


def test_the_running_hour_is_left_out():
    batch = fetched(GateLiquidations(gates([gate_row(NOW.replace(minute=0))]), ["BTC"]), NOW - HOUR)
    assert batch.points == ()


def test_a_long_history_comes_in_pages():
    venue = gates(hours_of_gate(400))
    batch = fetched(GateLiquidations(venue, ["BTC"]), NOW - 300 * HOUR)
    assert len(found(batch, "liquidations.hour.long.gate.btc")) == 300
    assert len(venue.asked) == 3
    assert venue.asked[0][1]["contract"] == "BTC_USDT"


def test_an_hour_that_one_asset_lacks_is_not_covered():
    def answer(_, params):
        rows = hours_of_gate(5)
        return rows[:2] + rows[3:] if params["contract"] == "ETH_USDT" else rows

    batch = fetched(GateLiquidations(Venue(answer), ["BTC", "ETH"]), NOW - 6 * HOUR)
    assert set(found(batch, "liquidations.hour.seconds.gate")) == {0, 2, 3}


def test_gates_days_are_daily_series():
    midnight = NOW.replace(hour=0, minute=0)
    rows = [gate_row(midnight - DAY * back) for back in range(4)]
    batch = fetched(GateLiquidations(gates(rows[::-1]), ["BTC"], DAY), NOW - 10 * DAY)
    assert len(found(batch, "liquidations.long.gate.btc")) == 3
    assert {p.columns.series for p in batch.points} == {"liquidations.long.gate.btc", "liquidations.short.gate.btc"}


@pytest.mark.parametrize(
    "rows",
    [
        [{"time": "1"}],
        {"label": "INVALID_PARAM"},
        [gate_row(NOW, "many")],
        [gate_row(NOW, "-5")],
        [gate_row(NOW, "nan")],
        [7],
    ],
)
def test_an_answer_of_another_shape_is_a_fault_and_no_number(rows):
    with pytest.raises(SourceFault, match="another shape") as fault:
        fetched(GateLiquidations(Venue(lambda *_: rows), ["BTC"]), NOW - 5 * HOUR)
    assert fault.value.kind is FaultKind.GARBLED


def okx_rows(moments, instrument="BTC-USDT-SWAP", side="long"):
    order = {"long": "sell", "short": "buy"}[side]
    details = [{"posSide": side, "side": order, "bkPx": "90000", "sz": "1", "ts": str(stamp(m))} for m in moments]
    return {"instId": instrument, "instType": "SWAP", "details": details}


def okxs(moments, page=100, inverse=()):
    """Closures of BTC-USDT and of BTC-USD, newest first, a page at a time."""
    families = {"BTC-USDT": sorted(moments, reverse=True), "BTC-USD": sorted(inverse, reverse=True)}

    def answer(what, params):
        if what == "instruments":
            return INSTRUMENTS
        family = params["instFamily"]
        after = int(params.get("after", 10**15))
        rows = [m for m in families[family] if stamp(m) < after][:page]
        return {"code": "0", "msg": "", "data": [okx_rows(rows, f"{family}-SWAP")] if rows else []}

    return Venue(answer)


def test_okx_is_paged_back_to_the_wanted_moment():
    closures = [NOW - timedelta(minutes=7 * n) for n in range(500)]
    batch = fetched(OkxLiquidations(okxs(closures), ["BTC"]), NOW - 20 * HOUR)
    longs = found(batch, "liquidations.hour.long.okx.btc")
    assert set(longs) == set(range(19))
    inside = [c for c in closures if NOW.replace(minute=0) - 19 * HOUR <= c < NOW.replace(minute=0)]
    assert sum(longs.values()) == pytest.approx(900 * len(inside))
    assert set(found(batch, "liquidations.hour.short.okx.btc").values()) == {0.0}


def test_closures_of_one_millisecond_over_a_pages_end_are_counted_once_each():
    together = NOW - 2 * HOUR
    closures = [NOW - HOUR - timedelta(seconds=n) for n in range(8)] + [together] * 2 + [NOW - 30 * HOUR]
    batch = fetched(OkxLiquidations(okxs(closures, page=9), ["BTC"]), NOW - 10 * HOUR)
    assert sum(found(batch, "liquidations.hour.long.okx.btc").values()) == pytest.approx(900 * 10)


def test_hours_before_okxs_memory_are_not_told():
    batch = fetched(OkxLiquidations(okxs([NOW - 5 * HOUR, NOW - HOUR]), ["BTC"]), NOW - 100 * HOUR)
    assert set(found(batch, "liquidations.hour.seconds.okx")) == set(range(4))
    assert fetched(OkxLiquidations(okxs([]), ["BTC"]), NOW - 100 * HOUR).points == ()


def test_a_family_in_which_little_happens_does_not_shorten_okxs_memory():
    venue = okxs([NOW - 5 * HOUR, NOW - HOUR], inverse=[NOW - HOUR])
    batch = fetched(OkxLiquidations(venue, ["BTC"]), NOW - 100 * HOUR)
    assert found(batch, "liquidations.hour.long.okx.btc") == {0: 1000.0, 1: 0, 2: 0, 3: 0}


def test_only_families_of_the_asked_assets_are_asked():
    venue = okxs([NOW - HOUR])
    fetched(OkxLiquidations(venue, ["BTC"]), NOW - 5 * HOUR)
    assert {params["instFamily"] for what, params in venue.asked if what == "liquidation-orders"} == {
        "BTC-USDT",
        "BTC-USD",
    }


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"code": "50011", "msg": "Too Many Requests", "data": []}, FaultKind.LIMITED),
        ({"code": "50015", "msg": "Either parameter uly or instFamily is required", "data": []}, FaultKind.REFUSED),
        ({"code": "0"}, FaultKind.GARBLED),
        ([], FaultKind.GARBLED),
        ({"code": "0", "data": [{"instId": "BTC-USDT-SWAP", "details": [{"ts": "soon"}]}]}, FaultKind.GARBLED),
    ],
)
def test_okxs_faults_hide_inside_good_answers(answer, kind):
    venue = Venue(lambda what, _: INSTRUMENTS if what == "instruments" else answer)
    with pytest.raises(SourceFault) as fault:
        fetched(OkxLiquidations(venue, ["BTC"]), NOW - 5 * HOUR)
    assert fault.value.kind is kind


def test_without_sizes_nothing_is_counted():
    with pytest.raises(SourceFault, match="lists no perpetuals"):
        fetched(OkxLiquidations(Venue(lambda *_: {"code": "0", "data": []}), ["BTC"]), NOW - 5 * HOUR)
