"""A wave is told once, when it crosses the line; what joins, repeats or merely grows with the market is none."""

from array import array
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.liquidations import LiquidationEvent, Side
from bot.domain.series import PointColumns, stamp
from bot.domain.waves import Waves, line_usd

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


def told(name, values, last=NOW):
    """Minute rows up to `last`."""
    times = [stamp(last - MINUTE * back) for back in reversed(range(len(values)))]
    return PointColumns(f"liquidations.minute.{name}", array("q", times), array("q", times), array("d", values))


def day_of(usd, venue="bybit", minutes=1440, last=NOW):
    """A venue's minutes, `usd` of BTC longs and of shorts in each."""
    amounts = list(usd) if isinstance(usd, list) else [usd] * minutes
    sides = [told(f"{side}.{venue}.btc", amounts, last) for side in ("long", "short")]
    return [told(f"seconds.{venue}", [60.0] * len(amounts), last), *sides]


def watching(*venues, now=NOW, floor=1e6, scale=1.0):
    waves = Waves({}, floor * scale)
    waves.learn([columns for venue in venues or (day_of(1000 * scale),) for columns in venue], now)
    return waves


def closure(second, usd, venue="bybit", side=Side.LONG, start=NOW):
    return LiquidationEvent(start + second * SECOND, venue, "BTC", side, usd, 90_000)


def begun(waves, closures):
    return [wave for c in closures if (wave := waves.add(c, c.time)) and not wave.grown]


def test_the_closure_that_crosses_the_line_begins_the_wave():
    waves = watching()
    assert begun(waves, [closure(0, 400_000), closure(20, 500_000)]) == []
    wave = waves.add(closure(21, 100_000), NOW + 22 * SECOND)
    assert (wave.usd, wave.side, wave.start, wave.end) == (1e6, Side.LONG, NOW, NOW + 21 * SECOND)
    assert wave.venues == ("bybit",)


def test_far_above_the_past_but_below_the_floor_is_no_wave():
    assert begun(watching(), [closure(0, 999_999)]) == []


def test_above_the_floor_but_usual_is_no_wave():
    busy = [float(100_000 + 300_000 * (n % 3 == 0) + 1000 * (n % 13)) for n in range(1440)]
    assert begun(watching(day_of(busy)), [closure(0, 1_100_000)]) == []


def test_a_wave_is_told_once_however_long_it_goes_on():
    assert len(begun(watching(), [closure(n, 50_000) for n in range(3600)])) == 1


def test_a_wave_that_grows_is_told_again_by_the_step_under_its_first_start():
    waves = watching()
    told = [wave for n in range(120) if (wave := waves.add(closure(5 * n, 100_000), NOW + 5 * n * SECOND))]
    assert [wave.usd for wave in told] == pytest.approx([1e6, 2e6, 3e6, 4e6, 5e6, 6e6])
    assert [wave.grown for wave in told] == [False, *[True] * 5]
    assert {wave.begun for wave in told} == {NOW}


def test_a_wave_that_grows_counts_only_its_last_five_minutes():
    waves = watching()
    told = [wave for n in range(20) if (wave := waves.add(closure(60 * n, 900_000), NOW + 60 * n * SECOND))]
    assert max(wave.usd for wave in told) <= 4.5e6 + 1
    assert max(wave.end - wave.start for wave in told) < 5 * MINUTE


def test_sides_are_told_apart():
    mixed = [closure(n, 150_000, side=side) for n in range(5) for side in Side]
    assert begun(watching(), mixed) == []
    assert [w.side for w in begun(watching(), [closure(n, 250_000, side=Side.SHORT) for n in range(5)])] == [Side.SHORT]


def test_after_a_wave_the_next_may_come_when_it_fell_to_half_and_rested():
    first, soon, later = ([closure(minute * 60, 2e6)] for minute in (0, 20, 60))
    assert len(begun(watching(), first + soon + later)) == 2
    waves = watching()
    assert len(begun(waves, first + soon)) == 1


def test_closures_spread_over_more_than_five_minutes_are_none():
    assert begun(watching(), [closure(n * 150, 400_000) for n in range(20)]) == []


def test_a_venue_that_joins_is_no_wave():
    waves = watching(day_of(1000.0), day_of(1e5, "binance", minutes=60))
    assert begun(waves, [closure(n, 1e5, "binance") for n in range(250)]) == []


def test_a_venue_counts_once_it_has_a_past():
    waves = watching(day_of(1000.0), day_of(1e3, "binance", minutes=160))
    assert [w.venues for w in begun(waves, [closure(0, 6e5), closure(1, 6e5, "binance")])] == [("binance", "bybit")]


def test_a_venue_that_left_does_not_blind_the_others():
    left = day_of(1000.0, "binance", minutes=700, last=NOW - 700 * MINUTE)
    assert len(begun(watching(left, day_of(1000.0, minutes=690)), [closure(0, 2e6)])) == 1


def test_without_a_past_nothing_is_a_wave():
    assert begun(watching(day_of(1000.0, minutes=100)), [closure(0, 1e9)]) == []
    assert begun(Waves(), [closure(0, 1e9)]) == []


def test_a_closure_told_late_or_stamped_wrongly_begins_nothing_and_blinds_nobody():
    waves = watching()
    assert waves.add(closure(-400, 1e9), NOW) is None
    assert waves.add(closure(10**8, 1e9), NOW) is None
    assert waves.add(closure(0, 2e6), NOW) is not None


def test_a_past_that_hardly_moved_has_a_line_above_its_mean():
    assert line_usd([0.0] * 99 + [1e6], 0) == pytest.approx(10 * 1.2533 * 1e4)
    assert line_usd([5.0] * 40, 100) == 100


flows = st.lists(st.tuples(st.integers(0, 7200), st.floats(0, 8e5)), max_size=120).map(sorted)


@given(flows, st.sampled_from([0.01, 0.5, 3.0, 100.0]))
def test_waves_do_not_depend_on_the_unit(flow, scale):
    plain = begun(watching(), [closure(second, usd) for second, usd in flow])
    scaled = begun(watching(scale=scale, floor=1e6), [closure(second, usd * scale) for second, usd in flow])
    assert len(plain) == len(scaled)


@given(flows, st.integers(1, 1000))
def test_waves_move_with_time(flow, spans):
    later = NOW + spans * 5 * MINUTE
    plain = begun(watching(), [closure(second, usd) for second, usd in flow])
    moved = begun(watching(day_of(1000.0, last=later), now=later), [closure(s, usd, start=later) for s, usd in flow])
    assert [w.end - NOW for w in plain] == [w.end - later for w in moved]


@given(flows)
def test_waves_of_one_side_lie_a_pause_apart(flow):
    ends = [wave.end for wave in begun(watching(), [closure(second, usd) for second, usd in flow])]
    assert all(later - earlier >= timedelta(minutes=30) for earlier, later in pairwise(ends))
