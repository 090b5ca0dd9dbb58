"""Whole threads, word for word: RECAP_UPDATE_THREADS=1 writes the files anew, to be read before they are committed."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bot.narrative.plan import plan
from bot.narrative.write import write

FOLDER = Path(__file__).parent / "threads"


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_the_thread_reads_as_it_did(case, locale, templates):
    told = write(plan(case()), locale, "thread", templates)
    path = FOLDER / f"{case.__name__}.{locale}.txt"
    text = "\n\n———\n\n".join(post.text for post in told.posts) + "\n"
    if os.environ.get("RECAP_UPDATE_THREADS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_a_recap_is_one_post(case, locale, templates):
    assert len(write(plan(case()), locale, "thread", templates).posts) == 1


def test_the_model_text_has_its_sections_in_order_and_the_loop_as_a_list(cases, templates):
    text = write(plan(cases.source_day()), "en", "thread", templates).posts[0].text
    marks = [
        "1. The main culprit",
        "2. The direct cause",
        "• High-leverage longs",
        "3. The likely backdrop",
        "4. Among",
    ]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)
    assert "$469 million pulled out of US spot ETFs + crowded long leverage = a chain of liquidations" in text


def test_the_chinese_formula_opens_without_a_blank(cases, templates):
    outflow = cases.finding("etf_outflow", 0.9)
    day = replace(cases.rally(), findings=(outflow,))
    assert "一句话：ETF买盘减弱 = " in write(plan(day), "zh", "thread", templates).posts[0].text


def test_the_brief_style_is_shorter(case, templates):
    told = plan(case())
    long, short = (write(told, "en", style, templates).posts[0].text for style in ("thread", "brief"))
    assert len(short) < len(long)
    assert long.splitlines()[0] == short.splitlines()[0]


@pytest.mark.parametrize(
    ("locale", "title", "question", "outcome"),
    [
        ("en", "ETH surged 9.1%", "while BTC slipped 0.5%. What set ETH apart?", "= a 9.1% rise of ETH"),
        ("zh", "ETH暴涨9.1%", "BTC却小跌0.5%。为什么是ETH？", "= ETH上涨9.1%"),
    ],
)
def test_a_move_of_eth_that_btc_did_not_share_is_told_as_one_of_eth(locale, title, question, outcome, cases, templates):
    day = cases.rally()
    when, items = day.window, dict(day.readings.items())
    moves = {"price.return.btc": -0.5, "price.return_over_atr.btc": -0.2}
    moves |= {"price.return.eth": 9.1, "price.return_over_atr.eth": 2.0}
    items |= {name: cases.reading(name, value, at=when.end) for name, value in moves.items()}
    inflow = cases.finding("etf_inflow", 0.7, evidence=[("etf.net_flow.btc_eth", 2.0)])
    told = replace(day, readings=replace(day.readings, items_by_name=items), findings=(inflow,))
    text = write(plan(told), locale, "thread", templates).posts[0].text
    assert title in text.splitlines()[0]
    assert question in text
    assert outcome in text
