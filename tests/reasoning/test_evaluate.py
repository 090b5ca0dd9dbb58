"""Needs, timing, states, groups, counter-evidence and claims, each by the smallest rule that shows it."""

from datetime import timedelta

import pytest
from made import END, START, WINDOW, reading, selloff

from bot.domain.explanation import DayKind, State
from bot.domain.readings import Missing, Readings
from bot.domain.window import MARKET, Scope, Window
from bot.errors import OutsideData
from bot.reasoning.evaluate import explain, taper

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SHARE = """\
  - id: share
    reading: liquidations.long_share
    on: value
    ramp: {from: 0.5, to: 0.8}
    points: {for: 2.0, against: 1.0}
    timing: {ends: within_window, known_by: window_end, max_age: 12h}
claims:"""


def judged(folder, *given, scope=MARKET, window=WINDOW):
    return explain(folder.load(), selloff(*given), window, scope).finding("plain")


def size(z=3.0, **times):
    return reading("liquidations.long", 4e8, z, **times)


def share(value):
    return reading("liquidations.long_share", value)


@pytest.mark.parametrize(("z", "grade", "points"), [(0.9, 0, -2), (1, 0, -2), (2, 0.5, 0.5), (3, 1, 3), (9, 1, 3)])
def test_the_ramp_is_flat_outside_its_ends(folder, z, grade, points):
    found = judged(folder, size(z)).contribution("size")
    assert (found.grade, found.points) == (pytest.approx(grade), pytest.approx(points))


def test_confidence_from_points(folder):
    # 3 points make odds of 0.3 / 0.7 eight times as great
    odds = 0.3 / 0.7 * 8
    assert judged(folder, size(3)).confidence == pytest.approx(odds / (1 + odds))


def test_a_contribution_carries_what_it_saw(folder):
    found = judged(folder, size(3)).contribution("size")
    assert (found.reading, found.value, found.z, found.unit) == ("liquidations.long", 4e8, 3, "USD")
    assert (found.end, found.known, found.source, found.reason) == (END, END, "test", "")
    assert (found.need, found.counter) == ("supporting", False)


def test_nothing_known_leaves_the_base_rate(folder):
    found = judged(folder)
    assert (found.state, found.confidence, found.coverage) == (State.INACTIVE, pytest.approx(0.3), 0)
    assert found.reason == "+0.0 points on a base rate of 30% leave 30%"


def test_required_and_missing_is_unknown(folder):
    folder.swap("    on: z", "    need: required\n    on: z")
    found = judged(folder)
    assert found.state is State.UNKNOWN
    assert found.reason == "size is missing: nothing is known of liquidations.long as of 2026-01-15 08:05 UTC"


def test_required_without_a_grade_is_inactive_whatever_the_odds(folder):
    folder.swap("    on: z", "    need: required\n    on: z")
    folder.swap("against: 2.0", "against: 0.0")
    folder.swap("base_rate: 0.30", "base_rate: 0.90")
    found = judged(folder, size(0.5))
    assert (found.state, found.confidence) == (State.INACTIVE, pytest.approx(0.9))
    assert found.reason == "size is required and speaks against it"


def one_of(folder):
    folder.swap("    on: z", "    need: one_of\n    on: z")
    folder.swap("claims:", SHARE.replace("    on:", "    need: one_of\n    on:"))


def test_one_of_needs_one_that_is_known(folder):
    one_of(folder)
    assert judged(folder).state is State.UNKNOWN
    assert judged(folder, size(3)).state is State.ACTIVE
    assert judged(folder, share(0.9)).state is State.ACTIVE


def test_one_of_needs_one_that_speaks_for_it(folder):
    one_of(folder)
    folder.swap("base_rate: 0.30", "base_rate: 0.99")
    found = judged(folder, size(0.5), share(0.4))
    assert (found.state, found.confidence > 0.5) == (State.INACTIVE, True)
    assert found.reason == "none of size, share speaks for it"
    assert judged(folder, size(0.5), share(0.6)).state is State.ACTIVE


def test_a_known_one_of_that_is_silent_is_not_saved_by_a_missing_one(folder):
    one_of(folder)
    assert judged(folder, size(0.5)).state is State.INACTIVE


def test_no_z_is_not_a_grade(folder):
    found = judged(folder, size(None)).contribution("size")
    assert (found.value, found.z, found.grade, found.points) == (4e8, None, None, 0)
    assert found.reason == "size has no grade: liquidations.long has no z, its baseline is too short or doesn't vary"


def test_not_a_number_is_not_a_grade(folder):
    found = judged(folder, size(float("nan"))).contribution("size")
    assert (found.grade, found.reason) == (None, "size has no grade: liquidations.long is not a number")


def test_missing_gives_its_own_reason(folder):
    given = Readings({**selloff(), "liquidations.long": Missing("liquidations.long", "the venue was down")})
    found = explain(folder.load(), given, WINDOW, MARKET).finding("plain").contribution("size")
    assert found.reason == "size is missing: the venue was down"
    assert found.value is None


INSIDE = [
    ("within_window", "window_end", END, END, ""),
    ("within_window", "window_end", START, START, "it ended 24 h before the window's end, more than 12 h"),
    ("within_window", "window_end", END - 12 * HOUR, END, ""),
    ("within_window", "window_end", END - 12 * HOUR - MINUTE, END, "it ended 12 h before the window's end, more than"),
    ("within_window", "window_end", END + MINUTE, END + MINUTE, "it ended 0.0167 h after the window's end"),
    ("within_window", "window_end", END, END + MINUTE, "it became known 2026-01-15 08:01 UTC, after the window's end"),
    ("within_window", "as_of", END, END + MINUTE, ""),
    ("within_window", "as_of", END, WINDOW.as_of, ""),
    ("within_window", "as_of", END, WINDOW.as_of + MINUTE, "nothing is known of liquidations.long as of"),
    ("before_window_start", "window_start", START, START, ""),
    ("before_window_start", "window_start", START - 12 * HOUR, START, ""),
    ("before_window_start", "window_start", START - 13 * HOUR, START, "it ended 13 h before the window's start"),
    ("before_window_start", "window_start", START + MINUTE, START + MINUTE, "it ended 0.0167 h after the window's st"),
    ("before_window_start", "window_start", START, START + MINUTE, "after the window's start"),
    ("before_window_start", "window_end", START, START + MINUTE, ""),
    ("before_window_end", "window_end", END - 12 * HOUR, END, ""),
    ("before_window_end", "window_end", END + MINUTE, END + MINUTE, "it ended 0.0167 h after the window's end"),
]


@pytest.mark.parametrize("timing", INSIDE)
def test_timing(folder, timing):
    ends, known_by, end, known, reason = timing
    folder.swap("ends: within_window, known_by: window_end", f"ends: {ends}, known_by: {known_by}")
    found = judged(folder, size(end=end, known=known)).contribution("size")
    assert (found.grade is None) == bool(reason)
    assert reason in found.reason
    if reason:
        assert (found.value, found.end, found.known) == (None, None, None)


def test_within_a_window_reaches_no_further_than_its_start(folder):
    folder.swap("max_age: 12h", "max_age: 3d")
    assert judged(folder, size(end=START)).contribution("size").grade == 1
    found = judged(folder, size(end=START - MINUTE)).contribution("size")
    assert found.reason == "size is missing: it ended before the window's start"


def test_a_longer_window_allows_as_many_times_the_age(folder):
    week = Window(END - timedelta(days=7), END, WINDOW.as_of)
    assert judged(folder, size(end=END - 84 * HOUR), window=week).contribution("size").grade == 1
    older = judged(folder, size(end=END - 85 * HOUR), window=week).contribution("size")
    assert "more than 84 h" in older.reason


def test_before_the_end_may_be_before_the_start(folder):
    folder.swap("ends: within_window", "ends: before_window_end")
    folder.swap("max_age: 12h", "max_age: 30h")
    assert judged(folder, size(end=START - HOUR)).contribution("size").grade == 1


def test_what_became_known_later_leaves_no_trace(folder):
    late = size(known=WINDOW.as_of + MINUTE)
    assert judged(folder, late) == judged(folder)


def test_counter_evidence_only_subtracts(folder):
    counter = SHARE.replace("{for: 2.0, against: 1.0}", "{against: 1.0}").replace("  - id", "counter:\n  - id", 1)
    folder.swap("claims:", counter)
    assert judged(folder, size(3), share(0.4)).points == pytest.approx(3)
    assert judged(folder, size(3), share(0.8)).points == pytest.approx(2)
    assert judged(folder, size(3), share(0.8)).contribution("share").counter


def test_coverage_is_the_known_share_of_all_weights(folder):
    folder.swap("claims:", SHARE)
    assert judged(folder, size(3)).coverage == pytest.approx(3 / 5)
    assert judged(folder, share(0.6)).coverage == pytest.approx(2 / 5)
    assert judged(folder, size(3), share(0.6)).coverage == 1


def test_a_group_tapers_its_weaker_witnesses(folder):
    folder.swap("claims:", SHARE.replace("    on:", "    group: crowd\n    on:"))
    assert judged(folder, size(3), share(0.8)).points == pytest.approx(5)
    folder.swap("    on: z", "    group: crowd\n    on: z")
    found = judged(folder, size(3), share(0.8))
    assert found.points == pytest.approx(3 + 2 / 2)
    assert found.contribution("share").points == pytest.approx(1)
    assert judged(folder, size(1), share(0.8)).points == pytest.approx(2 - 2)


@pytest.mark.parametrize(
    ("sizes", "shares"),
    [
        ([1, 3, 2], [0.25, 3, 1]),
        ([-1, -3], [-0.5, -3]),
        ([3, -3, 2, -2], [3, -3, 1, -1]),
        ([0, 2, 0], [0, 2, 0]),
        ([], []),
    ],
)
def test_signs_taper_apart(sizes, shares):
    assert taper(sizes) == shares


def test_tapering_has_no_jump_where_two_signs_change_places():
    assert sum(taper([2.0, -1.99])) == pytest.approx(sum(taper([2.0, -2.01])), abs=0.021)


def test_claims_need_all_they_name(folder):
    folder.swap("claims:", SHARE)
    folder.swap("needs: [size]", "needs: [size, share]")
    assert judged(folder, size(3), share(0.65)).claims == ("large",)
    assert judged(folder, size(3), share(0.64)).claims == ()
    assert judged(folder, size(3)).claims == ()


def test_claims_may_choose(folder):
    folder.swap("claims:", SHARE)
    folder.swap("needs: [size]", "needs: [], one_of: [size, share]")
    assert judged(folder, size(3)).claims == ("large",)
    assert judged(folder, size(1.8), share(0.9)).claims == ("large",)
    assert judged(folder, size(1.9), share(0.5)).claims == ()


def test_only_an_active_cause_licenses_claims(folder):
    folder.swap("base_rate: 0.30", "base_rate: 0.01")
    found = judged(folder, size(3))
    assert (found.state, found.claims) == (State.INACTIVE, ())


def test_other_days_and_scopes_are_not_asked(folder):
    folder.swap("[selloff]", "[rally, whipsaw]")
    found = judged(folder, size(3))
    assert (found.state, found.confidence, found.contributions) == (State.NOT_APPLICABLE, 0, ())
    assert found.reason == "applies to rally and whipsaw, not to selloff"
    folder.swap("[rally, whipsaw]", "[selloff]\nscopes: [ETH]")
    assert judged(folder, size(3)).reason == "is judged for ETH, not for market"


def test_the_asset_is_filled_in(folder):
    folder.swap("reading: liquidations.long", "reading: liquidations.long.{asset}")
    assert judged(folder).contribution("size").reading == "liquidations.long.btc"
    folder.swap("    on: z", "    market_reading: liquidations.long\n    on: z")
    assert judged(folder).contribution("size").reading == "liquidations.long"
    moves = (reading("price.return_over_atr.eth", -1), reading("price.range_over_atr.eth", 1))
    given = Readings({r.name: r for r in (*moves, reading("liquidations.long.eth", 1e8, 3))})
    found = explain(folder.load(), given, WINDOW, Scope("ETH")).finding("plain").contribution("size")
    assert (found.reading, found.grade) == ("liquidations.long.eth", 1)


def test_retired_causes_are_loaded_but_not_judged(folder):
    folder.swap("status: experimental", "status: retired")
    rulebook = folder.load()
    assert rulebook.cause("plain") is not None
    assert explain(rulebook, selloff(size(3)), WINDOW, MARKET).findings == ()


@pytest.mark.parametrize(
    ("m", "r", "kind"),
    [
        (-0.8, 1, DayKind.SELLOFF),
        (-0.79, 1, DayKind.QUIET),
        (0.8, 1, DayKind.RALLY),
        (0.3, 1.3, DayKind.WHIPSAW),
        (-0.31, 1.3, DayKind.QUIET),
        (0.0, 1.29, DayKind.QUIET),
    ],
)
def test_day_kinds(folder, m, r, kind):
    moves = (reading("price.return_over_atr.btc", m), reading("price.range_over_atr.btc", r))
    given = Readings({item.name: item for item in moves})
    assert explain(folder.load(), given, WINDOW, MARKET).day_kind is kind


ETH_FELL = """\
  - kind: selloff
    scopes: [market]
    when:
      - reading: price.return_over_atr.eth
        at_most: -1.0
  - kind: quiet
"""


@pytest.mark.parametrize(
    ("eth", "scope", "kind"),
    [
        (reading("price.return_over_atr.eth", -1.2), MARKET, DayKind.SELLOFF),
        (reading("price.return_over_atr.eth", -0.9), MARKET, DayKind.QUIET),
        (reading("price.return_over_atr.eth", -1.2), Scope("BTC"), DayKind.QUIET),
        (Missing("price.return_over_atr.eth", "no bars"), MARKET, DayKind.QUIET),
    ],
)
def test_a_kind_of_some_scopes_by_another_assets_reading(folder, eth, scope, kind):
    folder.swap("  - kind: quiet\n", ETH_FELL, "day_kinds.yaml")
    moves = (reading("price.return_over_atr.btc", 0.1), reading("price.range_over_atr.btc", 1), eth)
    given = Readings({item.name: item for item in moves})
    assert explain(folder.load(), given, WINDOW, scope).day_kind is kind


@pytest.mark.parametrize(
    "unusable",
    [
        Missing("price.return_over_atr.btc", "no bars"),
        reading("price.return_over_atr.btc", -1, known=WINDOW.as_of + MINUTE),
        reading("price.return_over_atr.btc", float("nan")),
    ],
)
def test_a_day_without_a_kind_is_outside_the_data(folder, unusable):
    wide = reading("price.range_over_atr.btc", 2)
    given = Readings({wide.name: wide, unusable.name: unusable})
    with pytest.raises(OutsideData, match=r"price\.return_over_atr\.btc"):
        explain(folder.load(), given, WINDOW, MARKET)


@pytest.mark.parametrize(
    ("role", "explained"),
    [("trigger", True), ("mechanism", True), ("backdrop", True), ("amplifier", False), ("differentiation", False)],
)
def test_what_can_explain_a_move(folder, role, explained):
    folder.swap("role: trigger", f"role: {role}")
    found = explain(folder.load(), selloff(size(3)), WINDOW, MARKET)
    assert found.explained == pytest.approx(found.finding("plain").confidence if explained else 0)
    assert explain(folder.load(), selloff(size(1)), WINDOW, MARKET).explained == 0


def test_a_window_told_later_sees_more(folder):
    folder.swap("known_by: window_end", "known_by: as_of")
    late = size(known=END + 10 * MINUTE)
    later = Window(START, END, END + HOUR)
    assert judged(folder, late).contribution("size").grade is None
    assert judged(folder, late, window=later).contribution("size").grade == 1
