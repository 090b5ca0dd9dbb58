"""All readings together: the catalogue is whole, and nothing looks ahead."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from recorded import AS_OF, DAY, END, START, bars, daily

from bot.domain.catalogue import CATALOGUE, lookup
from bot.domain.readings import Reading, Unit
from bot.domain.series import Release
from bot.domain.window import MARKET, Scope, Window
from bot.indicators.measure import measure, window_until
from bot.indicators.robust import NoData
from bot.indicators.snapshot import History
from bot.indicators.view import registry


def test_every_row_of_the_catalogue_has_its_function_and_every_function_its_row():
    assert set(registry) == set(CATALOGUE)


WORDS = {
    Unit.USD: "USD",
    Unit.USD_PRICE: "USD",
    Unit.PERCENT: "percent",
    Unit.PERCENTAGE_POINTS: "percentage points",
    Unit.BASIS_POINTS: "basis points",
    Unit.RATIO: "fraction|ratio|slope",
    Unit.RATIO_PER_YEAR: "a fraction a year",
    Unit.MULTIPLE: "times of",
    Unit.INDEX_POINTS: "points",
    Unit.SESSIONS: "sessions",
    Unit.COUNT: "[Nn]umber",
}
THRESHOLD = r"[≤≥±]|\b(from|above|below|beyond|at) [-\d]|[-\d.]+ (is|and below|parts) |no threshold"


@pytest.mark.parametrize("name", sorted(registry))
def test_every_function_tells_its_unit_its_source_and_its_threshold(name):
    told = " ".join((registry[name].__doc__ or "").split())
    assert re.search(WORDS[CATALOGUE[name].unit], told), told
    assert re.search(r"[Ff]rom (the (calendar|series)|[^.]*`)", told), told
    assert re.search(THRESHOLD, told), told


def test_every_wanted_reading_is_there_with_a_reason_at_least():
    found = measure(History.of([], []).at(AS_OF), Window(START, END, AS_OF), Scope("SOL"))
    wanted = {
        n.replace("{asset}", a) for n, q in CATALOGUE.items() for a in (("btc", "eth", "sol") if q.per_asset else ("",))
    }
    of_topics = {name for name in wanted if "{topic}" in name}
    by_rule = {name for name in wanted if name.startswith("relative.") and name.endswith(".btc")}
    assert set(found) == wanted - of_topics - by_rule
    assert all(gap.reason for gap in found.missing())
    assert {reading.source.split()[-1] for reading in found.measured()} == {"calendar"}


def test_names_with_an_asset_are_in_the_catalogue():
    assert lookup("price.return.btc").unit == CATALOGUE["price.return.{asset}"].unit
    assert lookup("price.return.nobody") is None


def test_the_window_ends_with_the_newest_closed_bars_of_both():
    btc, eth = bars([1.0] * 3000, end=END), bars([1.0] * 800, "ETH", "4h", end=END)
    at = datetime(2025, 2, 25, 10, 5, tzinfo=UTC)
    window = window_until(History.of([], [btc, eth]).at(at), DAY, MARKET)
    assert window == Window(datetime(2025, 2, 24, 8, tzinfo=UTC), datetime(2025, 2, 25, 8, tzinfo=UTC), at)
    alone = window_until(History.of([], [btc, eth]).at(at), DAY, Scope("BTC"))
    assert alone.end == datetime(2025, 2, 25, 10, tzinfo=UTC)


def test_a_bar_that_is_still_open_does_not_count():
    history = History.of([], [bars([1.0] * 30)])
    snapshot = history.at(END - timedelta(minutes=1))
    assert window_until(snapshot, DAY, Scope("BTC")).end == END - timedelta(hours=1)


def test_no_window_without_bars():
    with pytest.raises(NoData, match="no bar of BTC closed in the day before"):
        window_until(History.of([], [bars([1.0] * 30)]).at(END + 2 * DAY), DAY, MARKET)


def test_readings_carry_when_they_happened_and_were_known():
    found = measure(
        History.of([daily("funding.rate_8h.oi_weighted.btc", [1e-4] * 50)], [bars([1.0] * 3000)]).at(AS_OF),
        Window(START, END, AS_OF),
        MARKET,
    )
    assert all(r.known <= AS_OF and r.end <= END for r in found.measured())
    assert any(isinstance(r, Reading) for r in found.values())


def test_releases_ahead_are_told_without_their_outcome():
    ahead = Release(
        AS_OF + timedelta(hours=13), "CPI", "high", "0.3%", "0.2%", "0.5%", AS_OF + timedelta(hours=13, minutes=1)
    )
    past = Release(START, "PMI", "high", "", "", "49", START)
    now = Release(AS_OF, "GDP", "high", "2%", "", "", None)
    history = History.of([], [bars([1.0] * 3000)], [ahead, past, now])
    upcoming = measure(history.at(AS_OF), Window(START, END, AS_OF), MARKET).upcoming
    assert [(r.event, r.actual, r.actual_known) for r in upcoming] == [("CPI", "", None)]
