"""What a recap says to watch: levels the window went through, releases by their forecast, words of each locale."""

from dataclasses import replace

import pytest

from bot.domain.explanation import DayKind
from bot.domain.readings import Readings
from bot.narrative.figures import Ledger, Printer
from bot.narrative.plan import plan
from bot.narrative.write import write


def with_values(explanation, cases, **values):
    """The explanation with readings set by name, dots as double underscores; None removes one."""
    items = dict(explanation.readings.items_by_name)
    for key, value in values.items():
        name = key.replace("__", ".")
        items.pop(name, None)
        if value is not None:
            items[name] = cases.reading(name, value, at=explanation.window.end)
    return replace(explanation, readings=Readings(items, explanation.readings.upcoming))


def text_of(explanation, templates, locale="en"):
    return write(plan(explanation), locale, "thread", templates).posts[0].text


def test_a_low_that_was_pierced_and_won_back_is_no_low_that_held(cases, templates):
    day = with_values(cases.source_day(), cases, price__low__btc=88_900.0)
    watch = plan(day).watch[0]
    assert (watch.kind, watch.beyond) == ("low_pierced", "price.low.{asset}")
    assert "pierced in this window and won back" in text_of(day, templates)
    assert "next is this window's low at $88,900" in text_of(day, templates)
    assert "一度跌破又收回" in text_of(day, templates, "zh")


def test_a_high_that_was_pierced_and_lost_is_no_high_ahead(cases, templates):
    day = with_values(cases.rally(), cases, level__high_20d__btc=93_800.0, level__close_vs_high_20d__btc=-0.4)
    assert plan(day).watch[0].kind == "high_pierced"
    assert "pierced in this window and lost again" in text_of(day, templates)
    assert "一度突破又跌回" in text_of(day, templates, "zh")


def test_no_level_is_next_that_the_window_traded_through(cases):
    day = with_values(cases.february_day(), cases, level__low_50d__btc=87_000.0)
    assert plan(day).watch[0].beyond == "level.mean_200d.{asset}"  # the low was 86,050
    far = with_values(day, cases, level__mean_200d__btc=86_500.0)
    assert plan(far).watch[0].beyond == ""


def test_a_whipsaw_watches_the_edge_it_crossed_else_its_range(cases, templates):
    swing = with_values(cases.whipsaw(), cases, level__high_20d__btc=94_000.0)
    assert swing.day_kind is DayKind.WHIPSAW
    assert plan(swing).watch[0].kind == "range"
    crossed = with_values(swing, cases, level__low_20d__btc=84_000.0)
    assert plan(crossed).watch[0].kind == "low_pierced"
    assert "this is a fall" not in text_of(cases.whipsaw(), templates)


def test_a_whipsaw_without_a_range_watches_the_side_where_it_ended(cases):
    up = with_values(
        cases.whipsaw(), cases, price__return__btc=2.0, level__low_20d__btc=None, level__high_20d__btc=91_000.0
    )
    assert plan(up).watch[0].kind == "high_ahead"


@pytest.mark.parametrize(
    ("event", "forecast", "english", "chinese"),
    [
        ("CPI (MoM) (Oct)", "0.2%", "above the forecast, yields usually rise", "10月CPI环比"),
        ("Initial Jobless Claims", "220K", "above the forecast, yields usually fall", "初请失业金人数"),
        ("Retail Sales (MoM) (Jan)", "0.3%", "higher yields would add pressure", "1月零售销售环比"),
        ("CPI (MoM) (Oct)", "", "higher yields would add pressure", "10月CPI环比"),
    ],
)
def test_a_release_branches_on_its_outcome(event, forecast, english, chinese, cases, templates):
    day = cases.source_day([cases.release("2026-01-15T13:30", event, forecast)])
    assert english in text_of(day, templates)
    assert chinese in text_of(day, templates, "zh")


@pytest.mark.parametrize(
    ("text", "chinese"),
    [("148K", "14.8万"), ("8.00M", "800万"), ("-1.20B", "-12亿"), ("5K", "5000"), ("0.2%", "0.2%"), ("50.6", "50.6")],
)
def test_a_quantity_of_the_calendar_in_the_locales_words(text, chinese, templates):
    assert templates.words["zh"].quantity(text) == chinese
    assert templates.words["en"].quantity(text) == text


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("GDP (QoQ) (Q4)", "第四季度GDP环比"),
        ("Core PCE Price Index (YoY) (Dec)", "12月核心PCE物价指数同比"),
        ("CPI (NSA)", "CPI (NSA)"),
        ("Beige Book (Jan)", "Beige Book (Jan)"),
        ("Fed Interest Rate Decision", "美联储利率决议"),
    ],
)
def test_an_event_in_the_locales_words(text, chinese, templates):
    assert templates.words["zh"].event(text) == chinese
    assert templates.words["en"].event(text) == text


@pytest.mark.parametrize(
    ("value", "article"),
    [(8.3, "an"), (-11.0, "an"), (18.2, "an"), (84.0, "an"), (1.8, "a"), (110.0, "a"), (4.2, "a"), (0.8, "a")],
)
def test_the_article_goes_by_the_figure(value, article, cases, templates):
    day = with_values(cases.whipsaw(), cases, price__return__btc=value)
    printer = Printer(templates.words["en"], Ledger())
    mark = printer.number("percent", day.readings.known("price.return.btc"))
    assert printer.vowel(mark) == (article == "an")


def chained(cases, confidence):
    day = cases.february_day()
    kept = {"long_crowding", "long_liquidation_cascade"}
    found = tuple(f._replace(confidence=confidence) if f.cause in kept else f for f in day.findings)
    return replace(day, findings=found)


def test_a_possible_chain_is_not_told_as_a_fact(cases, templates):
    for locale, soft, firm in (
        ("en", ("The usual loop would run", "= perhaps a chain of liquidations"), "the loop closes"),
        ("zh", ("通常的链条是", "= 可能的连环爆仓"), "典型的连环踩踏"),
    ):
        possible = text_of(chained(cases, 0.5), templates, locale)
        assert all(words in possible for words in soft)
        assert firm not in possible
        likely = text_of(chained(cases, 0.7), templates, locale)
        assert firm in likely
        assert not any(words in likely for words in soft)


def test_the_gap_to_btc_is_in_points_and_names_no_fall(cases, templates):
    weak, strong = cases.source_day(), cases.rally()
    assert "2.3 percentage points worse" in text_of(weak, templates)
    assert "比常态联动落后2.3个百分点" in text_of(weak, templates, "zh")
    assert "3.1 percentage points better" in text_of(strong, templates)
    assert "领先3.1个百分点" in text_of(strong, templates, "zh")


def test_a_window_of_one_hour_is_singular(cases, templates):
    day = replace(cases.rally(), window=cases.window("2025-04-23T00:00", hours=1))
    assert "over this 1-hour window" in text_of(day, templates)


def test_implied_volatility_of_a_quiet_day_has_a_unit_and_a_standard(cases, templates):
    day = with_values(
        cases.quiet(),
        cases,
        funding__annualised_after__btc=None,
        open_interest__buildup__btc=None,
        volatility__dvol__btc=50.0,
    )
    items = dict(day.readings.items_by_name)
    items["volatility.dvol.btc"] = cases.reading("volatility.dvol.btc", 50.0, at=day.window.end, rank=(10, 90))
    day = replace(day, readings=Readings(items, day.readings.upcoming))
    assert "is at 50 points, low by its own standard" in text_of(day, templates)
    assert "BTC隐含波动率50点，按以往水平偏低" in text_of(day, templates, "zh")
