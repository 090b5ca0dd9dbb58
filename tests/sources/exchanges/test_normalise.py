"""Units and sides of each venue's rows, as they are told and as they are wanted; and what is never believed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.series import stamp
from bot.sources.normalise import bar_columns, deribit_rates, funding_rates, open_interest, ratios, taker_sides

NOW = datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC)
T = stamp(datetime(2026, 11, 24, 8, tzinfo=UTC))
HOUR = 3_600_000
UNREADABLE = (LookupError, TypeError, ValueError)


def held(venue, row, size=1.0):
    ((_, (_, coins, usd)),) = open_interest(venue, [{"timestamp": T} | row], size)
    return coins, usd


@pytest.mark.parametrize(
    ("venue", "row", "size", "told"),
    [
        ("binance", {"openInterestAmount": 75375.617, "openInterestValue": 3248828883.7}, 1, (75375.617, 3248828883.7)),
        (
            "bybit",
            {"openInterestAmount": 52664.642, "info": {"openInterest": "52664.642", "singleOpenInterest": "26332.321"}},
            1,
            (26332.321, None),
        ),
        ("bybit", {"openInterestAmount": 52664.642, "info": {"openInterest": "52664.642"}}, 1, (26332.321, None)),
        (
            "okx",
            {"openInterestAmount": 2800476.45, "baseVolume": 28006.5419, "openInterestValue": 2360916466.88},
            0.01,
            (28006.5419, 2360916466.88),
        ),
        (
            "gate",
            {"openInterestAmount": 150508526, "openInterestValue": 459832595.08},
            0.0001,
            (15050.8526, 459832595.08),
        ),
        (
            "deribit",
            {"openInterestValue": 871020100.0, "info": {"mark_price": 87102.01}},
            10,
            (10000.0, 871020100.0),
        ),
        ("hyperliquid", {"openInterestAmount": 10764.48, "info": {"markPx": "100.5"}}, 1, (10764.48, 1081830.24)),
    ],
)
def test_open_interest_in_coins_and_usd_counts_each_position_once(venue, row, size, told):
    assert held(venue, row, size) == pytest.approx(told) if told[1] else held(venue, row, size) == told


@pytest.mark.parametrize(
    ("venue", "row"),
    [
        ("binance", {"openInterestAmount": None, "openInterestValue": 1.0}),
        ("binance", {"openInterestAmount": 5.0, "openInterestValue": None}),
        ("bybit", {"info": {"interest": "5"}}),
        ("okx", {"openInterestAmount": 5.0, "openInterestValue": 5.0}),
        ("gate", {"openInterestAmount": "many", "openInterestValue": 5.0}),
        ("deribit", {"openInterestValue": 5.0, "info": {}}),
        ("hyperliquid", {"openInterestAmount": 0.0, "info": {"markPx": "100"}}),
        ("binance", {"openInterestAmount": float("nan"), "openInterestValue": 1.0}),
        ("binance", {"openInterestAmount": True, "openInterestValue": 1.0}),
        ("mtgox", {"openInterestAmount": 1.0, "openInterestValue": 1.0}),
    ],
)
def test_open_interest_that_is_not_told_is_not_made_up(venue, row):
    with pytest.raises(UNREADABLE):
        held(venue, row)


def paid(*rows):
    return [{"timestamp": T + hours * HOUR + late, "fundingRate": rate} for hours, late, rate in rows]


@pytest.mark.parametrize(("hours", "rate"), [(8, 0.0001), (4, 0.00005), (2, 0.000025), (1, 0.0000125)])
def test_funding_is_normalised_to_8_hours_from_any_interval(hours, rate):
    found = funding_rates(paid((0, 3, rate), (hours, 31, rate), (2 * hours, 0, rate)))
    assert [time for time, _ in found] == [T + hours * HOUR, T + 2 * hours * HOUR]
    assert [value for _, value in found] == pytest.approx([0.0001, 0.0001])


def test_an_interval_that_changes_counts_from_the_payment_on_that_it_ends_with():
    found = funding_rates(paid((0, 0, 0.0001), (8, 0, 0.0001), (12, 0, 0.0001), (13, 0, 0.0001)))
    assert [rate for _, rate in found] == pytest.approx([0.0001, 0.0002, 0.0008])


@pytest.mark.parametrize("hours", [3, 5, 16, 24])
def test_a_rate_after_a_gap_that_is_no_interval_is_left_out(hours):
    found = funding_rates(paid((0, 0, 0.0001), (hours, 0, 0.0001), (hours + 8, 0, 0.0001)))
    assert [time for time, _ in found] == [T + (hours + 8) * HOUR]


def test_deribit_s_rate_is_the_hour_s_own_and_not_the_rolling_one():
    rows = [{"timestamp": T, "fundingRate": 0.5, "info": {"interest_8h": 0.5, "interest_1h": 0.00002}}]
    assert deribit_rates(rows) == [(T, pytest.approx(0.00016))]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"longShortRatio": 0.8376, "info": {"longAccount": "0.4558", "shortAccount": "0.5442"}}, 0.4558 / 0.5442),
        ({"longShortRatio": 0.9, "info": {"buyRatio": "0.55", "sellRatio": "0.45"}}, 0.55 / 0.45),
        ({"longShortRatio": 0.93986, "info": {"timestamp": T}}, 0.93986),
        (
            {
                "longShortRatio": 0.0138,
                "info": {"longAccountRatio": "0.58", "shortAccountRatio": "0.42", "longShortAccountRatio": "0.0138"},
            },
            0.58 / 0.42,
        ),
        ({"longShortRatio": "1.15", "info": None}, 1.15),
    ],
)
def test_long_over_short_comes_from_the_two_sides_where_they_are_told(row, told):
    assert ratios([{"timestamp": T} | row]) == [(T, pytest.approx(told))]


@pytest.mark.parametrize("info", [{"longAccount": "0.4558"}, {"longAccount": "0.5", "shortAccount": "0"}])
def test_half_a_ratio_is_none(info):
    with pytest.raises(UNREADABLE):
        ratios([{"timestamp": T, "longShortRatio": 1.0, "info": info}])


def bars(rows, **options):
    return bar_columns("binance", "BTC-USDT", "1h", rows, NOW, **options)


def bar(hour, *prices, volume=2.0):
    return [T + hour * HOUR, *(prices or (100.0, 110.0, 90.0, 105.0)), volume]


def test_a_bar_that_hasn_t_closed_is_left_out():
    assert list(bars([bar(3), bar(4)]).time) == [T + 3 * HOUR]


def test_volume_in_contracts_is_turned_into_coins():
    assert list(bars([bar(0, volume="20000")], coins=0.0001).volume) == [2.0]


def test_numbers_may_be_texts():
    assert list(bars([bar(0, "100.5", "110", "90", "105")]).open) == [100.5]


@given(st.randoms(use_true_random=False), st.integers(1, 5))
def test_order_and_repetition_of_rows_change_nothing(random, times):
    rows = [bar(hour) for hour in range(-6, 4)]
    mixed = rows * times
    random.shuffle(mixed)
    assert bars(mixed) == bars(rows)


@pytest.mark.parametrize(
    "row",
    [
        bar(0, 100, 90, 80, 95),
        bar(0, 100, 110, 101, 105),
        bar(0, 0, 110, 0, 105),
        bar(0, -5, 110, -9, 105),
        bar(0, volume=-1),
        bar(0, volume=None),
        bar(0, "", 110, 90, 105),
        bar(0.5),
        [T // 1000, 100, 110, 90, 105, 2],
        [T, 100, 110, 90, 105],
        [None, 100, 110, 90, 105, 2],
        [T, 100, float("inf"), 90, 105, 2],
    ],
)
def test_a_bar_that_can_t_be_is_refused(row):
    with pytest.raises(UNREADABLE):
        bars([bar(-1), row])


def test_two_bars_of_one_hour_that_differ_are_refused():
    with pytest.raises(ValueError, match="two different rows"):
        bars([bar(0), bar(0, 101, 110, 90, 105)])


def kline(day, traded, bought):
    start = stamp(datetime(2026, 11, day, tzinfo=UTC))
    return [start, "1", "1", "1", "1", "1", start + 1, traded, 9, "1", bought, "0"]


def test_takers_sold_what_they_didn_t_buy_by_the_day_s_end():
    found = taker_sides([kline(23, "9000", "5000"), kline(24, "900", "500")], timedelta(days=1), NOW)
    assert found == [(stamp(datetime(2026, 11, 24, tzinfo=UTC)), (5000.0, 4000.0))]


def test_takers_can_t_buy_more_than_is_traded():
    with pytest.raises(ValueError, match="more than was traded"):
        taker_sides([kline(23, "5000", "9000")], timedelta(days=1), NOW)


def test_no_rows_are_no_rows():
    assert len(bars([])) == 0
    assert funding_rates([]) == ratios([]) == open_interest("okx", [], 1) == []
