"""What people type for times, windows and scopes."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.app.arguments import parse_clock, parse_day, parse_length, parse_locale, parse_scope, parse_time
from bot.domain.window import MARKET, Scope
from bot.errors import UsageError

MOMENT = datetime(2025, 2, 26, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2025-02-26T00:05Z", "2025-02-26T00:05+00:00", "2025-02-26 08:05+08:00", " 2025-02-25T19:05-05:00 "]
)
def test_a_time_with_a_zone_is_taken_without_a_word(text):
    assert parse_time(text) == (MOMENT, "")


@pytest.mark.parametrize("text", ["2025-02-26T00:05", "2025-02-26 00:05:00"])
def test_a_time_without_a_zone_is_utc_and_said_aloud(text):
    as_of, aloud = parse_time(text)
    assert as_of == MOMENT
    assert "UTC" in aloud


@pytest.mark.parametrize("text", ["2025-02-25", "20250225"])
def test_a_date_is_the_recap_of_that_day(text):
    as_of, aloud = parse_time(text)
    assert as_of == MOMENT
    assert "2025-02-26 00:05 UTC" in aloud


@pytest.mark.parametrize(
    "text", ["yesterday", "", "2025-W09-3", "2025-02-30", "26.02.2025", "0001-01-01", "9999-12-31T00:00Z"]
)
def test_what_is_no_time_is_answered_with_an_example(text):
    with pytest.raises(UsageError, match=r"Write it as|Check the year"):
        parse_time(text)


@pytest.mark.parametrize(("text", "hours"), [("4h", 4), ("24H", 24), ("7d", 168), ("1d", 24), (" 12h", 12)])
def test_windows_are_hours_or_days(text, hours):
    assert parse_length(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["0h", "8d", "200h", "24", "h", "-4h", "1w", "4.5h"])
def test_what_is_no_window_is_answered_with_examples(text):
    with pytest.raises(UsageError, match="4h, 24h or 7d"):
        parse_length(text)


@pytest.mark.parametrize(("text", "scope"), [("market", MARKET), ("MARKET", MARKET), ("eth", Scope("ETH"))])
def test_scopes_are_taken_in_any_case(text, scope):
    assert parse_scope(text) == scope


@pytest.mark.parametrize(("text", "hint"), [("ETHH", "ETH"), ("dog", "DOGE"), ("markt", "market")])
def test_an_unknown_scope_gets_the_nearest_right_name(text, hint):
    with pytest.raises(UsageError, match=f"Did you mean {hint}"):
        parse_scope(text)


def test_an_unknown_language_is_refused():
    with pytest.raises(UsageError, match="en or zh"):
        parse_locale("fr")


def test_days_and_clocks():
    assert parse_day("2025-02-26") == MOMENT.replace(minute=0)
    assert parse_clock("00:05") == timedelta(minutes=5)
    for broken in ("25:00", "0005", "1:5"):
        with pytest.raises(UsageError, match="00:05"):
            parse_clock(broken)
    with pytest.raises(UsageError, match="2025-02-25"):
        parse_day("tomorrow")
