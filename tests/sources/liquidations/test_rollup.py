"""Minutes to hours to days, and totals that no joining venue can turn into a wave."""

from array import array
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.catalogue import COVERED as ASSETS
from bot.domain.series import PointColumns, stamp
from bot.domain.window import MARKET, Window
from bot.indicators.measure import measure
from bot.indicators.snapshot import History
from bot.sources.liquidations_panel import DAILY, HOURLY, changed, totals
from bot.sources.liquidations_rollup import days, droppable, hours

NOW = datetime(2026, 11, 24, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=365)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def series(name, values, step, last=NOW, known=timedelta(0)):
    """A row a step up to `last`; None leaves one out."""
    kept = [(last - step * back, v) for back, v in enumerate(reversed(values)) if v is not None][::-1]
    times = array("q", [stamp(time) for time, _ in kept])
    return PointColumns(
        f"liquidations.{name}", times, array("q", [stamp(t + known) for t, _ in kept]), array("d", [v for _, v in kept])
    )


def found(points, name):
    """Value by time of one series."""
    for p in points:
        if p.columns.series == f"liquidations.{name}":
            return dict(zip(p.columns.time, p.columns.value, strict=True))
    return {}


def venue(name, step, values, prefix=""):
    """A venue's long and short rows of BTC, and for hours its seconds."""
    rows = [series(f"{prefix}{side}.{name}.btc", values, step) for side in ("long", "short")]
    if step == HOUR:
        rows.append(series(f"{prefix}seconds.{name}", [None if v is None else 3600.0 for v in values], step))
    return rows


def daily(name, values):
    return venue(name, DAY, values)


def hourly(name, values):
    return venue(name, HOUR, values, "hour.")


def test_minutes_make_hours_and_hours_days():
    minutes = [
        series("minute.seconds.bybit", [60.0] * 1440, MINUTE, known=3 * timedelta(seconds=1)),
        series("minute.long.bybit.btc", [10.0] * 1440, MINUTE, known=3 * timedelta(seconds=1)),
    ]
    by_hour = hours(minutes, LONG_AGO, NOW)
    assert set(found(by_hour, "hour.long.bybit.btc").values()) == {600.0}
    assert set(found(by_hour, "hour.seconds.bybit").values()) == {3600.0}
    by_day = days([p.columns for p in by_hour], LONG_AGO, NOW)
    assert found(by_day, "long.bybit.btc") == {stamp(NOW): 14_400.0}
    assert by_day[0].columns.known[0] == stamp(NOW) + 3000
    assert by_day[0].publisher == "Bybit"


def test_the_running_hour_and_day_are_not_told():
    minutes = [series("minute.long.bybit.btc", [1.0] * 90, MINUTE, last=NOW + 30 * MINUTE)]
    assert found(hours(minutes, LONG_AGO, NOW + 30 * MINUTE), "hour.long.bybit.btc") == {stamp(NOW): 60.0}
    assert days(hourly("bybit", [1.0] * 30), LONG_AGO, NOW - MINUTE) == ()


def test_an_hour_whose_minutes_are_given_in_part_is_not_told():
    minutes = [series("minute.long.bybit.btc", [1.0] * 90, MINUTE)]
    since = NOW - 90 * MINUTE
    assert found(hours(minutes, since, NOW), "hour.long.bybit.btc") == {stamp(NOW): 60.0}


def test_a_day_with_half_an_hour_unheard_is_no_day():
    rows = hourly("bybit", [1.0] * 24)
    rows[2].value[5] = 1700.0
    assert days(rows, LONG_AGO, NOW) == ()


def test_gate_tells_its_days_itself():
    assert days(hourly("gate", [1.0] * 24), LONG_AGO, NOW) == ()


def test_the_newest_revision_counts():
    rows = series("minute.long.bybit.btc", [1.0] * 60, MINUTE)
    revised = PointColumns(
        rows.series, rows.time[:1] + rows.time, rows.known[:1] + rows.known, array("d", [99.0]) + rows.value
    )
    assert found(hours([revised], LONG_AGO, NOW), "hour.long.bybit.btc") == {stamp(NOW): 60.0}


def test_rolling_up_again_tells_the_same():
    minutes = [series("minute.long.bybit.btc", [1.0] * 120, MINUTE)]
    assert hours(minutes, LONG_AGO, NOW) == hours(minutes, LONG_AGO, NOW + 30 * MINUTE)


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=300))
def test_no_dollar_is_lost_between_minutes_and_hours(amounts):
    by_hour = found(hours([series("minute.long.bybit.btc", amounts, MINUTE)], LONG_AGO, NOW), "hour.long.bybit.btc")
    assert sum(by_hour.values()) == pytest.approx(sum(amounts))


def test_only_minutes_may_go():
    assert droppable("liquidations.minute.long.btc", NOW) == NOW - 14 * DAY
    assert droppable("liquidations.hour.long.btc", NOW) is None
    assert droppable("liquidations.long.btc", NOW) is None


def test_a_total_is_over_the_venues_that_have_every_row():
    points = [*daily("binance", [10.0] * 40), *daily("bybit", [5.0] * 40)]
    told = totals(points, DAILY, ["BTC"])
    assert set(found(told, "long.btc").values()) == {15.0}
    assert set(found(told, "panel").values()) == {1 + 2}
    assert {p.publisher for p in told} == {"Binance, Bybit"}


def test_a_venue_that_joins_waits_until_it_can_be_compared():
    points = [*daily("bybit", [5.0] * 40), *daily("binance", [10.0] * 30)]
    assert set(found(totals(points, DAILY, ["BTC"]), "long.btc").values()) == {5.0}
    points = [*daily("bybit", [5.0] * 41), *daily("binance", [10.0] * 31)]
    told = found(totals(points, DAILY, ["BTC"]), "long.btc")
    assert (set(told.values()), len(told)) == ({15.0}, 31)


def test_a_venue_that_left_makes_the_total_anew_without_it():
    points = [*daily("bybit", [5.0] * 40), *daily("binance", [*[10.0] * 39, None])]
    assert set(found(totals(points, DAILY, ["BTC"]), "long.btc").values()) == {5.0}


def test_a_young_collector_totals_what_it_has():
    points = [*daily("bybit", [5.0] * 5), *daily("binance", [10.0] * 5)]
    assert list(found(totals(points, DAILY, ["BTC"]), "long.btc").values()) == [15.0] * 5


def test_a_start_without_history_is_gates_alone_and_waits_for_its_newest_row():
    points = [*hourly("gate", [2.0] * 900), *hourly("bybit", [None] * 870 + [5.0] * 30)]
    told = found(totals(points, HOURLY, ["BTC"]), "hour.long.btc")
    assert (set(told.values()), len(told)) == ({2.0}, 900)
    late = [*hourly("gate", [*[2.0] * 899, None]), *hourly("bybit", [None] * 870 + [5.0] * 30)]
    told = found(totals(late, HOURLY, ["BTC"]), "hour.long.btc")
    assert (set(told.values()), len(told)) == ({2.0}, 899)


def test_an_hour_half_heard_leaves_the_venue_out():
    points = [*hourly("bybit", [5.0] * 800), *hourly("okx", [1.0] * 800)]
    points[-1].value[-5] = 1000.0
    assert set(found(totals(points, HOURLY, ["BTC"]), "hour.long.btc").values()) == {5.0}


def test_nothing_makes_no_total():
    assert totals([], DAILY, ["BTC"]) == ()


@given(
    st.lists(st.floats(1, 1e8), min_size=75, max_size=75),
    st.lists(st.floats(1, 1e8), min_size=75, max_size=75),
    st.integers(1, 74),
)
def test_rows_of_one_panel_never_mix_venues(one, other, joined):
    """However the second venue comes in, what is told is the first alone or both, all along."""
    points = [*daily("bybit", one), *daily("binance", [None] * joined + other[joined:])]
    told = totals(points, DAILY, ["BTC"])
    marks = set(found(told, "panel").values())
    assert len(marks) == 1
    both = marks == {3}
    for place, value in enumerate(one):
        total = found(told, "long.btc").get(stamp(NOW - DAY * (74 - place)))
        assert total is None or total == pytest.approx(value + (other[place] if both else 0))


def test_only_what_changed_is_written():
    told = totals(daily("bybit", [5.0] * 40), DAILY, ["BTC"])
    assert changed(told, [p.columns for p in told]) == ()
    more = totals([*daily("bybit", [5.0] * 40), *daily("binance", [*[0.0] * 39, 7.0])], DAILY, ["BTC"])
    new = changed(more, [p.columns for p in told])
    assert found(new, "long.btc") == {stamp(NOW): 12.0}
    assert len(found(new, "panel")) == 40


def test_a_live_window_is_read_from_what_was_heard_minute_by_minute():
    """Minutes to hours to totals to the reading, of a window that ends at three in the morning."""
    end, count = NOW + 3 * HOUR, 36 * 24
    minutes = []
    for name, usd in (("bybit", 100.0), ("okx", 50.0)):
        minutes.append(series(f"minute.seconds.{name}", [60.0] * 60 * count, MINUTE, last=end))
        for side in ("long", "short"):
            minutes += [
                series(f"minute.{side}.{name}.{a.lower()}", [usd] * 60 * count, MINUTE, last=end) for a in ASSETS
            ]
    told = totals([p.columns for p in hours(minutes, LONG_AGO, end)], HOURLY, ASSETS)
    snapshot = History.of([p.columns for p in told], []).at(end + MINUTE)
    readings = measure(snapshot, Window(end - 6 * HOUR, end, end + MINUTE), MARKET)
    assert readings["liquidations.long.btc"].value == 6 * 60 * 150
    assert readings["liquidations.total"].value == 6 * 60 * 150 * 2 * len(ASSETS)
    assert readings["liquidations.total"].baseline.n >= 30
