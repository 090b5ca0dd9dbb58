"""Totals over exchanges: a venue that joins, leaves or fails never looks like a move."""

from array import array
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.series import PointColumns, stamp
from bot.sources.aggregate import funding_total, open_interest_totals, taker_totals

END = stamp(datetime(2026, 11, 24, tzinfo=UTC))
HOUR, DAY = 3_600_000, 86_400_000
USD, TOTAL = "open_interest.usd.{}.btc", "open_interest.usd.total.btc"


def columns(series, rows):
    times = sorted(rows)
    return PointColumns(series, array("q", times), array("q", times), array("d", (rows[t] for t in times)))


def hourly(days, value, end=END, without=()):
    times = range(END - days * DAY, end + 1, HOUR)
    return {time: value for time in times if time not in without}


def usd(**venues):
    return [columns(USD.format(venue), rows) for venue, rows in venues.items()]


def total(stored, series=TOTAL):
    """The total's newest values by time, when each was known, and whose they are; as the store has it afterwards."""
    found = [points for points in open_interest_totals(stored, "BTC") if points.columns.series == series]
    return found[0] if found else None


def after(stored, told=None):
    """What a reader sees of the total once what is told is stored: by time the value and when it was known."""
    seen = {time: (value, known) for time, (value, known) in (told or {}).items()}
    if (points := total([*stored, *([held(seen)] if seen else [])])) is not None:
        c = points.columns
        seen |= {time: (value, known) for time, known, value in zip(c.time, c.known, c.value, strict=True)}
    return seen


def held(seen):
    times = sorted(seen)
    known, values = [seen[t][1] for t in times], [seen[t][0] for t in times]
    return PointColumns(TOTAL, array("q", times), array("q", known), array("d", values))


def values(seen):
    return {value for value, _ in seen.values()}


def test_venues_are_added_up_under_all_their_names():
    points = total(usd(binance=hourly(40, 5e9), okx=hourly(40, 2e9), bybit=hourly(40, 3e9)))
    assert set(points.columns.value) == {10e9}
    assert points.publisher == "Binance, Bybit, OKX"
    assert points.columns.known == points.columns.time
    assert len(points.columns) == 40 * 24 + 1


def test_a_venue_that_may_count_both_sides_is_left_out():
    points = total(usd(binance=hourly(40, 5e9), gate=hourly(40, 9e9), hyperliquid=hourly(40, 9e9)))
    assert set(points.columns.value) == {5e9}


def test_most_venues_count_once_28_days_are_covered():
    seen = after(usd(binance=hourly(29, 5e9), okx=hourly(100, 2e9), bybit=hourly(10, 3e9)))
    assert values(seen) == {7e9}
    assert min(seen) == END - 29 * DAY


def test_where_none_covers_28_days_the_longest_counts():
    assert values(after(usd(binance=hourly(5, 5e9), okx=hourly(9, 2e9)))) == {2e9}


def test_a_venue_that_joins_is_told_back_to_the_beginning_as_known_from_now():
    told = after(usd(binance=hourly(60, 5e9, END - HOUR)))
    seen = after(usd(binance=hourly(60, 5e9), okx=hourly(100, 2e9)), told)
    recent = {time: row for time, row in seen.items() if time >= min(told)}
    assert values(recent) == {7e9}
    assert {known for _, known in recent.values()} == {END}


def test_a_venue_that_covers_less_than_is_told_waits():
    told = after(usd(binance=hourly(60, 5e9, END - HOUR)))
    assert values(after(usd(binance=hourly(60, 5e9), okx=hourly(40, 2e9)), told)) == {5e9}


def test_a_venue_with_a_hole_in_what_is_told_waits():
    told = after(usd(binance=hourly(60, 5e9, END - HOUR)))
    holed = hourly(60, 2e9, without=[END - 30 * DAY])
    assert values(after(usd(binance=hourly(60, 5e9), okx=holed), told)) == {5e9}


def test_when_a_venue_leaves_the_others_are_told_alone_all_along():
    told = after(usd(binance=hourly(60, 5e9, END - 6 * HOUR), okx=hourly(60, 2e9, END - 6 * HOUR)))
    seen = after(usd(binance=hourly(60, 5e9, END - 6 * HOUR), okx=hourly(60, 2e9)), told)
    assert values({time: row for time, row in seen.items() if time >= min(told)}) == {2e9}


def test_a_venue_that_is_an_hour_late_is_waited_for():
    told = after(usd(binance=hourly(60, 5e9, END - HOUR), okx=hourly(60, 2e9, END - HOUR)))
    seen = after(usd(binance=hourly(60, 5e9, END - HOUR), okx=hourly(60, 2e9)), told)
    assert seen == told


def test_where_no_venue_covers_what_is_told_nothing_is():
    told = after(usd(binance=hourly(60, 5e9, END - 6 * HOUR)))
    assert total([*usd(binance=hourly(60, 5e9, END - 6 * HOUR), okx=hourly(40, 2e9)), held(told)]) is None


def test_what_is_told_already_isn_t_told_again():
    stored = usd(binance=hourly(60, 5e9), okx=hourly(60, 2e9))
    assert total([*stored, held(after(stored))]) is None


def test_only_the_new_hour_is_told():
    told = after(usd(binance=hourly(60, 5e9, END - HOUR)))
    points = total([*usd(binance=hourly(60, 5e9)), held(told)])
    assert list(points.columns.time) == [END]


def test_a_figure_taken_just_after_the_hour_is_the_hour_s():
    late = {time + 7000: value for time, value in hourly(40, 1e9).items()} | {END - HOUR + 1_500_000: 9e9}
    points = total(usd(binance=hourly(40, 5e9), deribit=late))
    assert set(points.columns.value) == {6e9}
    assert points.columns.known[0] == points.columns.time[0] + 7000


def test_coins_leave_out_what_is_margined_in_coins():
    stored = [columns(f"open_interest.coins.{v}.btc", hourly(40, 1000.0)) for v in ("binance", "bybit", "deribit")]
    assert set(total(stored, "open_interest.coins.stablemargin.btc").columns.value) == {2000.0}


@given(
    st.dictionaries(
        st.sampled_from(["binance", "bybit", "okx"]),
        st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=12),
    )
)
def test_whatever_venues_do_a_total_of_steady_venues_never_moves(outages):
    """Each venue is away for hours or days at a time; its history may or may not come back afterwards."""
    sizes, told, revisions = {"binance": 5e9, "bybit": 3e9, "okx": 2e9}, {}, []
    gone = {venue: set() for venue in sizes}
    for step in range(12):
        end, rows = END + step * 6 * HOUR, {}
        for venue, size in sizes.items():
            away, lost = ([*outages.get(venue, []), *[(0, False)] * 12])[step]
            gone[venue] |= set(range(end - away * HOUR, end, HOUR)) if lost else set()
            rows[venue] = hourly(45, size, end - away * HOUR, without=gone[venue])
        seen = after(usd(**rows), told)
        revisions += [(known, time, value) for time, (value, known) in seen.items() if told.get(time) != (value, known)]
        told = seen
    moments = {known for known, _, _ in revisions}
    for as_of in sorted(moments)[-80:]:
        assert len(set({t: v for k, t, v in sorted(revisions) if k <= as_of}.values())) == 1


def test_takers_are_added_up_by_the_day():
    days = {END - n * DAY: 4e9 for n in range(60)}
    stored = [columns("taker.buy.binance.btc", days), columns("taker.sell.binance.btc", days)]
    found = {points.columns.series: points for points in taker_totals(stored, "BTC")}
    assert set(found) == {"taker.buy.btc", "taker.sell.btc"}
    assert found["taker.buy.btc"].publisher == "Binance"
    assert len(found["taker.buy.btc"].columns) == 60


def test_funding_is_weighted_by_what_is_open():
    slots = {END - n * 8 * HOUR: 0.0001 for n in range(120)}
    stored = [
        columns("funding.rate_8h.binance.btc", slots),
        columns("funding.rate_8h.bybit.btc", dict.fromkeys(slots, 0.0005)),
        *usd(binance=hourly(41, 6e9), bybit=hourly(41, 2e9)),
    ]
    (points,) = funding_total(stored, "BTC")
    assert points.columns.series == "funding.rate_8h.oi_weighted.btc"
    assert list(points.columns.value) == pytest.approx([0.0002] * 120)
    assert timedelta(milliseconds=points.columns.time[1] - points.columns.time[0]) == timedelta(hours=8)


def test_nothing_stored_is_nothing_told():
    assert open_interest_totals([], "BTC") == taker_totals([], "BTC") == funding_total([], "BTC") == ()
