"""How numbers print, and what no filter lets through."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.readings import Unit
from bot.domain.window import Window
from bot.errors import TemplateFault
from bot.narrative.amounts import Amount, Moment
from bot.narrative.figures import Ledger, Printer


def printed(templates, locale, kind, value, unit):
    printer = Printer(templates.words[locale], Ledger())
    amount = Amount(value, unit, "a.reading")
    getattr(printer, kind)(amount) if kind in ("signed", "listed") else printer.number(kind, amount)
    return printer.ledger.figures[0].text


DOLLARS = [
    (-469e6, "$469 million", "4.69亿美元"),
    (1.234e9, "$1.23 billion", "12.3亿美元"),
    (999.6e6, "$1 billion", "10亿美元"),
    (97e6, "$97 million", "9700万美元"),
    (643.9e6, "$644 million", "6.44亿美元"),
    (2.5e12, "$2.5 trillion", "2.5万亿美元"),
    (850_432.0, "$850,000", "85万美元"),
    (12.0, "$12", "12美元"),
    (0.0, "$0", "0美元"),
]


@pytest.mark.parametrize(("value", "english", "chinese"), DOLLARS)
def test_dollars_keep_three_significant_digits(value, english, chinese, templates):
    assert printed(templates, "en", "usd", value, Unit.USD) == english
    assert printed(templates, "zh", "usd", value, Unit.USD) == chinese


OTHERS = [
    ("price", 88_639.4, Unit.USD_PRICE, "$88,639", "88,639美元"),
    ("price", 187.351, Unit.USD_PRICE, "$187.35", "187.35美元"),
    ("price", 0.23456, Unit.USD_PRICE, "$0.2346", "0.2346美元"),
    ("percent", -3.1, Unit.PERCENT, "3.1%", "3.1%"),
    ("percent", 2.95, Unit.PERCENT, "3.0%", "3.0%"),
    ("percent", 26.64, Unit.PERCENT, "26.6%", "26.6%"),
    ("percent", 0.04, Unit.PERCENT, "0.04%", "0.04%"),
    ("percent", 0.0, Unit.PERCENT, "0%", "0%"),
    ("share", 0.826, Unit.RATIO, "82.6%", "82.6%"),
    ("share", 0.83, Unit.RATIO, "83%", "83%"),
    ("rate", 0.31, Unit.RATIO_PER_YEAR, "31%", "31%"),
    ("points", -11.0, Unit.PERCENTAGE_POINTS, "11 percentage points", "11个百分点"),
    ("bp", 7.0, Unit.BASIS_POINTS, "7 bp", "7个基点"),
    ("bp", 2.34, Unit.BASIS_POINTS, "2.3 bp", "2.3个基点"),
    ("multiple", 1.8, Unit.MULTIPLE, "1.8 times", "1.8倍"),
    ("multiple", 0.71, Unit.MULTIPLE, "0.71 times", "0.71倍"),
    ("ratio", 2.0, Unit.RATIO, "2.0", "2.0"),
    ("sessions", 1.0, Unit.SESSIONS, "1 session", "1个交易日"),
    ("sessions", 4.0, Unit.SESSIONS, "4 sessions", "4个交易日"),
    ("signed", -0.1, Unit.PERCENT, "−0.1%", "−0.1%"),
    ("signed", 3.0, Unit.BASIS_POINTS, "+3 bp", "+3个基点"),
    ("listed", 0.071, Unit.RATIO_PER_YEAR, "7.1%", "7.1%"),
]


@pytest.mark.parametrize(("kind", "value", "unit", "english", "chinese"), OTHERS)
def test_each_kind_prints_its_way(kind, value, unit, english, chinese, templates):
    assert printed(templates, "en", kind, value, unit) == english
    assert printed(templates, "zh", kind, value, unit) == chinese


@pytest.mark.parametrize(
    ("kind", "unit"),
    [("usd", Unit.PERCENT), ("percent", Unit.PERCENTAGE_POINTS), ("bp", Unit.PERCENT), ("share", Unit.PERCENT)],
)
def test_a_filter_refuses_the_wrong_unit(kind, unit, templates):
    with pytest.raises(TemplateFault, match=f"{kind} does not print {unit}"):
        printed(templates, "en", kind, 1.0, unit)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e28])
def test_a_value_that_is_no_number_is_refused(value, templates):
    with pytest.raises(TemplateFault):
        printed(templates, "en", "usd", value, Unit.USD)


def test_the_mark_holds_the_index_and_no_digit_of_the_text(templates):
    printer = Printer(templates.words["en"], Ledger())
    assert printer.number("usd", Amount(5e6, Unit.USD, "x")) == "\ue0000\ue001"
    assert printer.number("usd", Amount(6e6, Unit.USD, "x")) == "\ue0001\ue001"


@pytest.mark.parametrize(
    ("hours", "english", "chinese"), [(24, "24-hour", "24小时"), (4, "4-hour", "4小时"), (168, "7-day", "7天")]
)
def test_the_length_of_a_window(hours, english, chinese, templates):
    end = datetime(2025, 2, 26, tzinfo=UTC)
    window = Window(end - timedelta(hours=hours), end, end)
    for locale, text in (("en", english), ("zh", chinese)):
        printer = Printer(templates.words[locale], Ledger())
        printer.span(window)
        assert printer.ledger.figures[0].text == text


def test_dates_and_times(templates):
    moment = Moment(datetime(2025, 2, 26, 9, 5, tzinfo=UTC), "window.end")
    for locale, texts in (("en", ["February 26", "09:05"]), ("zh", ["2月26日", "09:05"])):
        printer = Printer(templates.words[locale], Ledger())
        printer.date(moment)
        printer.time(moment)
        assert [f.text for f in printer.ledger.figures] == texts
