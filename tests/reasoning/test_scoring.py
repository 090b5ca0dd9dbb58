"""The measures on cases worked out by hand, and against a second, plainer way to compute them."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from types import SimpleNamespace

import pytest
from made import reading

from bot.domain.explanation import Contribution, DayKind, Explanation, Finding, Role, State
from bot.domain.readings import Readings
from bot.domain.window import MARKET, Window
from bot.reasoning.baselines import by_base_rate, fixed_lists, loudest
from bot.reasoning.labels import LabelledDay
from bot.reasoning.quiet import moved_little, overdone
from bot.reasoning.reliability import Said, brier, reliability, said, usual
from bot.reasoning.scoring import Prediction, measure, quarters, score, tally
from bot.reasoning.taxonomy import CODES, FAMILIES

FIRST = date(2025, 1, 6)
NEWS = ("geopolitics_or_tariffs", "regulation", "security_incident", "supply_overhang", "profit_taking")
FLIPS = {
    "etf_outflow": "etf_inflow",
    "spot_selling": "spot_buying",
    "long_crowding": "short_crowding",
    "long_liquidation_cascade": "short_squeeze",
    "macro_headwind": "macro_tailwind",
    "support_break": "resistance_breakout",
    "eth_weakness": "eth_strength",
}


def labelled(*causes, day=FIRST, direction="selloff"):
    return LabelledDay(day, DayKind(direction), causes)


def scored(day, *causes, direction="selloff"):
    (only,) = score([day], {day.date: Prediction(DayKind(direction), causes)})
    return only


def finding(cause, confidence=0.5, state=State.ACTIVE, role=Role.TRIGGER, base_rate=0.3, contributions=()):
    return Finding(cause, cause, role, state, confidence, base_rate, 0.0, 1.0, (), contributions, "")


def explained(*findings, kind="selloff", readings=()):
    end = datetime(2025, 1, 7, tzinfo=UTC)
    window = Window(end - timedelta(days=1), end, end)
    return Explanation(window, MARKET, DayKind(kind), findings, Readings({r.name: r for r in readings}), 0.0)


def test_a_day_named_rightly_scores_everything():
    s = scored(labelled("etf_outflow", "long_crowding"), "etf_outflow", "long_crowding", "regulation")
    assert (s.top1, s.lenient1, s.recall3, s.reciprocal, s.direction, s.sign_errors) == (True, True, 1, 1, True, 0)
    assert not s.wrong
    assert s.missed == ()


def test_the_second_label_first_is_half_right():
    s = scored(
        labelled("etf_outflow", "long_crowding", "regulation"), "long_crowding", "etf_outflow", direction="rally"
    )
    assert (s.top1, s.lenient1, s.recall3, s.reciprocal, s.direction) == (False, True, 2 / 3, 1 / 2, False)
    assert s.missed == ("regulation",)
    assert s.wrong


def test_only_the_first_three_count_but_for_the_reciprocal_rank():
    day = labelled("etf_outflow", "long_crowding", "regulation", "deleveraging")
    s = scored(day, "deleveraging", "quiet_range", "alt_weakness", "etf_outflow")
    assert (s.lenient1, s.recall3, s.reciprocal) == (False, 0, 1 / 4)


def test_a_cause_predicted_twice_takes_one_place():
    s = scored(labelled("regulation", "etf_outflow"), "etf_outflow", "etf_outflow", "etf_outflow", "regulation")
    assert s.predicted == ("etf_outflow", "regulation")
    assert (s.recall3, s.reciprocal) == (1, 1 / 2)


def test_the_opposite_of_a_label_is_an_error_of_sign():
    day = labelled("etf_outflow", "macro_headwind", "regulation", "support_break")
    assert scored(day, "etf_inflow", "macro_tailwind", "resistance_breakout").sign_errors == 2
    assert scored(day, "regulation", "etf_outflow", "quiet_range", "etf_inflow").sign_errors == 0


def test_a_day_without_a_prediction_scores_nothing():
    (s,) = score([labelled("etf_outflow")], {})
    assert (s.top1, s.lenient1, s.recall3, s.reciprocal, s.direction, s.sign_errors) == (False, False, 0, 0, False, 0)
    assert s.wrong


def test_means_over_days_and_trigger1_without_the_news():
    days = [labelled("etf_outflow", day=FIRST), labelled("regulation", day=FIRST + timedelta(1))]
    m = measure(score(days, {day.date: Prediction(DayKind.SELLOFF, ("regulation", "etf_outflow")) for day in days}))
    assert (m.days, m.top1, m.mrr, m.direction, m.trigger1, m.numeric) == (2, 0.5, 0.75, 1, 0, 1)
    assert measure(()).top1 == 0


def plainly(days, told):
    """The same measures, day by day and without sharing a line with the module."""
    sums = dict.fromkeys(("top1", "lenient1", "recall3", "mrr", "direction", "sign_errors", "trigger1"), 0.0)
    numeric = 0
    for day in days:
        want, said_so = [], []
        for code, _ in sorted(day.pairs, key=lambda pair: pair[1]):
            want += [code] if code not in want else []
        direction, codes = told.get(day.date, ("", ()))
        for code in codes:
            said_so += [code] if code not in said_so else []
        hit = 1.0 if said_so and said_so[0] == want[0] else 0.0
        sums["top1"] += hit
        sums["lenient1"] += 1.0 if said_so and said_so[0] in want[0:2] else 0.0
        sums["recall3"] += len([c for c in want[0:3] if c in said_so[0:3]]) / len(want[:3])
        sums["mrr"] += next((1 / place for place, c in enumerate(said_so, 1) if c == want[0]), 0.0)
        sums["direction"] += direction == day.direction
        for a, b in FLIPS.items():
            sums["sign_errors"] += (a in said_so[0:3] and b in want[0:3]) + (b in said_so[0:3] and a in want[0:3])
        if want[0] not in NEWS:
            numeric += 1
            sums["trigger1"] += hit
    means = {name: total / len(days) for name, total in sums.items()}
    return means | {"sign_errors": sums["sign_errors"], "trigger1": sums["trigger1"] / max(1, numeric)}


@pytest.mark.parametrize("seed", range(20))
def test_both_ways_to_compute_agree(seed):
    """Random days with repeated codes and equal ranks; predictions with repeats, foreign causes, none, or no day."""
    chance = Random(seed)
    days, told = [], {}
    for n in range(30):
        ranks = sorted(chance.choices(range(1, 4), k=chance.randint(1, 5)))
        pairs = [(chance.choice(CODES), rank) for rank in ranks]
        days.append(SimpleNamespace(date=FIRST + timedelta(n), direction=chance.choice(list(DayKind)), pairs=pairs))
        causes = chance.choices([*CODES, "a_cause_of_ours"], k=chance.randint(0, 6))
        if chance.random() > 0.1:
            near = [code for code, _ in pairs] if chance.random() > 0.5 else []
            told[days[-1].date] = (chance.choice(list(DayKind)), tuple(near[: chance.randint(0, 3)] + causes))
    ours = [LabelledDay(d.date, d.direction, tuple(dict.fromkeys(code for code, _ in d.pairs))) for d in days]
    m = measure(score(ours, {day: Prediction(*said_of) for day, said_of in told.items()}))
    for name, value in plainly(days, told).items():
        assert getattr(m, name) == pytest.approx(value, abs=1e-12), name


def test_a_tally_counts_what_was_labelled_found_and_invented():
    day = labelled("etf_outflow", "long_crowding", "regulation", "spot_selling")
    scores = [scored(day, "spot_selling", "etf_outflow", "etf_inflow", "spot_buying")]
    t = tally(scores, FAMILIES["FLOW"])
    assert (t.labelled, t.found, t.invented, t.days, t.firsts) == (1, 1, 1, 1, 0)
    t = tally(scores, FAMILIES["MACRO"])
    assert (t.labelled, t.found, t.invented, t.days, t.firsts) == (0, 0, 0, 0, 0)


def test_quarters_run_in_order():
    days = [labelled("regulation", day=date(*day)) for day in ((2025, 4, 1), (2024, 12, 31), (2025, 6, 30))]
    assert {q: len(s) for q, s in quarters(score(days, {})).items()} == {"2024 Q4": 1, "2025 Q2": 2}


def test_what_was_said_is_only_what_was_judged_and_can_be_labelled():
    day = labelled("etf_outflow", "regulation", "support_break", "deleveraging")
    told = explained(
        finding("etf_outflow", 0.9),
        finding("deleveraging", 0.2, State.INACTIVE),
        finding("long_crowding", 0.4, State.UNKNOWN),
        finding("support_break", 0.0, State.NOT_APPLICABLE),
        finding("a_cause_of_ours", 0.8),
    )
    sayings = said([day, labelled("regulation", day=FIRST + timedelta(1))], {FIRST: told})
    assert sayings == (Said(FIRST, "etf_outflow", 0.9, True), Said(FIRST, "deleveraging", 0.2, False))
    assert brier(sayings) == pytest.approx((0.1**2 + 0.2**2) / 2)


def test_what_is_usual_leaves_the_day_itself_out():
    week = timedelta(7)
    days = [
        labelled("etf_outflow", day=FIRST),
        labelled("regulation", "etf_outflow", day=FIRST + week),
        labelled("regulation", day=FIRST + 2 * week),
        labelled("etf_inflow", day=FIRST + 3 * week, direction="rally"),
    ]
    sayings = [Said(FIRST, "etf_outflow", 0.9, True), Said(FIRST + 3 * week, "etf_outflow", 0.1, False)]
    assert [s.confidence for s in usual(days, sayings)] == [1 / 2, 2 / 3]


def test_reliability_has_four_bins_and_the_same_intervals_every_time():
    sayings = [
        Said(FIRST + timedelta(n), "regulation", c, n % 2 == 0) for n, c in enumerate([0.0, 0.25, 0.3, 0.75, 1.0])
    ]
    bins = reliability(sayings)
    assert [(b.low, b.high, b.n) for b in bins] == [(0.0, 0.25, 1), (0.25, 0.5, 2), (0.75, 1.0, 2)]
    assert [b.confidence for b in bins] == [0.0, 0.275, 0.875]
    assert [b.share for b in bins] == [1.0, 0.5, 0.5]
    assert bins[1].interval == (0.0, 1.0)
    assert bins[0].interval == (1.0, 1.0)
    assert reliability(sayings) == bins
    many = [Said(FIRST + timedelta(n), "regulation", 0.6, n % 4 == 0) for n in range(200)]
    (only,) = reliability(many)
    assert 0.18 < only.interval[0] < 0.25 < only.interval[1] < 0.32


def test_the_fixed_list_is_learnt_from_other_weeks():
    days = [
        labelled("etf_outflow", day=FIRST),
        labelled("etf_outflow", "long_crowding", day=FIRST + timedelta(1)),
        labelled("support_break", "long_crowding", day=FIRST + timedelta(7)),
        labelled("regulation", "support_break", day=FIRST + timedelta(14)),
        labelled("short_squeeze", day=FIRST + timedelta(21), direction="rally"),
    ]
    told = {day.date: explained() for day in days[:1]} | {days[4].date: explained(kind="selloff")}
    lists = fixed_lists(days, told)
    assert lists[FIRST] == Prediction(DayKind.SELLOFF, ("support_break", "regulation", "long_crowding"))
    assert lists[days[4].date].causes == ("etf_outflow", "support_break", "long_crowding", "regulation")
    assert set(lists) == {FIRST, days[4].date}


def clause(name, z):
    return Contribution(name, "a.reading", False, "supporting", 1.0, None, z, 0.5, 0.0, None, None, "", "")


def test_the_loudest_cause_is_the_one_whose_z_speaks_for_it():
    def ramp(name, start, end, counter=False):
        return SimpleNamespace(id=name, start=start, end=end, counter=counter)

    clauses = (ramp("rises", 1, 3), ramp("falls", -1, -3), ramp("not_so", 1, 3, counter=True))
    rules = SimpleNamespace(cause=lambda _: SimpleNamespace(clauses=clauses))
    told = explained(
        finding("regulation", contributions=(clause("rises", 2.0), clause("falls", 9.0))),
        finding("etf_outflow", contributions=(clause("falls", -3.0), clause("not_so", 8.0)), state=State.INACTIVE),
        finding("support_break", contributions=(clause("rises", -4.0), clause("falls", None))),
        finding("eth_weakness", contributions=(clause("rises", 7.0),), state=State.NOT_APPLICABLE),
    )
    assert loudest({FIRST: told}, rules)[FIRST].causes == ("etf_outflow", "regulation")


def test_base_rates_rank_every_cause_that_applies():
    told = explained(
        finding("regulation", base_rate=0.2, state=State.UNKNOWN),
        finding("etf_outflow", base_rate=0.4, state=State.INACTIVE),
        finding("deleveraging", base_rate=0.2),
        finding("etf_inflow", base_rate=0.9, state=State.NOT_APPLICABLE),
    )
    assert by_base_rate({FIRST: told})[FIRST].causes == ("etf_outflow", "deleveraging", "regulation")


def test_a_quiet_day_is_overdone_by_a_story_nobody_told():
    told = explained(
        finding("macro_headwind", 0.7, role=Role.BACKDROP),
        finding("etf_inflow", 0.59),
        finding("quiet_range", 0.9, role=Role.BACKDROP),
        finding("liquidity_thin", 0.9, role=Role.AMPLIFIER),
        finding("eth_strength", 0.9, role=Role.DIFFERENTIATION),
        finding("support_break", 0.9, State.INACTIVE),
        kind="quiet",
    )
    assert [f.cause for f in overdone(told, 0.6)] == ["macro_headwind"]
    assert overdone(told, 0.6, ("macro_headwind",)) == ()
    assert overdone(told, 0.75) == ()


@pytest.mark.parametrize(("move", "little"), [(0.49, True), (-0.49, True), (0.5, False), (-0.5, False)])
def test_a_little_move_is_less_than_half_the_usual_range(move, little):
    assert moved_little(explained(readings=[reading("price.return_over_atr.btc", move)])) is little


def test_an_unmeasured_move_is_no_little_one():
    assert not moved_little(explained())
