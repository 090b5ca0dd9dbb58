"""What operators type or paste of ETF flows."""

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.sources.flows_table import amount, flow_entry, flows_table

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TABLE = """Bitcoin ETF Flow (US$m)
\tIBIT\tFBTC\tGBTC\tTotal
Fee\t0.25%\t0.25%\t1.50%
18 Nov 2026\t(100.5)\t20.0\t0.0\t(80.5)
19 Nov 2026\t1,234.5\t-34.5\t0.0*\t1,200.0
20 Nov 2026\t5.0\t-\t0.0\t5.0
Total\t1\t2\t3\t6
"""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(123.4)", -123.4),
        ("−123.4", -123.4),
        ("-1,234.5", -1234.5),
        ("1.234,5", 1234.5),
        ("1,234", 1234.0),
        ("123,4", 123.4),
        ("+7", 7.0),
        ("1.234.567,8", 1234567.8),
        ("12.5[1]", 12.5),
        ("0.0*", 0.0),
        ("-", None),
        ("–", None),
    ],
)
def test_amounts_as_they_are_printed(text, value):
    assert amount(text) == value


@pytest.mark.parametrize("text", ["abc", "--5", "(-5)", "1,23,4", "5%", "1.2.3", "1,5,000", "()", "nan", "inf"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(UsageError):
        amount(text)


@given(st.integers(-(10**8), 10**8).map(lambda tenths: tenths / 10))
def test_an_amount_reads_the_same_however_it_is_printed(value):
    english = f"{abs(value):,.1f}"
    german = english.translate(str.maketrans(",.", ".,"))
    for text in (english, german, f"{abs(value):.1f}"):
        assert amount(f"({text})" if value < 0 else text) == value
        assert amount(f"-{text}" if value < 0 else text) == value


def test_a_pasted_table_in_usd_without_its_partial_day():
    pasted = flows_table("btc", TABLE, NOW)
    assert {day.day: flows.total for day, flows in pasted.days.items()} == {18: -80.5e6, 19: 1.2e9}
    assert pasted.days[date(2026, 11, 18)].funds == {"ibit": -100.5e6, "fbtc": 20e6, "gbtc": 0.0}
    assert pasted.notes == ("BTC of 2026-11-20: not every fund has reported, so it was left out.",)
    assert not pasted.needs_confirmation


def test_spaces_do_as_well_as_tabs():
    assert flows_table("BTC", TABLE.replace("\t", "   "), NOW) == flows_table("BTC", TABLE, NOW)


def test_without_a_header_only_the_totals_count():
    lines = [line for line in TABLE.splitlines() if line[0].isdigit()]
    pasted = flows_table("BTC", "\n".join(lines), NOW)
    assert {day.day: (flows.total, flows.funds) for day, flows in pasted.days.items()} == {
        18: (-80.5e6, {}),
        19: (1.2e9, {}),
    }


def test_a_missing_session_is_named():
    text = "\n".join(line for line in TABLE.splitlines() if not line.startswith("19"))
    assert "BTC of 2026-11-19: no line in the table." in flows_table("BTC", text, NOW).notes


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (TABLE.replace("(80.5)", "80.5"), "add up to -80.5"),
        (TABLE.replace("18 Nov", "15 Nov"), "markets were shut"),
        (TABLE.replace("1,234.5", "9,234.5").replace("1,200.0", "9,200.0"), "largest on record"),
    ],
)
def test_what_looks_wrong_is_asked(text, question):
    pasted = flows_table("BTC", text, NOW)
    assert any(question in said for said in pasted.questions)
    assert pasted.needs_confirmation


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("hello", "No line"),
        (TABLE.replace("19 Nov", "18 Nov"), "two lines"),
        (TABLE.replace("19 Nov", "24 Nov"), "hasn't closed"),
        (TABLE.replace("19 Nov", "31 Nov"), "no date"),
        (TABLE.replace("\t-34.5", ""), "3 funds"),
        (TABLE.replace("1,200.0", "1,200,000,000.0"), "in million USD"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(text, fault):
    with pytest.raises(UsageError, match=fault):
        flows_table("BTC", text, NOW)


def test_one_figure():
    pasted = flow_entry("BTC 2026-11-20 -123.4", NOW)
    assert pasted.days[date(2026, 11, 20)].total == -123.4e6
    assert not pasted.needs_confirmation
    assert flow_entry("eth 20 Nov 2026 (123.4) million USD", NOW).days[date(2026, 11, 20)].total == -123.4e6
    assert flow_entry("BTC 2026-11-21 5", NOW).needs_confirmation
    assert flow_entry("BTC 2026-11-20 1.234", NOW).needs_confirmation


@pytest.mark.parametrize(
    "text", ["", "SOL 2026-11-20 5", "BTC 5", "BTC 2026-11-20", "BTC 2026-11-20 -", "BTC 2026-11-20 -123400000"]
)
def test_a_figure_that_cannot_be_right_is_refused(text):
    with pytest.raises(UsageError, match=r"2026-11-20|BTC"):
        flow_entry(text, NOW)


@given(st.text())
def test_any_text_is_read_or_refused(text):
    for read in (lambda: flow_entry(text, NOW), lambda: flows_table("BTC", text, NOW), lambda: amount(text)):
        with suppress(UsageError):
            read()
