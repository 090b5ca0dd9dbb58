"""The topics that ship: each title of their own tests, and what must hold across the file."""

import pytest

from bot.reasoning.rulebook import load_rulebook
from bot.reasoning.topic_cases import load_topic_cases, run_topic_case
from bot.resources import rules_folder

NAMES = {
    "macro",
    "equities",
    "geopolitics",
    "regulation",
    "supply",
    "security",
    "etf",
    "profit_taking",
    "options",
    "liquidity",
    "treasuries",
    "leverage",
    "levels",
    "sentiment",
    "stablecoins",
}


@pytest.fixture(scope="module")
def topics():
    return load_rulebook(rules_folder()).topics


def test_title(titled):
    failure = run_topic_case(titled)
    if failure:
        pytest.fail(failure, pytrace=False)


def test_the_topics_that_rules_and_templates_name_exist(topics):
    assert set(topics.names) == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_topic_has_titles_that_are_about_it(topics, name):
    cases = load_topic_cases(rules_folder(), topics)
    assert sum(name in case.entry.topics for case in cases) >= 2


@pytest.mark.parametrize("name", sorted(NAMES))
def test_no_topic_swallows_titles_by_the_words_of_the_market_alone(topics, name):
    assert name not in topics.marks("Bitcoin and ether fall as crypto markets rise").topics
