"""What is written is read back, once, with its revisions; the same on both kinds of database."""

from array import array
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.series import BarColumns, Headline, PointColumns, Release, stamp
from bot.store import Coverage, Written

DAY = timedelta(days=1)
START = datetime(2025, 2, 24, tzinfo=UTC)
ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
FLOW = "etf.net_flow.btc"


def points(*rows, series=FLOW):
    """Rows of (day of `time`, day of `known`, value)."""
    time, known, value = zip(*rows, strict=True) if rows else ((), (), ())
    return PointColumns(
        series,
        array("q", [stamp(START + n * DAY) for n in time]),
        array("q", [stamp(START + n * DAY) for n in known]),
        array("d", value),
    )


def bars(*days, symbol="BTC-USDT", close=100.5):
    count = len(days)
    return BarColumns(
        "binance",
        symbol,
        "1d",
        array("q", [stamp(START + n * DAY) for n in days]),
        array("d", [100.0] * count),
        array("d", [101.25] * count),
        array("d", [99.1] * count),
        array("d", [close] * count),
        array("d", [1e-7] * count),
    )


def release(day=0, event="CPI (YoY)", actual="3.0%"):
    time = START + day * DAY
    return Release(time, event, "high", "2.9%", "2.9%", actual, time + timedelta(minutes=1) if actual else None)


def headline(day=0, title="Strategy “buys” 比特币", url=""):
    return Headline(START + day * DAY, "", title, url)


def test_points_come_back_as_written(store):
    written = points((0, 1, -563_700_000.0), (1, 2, 0.1 + 0.2))
    store.write_points(written, "farside")
    assert store.points(*ALWAYS) == [written]


def test_bars_come_back_as_written(store):
    store.write_bars(bars(0, 1, 2))
    assert store.bars(*ALWAYS) == [bars(0, 1, 2)]


def test_releases_come_back_as_written(store):
    written = [release(0), release(1, actual=""), release(1, event="GDP")]
    store.write_releases(written)
    assert store.releases(*ALWAYS) == written


def test_headlines_come_back_as_written(store):
    written = [headline(0), headline(1, url="https://example.org/1"), headline(1, title="b")]
    store.write_headlines(written)
    assert store.headlines(*ALWAYS) == sorted(written, key=lambda h: (h.time, h.title))


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("write_points", (points((0, 1, 1.5), (1, 2, -0.0)), "farside")),
        ("write_bars", (bars(0, 1),)),
        ("write_releases", ([release(0), release(1, actual="")],)),
        ("write_headlines", ([headline(0), headline(1)],)),
    ],
)
def test_writing_the_same_again_changes_nothing(store, method, arguments):
    assert getattr(store, method)(*arguments) == Written(added=2)
    assert getattr(store, method)(*arguments) == Written(unchanged=2)


def test_another_value_for_the_same_key_is_a_correction(store):
    store.write_points(points((0, 1, 1.0), (1, 2, 2.0)), "farside")
    assert store.write_points(points((1, 2, 2.5), (2, 3, 3.0)), "farside") == Written(added=1, changed=1)
    assert store.points(*ALWAYS) == [points((0, 1, 1.0), (1, 2, 2.5), (2, 3, 3.0))]


def test_a_later_known_is_a_revision_beside_the_first(store):
    revised = points((0, 1, 1.0), (0, 3, 1.25))
    store.write_points(revised, "farside")
    assert store.points(*ALWAYS) == [revised]
    assert store.points(START, START + 2 * DAY) == [points((0, 1, 1.0))]


def test_the_same_number_from_another_source_is_no_correction(store):
    store.write_points(points((0, 1, 1.0)), "farside")
    assert store.write_points(points((0, 1, 1.0)), "sosovalue") == Written(unchanged=1)


def test_corrected_bars_releases_and_headlines_are_counted(store):
    store.write_bars(bars(0))
    store.write_releases([release(actual="")])
    store.write_headlines([headline()])
    assert store.write_bars(bars(0, close=100.75)) == Written(changed=1)
    assert store.write_releases([release()]) == Written(changed=1)
    assert store.write_headlines([headline(url="https://example.org")]) == Written(changed=1)
    assert store.releases(*ALWAYS) == [release()]


def test_of_rows_with_one_key_in_one_write_the_last_counts(store):
    assert store.write_points(points((0, 1, 1.0), (0, 1, 2.0)), "farside") == Written(added=1)
    assert store.points(*ALWAYS) == [points((0, 1, 2.0))]


def test_an_empty_write_is_no_write(store):
    assert store.write_points(points(), "farside") == Written()
    assert store.write_headlines([]) == Written()


def test_a_reader_sees_only_what_was_known(store):
    store.write_points(points((0, 1, 1.0), (1, 2, 2.0), (2, 5, 3.0)), "farside")
    assert store.points(START + DAY, START + 4 * DAY) == [points((1, 2, 2.0))]


def test_a_bar_is_known_when_it_closes(store):
    store.write_bars(bars(0, 1))
    assert store.bars(START, START + 2 * DAY) == [bars(0, 1)]
    assert store.bars(START, START + 2 * DAY - timedelta(milliseconds=1)) == [bars(0)]
    assert store.bars(START + timedelta(milliseconds=1), ALWAYS[1]) == [bars(1)]


def test_series_and_markets_come_sorted_by_name(store):
    for name in ("taker.buy.btc", "etf.net_flow.eth", "etf.net_flow", "etf.net_flow.btc"):
        store.write_points(points((0, 1, 1.0), series=name), "x")
    for symbol in ("SOL-USDT", "BTC-USDT", "BTC-USD"):
        store.write_bars(bars(0, symbol=symbol))
    assert [p.series for p in store.points(*ALWAYS)] == sorted(p.series for p in store.points(*ALWAYS))
    assert [b.symbol for b in store.bars(*ALWAYS)] == ["BTC-USD", "BTC-USDT", "SOL-USDT"]


def test_releases_of_one_impact(store):
    written = [replace(release(n), impact=impact) for n, impact in enumerate(("low", "high", "moderate", "high"))]
    store.write_releases(written)
    assert [r.impact for r in store.releases(*ALWAYS, impact="high")] == ["high", "high"]
    assert store.releases(*ALWAYS, impact="") == written


def test_releases_and_headlines_are_cut_at_both_ends(store):
    store.write_releases([release(n) for n in range(4)])
    store.write_headlines([headline(n) for n in range(4)])
    assert store.releases(START + DAY, START + 2 * DAY) == [release(1), release(2)]
    assert store.headlines(START + DAY, START + 2 * DAY) == [headline(1), headline(2)]


def test_coverage_says_how_far_each_name_reaches(store):
    assert store.coverage() == []
    store.write_points(points((0, 1, 1.0), (3, 4, 2.0)), "farside")
    store.write_bars(bars(0, 1))
    store.write_headlines([headline(2)])
    assert store.coverage() == [
        Coverage("binance.BTC-USDT.1d", START, START + 2 * DAY, 2),
        Coverage(FLOW, START, START + 3 * DAY, 2),
        Coverage("headlines", START + 2 * DAY, START + 2 * DAY, 1),
    ]


def test_a_transaction_is_kept_as_a_whole(store):
    with store.transaction() as transaction:
        transaction.write_points(points((0, 1, 1.0)), "farside")
        transaction.write_bars(bars(0))
    assert (store.points(*ALWAYS), store.bars(*ALWAYS)) == ([points((0, 1, 1.0))], [bars(0)])


def test_a_transaction_that_breaks_keeps_nothing(store):
    def write():
        with store.transaction() as transaction:
            transaction.write_points(points((0, 1, 1.0)), "farside")
            transaction.write_bars(bars(0))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert store.coverage() == []


def test_an_unfinished_transaction_is_not_seen_by_others(store):
    with store.transaction() as transaction:
        transaction.write_bars(bars(0))
        assert store.bars(*ALWAYS) == []


def test_threads_write_side_by_side(store):
    def write(n):
        return store.write_points(points((n, n + 1, float(n))), "farside")

    with ThreadPoolExecutor(4) as threads:
        written = sum(threads.map(write, range(20)), Written())
    assert written == Written(added=20)
    assert len(store.points(*ALWAYS)[0]) == 20
