"""Scheduled releases as readings: what came out in the window, and how far it missed the forecast."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import AS_OF, DAY, END, START, WINDOW, bars

from bot.domain.readings import Missing, Reading
from bot.domain.series import Release
from bot.domain.window import MARKET, Window
from bot.indicators.measure import measure
from bot.indicators.snapshot import History

MINUTE = timedelta(minutes=1)
BEFORE = Release(START - DAY, "Milk Auctions", "low", "", "", "3,363.0", START - DAY)
"""Shows that the calendar reaches the window."""


def release(event, forecast, actual, hours=13.5, impact="high", late=MINUTE):
    """Released that many hours after the window's start."""
    time = START + timedelta(hours=hours)
    return Release(time, event, impact, forecast, "", actual, time + late if actual else None)


def measured(*releases, window=WINDOW):
    history = History.of([], [bars([1.0] * 2400)], releases)
    return measure(history.at(window.as_of), window, MARKET)


def value(name, *releases, window=WINDOW):
    found = measured(*releases, window=window)[f"calendar.{name}"]
    assert isinstance(found, Reading), found
    return found


def reason(name, *releases):
    found = measured(*releases)[f"calendar.{name}"]
    assert isinstance(found, Missing), found
    return found.reason


def test_releases_of_weight_are_counted():
    found = value(
        "high_impact.count",
        release("CPI (MoM) (Jan)", "0.3%", "0.5%"),
        release("ISM Services PMI (Jan)", "54.2", "52.8", hours=15, impact="High"),
        release("Milk Auctions", "3,388.0", "3,363.0", impact="low"),
        release("Fed Chair Powell Testifies", "", ""),
        release("Retail Sales", "", "0.1%"),
        release("New Home Sales", "670K", "", hours=16),
    )
    assert (found.value, found.end, found.known) == (
        2,
        START + timedelta(hours=15),
        START + timedelta(hours=15, minutes=1),
    )
    assert found.source == "releases"


def test_the_window_holds_both_its_edges():
    day = [release(f"Figure {hours}", "1", "2", hours=hours, late=timedelta(0)) for hours in (-0.1, 0, 24, 24.01)]
    assert value("high_impact.count", *day).value == 2


def test_a_quiet_day_counts_nothing():
    found = value("high_impact.count", BEFORE)
    assert (found.value, found.end) == (0, END)
    assert value("fomc", BEFORE).value == 0


def test_a_hole_in_the_calendar_is_no_quiet_day():
    old = replace(BEFORE, time=END - timedelta(days=4, minutes=1))
    for name in ("high_impact.count", "fomc", "surprise.jobs", "surprise.inflation"):
        assert reason(name, old) == "no calendar of releases is recorded for the window"
        assert reason(name) == "no calendar of releases is recorded for the window"


@pytest.mark.parametrize(
    ("event", "forecast", "actual", "surprise"),
    [
        ("CPI (MoM) (Jan)", "0.3%", "0.5%", 0.2),
        ("Core CPI m/m", "0.3%", "0.2%", -0.1),
        ("Core PCE Price Index (MoM) (Dec)", "0.2%", "0.2%", 0.0),
        ("PPI (MoM) (Jan)", "0.1%", "-0.1%", -0.2),
    ],
)
def test_inflation_against_its_forecast(event, forecast, actual, surprise):
    found = value("surprise.inflation", release(event, forecast, actual))
    assert found.value == pytest.approx(surprise)
    assert (found.end, found.known) == (START + timedelta(hours=13.5), START + timedelta(hours=13.5, minutes=1))


def test_core_comes_first_and_of_two_the_newer():
    cpi, core = release("CPI (MoM) (Jan)", "0.3%", "0.9%", hours=20), release("Core CPI (MoM) (Jan)", "0.3%", "0.4%")
    assert value("surprise.inflation", cpi, core).value == pytest.approx(0.1)
    week = Window(END - 7 * DAY, END, AS_OF)
    older, newer = release("PPI (MoM) (Jan)", "0.1%", "0.5%", hours=-48), release("PPI (MoM) (Feb)", "0.1%", "0.2%")
    assert value("surprise.inflation", older, newer, window=week).value == pytest.approx(0.1)


@pytest.mark.parametrize(
    "other",
    [
        release("CPI (YoY) (Jan)", "2.9%", "3.0%"),
        release("Core CPI (MoM) (Jan)", "0.3%", "0.4%", impact="moderate"),
        release("CPI (MoM) (Jan)", "", "0.5%"),
        release("CPI (MoM) (Jan)", "0.3%", ""),
        release("CPI (MoM) (Jan)", "0.3%", "soon"),
        release("CPI (MoM) (Jan)", "0.3%", "0.5%", hours=-1),
        release("CPI (MoM) (Jan)", "0.3%", "0.5%", late=timedelta(hours=20)),
    ],
    ids=["year on year", "little weight", "no forecast", "no outcome", "no number", "before", "known too late"],
)
def test_what_is_no_surprise(other):
    assert reason("surprise.inflation", BEFORE, other) == "no inflation figure with a forecast came out in the window"


@pytest.mark.parametrize(
    ("event", "forecast", "actual", "surprise"),
    [("Nonfarm Payrolls (Jan)", "170K", "143K", -27_000), ("Non-Farm Employment Change", "0.1M", "1,250K", 1_150_000)],
)
def test_jobs_against_their_forecast(event, forecast, actual, surprise):
    found = value("surprise.jobs", release(event, forecast, actual))
    assert found.value == pytest.approx(surprise)
    assert (found.z, found.baseline) == (None, None)


def prints(count, last=START - DAY):
    """Earlier inflation figures, a week apart, their surprises 0.0, 0.1 and 0.2 in turn."""
    return [
        Release(last - 7 * DAY * n, "CPI (MoM)", "high", "0.3%", "", f"{0.3 + n % 3 / 10:.1f}%", last - 7 * DAY * n)
        for n in range(count)
    ]


def test_a_surprise_is_held_against_those_of_the_year_before():
    found = value("surprise.inflation", *prints(80), release("CPI (MoM) (Jan)", "0.3%", "0.6%"))
    assert found.baseline.n == 53, "those of the last 366 days"
    assert found.baseline.median == pytest.approx(0.1)
    assert found.baseline.mad == pytest.approx(0.1)
    assert found.z == pytest.approx(0.6745 * (0.3 - 0.1) / 0.1)


def test_few_earlier_surprises_give_no_z():
    assert value("surprise.inflation", *prints(29), release("CPI (MoM) (Jan)", "0.3%", "0.6%")).z is None
    assert value("surprise.inflation", *prints(30), release("CPI (MoM) (Jan)", "0.3%", "0.6%")).z is not None


def test_other_figures_are_no_baseline_and_at_most_sixty_are():
    moved = [replace(r, time=r.time + DAY * n, actual_known=r.time + DAY * n) for r in prints(50) for n in (0, -2)]
    others = [replace(r, event="Nonfarm Payrolls", forecast="1K", actual="900K") for r in moved]
    found = value("surprise.inflation", *moved, *others, release("CPI (MoM) (Jan)", "0.3%", "0.6%"))
    assert (found.baseline.n, round(found.baseline.median, 6)) == (60, 0.1)


def test_the_baseline_ends_before_the_window():
    late = replace(prints(1)[0], actual="9.9%", actual_known=START + MINUTE)
    given = [*prints(31, START - 8 * DAY), release("CPI (MoM) (Jan)", "0.3%", "0.6%")]
    assert value("surprise.inflation", late, *given).baseline == value("surprise.inflation", *given).baseline


def test_the_statement_of_the_fed():
    statement = release("FOMC Statement", "", "", hours=19)
    found = value("fomc", statement, release("FOMC Member Bowman Speaks", "", "", hours=20, impact="moderate"))
    assert (found.value, found.end, found.known) == (1, START + timedelta(hours=19), START + timedelta(hours=19))
    assert value("fomc", BEFORE, replace(statement, time=START - MINUTE)).value == 0


def test_a_snapshot_hides_what_was_not_known():
    cpi = release("CPI (MoM) (Jan)", "0.3%", "0.5%")
    history = History.of([], [], [cpi])

    def shown(at):
        return [(r.actual, r.actual_known) for r in history.at(at).released(START, END)]

    assert shown(cpi.time - MINUTE) == []
    assert shown(cpi.time) == [("", None)]
    assert shown(cpi.time + MINUTE) == [("0.5%", cpi.actual_known)]


CALENDAR = [*prints(40), release("CPI (MoM) (Jan)", "0.3%", "0.6%"), release("FOMC Statement", "", "", hours=19)]
EVENTS = st.sampled_from(["CPI (MoM)", "Core CPI (MoM)", "Nonfarm Payrolls", "FOMC Statement"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(EVENTS, st.integers(-500_000, 100_000)), max_size=8, unique=True))
def test_what_is_released_or_becomes_known_later_changes_nothing(rows):
    shown, scheduled = [], []
    for event, seconds in rows:
        time, known = AS_OF + timedelta(seconds=seconds), AS_OF + timedelta(seconds=abs(seconds) + 1)
        shown.append(Release(time, event, "high", "0.1%", "", "9%", known))
        scheduled += [replace(shown[-1], actual="", actual_known=None)] if time <= AS_OF else []
    told, before = measured(*CALENDAR, *shown), measured(*CALENDAR, *scheduled)
    assert {name: told[name] for name in told} == {name: before[name] for name in before}


def test_what_was_known_does_change_the_readings():
    assert measured(*CALENDAR[:-1])["calendar.fomc"] != measured(*CALENDAR)["calendar.fomc"]


def test_key_releases_are_counted_by_the_moment_they_came_out():
    found = value(
        "key_releases",
        release("CPI (MoM) (Jan)", "0.3%", "0.5%"),
        release("Core CPI (YoY) (Jan)", "3.2%", "3.2%"),
        release("Fed Interest Rate Decision", "4.50%", "4.50%", hours=19),
        release("New Home Sales", "670K", "660K", hours=15),
    )
    at = START + timedelta(hours=19)
    assert (found.value, found.end, found.known) == (2, at, at + MINUTE)


def test_a_key_release_that_was_put_off_did_not_come_out():
    assert value("key_releases", BEFORE, release("Nonfarm Payrolls (Sep)", "52K", "")).value == 0


def test_what_came_out_the_day_before_is_counted_apart():
    before = release("Nonfarm Payrolls (Jan)", "170K", "143K", hours=-10.5)
    assert value("key_releases_before", BEFORE, before).value == 1
    assert value("key_releases", BEFORE, before).value == 0
    assert value("key_releases_before", BEFORE, release("CPI (MoM) (Jan)", "0.3%", "0.5%", hours=0)).value == 0
    assert value("key_releases_before", BEFORE, release("CPI (MoM) (Jan)", "0.3%", "0.5%", hours=-25)).value == 0


def test_a_calendar_that_tells_no_outcomes_tells_what_was_due_and_no_surprise():
    due = release("Core CPI (MoM)", "0.3%", "")
    quiet = replace(BEFORE, actual="", actual_known=None)
    assert value("key_releases", due, quiet).value == 1
    assert value("key_releases", due, quiet).known == due.time
    for name in ("high_impact.count", "surprise.inflation", "surprise.jobs"):
        assert "not what they showed" in reason(name, due, quiet)
    assert value("key_releases", due, BEFORE).value == 0  # that calendar would have told
