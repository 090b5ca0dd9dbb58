"""The evidence told: sentences, rows, rejections and gaps, in both locales."""

import re
from dataclasses import replace

import pytest

from bot.domain.explanation import State
from bot.domain.readings import Unit
from bot.narrative.evidence_text import why, why_in_short, why_one
from bot.narrative.plan import plan


def judged(cases):
    """The source day with clauses as the rules give them."""
    day = cases.source_day()
    flow = cases._contribution("etf.net_flow.btc_eth", 2.7)
    row = day.readings["etf.net_flow.btc_eth"]
    flow = flow._replace(value=row.value, unit=row.unit, z=row.z, end=row.end, known=row.known, grade=0.93)
    premium = day.readings["premium.coinbase.btc"]
    streak = flow._replace(
        clause="premium",
        reading=premium.name,
        value=premium.value,
        unit=premium.unit,
        z=premium.z,
        points=-0.5,
        grade=0.0,
    )
    lost = cases._contribution("etf.outflow_streak.btc", None)
    found = [f._replace(contributions=(flow, streak, lost)) if f.cause == "etf_outflow" else f for f in day.findings]
    stocks = streak._replace(reading="equities.sp500.change", value=0.4, unit=row.unit.PERCENT, z=0.2, need="required")
    found.append(
        cases.finding("equity_risk_off", 0.1, state=State.INACTIVE)._replace(contributions=(stocks,), refuted=True)
    )
    found.append(cases.finding("regulation", 0.1, state=State.UNKNOWN, evidence=[("news.intensity.regulation", None)]))
    return replace(day, findings=tuple(found))


@pytest.mark.parametrize(
    ("locale", "sentences"),
    [
        (
            "en",
            [
                "US fund money pulled back (94% certain)",
                "session: −$469 million, lower than in 57 of the last 60 sessions",
                "etf.net_flow.btc_eth = −469,000,000 USD; z −2.5",
                "grade 0.93; points +2.7; happened January 13, 21:00; known January 14, 04:00 UTC",
                "no grade: no data",
                "That US fund money pulled back: BTC's price on Coinbase against elsewhere: −9 bp",
                "dragged crypto down: ruled out, as a condition it needs is not met. US stocks: +0.4% [premium].",
                "That regulators, courts or politics changed the outlook: no figure in time on headlines",
            ],
        ),
        (
            "zh",
            [
                "美国现货ETF的资金后撤（把握94%）",
                "−4.69亿美元，低于过去60个交易日中的57个",
                "etf.net_flow.btc_eth = −469,000,000美元；z −2.5",
                "评分0.93；得分+2.7；发生于1月13日21:00，1月14日04:00（UTC）可知",
                "没有评分：no data",
                "针对“美国现货ETF的资金后撤”：BTC的Coinbase溢价：−9个基点",
                "“美股下跌拖累加密市场”：缺了必要条件，排除。美股大盘：+0.4%〔premium〕。",
                "“监管、法院或政治改变了预期”：没有及时可用的新闻标题数据",
            ],
        ),
    ],
)
def test_the_evidence_is_told(locale, sentences, cases, templates):
    told = why(judged(cases), locale, templates)
    text = "\n".join(post.text for post in told.posts)
    for sentence in sentences:
        assert sentence in text


@pytest.mark.parametrize(("locale", "objection"), [("en", "BTC's price on Coinbase"), ("zh", "BTC的Coinbase溢价")])
def test_two_clauses_on_one_reading_are_one_objection(locale, objection, cases, templates):
    day = judged(cases)
    rows = {f.cause: f.contributions for f in day.findings}["etf_outflow"]
    again = next(c for c in rows if c.clause == "premium")._replace(clause="premium_value", points=-0.4)
    found = [f._replace(contributions=(*rows, again)) if f.cause == "etf_outflow" else f for f in day.findings]
    text = why_in_short(replace(day, findings=tuple(found)), locale, templates).posts[0].text
    assert text.count(objection) == 1


@pytest.mark.parametrize(("locale", "words"), [("en", "no figure in time on"), ("zh", "没有及时可用的")])
def test_prices_are_never_what_was_lacking(locale, words, cases, templates):
    found = {"evidence": [("relative.alt_excess", None)], "state": State.UNKNOWN}
    day = replace(cases.no_clear_cause(), findings=(cases.finding("alt_weakness", 0.2, **found),))
    assert words not in why(day, locale, templates).posts[0].text
    assert plan(day).unassessed == ()


def test_rows_are_the_same_in_every_language_and_can_be_recomputed(cases, templates):
    english, chinese = (why(judged(cases), locale, templates) for locale in ("en", "zh"))
    assert english.rows == chinese.rows
    row = english.rows[0]
    assert (row.cause, row.reading, row.value, row.unit, row.grade) == (
        "etf_outflow",
        "etf.net_flow.btc_eth",
        -469e6,
        "USD",
        0.93,
    )


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_every_digit_of_the_evidence_is_a_figure(case, locale, templates):
    told = why(case(), locale, templates)
    rest = "\n".join(post.text for post in told.posts)
    for figure in told.figures:
        before, found, rest = rest.partition(figure.text)
        assert found, figure
        assert not re.search(r"\d", before)
    assert not re.search(r"\d", rest)


def test_the_leading_headline_stands_with_its_cause(cases, templates):
    day = cases.tariff_day()
    count = day.readings["news.intensity.geopolitics"]
    row = cases._contribution("news.intensity.geopolitics", 1.4)
    row = row._replace(value=count.value, unit=count.unit, end=count.end, known=count.known)
    found = [f._replace(contributions=(row,)) if f.cause == "geopolitics_or_tariffs" else f for f in day.findings]
    text = why(replace(day, findings=tuple(found)), "en", templates).posts[0].text
    assert "Headlines against their usual (war and trade): 3.2 times." in text
    assert "CoinDesk at 02:02 UTC: “" in text


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en", "Move against the usual daily range (BTC): −1.1 times"), ("zh", "BTC涨跌幅与平均波幅相比：−1.1倍")],
)
def test_a_move_is_held_against_the_usual_daily_range(locale, words, cases, templates):
    day = cases.source_day()
    row = cases._contribution("price.return_over_atr.btc", 2.0)._replace(value=-1.1, unit=Unit.MULTIPLE)
    forced = cases.finding("long_liquidation_cascade", 0.6)._replace(contributions=(row,))
    assert words in why(replace(day, findings=(forced,)), locale, templates).posts[0].text


def test_every_cause_has_a_name(locale_causes):
    names, causes = locale_causes
    assert causes - {"any"} <= names


@pytest.fixture(params=["en", "zh"], name="locale_causes")
def locale_causes_fixture(request, templates):
    source = (templates.folder / request.param / "why.html.j2").read_text(encoding="utf-8")
    names = set(re.findall(r'^  "([a-z_]+)": "', source, re.MULTILINE))
    files = (templates.folder / request.param / "causes").glob("*.html.j2")
    return names, {path.name.removesuffix(".html.j2") for path in files}


@pytest.mark.parametrize(
    ("locale", "heading"),
    [
        ("en", "1. US fund money pulled back (94% certain)"),
        ("zh", "1、美国现货ETF的资金后撤（把握94%）"),
    ],
)
def test_the_short_form_numbers_the_causes_and_leaves_the_clauses_out(locale, heading, cases, templates):
    text = why_in_short(judged(cases), locale, templates).posts[0].text
    assert heading in text
    assert "/why 1" in text
    assert "etf.net_flow" not in text


def test_one_cause_is_told_with_its_clauses_and_its_own_objections(cases, templates):
    one = why_one(judged(cases), 1, "en", templates)
    assert one is not None
    text = one.posts[0].text
    assert "etf.net_flow.btc_eth = −469,000,000 USD" in text
    assert "That US fund money pulled back: BTC's price on Coinbase" in text
    assert "Not judged" not in text
    assert {row.cause for row in one.rows} == {"etf_outflow"}


@pytest.mark.parametrize("number", [0, -1, 99])
def test_a_cause_of_no_such_number_is_none(number, cases, templates):
    assert why_one(judged(cases), number, "en", templates) is None
