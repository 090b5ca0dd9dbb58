"""An operator's folder over the package's: it adds, replaces and retires, file by file, and names its own faults."""

from datetime import date
from types import SimpleNamespace

import pytest
from made import CASEBOOK, CAUSE

from bot.errors import RuleFaults
from bot.reasoning.calibration import Calibration, Fit, to_yaml
from bot.reasoning.casebook import run_casebook
from bot.reasoning.layers import Layers
from bot.reasoning.rulebook import load_rulebook

RETIRED = "schema: 1\ncause: {}\nstatus: retired\n"
TOPICS = """\
schema: 1
market: [bitcoin]
falls: [falls]
rises: [rises]
topics:
  - {topic: macro, title: Rates, words: [fed]}
"""
TITLES = 'tests:\n  - {title: "Bitcoin falls after the Fed speaks", topics: [macro], falls: true}\n'


@pytest.fixture
def own(folder, tmp_path_factory):
    """An empty folder over one with the cause `plain`; `write` puts a file into it, `load` loads both."""
    upper = tmp_path_factory.mktemp("own")
    (upper / "causes").mkdir()
    layers = Layers(upper, folder.path)

    def write(name, text):
        (upper / name).write_text(text, encoding="utf-8")

    return SimpleNamespace(path=upper, layers=layers, write=write, load=lambda: load_rulebook(layers))


def named(name, text=CAUSE):
    return text.replace("plain", name)


def names(rulebook):
    return [cause.name for cause in rulebook.causes]


def faults(own):
    with pytest.raises(RuleFaults) as caught:
        own.load()
    return [str(fault) for fault in caught.value.faults]


def test_one_file_adds_a_cause(own):
    own.write("causes/extra.yaml", named("extra"))
    own.write("causes/extra.test.yaml", named("extra", CASEBOOK))
    assert names(own.load()) == ["extra", "plain"]
    assert [outcome.case.cause.name for outcome in run_casebook(own.layers, own.load())] == ["extra", "plain"]


def test_a_file_of_the_same_name_replaces_the_cause_and_its_tests(own):
    own.write("causes/plain.yaml", CAUSE.replace("base_rate: 0.30", "base_rate: 0.40"))
    assert own.load().cause("plain").base_rate == 0.40
    assert run_casebook(own.layers, own.load()) == (), "the package's tests are of the package's file"
    own.write("causes/plain.test.yaml", CASEBOOK)
    assert [outcome.passed for outcome in run_casebook(own.layers, own.load())] == [True]


def test_three_lines_retire_a_cause(own, folder):
    folder.write("causes/other.yaml", named("other"))
    own.write("causes/plain.yaml", RETIRED.format("plain"))
    assert names(own.load()) == ["other"]
    assert run_casebook(own.layers, own.load()) == ()


def test_tests_beside_a_retirement_would_do_nothing_and_are_a_fault(own):
    own.write("causes/plain.yaml", RETIRED.format("plain"))
    own.write("causes/plain.test.yaml", "no tests at all")
    (fault,) = faults(own)
    assert fault.endswith(
        "plain.test.yaml: tests a cause that plain.yaml only retires; delete it, or write the cause out"
    )


def test_only_what_is_there_can_be_retired(own):
    own.write("causes/plane.yaml", RETIRED.format("plane"))
    (fault,) = faults(own)
    assert fault.endswith("plane.yaml:2:8: the package has no cause 'plane' to retire; did you mean 'plain'?")


def test_a_whole_file_may_be_retired_too(own):
    own.write("causes/plain.yaml", CAUSE.replace("status: experimental", "status: retired"))
    assert own.load().cause("plain").retired
    assert own.load().judged == ()


def test_the_table_of_day_kinds_is_replaced(own, folder):
    kinds = (folder.path / "day_kinds.yaml").read_text()
    own.write("day_kinds.yaml", kinds.replace("at_least: 0.8", "at_least: 0.9"))
    assert own.load().day_kinds != folder.load().day_kinds


def test_topics_are_replaced_with_their_tests(own, folder):
    folder.write("topics.yaml", TOPICS.replace("macro", "war"))
    folder.write("topics.test.yaml", TITLES.replace("macro", "war"))
    own.write("topics.yaml", TOPICS)
    assert own.load().topics.names == ("macro",)
    assert len(run_casebook(own.layers, own.load())) == 1, "the cause's case, none of the package's titles"
    own.write("topics.test.yaml", TITLES)
    assert [outcome.passed for outcome in run_casebook(own.layers, own.load())] == [True, True]


def test_own_topics_must_have_those_that_the_package_reads(own, folder):
    folder.write("topics.yaml", TOPICS.replace("macro", "war"))
    folder.swap("reading: liquidations.long\n    on: z", "reading: news.intensity.war\n    on: value")
    own.write("topics.yaml", TOPICS)
    (fault,) = faults(own)
    assert fault == (
        f"{own.path / 'topics.yaml'}: lacks the topic 'war', which the package's plain.yaml reads; "
        "add it, or replace those"
    )
    own.write("causes/extra.yaml", named("extra"))
    own.write("causes/plain.yaml", RETIRED.format("plain"))
    assert names(own.load()) == ["extra"]


def test_the_fault_is_named_where_it_lies(own):
    own.write("causes/extra.yaml", named("extra").replace("title:", "titel:"))
    assert f"{own.path / 'causes' / 'extra.yaml'}:4:1: unknown key 'titel'; did you mean 'title'?" in faults(own)


def test_files_that_would_do_nothing_are_faults(own):
    own.write("extra.yaml", named("extra"))
    own.write("causes/plain.test.yaml", CASEBOOK)
    own.write("topics.test.yaml", TITLES)
    found = "\n".join(faults(own))
    assert f"{own.path / 'extra.yaml'}: is ignored; a cause and its tests belong into the folder causes/" in found
    assert "plain.test.yaml: tests a cause that has no file here; copy the package's plain.yaml beside it" in found
    assert "topics.test.yaml: tests topics that have no file; put topics.yaml beside it" in found


def test_a_folder_without_rules_is_a_mistake(own):
    assert faults(own)[0].startswith(f"{own.path}: holds no rules: ")


def fit(rulebook, temperature):
    return to_yaml(Calibration(date(2026, 1, 1), rulebook.digest, 40, temperature, {}, Fit(0.1, 0.3), Fit(0.1, 0.3)))


def test_the_packages_calibration_holds_on_and_says_what_it_was_fitted_without(own, folder):
    folder.write("calibration.yaml", fit(folder.load(), 0.5))
    own.write("causes/extra.yaml", named("extra"))
    rulebook = own.load()
    assert (rulebook.temperature, rulebook.borrowed) == (0.5, True)
    assert f"was fitted without the rules in {own.path}" in str(rulebook.stale)


def test_an_own_calibration_stands_in_its_place_and_must_fit(own, folder):
    folder.write("calibration.yaml", fit(folder.load(), 0.5))
    own.write("causes/extra.yaml", named("extra"))
    own.write("calibration.yaml", fit(own.load(), 0.8))
    assert (own.load().temperature, own.load().stale, own.load().borrowed) == (0.8, None, False)
    own.write("causes/extra.yaml", named("extra").replace("0.30", "0.31"))
    assert str(own.load().stale).endswith("calibration.yaml:4:8: was fitted to other rules; run recap calibrate")
    assert not own.load().borrowed


def test_a_copy_of_everything_is_the_same_rulebook(own, folder):
    for path in folder.path.glob("**/*.yaml"):
        own.write(str(path.relative_to(folder.path)), path.read_text())
    assert own.load().digest == folder.load().digest
