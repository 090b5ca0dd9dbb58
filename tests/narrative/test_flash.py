"""An alert on a wave: numbers that trace to readings, reasons only where there are some that fit, no certainty."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.liquidations import Side
from bot.domain.waves import Wave
from bot.narrative.fit import LIMIT, units
from bot.narrative.flash import flash
from bot.narrative.lint import check_templates
from bot.resources import templates_folder

END = datetime(2025, 2, 26, tzinfo=UTC)
LONGS = Wave(
    "BTC",
    Side.LONG,
    END - timedelta(seconds=125),
    END,
    62.4e6,
    12.1e6,
    ("binance", "okx"),
    END - timedelta(minutes=9),
    grown=True,
)
SHORTS = replace(LONGS, side=Side.SHORT)
CERTAIN = re.compile("was caused by|because of|no accident|The main culprit|绝非偶然|真正的原因|导致了")


def told(explanation, templates, wave=LONGS, locale="en"):
    thread = flash(wave, explanation, locale, templates)
    (post,) = thread.posts
    return post.text, thread.figures


def test_every_case_is_told_in_one_post_of_each_language(case, templates):
    explanation = case()
    for wave in (LONGS, SHORTS, replace(LONGS, asset="ETH"), replace(LONGS, asset="1000PEPE")):
        for locale in templates.locales:
            text, figures = told(explanation, templates, wave, locale)
            assert units(text) <= LIMIT / 2
            assert not CERTAIN.search(text)
            assert all(figure.reading for figure in figures)


@pytest.mark.parametrize(("locale", "amounts"), [("en", ["$62.4 million", "$12.1 million"]), ("zh", ["6240万美元"])])
def test_the_wave_comes_first_with_its_readings(cases, templates, locale, amounts):
    text, figures = told(cases.CASES["february_day"](), templates, locale=locale)
    first = text.split("\n\n")[0] + text.split("\n\n")[1]
    assert all(amount in first for amount in amounts)
    assert "Binance" in first
    assert "OKX" in first
    names = [figure.reading for figure in figures]
    assert {"liquidations.wave.long.btc", "liquidations.wave.long.btc.line", "price.return.btc"} <= {*names}


def test_the_reason_is_told_with_its_evidence(cases, templates):
    text, _ = told(cases.CASES["february_day"](), templates)
    assert "Most likely at work: the ETF bid is gone" in text
    assert "last published session: −$644 million" in text


def test_what_explains_a_fall_is_no_reason_for_a_wave_of_shorts(cases, templates):
    text, _ = told(cases.CASES["february_day"](), templates, SHORTS)
    assert "shorts liquidated" in text
    assert "Not clear yet" in text
    assert "ETF bid" not in text


@pytest.mark.parametrize("name", ["no_clear_cause", "quiet", "missing_everywhere"])
def test_without_a_clear_cause_that_is_said(cases, templates, name):
    text, _ = told(cases.CASES[name](), templates)
    assert "Not clear yet" in text


def test_without_data_the_wave_is_told_all_the_same(templates):
    text, figures = told(None, templates)
    assert text.startswith("Flash: at least $62.4 million of BTC longs liquidated")
    assert "Not known yet" in text
    assert "price moved is not known" in text
    assert {figure.reading.split(".")[0] for figure in figures} <= {"liquidations", "name"}


def test_a_wave_of_seconds_takes_a_minute(templates):
    text, _ = told(None, templates, replace(LONGS, start=END))
    assert "Within a minute, up to 00:00 UTC" in text


def test_the_templates_have_no_fault():
    assert check_templates(templates_folder()) == ()
