"""Which facts, in which order: roles, strength, time, variation and what led yesterday."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.explanation import DayKind, Role, State
from bot.narrative.phrases import SIZES, STRENGTHS, pick, strength
from bot.narrative.plan import plan
from bot.narrative.write import write


def change(explanation, cause, **values):
    findings = tuple(f._replace(**values) if f.cause == cause else f for f in explanation.findings)
    return replace(explanation, findings=findings)


def later(explanation, days):
    window, step = explanation.window, timedelta(days=days)
    return replace(
        explanation, window=replace(window, start=window.start + step, end=window.end + step, as_of=window.as_of + step)
    )


def causes(told):
    return [[t.cause for t in section.causes] for section in told.sections]


def test_sections_stand_in_role_order_with_amplifiers_in_the_mechanism(cases):
    assert causes(plan(cases.source_day())) == [
        ["etf_outflow"],
        ["long_crowding", "long_liquidation_cascade"],
        ["macro_headwind"],
        ["eth_weakness"],
    ]


def test_what_is_merely_possible_and_has_no_sentence_is_left_to_why(cases):
    faint = change(cases.source_day(), "long_liquidation_cascade", claims=(), confidence=0.55)
    assert causes(plan(faint))[1] == ["long_crowding"]
    sure = change(cases.source_day(), "long_liquidation_cascade", claims=(), confidence=0.8)
    assert causes(plan(sure))[1] == ["long_crowding", "long_liquidation_cascade"]


def test_what_has_no_sentence_never_opens_a_part_where_another_has_one(cases):
    faint = change(cases.february_day(), "long_crowding", claims=(), confidence=0.55)
    assert causes(plan(faint))[1] == ["long_liquidation_cascade", "support_break"]
    wordless = change(cases.february_day(), "long_crowding", claims=(), confidence=0.8)
    assert causes(plan(wordless))[1] == ["long_liquidation_cascade", "support_break", "long_crowding"]


def test_where_nothing_that_carried_the_move_has_a_sentence_the_first_is_told(cases):
    day = change(cases.source_day(), "long_liquidation_cascade", claims=(), confidence=0.55)
    told = causes(plan(change(day, "long_crowding", claims=(), confidence=0.58)))
    assert told[:2] == [["etf_outflow"], ["long_crowding"]]


@pytest.mark.parametrize(("headwind", "told"), [(0.62, "macro_headwind"), (0.55, "macro_tailwind")])
def test_of_two_causes_that_contradict_each_other_the_surer_is_told(headwind, told, cases):
    day = change(cases.source_day(), "macro_headwind", confidence=headwind)
    both = replace(day, findings=(*day.findings, cases.finding("macro_tailwind", 0.6, "release")))
    assert causes(plan(both))[2] == [told]


def test_a_swing_may_squeeze_both_sides(cases):
    day = cases.whipsaw()
    crowds = [cases.finding(cause, 0.8, "leverage_high") for cause in ("long_crowding", "short_crowding")]
    assert causes(plan(replace(day, findings=tuple(crowds)))) == [["long_crowding", "short_crowding"]]


def test_an_unsure_trigger_stands_behind_the_mechanism_and_out_of_the_formula(cases):
    told = plan(change(cases.source_day(), "etf_outflow", confidence=0.59))
    assert causes(told)[:2] == [["long_crowding", "long_liquidation_cascade"], ["etf_outflow"]]
    assert told.formula.trigger is None


def test_a_trigger_after_the_low_is_no_part_of_the_formula(cases):
    explanation = cases.source_day()
    flow = explanation.findings[0].contributions[0]
    late = explanation.window.end - timedelta(minutes=5)
    moved = change(explanation, "etf_outflow", contributions=(flow._replace(end=late),))
    assert plan(moved).formula.trigger is None
    assert not plan(moved).sections[0].lead.in_time


def test_only_a_strong_case_gets_the_dramatic_title(cases):
    assert plan(cases.source_day()).strong
    weak = change(change(cases.source_day(), "etf_outflow", confidence=0.7), "long_crowding", confidence=0.7)
    assert not plan(weak).strong


def test_one_comparison_a_section(case):
    for section in plan(case()).sections:
        assert sum(t.comparison is not None for t in section.causes) <= 1


def test_no_claim_twice_in_a_section(case):
    for section in plan(case()).sections:
        claims = [claim for t in section.causes for claim in t.claims]
        claims = [claim for claim in claims if claim not in ("attention", "reported", "talk")]  # of each topic its own
        assert len(claims) == len(set(claims))
        assert not {"chain_liquidation", "loop"} <= set(claims)


def test_unclear_days_name_what_was_looked_at_and_what_could_not_be_judged(cases):
    told = plan(cases.no_clear_cause())
    assert not told.clear
    assert told.formula is None
    assert told.looked_at[0] == "etf.net_flow.btc_eth"
    assert told.unassessed == ("rates", "fed")


def test_counts_and_dates_are_no_readings_to_show(cases):
    rows = {"calendar.closed_days_before": 2.0, "calendar.weekend": 0.5, "calendar.key_releases": 0.0}
    told = plan(cases.looking_at({**rows, "options.expiry_size": 0.0}))
    assert told.looked_at[0] == "options.expiry_size"
    assert not set(rows) & set(told.looked_at)


@pytest.mark.parametrize(("locale", "line"), [("en", "Options expiry: none"), ("zh", "期权到期：无")])
def test_the_size_of_an_expiry_is_told_in_words(locale, line, cases, templates):
    assert (
        line in write(plan(cases.looking_at({"options.expiry_size": 0.0})), locale, "thread", templates).posts[0].text
    )


def test_a_thin_base_of_evidence_is_named(cases):
    rows = [cases._contribution("fed.cut_probability.change", None)]
    thin = change(cases.source_day(), "macro_headwind", coverage=0.4, contributions=tuple(rows))
    assert plan(thin).sections[2].lead.gaps == ("fed",)


def test_a_topic_of_which_something_was_read_is_no_gap(cases):
    rows = [cases._contribution(name, None) for name in ("rates.us10y.change", "fed.cut_probability.change")]
    rows.append(cases._contribution("rates.us2y.change", 0.5))
    thin = change(cases.source_day(), "macro_headwind", coverage=0.4, contributions=tuple(rows))
    assert plan(thin).sections[2].lead.gaps == ("fed",)


def test_what_is_inactive_or_unknown_is_never_told(case):
    explanation = case()
    silent = {f.cause for f in explanation.findings if f.state is not State.ACTIVE}
    assert not silent & {t.cause for t in plan(explanation).causes}


def test_the_cause_that_led_yesterday_reads_as_still(cases):
    yesterday = plan(later(cases.source_day(), -1))
    today = plan(cases.source_day(), (yesterday,))
    assert today.sections[0].lead.still
    assert not today.sections[1].lead.still
    assert not plan(cases.source_day(), (plan(later(cases.source_day(), -3)),)).sections[0].lead.still


def test_openers_are_the_same_every_time_and_change_from_day_to_day(cases):
    assert plan(cases.source_day()) == plan(cases.source_day())
    past = ()
    for day in range(10):
        told = plan(later(cases.source_day(), day), past)
        if past:
            assert told.hook != past[-1].hook
            assert all(told.choices[slot] != past[-1].choices[slot] for slot in told.choices)
        past = (*past, told)


def test_the_order_of_past_plans_does_not_matter(cases):
    past = tuple(plan(later(cases.source_day(), -day)) for day in (1, 2, 3))
    assert plan(cases.source_day(), past) == plan(cases.source_day(), past[::-1])


def test_misfits_are_what_opposes_the_story(cases):
    assert plan(cases.february_day()).misfits == ("yields_fell", "leverage_stayed", "eth_held_up")
    assert plan(cases.rally()).misfits == ("dollar_rose", "leverage_grew")


def test_a_recap_of_the_quiet_has_no_formula_and_looks_for_tension(cases):
    told = plan(cases.quiet())
    assert told.formula is None
    assert told.tension[0] == "funding.annualised_after.{asset}"


@pytest.mark.parametrize(
    ("confidence", "word"), [(0.9, "main"), (0.899, "clear"), (0.75, "clear"), (0.6, "likely"), (0.5, "possible")]
)
def test_bands_of_confidence(confidence, word):
    assert strength(confidence) == word


def test_bands_stand_in_order():
    for bands in (STRENGTHS, SIZES):
        assert [least for least, _ in bands] == sorted((least for least, _ in bands), reverse=True)


def test_pick_avoids_what_was_used_while_it_can():
    assert pick("abc", "day", "ab") == "c"
    assert pick("abc", "day", "abc") in "abc"
    assert len({pick("abc", f"day {n}") for n in range(30)}) == 3


def test_roles_of_the_cases_are_those_of_the_rules(cases):
    assert set(cases.ROLES.values()) == set(Role)


def test_a_flow_alone_makes_no_swing(cases):
    swung = replace(cases.source_day(), day_kind=DayKind.WHIPSAW)
    both = plan(swung).formula
    assert (both.trigger.cause, [part.cause for part in both.parts]) == ("etf_outflow", ["long_crowding"])
    alone = replace(swung, findings=tuple(f for f in swung.findings if f.cause == "etf_outflow"))
    assert plan(alone).formula is None
