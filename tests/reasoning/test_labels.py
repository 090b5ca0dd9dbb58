"""Labelled days are read whole or refused, each fault with its line."""

import json
from datetime import date
from pathlib import Path

import pytest

from bot.domain.explanation import DayKind
from bot.errors import InputFaults
from bot.reasoning.labels import LabelledDay, folds, parse_labels, read_labels
from bot.reasoning.taxonomy import AMPLIFIERS, CODES, FAMILIES, NEWS, OPPOSITE, TRIGGERS

FILE = Path("days.jsonl")


def line(day="2025-02-25", direction="selloff", causes=(("etf_outflow", 1), ("long_crowding", 2)), **more):
    entries = [{"code": code, "rank": rank} for code, rank in causes]
    return json.dumps({"date": day, "direction": direction, "causes": entries, **more})


def faults(*lines):
    with pytest.raises(InputFaults) as caught:
        parse_labels(FILE, "\n".join(lines))
    return [str(fault) for fault in caught.value.faults]


def labelled(day, group="", direction="selloff", causes=("etf_outflow",)):
    return LabelledDay(date.fromisoformat(day), DayKind(direction), causes, group=group)


def test_a_day_is_read_with_its_causes_in_order():
    (day,) = parse_labels(FILE, line(core=False, overlap_group="late", note="kept aside") + "\n\n")
    assert day == LabelledDay(date(2025, 2, 25), DayKind.SELLOFF, ("etf_outflow", "long_crowding"), False, "late")


def test_a_day_is_core_and_alone_unless_it_says_otherwise():
    (day,) = parse_labels(FILE, line(overlap_group=None))
    assert day.core
    assert day.group == ""


def test_a_cause_named_twice_counts_at_its_best_rank_and_equal_ranks_stand_as_written():
    causes = (("macro_headwind", 1), ("supply_overhang", 1), ("regulation", 2), ("macro_headwind", 3))
    (day,) = parse_labels(FILE, line(causes=causes))
    assert day.causes == ("macro_headwind", "supply_overhang", "regulation")


WRONG = {
    "unknown code": (line(causes=[("etf_outflows", 1)]), "causes[0].code: unknown code 'etf_outflows'; did you mean"),
    "far-fetched code": (line(causes=[("xyz", 1)]), "known are etf_outflow, etf_inflow"),
    "no code": ('{"date": "2025-02-25", "direction": "quiet", "causes": [{"rank": 1}]}', "the code is missing"),
    "code of a wrong type": (line(causes=[(["etf_outflow"], 1)]), "['etf_outflow'] is no code"),
    "bare code": (
        '{"date": "2025-02-25", "direction": "quiet", "causes": ["quiet_range"]}',
        "causes[0]: 'quiet_range' has no rank",
    ),
    "unknown direction": (line(direction="sell-off"), "unknown direction 'sell-off'; did you mean 'selloff'?"),
    "no direction": (line(direction=None), "the direction is missing"),
    "malformed JSON": (line()[:-1], "isn't JSON: Expecting ',' delimiter at column"),
    "deep JSON": ("[" * 100_000, "isn't JSON: it is nested too deep"),
    "no object": ("[1]", "isn't a JSON object"),
    "no date": (line(day=None), "date: None is no date"),
    "impossible date": (line(day="2025-02-30"), "date: '2025-02-30' is no date; write it as 2025-02-25"),
    "date in another notation": (line(day="20250225"), "date: '20250225' is no date"),
    "no causes": (line(causes=()), "causes: one or more are needed"),
    "reversed ranks": (line(causes=[("etf_outflow", 2), ("long_crowding", 1)]), "the ranks 2, 1 run backwards"),
    "a rank left out": (line(causes=[("etf_outflow", 1), ("long_crowding", 3)]), "the ranks 1, 3 leave one out"),
    "ranks from 0": (line(causes=[("etf_outflow", 0), ("long_crowding", 1)]), "the ranks 0, 1 leave one out"),
    "no rank": (line(causes=[("etf_outflow", None)]), "causes[0].rank: None is no rank"),
    "a true rank": (line(causes=[("etf_outflow", True)]), "causes[0].rank: True is no rank"),
    "core": (line(core="yes"), "core: 'yes' is neither true nor false"),
    "group": (line(overlap_group=3), "overlap_group: 3 is no name"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_is_named_with_its_line(name):
    spoilt, complaint = WRONG[name]
    found = faults(line(day="2024-01-01"), spoilt)
    assert len(found) == 1
    assert found[0].startswith("days.jsonl:2: ")
    assert complaint in found[0]


def test_a_date_labelled_twice_names_both_lines():
    assert faults(line(), "", line()) == ["days.jsonl:3: 2025-02-25 was labelled in line 1 already; join the two"]


def test_every_fault_is_told_at_once():
    found = faults(line(direction="up", causes=[("etf", 1)]), "{", line(day="soon"))
    assert [fault.split(": ")[0] for fault in found] == [f"days.jsonl:{n}" for n in (1, 1, 2, 3)]


@pytest.mark.parametrize("text", ["", "\n  \n"])
def test_an_empty_file_is_refused(text):
    with pytest.raises(InputFaults, match=r"days\.jsonl: is empty"):
        parse_labels(FILE, text)


def test_a_file_that_can_not_be_read(tmp_path):
    with pytest.raises(InputFaults, match=r"none\.jsonl: can't be read: No such file"):
        read_labels(tmp_path / "none.jsonl")
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(InputFaults, match="it isn't UTF-8 text"):
        read_labels(tmp_path / "bytes.jsonl")


def test_days_of_one_iso_week_make_a_fold():
    days = [labelled("2024-12-29"), labelled("2024-12-30"), labelled("2025-01-05"), labelled("2025-01-06")]
    assert folds(days) == ((days[0],), (days[1], days[2]), (days[3],))


def test_a_group_joins_its_weeks_and_all_that_lies_in_them():
    days = [labelled("2024-12-28"), labelled("2024-12-29", "turn"), labelled("2024-12-30", "turn")]
    later = [labelled("2025-01-02"), labelled("2025-01-08")]
    assert folds([*later, *days]) == ((*days, later[0]), (later[1],))


def test_groups_that_chain_weeks_join_them_all():
    days = [labelled("2025-01-05", "a"), labelled("2025-01-06", "a"), labelled("2025-01-12", "b")]
    days.append(labelled("2025-01-13", "b"))
    assert folds(days) == (tuple(days),)


def test_the_tables_of_codes_agree():
    assert len(set(CODES)) == len(CODES) == 27
    members = [code for family in FAMILIES.values() for code in family]
    assert set(members) == set(CODES)
    assert max(set(members), key=members.count) == "profit_taking"
    assert len(members) == 28
    assert not TRIGGERS & AMPLIFIERS
    assert len(TRIGGERS) == 11
    assert len(AMPLIFIERS) == 10
    assert all(OPPOSITE[OPPOSITE[code]] == code != OPPOSITE[code] for code in OPPOSITE)
    assert {*NEWS, *OPPOSITE} <= set(CODES)
