"""The prices that matter now, in each language."""

import re

import pytest

from bot.narrative.levels_text import levels
from bot.narrative.lint import check_templates
from bot.resources import templates_folder

PRICES = re.compile(r"(?:^• )\$?([\d,.]+)(?:美元)?", re.MULTILINE)


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_levels_stand_from_the_highest_to_the_lowest_with_the_price_between_them(cases, templates, locale):
    explanation = cases.CASES["february_day"]()
    (post,) = levels(explanation, locale, templates)
    prices = [float(text.replace(",", "")) for text in PRICES.findall(post.text)]
    assert prices == sorted(prices, reverse=True)
    assert len(prices) >= 2
    assert "88,639" in post.text


def test_levels_that_meet_share_a_line(cases, templates):
    explanation = cases.CASES["february_day"]()
    (post,) = levels(explanation, "en", templates)
    listed = PRICES.findall(post.text)
    assert len(listed) == len(set(listed))


def test_nothing_is_told_where_nothing_was_measured(cases, templates):
    assert levels(cases.CASES["missing_everywhere"](), "en", templates) == ()


def test_the_templates_have_no_fault():
    assert check_templates(templates_folder()) == ()
