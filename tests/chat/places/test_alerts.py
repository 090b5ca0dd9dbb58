"""A chat turns alerts on, says from which size, and turns them off."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.alerts import LEAST_USD, LONGEST_REST, MOST_USD, Unclear, wanted
from bot.domain.chats import Alerts

HOUR = timedelta(hours=1)


def told(talking, *lines):
    """The answers, and the alerts of the chat afterwards."""

    async def story():
        async with talking() as talk:
            answers = [(await talk.says(line))[-1].text for line in lines]
            return answers, talk.services.chats.get(7).alerts

    return asyncio.run(story())


def test_alerts_are_off_until_somebody_wants_them(talking):
    (state,), alerts = told(talking, "/alerts")
    assert "off" in state
    assert not alerts.on


def test_a_size_and_a_rest_turn_them_on_and_off_keeps_both(talking):
    (on, off, again), alerts = told(talking, "/alerts 120m 6h", "/alerts off", "/alerts on")
    assert "$120 million" in on
    assert "6 hours" in on
    assert "off" in off
    assert on == again
    assert alerts == Alerts(on=True, least_usd=120e6, cooldown=6 * HOUR)


def test_in_chinese_too(talking):
    async def story():
        async with talking() as talk:
            return [
                (await talk.says(line, language="zh"))[-1].text
                for line in ("/alerts 开", "/alerts 1.2亿 6h", "/alerts")
            ]

    _, on, again = asyncio.run(story())
    assert "1.2亿美元" in on
    assert "6小时" in on
    assert on == again


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/alerts maybe", "can't make sense of “maybe”"),
        ("/alerts 5", "no size"),
        ("/alerts 99b", "no size"),
        ("/alerts 0h", "no rest"),
        ("/alerts 900d", "no rest"),
        ("/alerts <b>1m</b>", "&lt;b&gt;"),
    ],
)
def test_what_is_unclear_gets_an_example_and_changes_nothing(talking, line, words):
    (answer,), alerts = told(talking, line)
    assert words in answer
    assert "/alerts" in answer
    assert alerts == Alerts()


@pytest.mark.parametrize(
    ("word", "usd"),
    [("100m", 100e6), ("$1.5bn", 1.5e9), ("1亿", 1e8), ("5000万", 5e7), ("1,5b", 1.5e9), ("50000000", 5e7)],
)
def test_sizes_as_people_write_them(word, usd):
    assert wanted([word], Alerts()).least_usd == pytest.approx(usd)


@given(st.lists(st.text(max_size=12), max_size=4))
def test_whatever_is_typed_gives_sane_alerts_or_is_unclear(words):
    alerts = Alerts()
    with suppress(Unclear):
        alerts = wanted(words, Alerts())
    assert LEAST_USD <= alerts.least_usd <= MOST_USD
    assert HOUR <= alerts.cooldown <= LONGEST_REST
