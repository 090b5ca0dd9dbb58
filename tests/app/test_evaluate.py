"""`recap evaluate` and `recap calibrate` as people run them, on the sample with labels made for it."""

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bot import resources
from bot.app.evaluate import QuietDays, evaluate
from bot.app.misses import misses
from bot.app.retold import Retold, days_of, retell
from bot.app.scorecard import scorecard
from bot.domain.explanation import DayKind, State
from bot.reasoning.labels import read_labels
from bot.reasoning.reliability import assessed
from bot.reasoning.rulebook import load_rulebook
from bot.sources.archive import read_archive
from bot.sources.snapshot import from_archive

LABELS = Path(__file__).parents[1] / "cases" / "labelled_days.jsonl"
OVER = ("--sample", "--labels", str(LABELS))
ROW = re.compile(r"^(top1|lenient1|recall3|mrr|direction|sign errors|trigger1|Brier|skill) +(\S+)", re.MULTILINE)
NEWS = ("geopolitics_or_tariffs", "regulation", "security_incident", "supply_overhang", "profit_taking")


@pytest.fixture(scope="session")
def labels():
    return read_labels(LABELS)


@pytest.fixture(scope="session")
def retold(desk, labels):
    return retell([day.date for day in labels], desk.source, desk.rulebook)


@pytest.fixture
def own_rules(tmp_path):
    """A copy of the rules that ship, without any calibration."""
    folder = tmp_path / "rules"
    shutil.copytree(resources.rules_folder(), folder)
    (folder / "calibration.yaml").unlink(missing_ok=True)
    return folder


def lines_of(path):
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def figures(out):
    return {name: float(value) for name, value in ROW.findall(out)}


def told_plainly(answer, *words):
    assert answer.code in {1, 2}, answer
    assert "Traceback" not in answer.err + answer.out
    for word in words:
        assert word in answer.err, answer.err
    return True


def printed(evaluation):
    console = Console(width=200, record=True, file=StringIO())
    console.print(scorecard(evaluation))
    return console.export_text()


def by_hand(predictions, *, everything=False):
    """The printed measures from the two files alone."""
    days = [day for day in lines_of(LABELS) if day["core"] or everything]
    told = {p["date"]: p for p in predictions}
    gold = {day["date"]: [c["code"] for c in day["causes"]] for day in days}
    mine = {day: told.get(day, {}).get("causes", []) for day in gold}
    hits = {day: mine[day][:1] == gold[day][:1] for day in gold}
    numeric = [day for day in gold if gold[day][0] not in NEWS]
    sums = {
        "top1": sum(hits.values()),
        "lenient1": sum(bool(set(mine[day][:1]) & set(gold[day][:2])) for day in gold),
        "recall3": sum(len(set(mine[day][:3]) & set(gold[day][:3])) / min(3, len(gold[day])) for day in gold),
        "mrr": sum(1 / (1 + mine[day].index(gold[day][0])) for day in gold if gold[day][0] in mine[day]),
        "direction": sum(told.get(day["date"], {}).get("direction") == day["direction"] for day in days),
    }
    return {k: v / len(days) for k, v in sums.items()} | {"trigger1": sum(hits[d] for d in numeric) / len(numeric)}


@pytest.mark.parametrize("extra", [(), ("--all",)])
def test_what_is_printed_follows_from_the_predictions_written(recap, tmp_path, extra):
    out = tmp_path / "predictions.jsonl"
    answer = recap("evaluate", *OVER, "--predictions", str(out), *extra)
    assert (answer.code, answer.err) == (0, "")
    predictions = lines_of(out)
    assert [p["date"] for p in predictions] == sorted(day["date"] for day in lines_of(LABELS))
    assert all(set(p) == {"date", "direction", "causes"} for p in predictions)
    shown = figures(answer.out)
    for name, value in by_hand(predictions, everything=bool(extra)).items():
        assert shown[name] == pytest.approx(value, abs=5e-4), name
    assert f"{15 if extra else 13} labelled days" in answer.out


def test_a_prediction_lists_the_hypotheses_of_that_day(recap, tmp_path):
    out = tmp_path / "predictions.jsonl"
    assert recap("evaluate", *OVER, "--predictions", str(out)).code == 0
    form = json.loads(recap("write", "--sample", "--at", "2025-02-26T00:05Z", "--format", "json").out)
    (day,) = [p for p in lines_of(out) if p["date"] == "2025-02-25"]
    assert (day["causes"], day["direction"]) == (form["hypotheses"], form["day_kind"])


def test_the_scorecard_has_its_parts(recap):
    out = recap("evaluate", *OVER).out
    for words in (
        "rules   told  fixed list  largest |z|  base rates",
        "Reliability of",
        "ROTATION",
        "amplifiers",
        "2025 Q1",
    ):
        assert words in out
    assert "Days labelled quiet: " in out
    assert set(figures(out)) >= {"Brier", "skill", "sign errors"}


def test_the_store_tells_what_the_archive_tells(recap):
    assert recap("import", str(resources.sample_archive())).code == 0
    assert recap("evaluate", "--labels", str(LABELS)).out == recap("evaluate", *OVER).out


def test_the_days_it_got_wrong_show_why(recap, labels, retold, rulebook):
    result = evaluate(labels, retold, rulebook)
    lines = list(misses(result))
    wrong = [s for s in result.scores if s.wrong]
    assert wrong
    for score in wrong:
        assert any(line.startswith(f"{score.day.date}  {score.day.direction}: ") for line in lines)
    assert lines.count("") == len(wrong)
    assert len([line for line in lines if re.match(r"  \w", line)]) == sum(len(s.missed) for s in wrong)
    assert "\n".join(lines).splitlines()[-1] in recap("evaluate", *OVER, "--days", "--all").out


def test_a_missed_cause_shows_the_clauses_that_kept_it_away(labels, retold, rulebook):
    text = "\n".join(misses(evaluate(labels, retold, rulebook)))
    shown = [c for c in rulebook.causes if re.search(rf"^  {c.name}: inactive \d+%, .+\n    \S", text, re.MULTILINE)]
    assert shown
    assert all(f"    {cause.clauses[0].id} " in text for cause in shown)
    assert re.search(r"^    \S+ +[+-]\d\.\d\d  grade \d\.\d\d of \S+ ", text, re.MULTILINE)


def test_a_missed_cause_that_was_not_judged_shows_why(labels, retold, rulebook):
    day = next(day for day in labels if day.causes[0] == "etf_outflow")
    told = retold.explanations[day.date]
    gap = told.finding("etf_outflow")._replace(state=State.UNKNOWN, reason="no flows yet")
    result = evaluate([day], Retold({day.date: replace(told, findings=(gap,))}, {}), rulebook)
    assert list(misses(result))[2:] == [
        "  etf_outflow: unknown, no flows yet",
        *(f"  {cause}: no rule judges it" for cause in day.first_three[1:]),
    ]


def test_day_outside_the_data_is_named_and_scores_nothing(recap, tmp_path):
    beyond = json.loads(LABELS.read_text().splitlines()[0]) | {"date": "2025-06-01"}
    labels = tmp_path / "labels.jsonl"
    labels.write_text(LABELS.read_text() + json.dumps(beyond) + "\n")
    out = tmp_path / "predictions.jsonl"
    answer = recap("evaluate", "--sample", "--labels", str(labels), "--predictions", str(out), "--days")
    assert answer.code == 0
    assert answer.err.startswith("No recap of 2025-06-01: ")
    assert "2025-03-19" in answer.err
    assert len(lines_of(out)) == 15
    assert "14 labelled days" in answer.out
    assert figures(answer.out)["direction"] == pytest.approx(by_hand(lines_of(out))["direction"] * 13 / 14, abs=5e-4)
    assert re.search(r"^2025-06-01 .*not told, the data doesn't reach it", answer.out, re.MULTILINE)


def test_labels_of_days_that_all_lie_outside_the_data_score_nothing_at_all(recap, tmp_path):
    labels = tmp_path / "labels.jsonl"
    labels.write_text(json.dumps(json.loads(LABELS.read_text().splitlines()[0]) | {"date": "2012-06-01"}) + "\n")
    answer = recap("evaluate", "--sample", "--labels", str(labels))
    assert told_plainly(answer, "None of the 1 labelled days lies in the data. 2012-06-01: No bar of BTC")


def test_all_quiet_days_are_counted(recap, rulebook, tmp_path):
    folder = tmp_path / "archive"
    assert recap("export", str(folder), "--sample", "--from", "2025-01-20", "--to", "2025-03-05").code == 0
    answer = recap("evaluate", "--archive", str(folder), "--labels", str(LABELS), "--all-days")
    assert answer.code == 0, answer.err
    source = from_archive(read_archive(folder, headlines=False))
    told_of = retell(days_of(source), source, rulebook).explanations.values()
    moves = [e.readings.known("price.return_over_atr.btc") for e in told_of]
    counted = re.search(r"less than half its usual range: (\d+); on (\d+) of them", answer.out)
    assert 0 < int(counted[1]) == sum(move is not None and abs(move.value) < 0.5 for move in moves)
    assert int(counted[2]) <= int(counted[1])


def test_the_days_of_the_data_are_its_whole_days(desk):
    days = days_of(desk.source)
    assert (days[0], days[-1], len(days)) == (date(2024, 7, 15), date(2025, 3, 18), 247)


def test_labels_with_faults_are_refused_with_their_lines(recap, tmp_path):
    text = LABELS.read_text().replace("etf_outflow", "etf_outflo", 1).replace('"rally"', '"up"', 1)
    labels = tmp_path / "labels.jsonl"
    labels.write_text(text)
    for command in ("evaluate", "calibrate"):
        answer = recap(command, "--sample", "--labels", str(labels))
        assert told_plainly(answer, "labels.jsonl:7: ", "did you mean 'etf_outflow'?", "labels.jsonl:5: ", "'up'")
        assert answer.out == ""


def test_labels_that_are_not_there_or_empty(recap, tmp_path):
    assert told_plainly(recap("evaluate", "--sample", "--labels", str(tmp_path / "none")), "none: can't be read")
    (tmp_path / "empty").write_text("")
    assert told_plainly(recap("evaluate", "--sample", "--labels", str(tmp_path / "empty")), "empty: is empty")


def test_labels_without_a_core_day(recap, tmp_path):
    labels = tmp_path / "labels.jsonl"
    labels.write_text(LABELS.read_text().replace('"core": true', '"core": false'))
    assert told_plainly(recap("evaluate", "--sample", "--labels", str(labels)), "Add --all")


def test_predictions_that_can_not_be_written(recap, tmp_path):
    (tmp_path / "file").write_text("")
    answer = recap("evaluate", *OVER, "--predictions", str(tmp_path / "file" / "out.jsonl"))
    assert told_plainly(answer, "out.jsonl can't be written", "make room")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_on_a_full_disk_the_old_predictions_stay(recap, tmp_path):
    out = tmp_path / "out.jsonl"
    out.write_text("as before")
    (tmp_path / "out.jsonl.part").symlink_to("/dev/full")
    assert told_plainly(recap("evaluate", *OVER, "--predictions", str(out)), "No space left")
    assert [out.read_text(), sorted(p.name for p in tmp_path.glob("out*"))] == ["as before", ["out.jsonl"]]


def test_a_calibration_is_written_beside_its_rules_and_applied(recap, own_rules):
    answer = recap("calibrate", *OVER, "--rules", str(own_rules), "--base-rates")
    assert (answer.code, answer.err) == (0, ""), answer.err
    written = own_rules / "calibration.yaml"
    assert str(written) in answer.out
    assert "Over all days after: Brier" in answer.out
    assert "days: 13\n" in written.read_text()
    assert f"rules: '{load_rulebook(own_rules).digest}'" in written.read_text()
    again = recap("calibrate", *OVER, "--rules", str(own_rules), "--base-rates")
    assert again.out == answer.out, "a fit starts from the rules as written, not from the last fit"


def test_a_dry_run_writes_nothing(recap, own_rules):
    answer = recap("calibrate", *OVER, "--rules", str(own_rules), "--dry-run")
    assert (answer.code, answer.out.splitlines()[-1]) == (0, "Nothing written.")
    assert not (own_rules / "calibration.yaml").exists()


def test_the_operators_rules_are_calibrated(recap, own_rules):
    assert recap("calibrate", *OVER, RECAP_RULES=str(own_rules)).code == 0
    assert (own_rules / "calibration.yaml").exists()


def test_days_outside_the_data_teach_nothing(recap, own_rules, tmp_path):
    labels = tmp_path / "labels.jsonl"
    labels.write_text(LABELS.read_text().splitlines()[0].replace("2025-01-31", "2026-01-31"))
    answer = recap("calibrate", "--sample", "--labels", str(labels), "--rules", str(own_rules))
    assert told_plainly(answer, "No recap of 2026-01-31", "nothing to fit")


def test_a_stale_calibration_is_an_error_for_check_and_a_warning_elsewhere(recap, own_rules):
    written = own_rules / "calibration.yaml"
    assert recap("calibrate", *OVER, "--rules", str(own_rules)).code == 0
    written.write_text(re.sub(r"temperature: \S+", "temperature: 0.2", written.read_text()))
    assert recap("check", "--rules", str(own_rules)).code == 0, "rule tests judge the rules as written"
    kinds = own_rules / "day_kinds.yaml"
    kinds.write_text(kinds.read_text() + "# one word more\n")
    complaint = "calibration.yaml:4:8: was fitted to other rules; run recap calibrate"
    check = recap("check", "--rules", str(own_rules))
    assert check.code == 1
    assert complaint in check.err
    stale = recap("evaluate", *OVER, RECAP_RULES=str(own_rules))
    assert (stale.code, stale.err.count(complaint), stale.err.count("\n")) == (0, 1, 1)


def test_a_folder_with_one_cause_is_checked_and_told_with_the_packages(recap, tmp_path):
    causes = tmp_path / "mine" / "causes"
    causes.mkdir(parents=True)
    shipped = resources.rules_folder() / "causes"
    text = (shipped / "etf_outflow.yaml").read_text().replace("cause: etf_outflow", "cause: fund_exodus")
    (causes / "fund_exodus.yaml").write_text(text.replace("status: stable", "status: experimental"))
    (causes / "profit_taking.yaml").write_text("schema: 1\ncause: profit_taking\nstatus: retired\n")
    check = recap("check", "--rules", str(tmp_path / "mine"))
    assert check.code == 0
    assert "27 causes (2 cause files from " in check.out
    assert "was fitted without the rules in " in check.err
    why = recap("why", "--sample", RECAP_RULES=str(tmp_path / "mine"))
    assert "(fund_exodus, trigger)" in why.out
    assert "(etf_outflow, trigger)" in why.out
    assert "profit_taking" not in why.out


def test_a_broken_calibration_stops_all_but_the_next_fit(recap, own_rules):
    (own_rules / "calibration.yaml").write_text("temperature: warm\n")
    answer = recap("write", "--sample", RECAP_RULES=str(own_rules))
    assert told_plainly(answer, "calibration.yaml:1:14: temperature: ")
    assert recap("calibrate", *OVER, "--rules", str(own_rules)).code == 0
    assert recap("check", "--rules", str(own_rules)).code == 0


def test_a_quiet_day_may_have_the_causes_that_were_labelled(labels, retold, rulebook):
    calm = [day for day in labels if day.direction is DayKind.QUIET and "macro_tailwind" in day.causes]
    calm += [day for day in labels if day.direction is DayKind.QUIET and "macro_tailwind" not in day.causes]
    told = {day.date: retold.explanations[day.date] for day in calm}
    wind = next(f for f in told[calm[0].date].findings if f.cause == "macro_tailwind")
    wind = wind._replace(state=State.ACTIVE, confidence=0.9)
    told = {day: replace(explanation, findings=(wind,)) for day, explanation in told.items()}
    result = evaluate(calm, Retold(told, {}), rulebook)
    assert result.quiet == QuietDays(3, 2, (("macro_tailwind", 2),))
    assert "Days labelled quiet: 1 of 3 have no invented" in printed(result)
    assert "at 60% or more: macro_tailwind 2." in printed(result)


def test_skill_is_what_is_gained_over_the_labels_frequencies(labels, retold, rulebook):
    result = evaluate(labels, retold, rulebook)
    shown = figures(printed(result))
    assert shown["Brier"] == pytest.approx(result.contenders[0].brier, abs=5e-4)
    assert shown["skill"] == pytest.approx(1 - result.contenders[0].brier / result.usual_brier, abs=5e-4)


def test_confidences_are_held_against_labels_one_by_one(labels, retold, rulebook):
    result = evaluate(labels, retold, rulebook)
    judged = [(day, f) for day in labels for f in assessed(retold.explanations[day.date])]
    assert result.pairs == len(judged)
    squares = [(f.confidence - (f.cause in day.causes[:3])) ** 2 for day, f in judged]
    assert result.contenders[0].brier == pytest.approx(sum(squares) / len(squares))
