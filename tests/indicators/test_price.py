"""The move, its range and its volume, against hand-computed cases."""

from datetime import timedelta

import pytest
from recorded import AS_OF, DAY, END, START, bars, reason, value

from bot.domain.window import Scope, Window
from bot.indicators.candles import lead_candles
from bot.indicators.snapshot import History

FLAT = [100.0] * (24 * 110)


def day(*closes: float) -> list[float]:
    """A long flat history at 100 and then one day of 24 hourly closes, the last one repeated."""
    return FLAT + list(closes) + [closes[-1]] * (24 - len(closes))


def test_return_range_and_extremes():
    recorded = bars(day(100, 96, 90, 99))
    assert value("price.return.btc", recorded).value == pytest.approx(-1.0)
    assert value("price.range.btc", recorded).value == pytest.approx(10.0)
    assert value("price.drawdown.btc", recorded).value == pytest.approx(-10.0)
    assert value("price.runup.btc", recorded).value == 0.0
    low = value("price.low.btc", recorded)
    assert (low.value, low.end) == (90.0, START + timedelta(hours=3))
    assert value("price.open.btc", recorded).value == 100.0
    assert value("price.close.btc", recorded).value == 99.0


def test_efficiency_is_the_net_move_over_the_path():
    # 100 -> 96 -> 90 -> 99: net 1, path 4 + 6 + 9
    assert value("price.efficiency.btc", bars(day(100, 96, 90, 99))).value == pytest.approx(1 / 19)


def test_atr_of_a_market_that_moves_two_a_day_is_two():
    zigzag = [100.0, *([101.0, 99.0] * (12 * 110))]  # one up, one down an hour: every day spans 99 to 101
    atr = value("price.atr.btc", bars(zigzag[: 24 * 110]))
    assert atr.value == pytest.approx(100 * 2 / 101, rel=1e-3)
    assert atr.end == START


def test_atr_of_a_shorter_window_is_scaled_by_the_root_of_time():
    zigzag = [101.0, 99.0] * (12 * 110)
    quarter = Window(END - timedelta(hours=6), END, AS_OF)
    whole = value("price.atr.btc", bars(zigzag)).value
    assert value("price.atr.btc", bars(zigzag), window=quarter).value == pytest.approx(whole / 2, rel=1e-3)


def test_return_over_atr_divides_the_two():
    recorded = bars([101.0, 99.0] * (12 * 110) + [97.0] * 24)
    ratio = value("price.return.btc", recorded).value / value("price.atr.btc", recorded).value
    assert value("price.return_over_atr.btc", recorded).value == pytest.approx(ratio)


def test_volume_is_held_against_the_same_window_on_28_days():
    recorded = bars(day(100), volumes=[1.0] * len(FLAT) + [3.0] * 24)
    assert value("volume.relative.btc", recorded).value == pytest.approx(3.0)


def test_a_rebound_is_weighed_by_rising_over_falling_volume():
    closes = day(90, 92, 94, 93, 95)
    volumes = [1.0] * (len(closes) - 24) + [5.0, 2.0, 2.0, 8.0, 4.0] + [1.0] * 19
    assert value("volume.rebound.btc", bars(closes, volumes=volumes)).value == pytest.approx(8 / 8)


def test_no_rebound_no_reading():
    assert "no rebound" in reason("volume.rebound.btc", bars(day(98, 96, 94, 92)))


@pytest.mark.parametrize("length", [timedelta(hours=4), DAY, 3 * DAY, 7 * DAY])
def test_history_ends_before_the_window(length):
    window = Window(END - length, END, AS_OF)
    moving = [100.0 + n for n in range(length // timedelta(hours=1))]
    recorded = History.of([], [bars(FLAT + moving, volumes=[1.0] * len(FLAT) + [9.0] * len(moving))])
    candles = lead_candles(recorded.at(AS_OF), window, "BTC")
    assert len(candles.past_returns) == 90
    assert not candles.past_returns.any()
    assert not candles.past_ranges.any()
    assert set(candles.past_volumes) == {length / timedelta(hours=1)}


def test_a_week_is_compared_with_weeks_that_end_before_it():
    week = Window(END - 7 * DAY, END, AS_OF)
    closes = FLAT + [100.0 + n for n in range(7 * 24)]
    reading = value("price.return.btc", bars(closes), window=week)
    assert reading.value == pytest.approx(167.0)
    assert reading.baseline is not None
    assert reading.baseline.median == 0.0


def test_a_hole_in_the_window_is_no_reading():
    whole = bars(day(100, 101, 102))
    holed = type(whole)(
        whole.venue,
        whole.symbol,
        whole.timeframe,
        *(
            column[:-3] + column[-2:]
            for column in (whole.time, whole.open, whole.high, whole.low, whole.close, whole.volume)
        ),
    )
    assert "no market of BTC has bars for the whole window" in reason("price.return.btc", holed)


def test_a_market_without_history_gives_way_to_one_with():
    young = bars(day(100, 101)[-24 * 20 :])
    old = bars([100.0] * 690 + [102.0] * 6, timeframe="4h")
    assert value("price.return.btc", young, old).value == pytest.approx(2.0)
    assert value("price.return.btc", young).value == pytest.approx(1.0)


def test_levels_are_fixed_before_the_window():
    recorded = bars([100.0] * 1500 + [95.0] * 10 + [100.0] * 200 + [90.0] * 24)
    assert value("level.low_20d.btc", recorded).value == 95.0
    assert value("level.close_vs_low_20d.btc", recorded).value == pytest.approx(100 * (90 / 95 - 1))
    assert value("level.open_vs_low_20d.btc", recorded).value == pytest.approx(100 * (100 / 95 - 1))
    assert value("level.high_20d.btc", recorded).value == 100.0


def test_the_mean_needs_all_of_its_200_days():
    daily = bars([float(n) for n in range(1, 203)], timeframe="1d")
    hourly = bars(day(200.0))
    mean = value("level.mean_200d.btc", hourly, daily)
    assert mean.value == pytest.approx(sum(range(2, 202)) / 200)
    assert mean.end == START
    short = bars([float(n) for n in range(1, 201)], timeframe="1d")
    assert "200 daily closes" in reason("level.mean_200d.btc", hourly, short)


def test_a_residual_is_what_beta_leaves():
    steps = [1.0, -1.0, 2.0, -2.0, 0.5, -0.5] * 20
    bitcoin, ether = [100.0], [100.0]
    for step in steps:
        bitcoin += [bitcoin[-1] * (1 + step / 100)] * 24
        ether += [ether[-1] * (1 + 1.5 * step / 100)] * 24
    bitcoin += [bitcoin[-1] * 0.96] * 24
    ether += [ether[-1] * 0.90] * 24
    recorded = bars(bitcoin), bars(ether, "ETH")
    assert value("relative.beta_vs_btc.eth", *recorded).value == pytest.approx(1.5, rel=0.01)
    assert value("relative.residual_vs_btc.eth", *recorded).value == pytest.approx(-10 + 1.5 * 4, abs=0.1)
    assert value("relative.excess_return.eth", *recorded).value == pytest.approx(-6.0)


def test_breadth_counts_the_majors_that_fell():
    falling = [bars(day(100, 99), asset) for asset in ("BTC", "ETH", "SOL")]
    rising = [bars(day(100, 101), asset) for asset in ("XRP", "BNB")]
    assert value("breadth.share_down", *falling, *rising).value == pytest.approx(0.6)
    assert value("breadth.share_beating_btc", *falling, *rising).value == pytest.approx(0.5)
    assert "5 make a breadth" in reason("breadth.share_down", *falling)


def test_a_single_asset_has_its_own_readings():
    reading = value("price.return.sol", bars(day(100, 103), "SOL"), scope=Scope("SOL"))
    assert (reading.asset, reading.value) == ("SOL", pytest.approx(3.0))
