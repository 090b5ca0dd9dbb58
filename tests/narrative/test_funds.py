"""Whose fund flow is told: the coin's own where it has funds, else that of both kinds, by which flows are judged."""

import pytest

from bot.domain.explanation import DayKind
from bot.domain.window import Scope
from bot.narrative.plan import plan
from bot.narrative.write import write

BOTH, ETH = "etf.net_flow.btc_eth", "etf.net_flow.eth"


def told(cases, templates, locale, asset, flows, streaks):
    """A rise of a coin laid to money that came into the funds."""
    when = cases.window("2024-02-16T00:00")
    session = when.start
    coin = {f"price.return.{asset.lower()}": 10.6, f"price.close.{asset.lower()}": 113.6}
    items = cases.readings(when, {**coin, **flows, **streaks}, session, session)
    cause = cases.finding("etf_inflow", 0.8, "steady_bid", "inflow_streak", evidence=[(BOTH, 3.0)])
    day = cases.explanation(when, DayKind.RALLY, [cause], items, Scope(asset))
    return write(plan(day), locale, "thread", templates).posts[0].text


EN = (
    "US spot BTC and ETH ETFs took in a net $2.01 billion",
    "$2.01 billion put into US spot ETFs",
    "another inflow makes 6",
)
ZH = ("美国现货BTC和ETH ETF净流入20.1亿美元", "现货ETF净流入20.1亿美元", "再流入")


@pytest.mark.parametrize(("locale", "sentences", "wrong"), [("en", EN, "easing"), ("zh", ZH, "放缓")])
@pytest.mark.parametrize("asset", ["SOL", "DOGE", "ETH"])
def test_a_coin_whose_funds_are_not_counted_is_told_both_kinds_flow(asset, locale, sentences, wrong, cases, templates):
    text = told(cases, templates, locale, asset, {BOTH: 2.01e9}, {"etf.inflow_streak.btc": 5.0})
    for sentence in sentences:
        assert sentence in text
    assert wrong not in text


@pytest.mark.parametrize(
    ("locale", "own"), [("en", "US spot ETH ETFs took in a net $300 million"), ("zh", "美国现货ETH ETF净流入3亿美元")]
)
def test_a_coin_with_funds_is_told_their_flow(locale, own, cases, templates):
    flows, streaks = {BOTH: 2.01e9, ETH: 300e6}, {"etf.inflow_streak.btc": 5.0, "etf.inflow_streak.eth": 3.0}
    text = told(cases, templates, locale, "ETH", flows, streaks)
    assert own in text
    assert {"en": "coming in for 3 sessions", "zh": "已连续3个交易日净流入"}[locale] in text


@pytest.mark.parametrize(("locale", "both"), [("en", EN[0]), ("zh", ZH[0])])
def test_own_funds_that_went_the_other_way_do_not_turn_the_cause_around(locale, both, cases, templates):
    flows, streaks = {BOTH: 2.01e9, ETH: -30e6}, {"etf.inflow_streak.btc": 5.0, "etf.inflow_streak.eth": 0.0}
    text = told(cases, templates, locale, "ETH", flows, streaks)
    assert both in text
    assert {"en": "coming in for 5 sessions", "zh": "已连续5个交易日净流入"}[locale] in text


@pytest.mark.parametrize(("locale", "run"), [("en", "coming in for"), ("zh", "资金已连续")])
def test_one_session_is_no_run(locale, run, cases, templates):
    text = told(cases, templates, locale, "ETH", {BOTH: 2.01e9, ETH: 3e8}, {"etf.inflow_streak.eth": 1.0})
    assert run not in text


@pytest.mark.parametrize("asset", ["SOL", "BTC"])
def test_only_funds_that_hold_the_coin_buy_or_sell_it(asset, cases, templates):
    when = cases.window("2024-02-16T00:00")
    flows = {BOTH: 2.01e9, "etf.net_flow.btc": 2e9}
    items = cases.readings(when, {f"price.return.{asset.lower()}": -6.0, **flows}, when.start, when.start)
    taking = cases.finding("profit_taking", 0.8, "after_a_run", "money_still_came")
    for findings, sentence in (([], "fund holders were not the sellers"), ([taking], "had buyers to sell to")):
        crowd = cases.finding("long_crowding", 0.8, "leverage_high")
        day = cases.explanation(when, DayKind.SELLOFF, [*findings, crowd], items, Scope(asset))
        text = write(plan(day), "en", "thread", templates).posts[0].text
        assert (sentence in text) == (asset == "BTC")
