"""What a thread may say: only licensed claims, only numbers that are figures, the same in every locale."""

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.readings import Reading, Readings
from bot.narrative.plan import plan
from bot.narrative.write import write

SAID = {
    "source_day": {
        "support_withdrawn": "slight sell-off can break",
        "us_hours_selling": "On Coinbase",
        "overheated_before": "just to stay in",
        "cascade": "of open interest was forced out",
        "broad": "It was not one coin",
        "positions_closed": "By the end, open interest",
        "cut_hopes_faded": "Odds of a cut",
        "yields_up": "Treasury yield rose",
        "dollar_up": "The dollar index gained",
        "rebounds_capped": "Rebounds came on low volume",
        "lagged_beta": "usually swings more",
        "heavier_redemptions": "Greater redemption pressure",
        "heavier_leverage": "More leverage forced out",
    },
    "february_day": {
        "heavy_week": "sessions together",
        "leverage_added": "days before, open interest",
        "crowd_was_long": "on one side",
        "chain_liquidation": "the loop closes",
        "closed_below": "gave way: BTC closed",
        "deep_break": "is lost as well",
    },
    "rally": {
        "steady_bid": "soaks up supply",
        "us_hours_buying": "dearer than elsewhere",
        "shorts_were_paying": "shorts were paying",
        "squeeze": "of open interest was forced out",
        "loop": "Their positions are bought back",
        "closed_above": "gave way: BTC closed",
        "risk_on": "risk was wanted elsewhere",
        "beat_beta": "than its usual tie",
        "shorts_hit_harder": "Its shorts were hit harder",
    },
    "quiet": {"narrow_range": "From high to low", "thin_volume": "few saw a reason"},
}


def told(explanation, templates, locale="en"):
    return write(plan(explanation), locale, "thread", templates)


def words(thread):
    return "\n".join(post.text for post in thread.posts)


def without(explanation, claims):
    kept = tuple(f._replace(claims=tuple(c for c in f.claims if c not in claims)) for f in explanation.findings)
    return replace(explanation, findings=kept)


@pytest.mark.parametrize(("name", "claim"), [(name, claim) for name, rows in SAID.items() for claim in rows])
def test_a_sentence_goes_with_its_licence(name, claim, cases, templates):
    explanation, sentence = cases.CASES[name](), SAID[name][claim]
    drop = {claim, "forced_covering"} if claim == "loop" else {claim}
    assert sentence in words(told(explanation, templates))
    assert sentence not in words(told(without(explanation, drop), templates))


def test_every_digit_is_printed_by_a_figure_in_order(case, templates):
    for locale in ("en", "zh"):
        assert_grounded(told(case(), templates, locale))


def assert_grounded(thread):
    rest = words(thread)
    for figure in thread.figures:
        before, found, rest = rest.partition(figure.text)
        assert found, f"{figure.text} is not printed where it was booked"
        assert not re.search(r"\d", before), f"a digit outside a figure before {figure.text}: {before!r}"
    assert not re.search(r"\d", rest)


def test_both_locales_tell_the_same_figures(case, templates):
    english, chinese = (told(case(), templates, locale) for locale in ("en", "zh"))
    assert facts(english) == facts(chinese)


def facts(thread):
    """Readings and values, apart from numbers that are part of a name: languages name things differently."""
    return {(f.reading, f.value) for f in thread.figures if f.unit != "name"}


NUMBERS = st.one_of(
    st.floats(-1e15, 1e15),
    st.sampled_from([0.0, -0.0, 1e-12, 0.0499, 0.05, 9.95, 9.99, 99.95, 999.5e6, 999.96e6, 1e9, 99_950.0, 1e13, -1e15]),
)


@given(data=st.data())
def test_any_values_stay_grounded_and_alike(data, cases, templates):
    explanation = data.draw(st.sampled_from(list(cases.CASES.values())))()
    found = explanation.readings.items_by_name
    items = {n: replace(r, value=data.draw(NUMBERS)) if isinstance(r, Reading) else r for n, r in found.items()}
    changed = replace(explanation, readings=Readings(items, explanation.readings.upcoming))
    english, chinese = (told(changed, templates, locale) for locale in ("en", "zh"))
    assert_grounded(english)
    assert_grounded(chinese)
    assert facts(english) == facts(chinese)
    assert_directions(english)


def assert_directions(thread):
    """An outflow is never told of money that came in, nor the other way round."""
    text = words(thread)
    for figure in thread.figures:
        if figure.reading.startswith("etf.net_flow") and figure.unit == "USD" and isinstance(figure.value, float):
            assert f"net outflow of {figure.text}" not in text or figure.value <= 0
            assert f"took in a net {figure.text}" not in text or figure.value >= 0


@given(data=st.data())
def test_any_reading_may_be_missing(data, cases, templates):
    explanation = data.draw(st.sampled_from(list(cases.CASES.values())))()
    found = explanation.readings.items_by_name
    kept = data.draw(st.sets(st.sampled_from(sorted(found))))
    changed = replace(explanation, readings=Readings({n: found[n] for n in kept}, explanation.readings.upcoming))
    for locale in ("en", "zh"):
        assert_grounded(told(changed, templates, locale))


def test_a_percentage_printed_is_the_rounding_of_its_value(case, templates):
    for figure in told(case(), templates).figures:
        if figure.unit == "percent" and math.isfinite(figure.value):
            printed = float(figure.text.strip("%−+").replace(",", ""))
            assert abs(printed - abs(figure.value)) <= 0.05 + 1e-9


def test_an_event_named_by_somebody_else_is_text_and_no_tag(cases, templates):
    event = 'CPI <b>& "9"</b> \ue0000\ue001'
    thread = told(cases.source_day([cases.release("2026-01-15T13:30", event, "<i>1</i>")]), templates)
    assert 'CPI <b>& "9"</b> 0' in thread.posts[0].text
    assert 'CPI &lt;b&gt;&amp; "9"&lt;/b&gt; 0' in thread.posts[0].html
    assert_grounded(thread)


def test_no_exclamation_marks_and_no_forbidden_words(case, templates):
    text = words(told(case(), templates)).lower()
    text = re.sub("“.*”", "", text)  # a headline's own words
    assert not re.search(r"!|institution|retail|smart money|confidence|proves", text)
