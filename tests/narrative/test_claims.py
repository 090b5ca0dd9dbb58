"""Every cause told alone in both locales, and every claim's sentence with its licence and without."""

from dataclasses import replace

import pytest

from bot.domain.explanation import DayKind
from bot.domain.readings import Readings
from bot.domain.window import Scope
from bot.narrative.environment import SUFFIX
from bot.narrative.plan import plan
from bot.narrative.write import write
from bot.resources import templates_folder

FALL, RISE = DayKind.SELLOFF, DayKind.RALLY
SAID = {
    ("geopolitics_or_tariffs", FALL): {
        "attention": ("spoke of war, threats or trade", "提到战争、威胁或贸易摩擦的标题共"),
        "reported": ("Headlines tie the fall to war", "新闻标题把这轮下跌与战争"),
        "outside_fear": ("other markets were on edge", "紧张的不只是币圈"),
    },
    ("regulation", RISE): {
        "attention": ("spoke of regulation, courts or politics", "提到监管、法院或政治的标题共"),
        "reported": ("Headlines tie the rise to regulation", "新闻标题把这轮上涨与监管"),
    },
    ("supply_overhang", FALL): {
        "attention": ("spoke of large holders", "提到大户（政府、清算方、矿工或老钱包）的筹码的标题"),
        "reported": ("Headlines tie the fall to large holders", "新闻标题把这轮下跌与大户"),
    },
    ("security_incident", FALL): {
        "attention": ("this much talk of one is not", "这么密集不常见"),
        "reported": ("Headlines tie the fall to a hack", "新闻标题把这轮下跌与黑客攻击"),
    },
    ("profit_taking", FALL): {
        "after_a_run": ("days before, BTC had gained", "BTC已经涨了"),
        "near_the_high": ("was in profit", "都有浮盈"),
        "money_still_came": ("had buyers to sell to", "卖的人有人接"),
        "talk": ("spoke of profit-taking", "提到获利了结的标题"),
    },
    ("equity_risk_off", FALL): {
        "shares_down": ("cuts it here too", "跟着减仓"),
        "fear_up": ("gauge of fear", "恐慌指标"),
        "reported": ("Headlines tie the fall to the stock market", "新闻标题把这轮下跌与股市"),
    },
    ("spot_selling", FALL): {
        "us_discount": ("cheaper than elsewhere", "比其他平台便宜"),
        "takers_sold": ("of the market orders were sales", "主动卖出占"),
        "spot_led": ("Coins changed hands", "换手的是真币"),
    },
    ("spot_buying", RISE): {
        "us_premium": ("dearer than elsewhere", "比其他平台贵"),
        "takers_bought": ("of the market orders were purchases", "主动买入占"),
        "spot_led": ("Coins changed hands", "换手的是真币"),
        "treasury_buying": ("A disclosure comes after", "披露总在买入之后"),
    },
    ("deleveraging", FALL): {
        "positions_closed": ("positions were closed", "仓位在平掉"),
        "funding_fell": ("Funding fell by", "年化资金费率下降"),
    },
    ("options_expiry", FALL): {
        "expiry": ("Monthly options expired", "月度期权"),
        "near_the_hour": ("spread evenly", "平均分布的话"),
        "expiry_ahead": ("only days away", "就在这几天"),
    },
    ("liquidity_thin", FALL): {
        "weekend": ("the weekend", "周末"),
        "holiday": ("US holiday", "美国假日"),
        "low_volume": ("times its usual", "成交量只有常态的"),
        "low_depth": ("less stood in the way", "挡在前面的单子变少了"),
    },
    ("stablecoin_drain", FALL): {
        "supply_shrinks": ("supply of dollar stablecoins shrank", "美元稳定币的供应减少了"),
        "unusual": ("For these months that is unusual", "最近几个月里不常见"),
    },
    ("alt_weakness", FALL): {
        "alts_lagged": ("than that habit implies", "仍比常态联动落后"),
        "few_beat_btc": ("of the majors did better than BTC", "跑赢BTC"),
    },
    ("sentiment_extreme", FALL): {
        "extreme_fear": ("fear was already extreme", "恐慌早已极端"),
        "extreme_greed": ("greed was already extreme", "贪婪早已极端"),
        "talk": ("spoke of fear or greed", "提到恐惧或贪婪的标题"),
    },
    ("macro_headwind", FALL): {
        "inflation": ("above the forecast, month on month", "美国通胀环比高于预期"),
        "release": ("more jobs than forecast", "美国新增就业比预期多"),
        "reported": ("Headlines tie the fall to interest rates", "新闻标题把这轮下跌与利率"),
    },
    ("macro_tailwind", RISE): {
        "inflation": ("above the forecast, month on month", "美国通胀环比高于预期"),
        "release": ("more jobs than forecast", "美国新增就业比预期多"),
        "reported": ("Headlines tie the rise to interest rates", "新闻标题把这轮上涨与利率"),
    },
    ("long_liquidation_cascade", FALL): {"reported_size": ("Press reports put", "据媒体报道")},
    ("short_squeeze", RISE): {"reported_size": ("Press reports put", "据媒体报道")},
    ("etf_inflow", RISE): {
        "support_grew": ("soaks up supply", "一点点吸走"),
        "heavy_week": ("sessions together", "合计净流入"),
    },
    ("etf_outflow", FALL): {"heavy_week": ("sessions together", "合计净流出")},
}
WIDER = {"inflation": "release"}
"""A claim whose sentence a wider one licenses too."""

ROWS = [(cause, kind, claim, *said) for (cause, kind), rows in SAID.items() for claim, said in rows.items()]
TOPICS = (
    "geopolitics",
    "regulation",
    "supply",
    "security",
    "profit_taking",
    "treasuries",
    "equities",
    "macro",
    "sentiment",
)


@pytest.fixture(scope="module", name="alone")
def alone_fixture(cases):
    """Makes the explanation of one cause with so many of its claims, where every reading of the sentences is there."""
    when = cases.window("2025-03-08T00:00")

    def make(cause, kind, claims, **changed):
        side = 1 if kind is RISE else -1
        values = {
            "price.return.btc": 4.0 * side,
            "price.close.btc": 90_000.0,
            "price.return_before.btc": 8.0,
            "level.open_vs_high_20d.btc": -0.5,
            "etf.net_flow.btc_eth": 300e6 if cause in {"profit_taking", "etf_inflow"} else -300e6,
            "etf.inflow_streak.btc": 4.0,
            "etf.net_flow.five_sessions.btc_eth": 900e6 * side,
            "equities.sp500.change": -1.5,
            "volatility.vix": 23.0,
            "volatility.vix.change": 3.0,
            "premium.coinbase.btc": 6.0 * side,
            "taker.imbalance.btc": 0.04 * side,
            "volume.spot_over_perp.btc": (0.2, (80, 90)),
            "open_interest.change.btc": -0.04,
            "funding.change.btc": -0.08,
            "options.expiry_size": 2.0,
            "options.move_near_expiry.btc": 0.4,
            "calendar.weekend": 0.5,
            "calendar.us_holiday": 1.0,
            "volume.relative.btc": 0.6,
            "depth.change.btc": -0.2,
            "stablecoins.change_7d": -0.9,
            "relative.alt_return": -8.0,
            "relative.alt_excess": -2.0,
            "breadth.share_beating_btc": 0.1,
            "sentiment.fear_greed": 15.0,
            "calendar.surprise.inflation": 0.2,
            "calendar.surprise.jobs": 90_000.0,
            "liquidations.reported.total": 1.2e9,
        }
        for topic in TOPICS:
            values |= cases.news(topic, 20, 6.0, 0.3, fall_tied=2.0, rise_tied=2.0)
        items = cases.readings(when, values | changed, when.start, when.start)
        return cases.explanation(when, kind, [cases.finding(cause, 0.8, *claims)], items)

    return make


def text_of(explanation, locale, templates):
    return write(plan(explanation), locale, "thread", templates).posts[0].text


@pytest.mark.parametrize(("cause", "kind", "claim", "english", "chinese"), ROWS)
def test_a_sentence_goes_with_its_licence(cause, kind, claim, english, chinese, alone, templates):
    others = [name for name in SAID[cause, kind] if name not in (claim, WIDER.get(claim))]
    for locale, sentence in (("en", english), ("zh", chinese)):
        assert sentence in text_of(alone(cause, kind, [claim]), locale, templates)
        assert sentence not in text_of(alone(cause, kind, others), locale, templates)
        assert sentence not in text_of(alone(cause, kind, []), locale, templates)


@pytest.mark.parametrize(
    "cause", sorted(p.name.removesuffix(SUFFIX) for p in (templates_folder() / "en/causes").iterdir())
)
def test_every_cause_is_rendered_without_claims_and_without_readings(cause, cases, alone, templates):
    kind = RISE if any(cause == name and day is RISE for name, day in SAID) else FALL
    known = alone("etf_outflow", kind, [])
    finding = cases.finding(cause, 0.9, role=cases.ROLES.get(cause, next(iter(cases.ROLES.values()))))
    bare = replace(known, findings=(finding,))
    empty = replace(bare, readings=Readings({}))
    for locale in ("en", "zh"):
        assert text_of(bare, locale, templates)
        assert text_of(empty, locale, templates)


def test_a_cause_without_a_sentence_lists_its_evidence(cases, alone, templates):
    day = alone("macro_headwind", FALL, [])
    rows = [("dollar.index.change", 1.0), ("news.intensity.macro", 0.5), ("equities.sp500.change", 0.4)]
    day = replace(day, findings=(cases.finding("macro_headwind", 0.8, evidence=rows),))
    assert "• Headlines against their usual (rates, inflation and jobs): 3.0 times" in text_of(day, "en", templates)
    assert "• 标题数相对平时（利率、通胀与就业）：3.0倍" in text_of(day, "zh", templates)


def test_what_two_causes_say_is_said_once(cases, templates):
    day = cases.tariff_day()
    assert text_of(day, "en", templates).count("S&P 500") == 1
    only = [f._replace(claims=("risk_off",)) if f.cause == "macro_headwind" else f for f in day.findings]
    assert not plan(replace(day, findings=tuple(only))).tells("macro_headwind")


def test_shares_that_opened_after_the_low_did_not_set_it_off(cases, templates):
    day = cases.tariff_day()
    row = cases._contribution("equities.sp500.change", 2.0)._replace(need="one_of", end=day.window.end)
    late = [f._replace(contributions=(row,)) if f.cause == "equity_risk_off" else f for f in day.findings]
    told = plan(replace(day, findings=tuple(late)))
    assert not next(t for t in told.causes if t.cause == "equity_risk_off").in_time
    assert "not set off the fall" in write(told, "en", "thread", templates).posts[0].text
    alone = replace(day, findings=tuple(f for f in late if f.cause == "equity_risk_off"))
    assert "What came on top: falling US shares" in text_of(alone, "en", templates)
    assert "后来加码的：美股下跌" in text_of(alone, "zh", templates)


@pytest.mark.parametrize(
    ("locale", "own", "quoted"),
    [
        ("en", "Press reports put all liquidations", "That total is the press's, for all exchanges"),
        ("zh", "据媒体报道，24小时全网爆仓", "这个总额来自媒体对全网的报道"),
    ],
)
def test_a_total_quoted_from_the_press_is_no_lower_bound_of_itself(locale, own, quoted, cases, templates):
    day = cases.february_day()
    counted = day.readings["liquidations.total"]
    press = replace(counted, name="liquidations.reported.total", value=1.3e9, source="liquidations.reported.total")

    def told(total):
        items = {**day.readings.items_by_name, press.name: press, total.name: total}
        cascade = cases.finding("long_liquidation_cascade", 0.9, "reported_size")
        changed = replace(day, findings=(cascade,), readings=replace(day.readings, items_by_name=items))
        return text_of(changed, locale, templates)

    assert own in told(counted)
    text = told(replace(press, name="liquidations.total"))
    assert quoted in text
    assert own not in text


@pytest.mark.parametrize(
    ("locale", "words"), [("en", "BTC and ETH funds over the last 5 sessions"), ("zh", "BTC和ETH基金最近5个交易日")]
)
def test_five_sessions_are_those_of_both_funds_whatever_the_scope(locale, words, cases, templates):
    day = cases.february_day()
    outflow = cases.finding("etf_outflow", 0.9, "heavy_week")
    assert words not in text_of(replace(day, findings=(outflow,)), locale, templates)
    assert words in text_of(replace(day, findings=(outflow,), scope=Scope("BTC")), locale, templates)


def test_an_unknown_origin_is_admitted(cases, templates):
    day = cases.origin_unknown()
    assert "not in the data, and headlines are not recorded" in text_of(day, "en", templates)
    assert "数据里看不到" in text_of(day, "zh", templates)
    items = dict(day.readings.items_by_name) | {
        "news.count.geopolitics": cases.reading("news.count.geopolitics", 1.0, at=day.window.end)
    }
    read = replace(day, readings=Readings(items))
    assert "What set it off is not in the data; what fed it is." in text_of(read, "en", templates)
    assert "not in the data" not in text_of(cases.source_day(), "en", templates)


def test_an_amplifier_alone_names_no_cause(cases, templates):
    text = text_of(cases.no_clear_cause(), "en", templates)
    assert "so what set it off stays open" in text
    assert "What likely fed it: a level" in text


def test_hooks_of_a_cause_ask_only_when_it_leads(cases, alone, templates):
    found = set()
    for day in range(1, 29):
        explanation = alone("geopolitics_or_tariffs", FALL, ["attention"])
        window = cases.window(f"2025-02-{day:02}T00:00")
        found.add(plan(replace(explanation, window=window)).hook)
    assert "news" in found
    assert not found & {"run", "shares", "discount"}
    day = next(
        d
        for d in (replace(explanation, window=cases.window(f"2025-02-{n:02}T00:00")) for n in range(1, 29))
        if plan(d).hook == "news"
    )
    assert "20 headlines named war or trade, where 6 would be usual, and BTC slid 4.0%. Is that the reason?" in text_of(
        day, "en", templates
    )
    assert "提到战争或贸易的标题有20条，平时约6条；同一时间，BTC大跌4.0%。这就是原因吗？" in text_of(
        day, "zh", templates
    )
