"""The order in which causes are told and scored."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.explanation import DayKind, Explanation, Finding, Role, State
from bot.domain.readings import Readings
from bot.domain.window import MARKET, Window

DAY = Window(datetime(2025, 2, 25, tzinfo=UTC), datetime(2025, 2, 26, tzinfo=UTC), datetime(2025, 2, 26, tzinfo=UTC))


def finding(cause, role, confidence, *, state=None, refuted=False):
    judged = state or (State.ACTIVE if confidence >= 0.5 else State.INACTIVE)
    return Finding(cause, cause, role, judged, confidence, 0.3, 0.0, 1.0, (), (), "", refuted)


def explanation(*findings):
    return Explanation(DAY, MARKET, DayKind.SELLOFF, findings, Readings({}), 1.0)


def names(findings):
    return [found.cause for found in findings]


def test_the_surest_cause_comes_first():
    told = explanation(finding("a", Role.TRIGGER, 0.6), finding("b", Role.TRIGGER, 0.9))
    assert names(told.ranking) == ["b", "a"]


def test_a_cascade_does_not_open_where_something_may_have_started_the_fall():
    told = explanation(finding("cascade", Role.AMPLIFIER, 0.95), finding("outflow", Role.TRIGGER, 0.6))
    assert names(told.ranking) == ["outflow", "cascade"]


def test_a_cascade_opens_where_nothing_else_has_a_chance_of_three_in_eight():
    told = explanation(finding("cascade", Role.AMPLIFIER, 0.95), finding("outflow", Role.TRIGGER, 0.37))
    assert names(told.hypotheses) == ["cascade", "outflow"]


def test_a_possible_start_opens_the_hypotheses_but_is_not_told():
    told = explanation(finding("cascade", Role.AMPLIFIER, 0.95), finding("outflow", Role.TRIGGER, 0.4))
    assert names(told.hypotheses) == ["outflow", "cascade"]
    assert names(told.ranking) == ["cascade"]


def test_the_surest_carrier_stands_third_at_the_latest():
    triggers = [finding(name, Role.TRIGGER, 0.9) for name in "abcd"]
    told = explanation(*triggers, finding("cascade", Role.AMPLIFIER, 0.7), finding("crowd", Role.MECHANISM, 0.6))
    assert names(told.ranking) == ["a", "b", "cascade", "c", "d", "crowd"]


def test_a_carrier_that_is_not_active_is_not_moved():
    triggers = [finding(name, Role.TRIGGER, 0.9) for name in "abc"]
    told = explanation(*triggers, finding("cascade", Role.AMPLIFIER, 0.4))
    assert names(told.hypotheses) == ["a", "b", "c", "cascade"]


def test_one_coin_against_another_never_opens_by_itself():
    told = explanation(finding("eth", Role.DIFFERENTIATION, 0.9), finding("macro", Role.BACKDROP, 0.5))
    assert names(told.ranking) == ["macro", "eth"]


def test_what_was_refuted_or_not_assessed_is_no_hypothesis():
    told = explanation(
        finding("refuted", Role.TRIGGER, 0.4, refuted=True),
        finding("unknown", Role.TRIGGER, 0.4, state=State.UNKNOWN),
        finding("other", Role.TRIGGER, 0.0, state=State.NOT_APPLICABLE),
        finding("possible", Role.TRIGGER, 0.2),
        finding("faint", Role.TRIGGER, 0.09),
    )
    assert names(told.hypotheses) == ["possible"]


@given(
    st.lists(st.tuples(st.sampled_from(Role), st.floats(0.01, 0.99)), max_size=12).map(
        lambda drawn: [finding(f"c{n}", role, confidence) for n, (role, confidence) in enumerate(drawn)]
    )
)
def test_every_possible_cause_is_listed_once_whatever_their_order_in_the_rulebook(findings):
    told, turned = explanation(*findings), explanation(*reversed(findings))
    assert sorted(names(told.hypotheses)) == sorted(f.cause for f in findings if f.confidence >= 0.1)
    assert names(told.hypotheses) == names(turned.hypotheses)
    assert names(told.ranking) == [f.cause for f in told.hypotheses if f.confidence >= 0.5]
