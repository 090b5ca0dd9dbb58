"""What must hold for any rule and any reading."""

from dataclasses import replace
from datetime import timedelta
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import START, WINDOW, reading

from bot.domain.explanation import DayKind, Role
from bot.domain.readings import Readings
from bot.domain.window import MARKET
from bot.reasoning.cause import Cause, Clause, Timing
from bot.reasoning.evaluate import judge
from bot.reasoning.evidence import sight_of

NAMES = ("liquidations.long", "liquidations.short", "liquidations.total", "rates.us10y.change", "etf.net_flow.btc")
TIMING = Timing("before_window_end", "as_of", timedelta(days=3))
points = st.floats(0, 4)
zs = st.floats(-5, 5)


@st.composite
def clauses(draw, n):
    counter = draw(st.booleans())
    favour, against = 0.0 if counter else draw(points), draw(points)
    start = draw(st.floats(-3, 3))
    end = start + draw(st.sampled_from((-1, 1))) * draw(st.floats(0.5, 3))
    known_by = draw(st.sampled_from(("window_start", "window_end", "as_of")))
    return Clause(
        id=f"c{n}",
        reading=NAMES[n],
        market_reading=NAMES[n],
        need=draw(st.sampled_from(("supporting", "one_of", "required"))),
        on_z=True,
        start=start,
        end=end,
        favour=favour,
        against=against,
        group=draw(st.sampled_from(("", "a", "b"))),
        timing=replace(TIMING, known_by=known_by),
        weight=max(favour, against),
        counter=counter,
    )


def cause_of(listed, base_rate=0.3):
    def where(test):
        return tuple(n for n, clause in enumerate(listed) if test(clause))

    groups = (where(lambda c, g=g: c.group == g) for g in ("a", "b"))
    return Cause(
        name="made",
        title="Made",
        role=Role.TRIGGER,
        status="stable",
        applies_to=tuple(DayKind),
        scopes=(),
        base_rate=base_rate,
        prior=log2(base_rate / (1 - base_rate)),
        weight=sum(clause.weight for clause in listed),
        clauses=tuple(listed),
        required=where(lambda c: c.need == "required"),
        one_of=where(lambda c: c.need == "one_of"),
        groups=tuple(group for group in groups if len(group) > 1),
        claims=(),
    )


rules = st.integers(1, 5).flatmap(lambda n: st.tuples(*map(clauses, range(n)))).map(list)
days = st.lists(zs, min_size=5, max_size=5)


def judged(listed, values, **late):
    """The finding where clause n's reading has z `values[n]`, or none where that is None."""
    made = {
        name: reading(name, 0.0, z, START, late.get(name.replace(".", "_"), START))
        for name, z in zip(NAMES, values, strict=False)
        if z is not None
    }
    return judge(cause_of(listed), sight_of(Readings(made), WINDOW, MARKET), DayKind.SELLOFF)


def with_z(clause, grade):
    return clause.start + grade * (clause.end - clause.start)


@given(rules, days, st.data())
def test_more_evidence_never_lowers_confidence(listed, values, data):
    n = data.draw(st.integers(0, len(listed) - 1))
    low, high = sorted(data.draw(st.lists(st.floats(0, 1), min_size=2, max_size=2)))
    weak, strong = [*values], [*values]
    weak[n], strong[n] = with_z(listed[n], low), with_z(listed[n], high)
    before, after = judged(listed, weak).confidence, judged(listed, strong).confidence
    assert before >= after - 1e-9 if listed[n].counter else before <= after + 1e-9


@given(rules, days, st.data())
def test_a_small_step_is_a_small_change(listed, values, data):
    n = data.draw(st.integers(0, len(listed) - 1))
    moved = [*values]
    moved[n] += 1e-6
    # 8 points over a ramp of 0.5 change the log-odds by 16 a unit of z, and p by at most ln 2 / 4 of that
    assert judged(listed, values).confidence == pytest.approx(judged(listed, moved).confidence, abs=4e-6)


@given(rules, days, st.data())
def test_what_is_missing_leaves_confidence_between_the_extremes(listed, values, data):
    n = data.draw(st.integers(0, len(listed) - 1))
    least, most, none = [*values], [*values], [*values]
    least[n], most[n], none[n] = with_z(listed[n], 0), with_z(listed[n], 1), None
    ends = sorted((judged(listed, least).confidence, judged(listed, most).confidence))
    assert ends[0] - 1e-9 <= judged(listed, none).confidence <= ends[1] + 1e-9


@given(rules, days, st.data())
def test_the_order_of_clauses_changes_nothing(listed, values, data):
    shuffled = data.draw(st.permutations(listed))
    one, other = judged(listed, values), judged(shuffled, values)
    assert one.confidence == pytest.approx(other.confidence)
    assert one.coverage == pytest.approx(other.coverage)
    assert one.state is other.state


@given(rules, days, st.sets(st.sampled_from(NAMES)), zs)
def test_nothing_known_after_the_telling_ever_counts(listed, values, late, other):
    known = {name.replace(".", "_"): WINDOW.as_of + timedelta(microseconds=1) for name in late}
    changed = [other if name in late else z for name, z in zip(NAMES, values, strict=True)]
    absent = [None if name in late else z for name, z in zip(NAMES, values, strict=True)]
    assert judged(listed, values, **known) == judged(listed, changed, **known) == judged(listed, absent)


@given(rules, days)
def test_the_table_adds_up_and_stays_in_bounds(listed, values):
    found = judged(listed, values)
    assert sum(c.points for c in found.contributions) == pytest.approx(found.points)
    assert 0 < found.confidence < 1
    assert 0 <= found.coverage <= 1
