"""The rules that ship: each case of their own tests, and what must hold across files."""

import pytest

from bot.domain.explanation import DayKind, Role
from bot.reasoning.casebook import run_case
from bot.reasoning.layers import casebook_path, cause_paths
from bot.reasoning.rulebook import load_rulebook
from bot.resources import rules_folder

MIRRORS = {
    "etf_outflow": "etf_inflow",
    "long_crowding": "short_crowding",
    "long_liquidation_cascade": "short_squeeze",
    "macro_headwind": "macro_tailwind",
    "eth_weakness": "eth_strength",
    "support_break": "resistance_breakout",
}
CLAIMS = {
    "etf_outflow": {"support_withdrawn", "us_hours_selling", "outflow_streak"},
    "etf_inflow": {"steady_bid", "us_hours_buying", "inflow_streak"},
    "long_crowding": {"overheated_before", "leverage_high", "leverage_added", "crowd_was_long", "chain_liquidation"},
    "short_crowding": {"shorts_were_paying", "leverage_high", "leverage_added", "crowd_was_short", "forced_covering"},
    "long_liquidation_cascade": {"cascade", "loop", "broad"},
    "short_squeeze": {"squeeze", "loop", "broad"},
    "macro_headwind": {"yields_up", "dollar_up", "risk_off", "cut_hopes_faded", "rebounds_capped"},
    "macro_tailwind": {"yields_down", "dollar_down", "risk_on", "cut_hopes_grew"},
    "eth_weakness": {"lagged_beta", "heavier_redemptions", "heavier_leverage"},
    "eth_strength": {"beat_beta", "heavier_inflows", "shorts_hit_harder"},
    "support_break": {"closed_below", "deep_break", "heavy_volume"},
    "resistance_breakout": {"closed_above", "high_break", "heavy_volume"},
    "quiet_range": set(),
}


@pytest.fixture(scope="module")
def rulebook():
    return load_rulebook(rules_folder())


def test_case(case):
    failure = run_case(case)
    if failure:
        pytest.fail(failure, pytrace=False)


def test_the_rules_load_without_a_warning(rulebook):
    assert rulebook.warnings == ()


@pytest.mark.parametrize("path", cause_paths(rules_folder()), ids=lambda path: path.stem)
def test_every_cause_has_at_least_five_cases(path):
    assert casebook_path(path).read_text(encoding="utf-8").count("- name:") >= 5


@pytest.mark.parametrize(("cause", "claims"), CLAIMS.items())
def test_the_claims_that_templates_name_exist(rulebook, cause, claims):
    assert claims <= {claim.id for claim in rulebook.cause(cause).claims}


@pytest.mark.parametrize(("cause", "mirror"), MIRRORS.items())
def test_mirrors_weigh_alike(rulebook, cause, mirror):
    """Whoever tunes one side tunes the other: points, needs, groups and timing are the same, only signs differ."""

    def shape(name):
        clauses = [c for c in rulebook.cause(name).clauses if c.weight]
        return [(c.need, c.favour, c.against, c.on_z, c.group, c.timing, c.counter) for c in clauses]

    assert shape(cause) == shape(mirror)
    assert rulebook.cause(cause).base_rate == rulebook.cause(mirror).base_rate
    assert rulebook.cause(cause).role is rulebook.cause(mirror).role


def test_every_kind_of_day_has_something_to_explain_it(rulebook):
    for kind in DayKind:
        roles = {cause.role for cause in rulebook.judged if kind in cause.applies_to}
        assert roles & {Role.TRIGGER, Role.MECHANISM, Role.BACKDROP}, kind
