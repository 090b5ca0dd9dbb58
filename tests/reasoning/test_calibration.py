"""Confidences are fitted only where that holds up on weeks left out, and the file says to which rules it belongs."""

from datetime import date, timedelta
from math import log, log2
from random import Random

import pytest
from made import WINDOW, reading, selloff

from bot.domain.explanation import DayKind
from bot.domain.window import MARKET
from bot.errors import RuleFaults
from bot.reasoning.calibrate import Fold, Model, Trial, Weighed, calibrate, fit_of, heated
from bot.reasoning.calibration import Calibration, Fit, to_yaml
from bot.reasoning.casebook import run_casebook
from bot.reasoning.evaluate import explain
from bot.reasoning.labels import LabelledDay
from bot.reasoning.layers import CALIBRATION
from bot.reasoning.rulebook import load_rulebook

FIRST = date(2024, 1, 1)
TODAY = date(2025, 6, 1)
DIGEST = "0" * 32


def week(n, pairs, group=""):
    return LabelledDay(FIRST + timedelta(7 * n), DayKind.SELLOFF, ("regulation",), group=group), tuple(pairs)


def made_up(weeks, truth=1.0, shift=0.0, seed=1):
    """Weeks of one day with eight judged causes, labelled as often as `truth` x points and `shift` say."""
    chance = Random(seed)

    def pair(n):
        points = chance.uniform(-5, 5)
        log_odds = truth * points - 1 + (shift if n % 2 else 0)
        return Weighed("regulation" if n % 2 else "etf_outflow", -1.0, points, chance.random() < 1 / (1 + 2**-log_odds))

    return [week(n, [pair(k) for k in range(8)]) for n in range(weeks)]


def test_the_temperature_of_least_log_loss():
    """Two of three labelled at 2 points are odds of 2, which half the points would give."""
    pairs = [Weighed("regulation", 0.0, sign * 2.0, hit) for sign, hit in ((1, True), (1, True), (1, False))]
    pairs += [Weighed("regulation", 0.0, -2.0, hit) for hit in (False, False, True)]
    assert heated(pairs).temperature == pytest.approx(0.5, abs=1e-4)
    assert heated(()) == Model()


def test_the_measures_of_a_model():
    pairs = [Weighed("regulation", 0.0, log2(3), True), Weighed("etf_outflow", 0.0, -log2(3), True)]
    fit = fit_of(pairs, Model())
    assert fit.brier == pytest.approx((0.25**2 + 0.75**2) / 2)
    assert fit.log_loss == pytest.approx(-(log(0.75) + log(0.25)) / 2)
    moved = Model(2.0, {"etf_outflow": 2 * log2(3)})
    assert fit_of(pairs, moved).brier == pytest.approx((0.1**2 + 0.5**2) / 2)


def test_overconfident_points_are_cooled():
    result = calibrate(made_up(40, truth=0.3), DIGEST, TODAY)
    assert result.temperature.accepted
    assert result.calibration.temperature == pytest.approx(0.3, abs=0.1)
    assert result.calibration.after.log_loss < result.calibration.before.log_loss
    assert result.calibration.after.brier < result.calibration.before.brier
    assert (result.calibration.rules, result.calibration.date, result.calibration.days) == (DIGEST, TODAY, 40)
    assert result.base_rates is None
    assert result.calibration.base_rates == {}


def test_points_that_are_right_stay_as_they_are():
    result = calibrate(made_up(40), DIGEST, TODAY)
    assert not result.temperature.accepted
    assert result.calibration.temperature == 1
    assert result.calibration.before == result.calibration.after


def test_base_rates_are_moved_where_that_holds_up_and_only_then():
    result = calibrate(made_up(40, shift=4.0), DIGEST, TODAY, base_rates=True)
    assert result.base_rates.accepted
    rates = result.calibration.base_rates
    assert set(rates) == {"regulation", "etf_outflow"}
    assert 1 / 3 < rates["regulation"] < 1 / (1 + 2**-3), "towards the truth, held back by the ridge"
    assert rates["etf_outflow"] == pytest.approx(1 / 3, abs=0.1)
    unmoved = calibrate(made_up(40), DIGEST, TODAY, base_rates=True)
    assert not unmoved.base_rates.accepted
    assert unmoved.calibration.base_rates == {}


def test_a_cause_labelled_on_few_days_keeps_its_base_rate():
    often = [week(n, [Weighed("regulation", -3.0, 0.0, labelled=True)]) for n in range(5)]
    assert set(calibrate(often, DIGEST, TODAY, base_rates=True).base_rates.fitted.shifts) == {"regulation"}
    assert calibrate(often[1:], DIGEST, TODAY, base_rates=True).base_rates.fitted.shifts == {}


def test_a_shift_is_shrunk_by_its_ridge():
    pairs = [week(n, [Weighed("regulation", 0.0, 0.0, n < 9)]) for n in range(12)]
    (shift,) = calibrate(pairs, DIGEST, TODAY, base_rates=True).base_rates.fitted.shifts.values()
    assert 0 < shift < log2(3)
    chance = 1 / (1 + 2**-shift)
    assert log(2) * (12 * chance - 9) + shift == pytest.approx(0, abs=1e-3)


def test_a_fold_is_judged_by_what_the_others_teach():
    days = made_up(10, truth=0.3)
    for n, fold in enumerate(calibrate(days, DIGEST, TODAY).temperature.folds):
        rest = [pair for k, (_, pairs) in enumerate(days) if k != n for pair in pairs]
        assert fold.model == heated(rest)
        assert fold.before == fit_of(days[n][1], Model()).brier
        assert fold.after == fit_of(days[n][1], fold.model).brier


def test_days_told_by_the_same_sources_are_left_out_together():
    days = [week(n, pairs, "one story" if n in (3, 4) else "") for n, (_, pairs) in enumerate(made_up(8))]
    assert [fold.days for fold in calibrate(days, DIGEST, TODAY).temperature.folds] == [1, 1, 1, 2, 1, 1, 1]


@pytest.mark.parametrize(("better", "accepted"), [(7, True), (6, False), (0, False)])
def test_seven_of_ten_weeks_must_get_better(better, accepted):
    folds = [Fold(FIRST, 1, Model(), 0.2, 0.1 if n < better else 0.2) for n in range(10)]
    assert Trial(Model(), tuple(folds)).accepted is accepted
    assert not Trial(Model(), ()).accepted


@pytest.fixture
def fitted(folder):
    """The small rulebook, and a way to lay a calibration beside it."""

    def lay(text=None, **changes):
        told = {"temperature": 0.5, "base_rates": {}, "rules": folder.load().digest} | changes
        calibration = Calibration(date=TODAY, days=9, before=Fit(0.2, 0.6), after=Fit(0.1, 0.5), **told)
        return folder.write(CALIBRATION, to_yaml(calibration) if text is None else text)

    folder.lay = lay
    return folder


def confidence(rulebook):
    day = selloff(reading("liquidations.long", 4e8, 3.0))
    return explain(rulebook, day, WINDOW, MARKET).finding("plain").confidence


def test_without_the_file_the_analysts_are_taken_at_their_word(folder):
    rulebook = folder.load()
    assert (rulebook.temperature, rulebook.stale) == (1.0, None)
    assert confidence(rulebook) == pytest.approx(24 / 31)


def test_what_was_fitted_is_applied(fitted):
    plain = fitted.load()
    fitted.lay(temperature=1 / 3, base_rates={"plain": 0.25})
    rulebook = fitted.load()
    assert rulebook.temperature == pytest.approx(1 / 3, abs=1e-4)
    assert rulebook.stale is None
    assert rulebook.cause("plain").base_rate == 0.25
    assert confidence(rulebook) == pytest.approx(0.4, abs=1e-4)
    assert rulebook.digest == plain.digest
    assert confidence(load_rulebook(fitted.path, fitted=False)) == confidence(plain)


def test_a_fit_to_other_rules_still_holds_but_is_known_to_be_stale(fitted):
    fitted.lay(base_rates={"plain": 0.25, "long_gone": 0.1})
    fitted.swap("A plain cause", "A plainer cause")
    rulebook = fitted.load()
    assert rulebook.temperature == 0.5
    assert rulebook.cause("plain").base_rate == 0.25
    assert str(rulebook.stale).endswith("calibration.yaml:4:8: was fitted to other rules; run recap calibrate")


def test_the_tests_of_rules_belong_to_the_rules_as_written(fitted):
    fitted.swap("expect: {state: active", "expect: {confidence: [0.7, 0.8], state: active", "causes/plain.test.yaml")
    fitted.lay(temperature=0.1)
    assert all(outcome.passed for outcome in run_casebook(fitted.path, load_rulebook(fitted.path, fitted=False)))
    assert not all(outcome.passed for outcome in run_casebook(fitted.path, fitted.load()))


WRONG = {
    "unknown key": ("temperature:", "temprature:", ":6:1: unknown key 'temprature'; did you mean 'temperature'?"),
    "missing key": ("days: 9\n", "", ":2:1: days: this key is missing"),
    "cold": ("temperature: 0.5", "temperature: 0", ":6:14: temperature: Input should be greater than 0, not 0"),
    "a word": ("temperature: 0.5", "temperature: warm", ":6:14: temperature: "),
    "no date": ("2025-06-01", "2025-06-31", ":3:7: date: '2025-06-31' is no date; write 2026-01-31"),
    "no digest": ("rules: '", "rules: 'x", ":4:8: rules: "),
    "a rate of 1": ("plain: 0.2500", "plain: 1", ":8:10: base_rates.plain: "),
    "no such cause": ("plain: 0.2500", "plian: 0.25", ":8:3: there is no cause 'plian'; did you mean 'plain'?"),
    "no YAML": ("schema: 1", "schema: [1", "isn't YAML"),
    "another schema": ("schema: 1", "schema: 2", ":2:9: schema: '2' is not one of 1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_of_the_file_is_told_at_its_place(fitted, name):
    old, new, complaint = WRONG[name]
    fitted.lay(base_rates={"plain": 0.25})
    fitted.swap(old, new, CALIBRATION)
    with pytest.raises(RuleFaults) as caught:
        fitted.load()
    found = [str(fault) for fault in caught.value.faults]
    assert any(f"{CALIBRATION}" in fault and complaint in fault for fault in found), found
    assert load_rulebook(fitted.path, fitted=False).temperature == 1, "a new fit mends it"


def test_its_faults_come_with_those_of_the_rules(fitted):
    fitted.lay("")
    fitted.swap("title:", "titel:")
    with pytest.raises(RuleFaults) as caught:
        fitted.load()
    assert {fault.path.name for fault in caught.value.faults} == {CALIBRATION, "plain.yaml"}
