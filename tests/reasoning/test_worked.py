"""Four causes worked out by hand: the numbers of a whole day, and all of their own cases."""

from dataclasses import replace
from pathlib import Path

import pytest
from made import END, START, WINDOW, reading, selloff

from bot.domain.readings import Readings
from bot.domain.window import MARKET
from bot.reasoning.casebook import load_cases, run_case, run_casebook
from bot.reasoning.evaluate import explain
from bot.reasoning.rulebook import load_rulebook

FOLDER = Path(__file__).parent / "worked"
RULEBOOK = load_rulebook(FOLDER)
EXPECTED = {
    "etf_outflow": (0.936, 5.10, 0.733, {"support_withdrawn", "us_hours_selling"}),
    "long_crowding": (0.955, 5.30, 1.0, {"chain_liquidation", "overheated_before"}),
    "macro_headwind": (0.557, 1.918, 0.80, {"rebounds_capped"}),
    "eth_weakness": (0.802, 3.60, 1.0, {"heavier_redemptions", "heavier_leverage"}),
}


@pytest.fixture(scope="module")
def explanation():
    """The first case of each cause, all in one day."""
    first = {case.cause.name: case for case in reversed(load_cases(FOLDER, RULEBOOK))}
    given = {name: found for case in first.values() for name, found in case.readings.items()}
    return explain(RULEBOOK, Readings({**selloff(), **given}), WINDOW, MARKET)


@pytest.mark.parametrize("case", load_cases(FOLDER, RULEBOOK), ids=lambda case: f"{case.cause.name}: {case.name}")
def test_case(case):
    assert run_case(case) == ""


@pytest.mark.parametrize("cause", EXPECTED)
def test_numbers_of_the_day(explanation, cause):
    confidence, points, coverage, claims = EXPECTED[cause]
    finding = explanation.finding(cause)
    assert finding.confidence == pytest.approx(confidence, abs=0.0006)
    assert finding.points == pytest.approx(points, abs=0.006)
    assert finding.coverage == pytest.approx(coverage, abs=0.001)
    assert set(finding.claims) == claims


def test_the_table_adds_up(explanation):
    for finding in explanation.findings:
        assert sum(c.points for c in finding.contributions) == pytest.approx(finding.points)


def test_explained_is_the_chance_that_any_of_them_was_there(explanation):
    # 1 - (1 - .936)(1 - .955)(1 - .557); the differentiation explains no move
    assert explanation.explained == pytest.approx(0.9987, abs=0.0001)
    assert explanation.clear


def test_a_failing_case_shows_its_clauses():
    case = load_cases(FOLDER, RULEBOOK)[0]
    wrong = case.expect.model_copy(update={"confidence": (0.99, 1.0)})
    lines = run_case(replace(case, expect=wrong)).splitlines()
    assert lines[0] == f"{case.path}:4: confidence: wanted [0.99, 1.0], got 0.936"
    assert lines[1].split() == ["net_flow", "grade=1.00", "points=+3.00"]
    assert "flow_small_vs_volume" in lines[4]
    assert "grade=None" in lines[4]
    assert "nothing is known of etf.net_flow.share_of_spot_volume" in lines[4]


def test_temperature_scales_all_points():
    mild = replace(RULEBOOK, temperature=0.5)
    given = selloff(
        reading("etf.net_flow.btc_eth", -469e6, -2.6, END), reading("premium.coinbase.btc", -9, -1.7, START)
    )
    full, half = (explain(book, given, WINDOW, MARKET).finding("etf_outflow") for book in (RULEBOOK, mild))
    assert half.points == full.points
    assert half.base_rate < half.confidence < full.confidence


def test_every_case_of_a_folder_is_run():
    outcomes = run_casebook(FOLDER, RULEBOOK)
    assert len(outcomes) == 16
    assert all(outcome.passed for outcome in outcomes)
