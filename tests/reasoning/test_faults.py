"""Everything a rule file can get wrong is refused at its place, all of it at once."""

import pytest

from bot.errors import RuleFaults

TIMING = "timing: {ends: within_window, known_by: window_end, max_age: 12h}"
SECOND = f"""\
  - id: share
    reading: liquidations.long_share
    on: value
    ramp: {{from: 0.5, to: 0.8}}
    points: {{for: 1.0, against: 1.0}}
    {TIMING}
claims:"""
COUNTER = f"""\
counter:
  - id: calm
    reading: volume.relative.{{asset}}
    on: value
    ramp: {{from: 1, to: 0.7}}
    points: {{against: 1.0}}
    {TIMING}
claims:"""

WRONG = {
    "unknown key": ("title:", "titel:", "plain.yaml:4:1: unknown key 'titel'; did you mean 'title'?"),
    "missing key": ("title: A plain cause\n", "", "plain.yaml:1:1: title: this key is missing"),
    "unknown key inside": ("max_age: 12h", "max_age: 12h, since: 3h", "plain.yaml:14:71: unknown key 'since'"),
    "ramp's ends equal": ("{from: 1, to: 3}", "{from: 3, to: 3}", "plain.yaml:12:11: the ramp's ends must differ"),
    "unknown reading": (
        "reading: liquidations.long",
        "reading: liquidation.long",
        "plain.yaml:10:14: unknown reading 'liquidation.long'; did you mean 'liquidations.long'?",
    ),
    "unknown reading of an asset": (
        "reading: liquidations.long",
        "reading: funding.annualized.btc",
        "plain.yaml:10:14: unknown reading 'funding.annualized.btc'; did you mean 'funding.annualised.btc'?",
    ),
    "unknown market reading": (
        "reading: liquidations.long",
        "reading: liquidations.long\n    market_reading: liquidations.longs",
        "plain.yaml:11:21: unknown reading 'liquidations.longs'; did you mean 'liquidations.long'?",
    ),
    "market reading of another unit": (
        "reading: liquidations.long",
        "reading: liquidations.long\n    market_reading: liquidations.long_share",
        "plain.yaml:11:21: liquidations.long_share is measured in ratio, but liquidations.long in USD",
    ),
    "z without a baseline": (
        "reading: liquidations.long",
        "reading: etf.outflow_streak.btc",
        "plain.yaml:11:9: etf.outflow_streak.btc has no baseline, so it has no z; use `on: value`",
    ),
    "unit": (
        "    on: z",
        "    unit: percent\n    on: z",
        "plain.yaml:11:11: liquidations.long is measured in USD, not in percent",
    ),
    "neither value nor z": ("on: z", "on: y", "plain.yaml:11:9: evidence.size.on: 'y' is not one of"),
    "id used twice": ("claims:", SECOND.replace("id: share", "id: size"), "plain.yaml:15:9: the id 'size' is used"),
    "counter takes an id of the evidence": (
        "claims:",
        COUNTER.replace("id: calm", "id: size"),
        "plain.yaml:16:9: the id 'size' is used twice",
    ),
    "claim names unknown evidence": (
        "needs: [size]",
        "needs: [sise]",
        "plain.yaml:16:19: unknown evidence 'sise'; did you mean 'size'?",
    ),
    "claim's choice names unknown evidence": (
        "needs: [size]",
        "needs: [size], one_of: [sise]",
        "plain.yaml:16:35: unknown evidence 'sise'",
    ),
    "claim needs counter-evidence": (
        "claims:\n  large: {needs: [size]",
        f"{COUNTER}\n  large: {{needs: [calm]",
        "plain.yaml:23:19: calm is counter-evidence and can't license a claim",
    ),
    "claim needs nothing": ("needs: [size]", "needs: []", "plain.yaml:16:3: the claim large needs nothing"),
    "claim's threshold": ("at_least: 0.5", "at_least: 0", "claims.large.at_least: "),
    "cause unlike its file": ("cause: plain", "cause: fancy", "plain.yaml:2:8: the cause 'fancy' must be named like"),
    "too many points": ("{for: 3.0,", "{for: 4.5,", "plain.yaml:13:19: evidence.size.points.for: "),
    "negative points": ("against: 2.0}", "against: -2.0}", "plain.yaml:13:33: evidence.size.points.against: "),
    "base rate of one": ("base_rate: 0.30", "base_rate: 1", "plain.yaml:7:12: base_rate: "),
    "base rate of zero": ("base_rate: 0.30", "base_rate: 0", "plain.yaml:7:12: base_rate: "),
    "counter with points for it": (
        "claims:",
        COUNTER.replace("{against: 1.0}", "{for: 1.0, against: 1.0}"),
        "plain.yaml:20:14: counter-evidence only subtracts; write points: {against: ...}",
    ),
    "duration in words": ("max_age: 12h", "max_age: 12 hours", "'12 hours' is no duration; write 30m, 12h or 3d"),
    "duration of nothing": ("max_age: 12h", "max_age: 0h", "'0h' is no duration"),
    "timing's edge": ("ends: within_window", "ends: in_window", "plain.yaml:14:20: evidence.size.timing.ends: "),
    "timing's knowledge": ("known_by: window_end", "known_by: later", "evidence.size.timing.known_by: 'later' is not"),
    "role": ("role: trigger", "role: culprit", "plain.yaml:3:7: role: 'culprit' is not one of 'trigger', "),
    "day kind": ("[selloff]", "[crash]", "plain.yaml:6:14: applies_to.0: 'crash' is not one of 'selloff', "),
    "no day kind": ("[selloff]", "[]", "plain.yaml:6:13: applies_to: "),
    "scope": (
        "base_rate:",
        "scopes: [market, PEPE]\nbase_rate:",
        "plain.yaml:7:18: unknown scope 'PEPE'; known are market, BTC,",
    ),
    "status": ("status: experimental", "status: finished", "plain.yaml:5:9: status: 'finished' is not one of"),
    "schema": ("schema: 1", "schema: 2", "plain.yaml:1:9: schema: '2' is not one of 1"),
    "need": ("    on: z", "    need: maybe\n    on: z", "plain.yaml:11:11: evidence.size.need: 'maybe' is not one of"),
    "number in quotes": ("{from: 1,", '{from: "1",', "plain.yaml:12:18: evidence.size.ramp.from: "),
    "truth for a number": ("{from: 1,", "{from: true,", "plain.yaml:12:18: evidence.size.ramp.from: "),
    "endless number": ("{from: 1,", "{from: .inf,", "plain.yaml:12:18: evidence.size.ramp.from: "),
    "key written twice": ("role: trigger", "role: trigger\nrole: backdrop", "plain.yaml:4:1: the key 'role' stands"),
    "anchor": ("{from: 1, to: 3}", "&r {from: 1, to: 3}", "anchors and aliases have no place in a rule file"),
    "no YAML": ("{from: 1, to: 3}", "{from: 1, to: 3", "plain.yaml:13:11: isn't YAML: "),
}


def faults(folder):
    with pytest.raises(RuleFaults) as caught:
        folder.load()
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_a_fault_has_its_place_and_its_remedy(folder, old, new, message):
    folder.swap(old, new)
    assert any(message in fault for fault in faults(folder)), faults(folder)


@pytest.mark.parametrize(
    ("text", "message"), [("", "is empty"), ("- a list", "plain.yaml:1:1: "), ("just words", "plain.yaml:1:1: ")]
)
def test_a_file_of_another_shape(folder, text, message):
    folder.write("causes/plain.yaml", text)
    assert message in faults(folder)[0]


def test_a_file_that_is_no_text(folder):
    (folder.path / "causes" / "plain.yaml").write_bytes(b"\xff\xfe\x00")
    assert "it isn't UTF-8 text" in faults(folder)[0]


def test_one_mistake_is_one_fault(folder):
    folder.swap("max_age: 12h", "max_age: 12h, since: 3h")
    assert len(faults(folder)) == 1


def test_all_faults_of_all_files_at_once(folder):
    folder.swap("title:", "titel:")
    folder.swap("{from: 1, to: 3}", "{from: 3, to: 3}")
    folder.swap("needs: [size]", "needs: [sise]")
    folder.write("causes/other.yaml", "schema: 1\n")
    folder.write("causes/third.yaml", "a: b: c\n")
    folder.swap("at_most: -0.8", "at_moist: -0.8", "day_kinds.yaml")
    found = "\n".join(faults(folder))
    for piece in ("titel", "ends must differ", "sise", "other.yaml:1:1: cause", "third.yaml:1:5", "at_moist"):
        assert piece in found


def test_a_stable_cause_needs_tests_an_experimental_one_should_have_them(folder):
    (folder.path / "causes" / "plain.test.yaml").unlink()
    assert [w.message for w in folder.load().warnings] == ["has no tests; write plain.test.yaml beside it"]
    folder.swap("status: experimental", "status: stable")
    assert faults(folder) == [f"{folder.path / 'causes' / 'plain.yaml'}: has no tests; write plain.test.yaml beside it"]


def test_files_that_would_do_nothing(folder):
    folder.write("causes/late.yml", "schema: 1\n")
    folder.write("causes/gone.test.yaml", "rule: gone.yaml\n")
    found = faults(folder)
    assert any("late.yml: is ignored; rule files end in .yaml" in fault for fault in found)
    assert any("gone.test.yaml: tests a cause that has no file" in fault for fault in found)


def test_an_empty_folder(tmp_path):
    from bot.reasoning.rulebook import load_rulebook  # noqa: PLC0415 - the one test without the fixture

    with pytest.raises(RuleFaults, match="holds no cause file"):
        load_rulebook(tmp_path)


def test_warnings_are_kept_apart(folder):
    folder.swap("    on: z", "    need: required\n    on: z")
    folder.swap("against: 2.0", "against: 0")
    folder.swap("claims:", SECOND)
    assert [w.message for w in folder.load().warnings] == [
        "size is required, yet its absence costs no points",
        "no claim needs share: it moves the odds, but no sentence tells of it",
    ]


KINDS_WRONG = {
    "the last has a condition": (
        "  - kind: quiet\n",
        "  - kind: quiet\n    when:\n      - reading: price.return_over_atr.{asset}\n        at_most: 1\n",
        "the last kind must stand without `when`",
    ),
    "one hides the rest": (
        "  - kind: rally\n    when:\n      - reading: price.return_over_atr.{asset}\n        at_least: 0.8\n",
        "  - kind: rally\n",
        "a kind without `when` holds always",
    ),
    "a kind is missing": ("kind: rally", "kind: selloff", "no day could ever be called rally"),
    "unknown reading": ("price.range_over_atr", "price.range_over_att", "did you mean 'price.range_over_atr.{asset}'?"),
    "no limit": ("        at_most: -0.8\n", "", "a condition needs `at_least`, `at_most` or both"),
    "unknown scope": ("kind: rally\n", "kind: rally\n    scopes: [mars]\n", "unknown scope 'mars'; known are market"),
    "unknown kind": ("kind: rally", "kind: moon", "kinds.moon.kind: 'moon' is not one of"),
}


@pytest.mark.parametrize(("old", "new", "message"), KINDS_WRONG.values(), ids=KINDS_WRONG)
def test_faults_of_the_day_kinds(folder, old, new, message):
    folder.swap(old, new, "day_kinds.yaml")
    assert any(message in fault for fault in faults(folder)), faults(folder)


def test_the_day_kinds_must_be_there(folder):
    (folder.path / "day_kinds.yaml").unlink()
    assert "day_kinds.yaml: can't be read" in faults(folder)[0]


def test_the_digest_follows_the_rules_and_not_their_tests(folder):
    before = folder.load().digest
    folder.swap("a large one", "a huge one", "causes/plain.test.yaml")
    assert folder.load().digest == before
    folder.swap("for: 3.0", "for: 2.9")
    assert folder.load().digest != before
