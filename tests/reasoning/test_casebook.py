"""Tests of rules are files too: their faults have places, their failures say what differed."""

import pytest

from bot.errors import RuleFaults
from bot.reasoning.casebook import run_casebook

CASES = "causes/plain.test.yaml"
WRONG = {
    "another rule": ("rule: plain.yaml", "rule: fancy.yaml", ":1:7: this file lies beside plain.yaml, not fancy.yaml"),
    "unknown reading": ("liquidations.long:", "liquidations.lung:", ":6:7: unknown reading 'liquidations.lung'; did"),
    "no asset": ("liquidations.long:", '"liquidations.long.{asset}":', ":6:7: name the asset: nothing fills {asset}"),
    "unit": ("{value: 4e8,", "{unit: percent, value: 4e8,", "liquidations.long is measured in USD, not in percent"),
    "z without a baseline": ("liquidations.long:", "price.close.btc:", "price.close.btc has no baseline, so it never"),
    "unknown claim": ("claims: [large]", "claims: [huge]", ":7:38: plain has no 'huge'; it has large"),
    "unknown clause": ("claims: [large]", "missing: [sise]", ":7:39: plain has no 'sise'; it has size"),
    "nothing missing": ("claims: [large]", "missing: []", "tests.a large one.expect.missing: "),
    "state": ("state: active", "state: alive", "tests.a large one.expect.state: 'alive' is not one of"),
    "no time zone": ("end: 2026-01-15T08:00Z}\n    exp", "end: 2026-01-15T08:00}\n    exp", "is no time in UTC"),
    "no time": ("end: 2026-01-15T08:00Z}\n    exp", "end: yesterday}\n    exp", "'yesterday' is no time in UTC"),
    "window backwards": ("start: 2026-01-14", "start: 2026-01-16", "a window needs start < end <= as_of"),
    "unknown key": ("    given:", "    giving: 1\n    given:", ":5:5: unknown key 'giving'; did you mean 'given'?"),
    "limits": ("state: active", "state: active, confidence: [0.9, 0.1]", "the lower limit stands first"),
    "one limit": ("state: active", "state: active, confidence: [0.9]", "expect.confidence"),
    "scope": ("    given:", "    scope: PEPE\n    given:", "unknown scope 'PEPE'"),
    "day kind": ("    given:", "    day_kind: crash\n    given:", "day_kind: 'crash' is not one of"),
    "no tests": ("tests:\n", "tests: []\nrest:\n", "tests: "),
    "twice": ("rule: plain.yaml", "rule: plain.yaml\nrule: plain.yaml", ":2:1: the key 'rule' stands here twice"),
}


def run(folder):
    return run_casebook(folder.path, folder.load())


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_faults(folder, old, new, message):
    folder.swap(old, new, CASES)
    with pytest.raises(RuleFaults) as caught:
        run(folder)
    assert any(message in str(fault) for fault in caught.value.faults), str(caught.value)


def test_a_case_that_holds(folder):
    (outcome,) = run(folder)
    assert (outcome.passed, outcome.failure, outcome.case.name) == (True, "", "a large one")


DIFFERENT = {
    "state": ("state: active", "state: unknown", "plain.test.yaml:4: state: wanted unknown, got active"),
    "confidence": ("state: active", "state: active, confidence: [0, 0.1]", "confidence: wanted [0.0, 0.1], got 0.774"),
    "coverage": ("state: active", "state: active, coverage: [0, 0.1]", "coverage: wanted [0.0, 0.1], got 1.000"),
    "points": ("state: active", "state: active, points: [4, 5]", "points: wanted [4.0, 5.0], got 3.000"),
    "claims": ("claims: [large]", "claims: []", "claims: wanted [], got [large]"),
    "missing": ("claims: [large]", "missing: [size]", "missing: wanted [size], but [size] had a reading"),
}


@pytest.mark.parametrize(("old", "new", "message"), DIFFERENT.values(), ids=DIFFERENT)
def test_differences(folder, old, new, message):
    folder.swap(old, new, CASES)
    (outcome,) = run(folder)
    assert message in outcome.failure
    assert "size" in outcome.failure.splitlines()[-1]


def test_a_failed_state_says_why(folder):
    folder.swap("z: 3.5, ", "", CASES)
    (outcome,) = run(folder)
    assert "state: wanted active, got inactive (+0.0 points on a base rate of 30% leave 30%)" in outcome.failure
    assert "size has no grade" in outcome.failure


def test_known_is_the_end_unless_given(folder):
    folder.swap("end: 2026-01-15T08:00Z}\n    exp", "end: 2026-01-15T08:00Z, known: 2026-01-15T08:01Z}\n    exp", CASES)
    (outcome,) = run(folder)
    assert "it became known 2026-01-15 08:01 UTC, after the window's end" in outcome.failure


def test_the_day_kind_is_the_causes_first_unless_given(folder):
    folder.swap("    given:", "    day_kind: rally\n    given:", CASES)
    (outcome,) = run(folder)
    assert "state: wanted active, got not_applicable" in outcome.failure


def test_a_retired_cause_keeps_its_tests(folder):
    folder.swap("status: experimental", "status: retired")
    assert all(outcome.passed for outcome in run(folder))
