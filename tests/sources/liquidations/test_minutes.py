"""Minutes tell what was closed, and whether anyone was listening."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.liquidations import LiquidationEvent, Side
from bot.domain.series import stamp
from bot.sources.minutes import Minutes

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LONG = "liquidations.minute.long"


def closure(second, usd=100.0, venue="bybit", asset="BTC", side=Side.LONG):
    return LiquidationEvent(START + second * SECOND, venue, asset, side, usd, 90_000)


def minutes(*venues, assets=("BTC",)):
    made = Minutes(assets, START)
    for venue in venues:
        made.connected(venue, START)
    return made


def rows(batch, series):
    """The newest value of each minute, by its end in minutes from the start."""
    found = {}
    for points in batch.points:
        if points.columns.series == series:
            found |= dict(zip(points.columns.time, points.columns.value, strict=True))
    return {(time - stamp(START)) / 60_000: value for time, value in sorted(found.items())}


def publishers(batch, series):
    return [points.publisher for points in batch.points if points.columns.series == series]


def test_a_minute_is_stamped_with_its_end_and_known_when_it_is_told():
    counted = minutes("bybit")
    counted.add([closure(1), closure(59, 50), closure(30, 7, side=Side.SHORT)], START)
    batch = counted.close(START + 63 * SECOND)
    assert rows(batch, f"{LONG}.bybit.btc") == {1: 150}
    assert rows(batch, "liquidations.minute.short.bybit.btc") == {1: 7}
    assert rows(batch, "liquidations.minute.count.bybit") == {1: 3}
    known = {known for points in batch.points for known in points.columns.known}
    assert known == {stamp(START + 63 * SECOND)}


def test_a_minute_without_closures_is_zeros_where_someone_listened_and_nothing_where_nobody_did():
    batch = minutes("bybit").close(START + 63 * SECOND)
    assert rows(batch, f"{LONG}.bybit.btc") == rows(batch, f"{LONG}.btc") == {1: 0}
    assert rows(batch, "liquidations.minute.seconds.bybit") == {1: 60}
    assert minutes().close(START + 63 * SECOND).points == ()


def test_the_running_minute_is_not_told():
    counted = minutes("bybit")
    counted.add([closure(1), closure(61)], START + 62 * SECOND)
    assert counted.close(START + 62 * SECOND).points == ()
    assert rows(counted.close(START + 70 * SECOND), f"{LONG}.bybit.btc") == {1: 100}
    assert rows(counted.close(START + 123 * SECOND), f"{LONG}.bybit.btc") == {2: 100}


def test_the_total_is_over_the_venues_that_listened_all_along():
    counted = minutes("binance", "bybit")
    counted.connected("okx", START + SECOND)
    counted.add([closure(30, 10, "binance"), closure(30, 20, "bybit"), closure(30, 40, "okx")], START)
    batch = counted.close(START + 63 * SECOND)
    assert rows(batch, f"{LONG}.btc") == {1: 30}
    assert publishers(batch, f"{LONG}.btc") == ["Binance, Bybit"]
    assert rows(batch, f"{LONG}.okx.btc") == {1: 40}
    assert rows(batch, "liquidations.minute.seconds.okx") == {1: 59}


def test_a_gap_shows_in_the_seconds():
    counted = minutes("bybit")
    counted.lost("bybit", START + 50 * SECOND)
    counted.connected("bybit", START + 95 * SECOND)
    batch = counted.close(START + 183 * SECOND)
    assert rows(batch, "liquidations.minute.seconds.bybit") == {1: 50, 2: 25, 3: 60}
    assert rows(batch, f"{LONG}.btc") == {3: 0}


def test_a_silence_found_out_late_takes_back_the_seconds_told_before():
    counted = minutes("binance")
    assert rows(counted.close(START + 183 * SECOND), "liquidations.minute.seconds.binance") == {1: 60, 2: 60, 3: 60}
    counted.lost("binance", START + 90 * SECOND)
    batch = counted.close(START + 243 * SECOND)
    assert rows(batch, "liquidations.minute.seconds.binance") == {2: 30, 3: 0}
    assert rows(batch, f"{LONG}.btc") == {}


def test_a_late_closure_is_a_revision_of_its_minute():
    counted = minutes("bybit")
    counted.add([closure(10)], START)
    counted.close(START + 63 * SECOND)
    counted.add([closure(20, 11)], START + 64 * SECOND)
    batch = counted.close(START + 123 * SECOND)
    assert rows(batch, f"{LONG}.bybit.btc") == rows(batch, f"{LONG}.btc") == {1: 111, 2: 0}


def test_what_is_too_old_or_too_new_is_named_and_not_counted():
    counted = minutes("okx")
    late = START + 30 * MINUTE
    counted.close(late)
    counted.add([closure(0, venue="okx"), closure(-5, venue="okx"), closure(9000, venue="okx")], late)
    batch = counted.close(late + MINUTE)
    assert batch.notes == ("okx: 3 liquidations were too old or too new to count",)
    assert sum(rows(batch, f"{LONG}.okx.btc").values()) == 0


def test_other_assets_are_left_out():
    counted = minutes("bybit")
    counted.add([closure(1, asset="1000PEPE")], START)
    batch = counted.close(START + 63 * SECOND)
    assert rows(batch, "liquidations.minute.count.bybit") == {1: 0}


closures = st.lists(
    st.tuples(st.integers(0, 599), st.integers(1, 10**6), st.sampled_from(["binance", "bybit"]), st.sampled_from(Side)),
    max_size=60,
)


@given(closures, st.lists(st.integers(1, 700), max_size=8))
def test_no_dollar_is_lost_or_counted_twice_however_often_minutes_are_closed(told, closings):
    counted, found = minutes("binance", "bybit"), {}
    moments = sorted([*((second, n) for n, (second, *_) in enumerate(told)), *((second, -1) for second in closings)])
    for second, n in [*moments, (900, -1)]:
        now = START + second * SECOND
        if n >= 0:
            _, usd, venue, side = told[n]
            counted.add([closure(second, usd, venue, side=side)], now)
            continue
        for points in counted.close(now).points:
            for time, value in zip(points.columns.time, points.columns.value, strict=True):
                found[points.columns.series, time] = value
    for side in Side:
        for name in (
            f"liquidations.minute.{side}.btc",
            *(f"liquidations.minute.{side}.{v}.btc" for v in ("binance", "bybit")),
        ):
            wanted = sum(u for _, u, v, s in told if s is side and (v in name or name.endswith(f"{side}.btc")))
            assert sum(value for (series, _), value in found.items() if series == name) == pytest.approx(wanted)
