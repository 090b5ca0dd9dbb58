"""The commands as people run them, each in a process of its own, and what they say when something is wrong."""

import json
import os
import shutil
from pathlib import Path

import pytest

from bot import resources
from bot.app import cli
from bot.store import Store, Transaction

DAY = ("--sample", "--at", "2025-02-26T00:05Z")


def told_plainly(answer, *words):
    """One or two sentences with the remedy, no traceback, exit code 1 or 2."""
    assert answer.code in {1, 2}, answer
    assert "Traceback" not in answer.err + answer.out
    assert 0 < len(answer.err.strip().splitlines()) <= 3, answer.err
    for word in words:
        assert word in answer.err, answer.err
    return True


def test_the_famous_day_is_told(recap):
    answer = recap("write", *DAY)
    assert answer.code == 0, answer.err
    assert answer.err == ""
    assert "$644 million" in answer.out
    assert "ETH" in answer.out


def test_the_sample_alone_tells_its_famous_day(recap):
    assert recap("write", "--sample").out == recap("write", *DAY).out


def test_the_same_recap_in_chinese(recap):
    answer = recap("write", *DAY, "--locale", "zh")
    assert "6.44亿美元" in answer.out
    assert "净流出" in answer.out


def test_telegram_html_holds_only_its_tags(recap):
    html = recap("write", *DAY, "--format", "telegram").out
    assert "<b>" in html
    assert not {tag for tag in ("<p>", "<h1>", "<h2>", "<ul>", "<li>") if tag in html}


def test_the_brief_style_is_the_thread_without_its_explanations(recap):
    brief = recap("write", *DAY, "--style", "brief").out
    assert "In a nutshell" in brief
    assert len(brief) < len(recap("write", *DAY).out) / 1.5
    assert told_plainly(recap("write", *DAY, "--style", "long"), "thread, brief")


def test_the_json_form_is_whole(recap):
    form = json.loads(recap("write", *DAY, "--format", "json").out)
    assert form["as_of"] == "2025-02-26T00:05:00Z"
    assert form["window"] == {"start": "2025-02-25T00:00:00Z", "end": "2025-02-26T00:00:00Z"}
    assert (form["scope"], form["day_kind"]) == ("market", "selloff")
    assert set(form) >= {"findings", "ranking", "readings", "missing", "thread", "figures"}
    states = {finding["cause"]: finding["state"] for finding in form["findings"]}
    assert all(states[cause] == "active" for cause in form["ranking"])
    clause = next(f for f in form["findings"] if f["cause"] == "etf_outflow")["contributions"][0]
    wanted = {"clause", "reading", "value", "unit", "z", "grade", "points", "end", "known", "source", "reason"}
    assert set(clause) >= wanted
    assert form["thread"]["posts"][0]["text"]
    assert {"text", "value", "unit", "reading"} == set(form["figures"][0])


@pytest.mark.parametrize("window", ["4h", "24h", "7d"])
@pytest.mark.parametrize("scope", ["BTC", "ETH", "SOL"])
def test_other_windows_and_scopes(recap, window, scope):
    answer = recap("write", "--sample", "--at", "2025-03-04T00:05Z", "--window", window, "--scope", scope)
    if window == "4h" and scope == "SOL":
        assert told_plainly(answer, "SOL")
    else:
        assert answer.code == 0, answer.err
        assert scope in answer.out


def test_a_time_without_a_zone_is_said_aloud(recap):
    answer = recap("write", "--sample", "--at", "2025-02-26 00:05")
    assert "taken as UTC" in answer.err
    assert answer.code == 0


def test_why_shows_clauses_and_the_rejected(recap):
    out = recap("why", *DAY).out
    for word in ("net_flow", "etf.net_flow.btc_eth", "median", "Looked at and rejected", "Not for this kind of day"):
        assert word in out


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en", ("US fund money pulled back", "Looked at and rejected", "points +2")), ("zh", ("美国现货ETF的资金后撤",))],
)
def test_why_is_told_in_words(recap, locale, words):
    answer = recap("why", *DAY, "--format", "text", "--locale", locale)
    assert (answer.code, answer.err) == (0, "")
    assert all(word in answer.out for word in words)


def test_why_in_the_html_of_telegram(recap):
    assert "<b>" in recap("why", *DAY, "--format", "telegram").out


def test_why_for_programs_can_be_recomputed(recap):
    form = json.loads(recap("why", *DAY, "--format", "json", "--locale", "zh").out)
    assert "为什么这么说" in form["why"]["posts"][0]["text"]
    active = next(finding for finding in form["findings"] if finding["cause"] == "etf_outflow")
    graded = [clause for clause in active["contributions"] if clause["grade"] is not None]
    assert len(graded) > 3
    for clause in graded:
        rule = clause["rule"]
        at, (start, end) = clause["z" if rule["on"] == "z" else "value"], rule["ramp"].values()
        assert clause["grade"] == pytest.approx(min(1.0, max(0.0, (at - start) / (end - start))))
        if rule["group"] is None and not clause["counter"]:
            points = clause["grade"] * rule["points"]["for"] - (1 - clause["grade"]) * rule["points"]["against"]
            assert clause["points"] == pytest.approx(points)
    total = sum(clause["points"] for clause in active["contributions"])
    odds = active["base_rate"] / (1 - active["base_rate"]) * 2 ** (form["temperature"] * total)
    assert active["confidence"] == pytest.approx(odds / (1 + odds))


def test_an_unknown_format_of_why_is_refused(recap):
    answer = recap("why", *DAY, "--format", "xml")
    assert (answer.code, answer.err) == (2, "'xml' is no format. Choose table, text, telegram or json.\n")


def test_readings_are_listed_with_what_is_missing(recap):
    out = recap("readings", *DAY).out
    assert "price.return.btc" in out
    assert "fed.cut_probability.change" in out


def test_a_replay_writes_one_recap_a_line(recap, tmp_path):
    out = tmp_path / "days.jsonl"
    answer = recap("replay", "--sample", "--from", "2025-02-25", "--to", "2025-02-27", "--out", str(out))
    assert answer.code == 0, answer.err
    days = [json.loads(line) for line in out.read_text().splitlines()]
    assert [day["as_of"] for day in days] == [f"2025-02-{d}T00:05:00Z" for d in (25, 26, 27)]
    assert json.loads(recap("write", *DAY, "--format", "json").out) == days[1]


def test_a_replay_names_the_days_it_could_not_tell(recap, tmp_path):
    out = tmp_path / "days.jsonl"
    answer = recap("replay", "--sample", "--from", "2025-03-18", "--to", "2025-03-22", "--out", str(out))
    assert answer.code == 1
    assert "No recap at 2025-03-22 00:05 UTC" in answer.err
    assert out.read_text()


def test_check_is_content_with_what_ships(recap):
    answer = recap("check")
    assert (answer.code, answer.err) == (0, "")
    assert "27 causes" in answer.out


def test_check_lists_every_fault_with_its_place(recap, tmp_path):
    rules = tmp_path / "rules"
    shutil.copytree(resources.rules_folder(), rules)
    cause = rules / "causes" / "etf_outflow.yaml"
    cause.write_text(cause.read_text().replace("status:", "statos:").replace("etf.net_flow.btc_eth", "etf.net_flw", 1))
    answer = recap("check", "--rules", str(rules))
    assert answer.code == 1
    assert "etf_outflow.yaml:" in answer.err
    assert "statos" in answer.err
    assert "etf.net_flw" in answer.err


def test_import_then_write_from_the_store(recap):
    first = recap("import", str(resources.sample_archive()))
    assert first.code == 0, first.err
    again = recap("import", str(resources.sample_archive()))
    assert "0 rows added, 0 corrected" in again.out
    assert recap("write", "--at", "2025-02-26T00:05Z").out == recap("write", *DAY).out


def test_export_gives_back_what_was_imported(recap, tmp_path):
    recap("import", str(resources.sample_archive()))
    assert recap("export", str(tmp_path / "all")).code == 0
    told = recap("write", "--archive", str(tmp_path / "all"), "--at", "2025-02-26T00:05Z")
    assert told.out == recap("write", *DAY).out


def test_a_time_outside_the_data(recap):
    answer = recap("write", "--sample", "--at", "2023-01-01T00:00Z")
    assert told_plainly(answer, "2024-07-15", "choose a time")
    assert told_plainly(recap("write", "--sample", "--at", "2025-06-01"), "2025-03-19")


def test_the_remedy_names_what_the_store_really_holds(recap):
    recap("import", str(resources.sample_archive()))
    assert told_plainly(recap("write", "--at", "2020-01-01T00:00Z"), "No bar of BTC", "2024-07-15", "2025-03-19")


def test_bars_too_coarse_for_the_window(recap):
    answer = recap("write", *DAY, "--scope", "SOL", "--window", "4h")
    assert told_plainly(answer, "where they are daily, 24h or 7d")


def test_an_export_of_nothing(recap, tmp_path):
    place = str(tmp_path / "out")
    assert told_plainly(recap("export", place, "--sample", "--series", "zzz*"), "etf.net_flow.btc")
    assert told_plainly(recap("export", place, "--sample", "--from", "2025-02-02", "--to", "2025-02-01"), "Swap them")


def test_an_unknown_scope_window_format_or_time(recap):
    assert told_plainly(recap("write", *DAY, "--scope", "ETHH"), "Did you mean ETH?")
    assert told_plainly(recap("write", *DAY, "--window", "2w"), "4h, 24h or 7d")
    assert told_plainly(recap("write", *DAY, "--format", "pdf"), "text, telegram or json")
    assert told_plainly(recap("write", "--sample", "--at", "soon"), "2025-02-26T00:05Z")
    assert told_plainly(recap("write", *DAY, "--locale", "de"), "en or zh")


def test_an_empty_store_says_how_to_fill_it(recap):
    assert told_plainly(recap("write", "--stored"), "recap import", "--sample")


def test_a_corrupt_store(recap, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "recap.sqlite3").write_bytes(b"this is no database, whatever its name says" * 99)
    assert told_plainly(recap("write"), "recap.sqlite3")


def test_an_archive_that_is_not_there_or_broken(recap, tmp_path):
    assert told_plainly(recap("write", "--archive", str(tmp_path / "none"), "--at", "2025-02-26"), "none")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(resources.sample_archive().read_bytes()[:5000])
    assert told_plainly(recap("write", "--archive", str(broken), "--at", "2025-02-26"), "broken.zip")
    assert told_plainly(recap("write", "--archive", str(tmp_path)), "--at")
    assert told_plainly(recap("write", *DAY, "--archive", str(tmp_path)), "Give one of them")


def test_an_import_with_faults_lists_them_all(recap, tmp_path):
    points = tmp_path / "archive" / "points"
    points.mkdir(parents=True)
    (points / "rates.us10y.csv").write_text("time,known,value\n2025-01-01T21:00:00Z,2025-01-01T23:00:00Z,much\nx,y,1\n")
    answer = recap("import", str(tmp_path / "archive"))
    assert answer.code == 1
    assert "rates.us10y.csv:2: " in answer.err
    assert "rates.us10y.csv:3: " in answer.err
    assert told_plainly(recap("write", "--stored"), "no market data")


def test_a_place_that_can_not_be_written(recap, tmp_path):
    (tmp_path / "file").write_text("")
    inside = tmp_path / "file" / "days.jsonl"
    answer = recap("replay", "--sample", "--from", "2025-02-25", "--to", "2025-02-25", "--out", str(inside))
    assert told_plainly(answer, "days.jsonl")
    assert told_plainly(recap("import", str(resources.sample_archive()), RECAP_HOME=str(tmp_path / "file")), "file")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_is_a_sentence(recap, tmp_path):
    (tmp_path / "days.jsonl.part").symlink_to("/dev/full")
    day = ("--from", "2025-02-25", "--to", "2025-02-25", "--out", str(tmp_path / "days.jsonl"))
    assert told_plainly(recap("replay", "--sample", *day), "No space left", "make room")
    assert not (tmp_path / "days.jsonl").exists()
    with Path("/dev/full").open("w") as full:
        answer = recap("write", *DAY, out=full)
    assert told_plainly(answer, "No space left")


def test_a_reader_that_stops_reading_is_no_error(recap, tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        answer = recap("write", *DAY, out=closed)
    assert (answer.code, answer.err) == (1, "")


def test_ctrl_c_leaves_whole_files_and_a_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("RECAP_HOME", str(tmp_path))
    stopped = []

    def stop(self, *_):
        stopped.append(self)
        if len(stopped) == 5:
            raise KeyboardInterrupt
        return write(self, *_)

    write = Transaction.write_points
    monkeypatch.setattr(Transaction, "write_points", stop)
    assert cli._run(["import", str(resources.sample_archive())], debug=False) == 1
    assert "whole" in capsys.readouterr().err
    with Store.open(f"sqlite:///{tmp_path / 'recap.sqlite3'}") as store:
        assert len([c for c in store.coverage() if "PERP" not in c.name and "USD" not in c.name]) == 4
    monkeypatch.undo()
    monkeypatch.setenv("RECAP_HOME", str(tmp_path))
    assert cli._run(["import", str(resources.sample_archive())], debug=False) == 0


def test_rules_and_templates_that_fail(recap, tmp_path):
    assert told_plainly(recap("write", *DAY, RECAP_RULES=str(tmp_path / "none")), "none")
    templates = tmp_path / "templates"
    shutil.copytree(resources.templates_folder(), templates)
    hook = templates / "en" / "hook.html.j2"
    hook.write_text(hook.read_text() + "{{ nobody.knows }}")
    assert told_plainly(recap("write", *DAY, RECAP_TEMPLATES=str(templates)), "hook.html.j2")


def test_an_unknown_setting_gets_the_nearest_right_name(recap):
    assert told_plainly(recap("write", *DAY, RECAP_LOCAL="en"), "RECAP_LOCALE")


def test_a_slip_of_the_finger_is_a_sentence(recap):
    assert told_plainly(recap("write", "--smaple"), "--smaple")
    assert told_plainly(recap("wirte"), "wirte")


def test_debug_shows_the_traceback(recap):
    answer = recap("--debug", "write", "--sample", "--scope", "ETHH")
    assert "Traceback" in answer.err


def test_help_names_every_command(recap):
    out = recap("--help").out
    commands = ("write", "why", "readings", "replay", "evaluate", "calibrate", "check", "import", "export")
    assert all(command in out for command in commands)
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    assert all(f"recap {command}" in readme for command in commands)
