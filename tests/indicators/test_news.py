"""Headlines as readings, against counts and shares worked out by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from press import FALLING, FIRST, RISING, TOPICS, at, filler, measured, month, reason, value
from recorded import AS_OF, DAY, END, START

from bot.domain.catalogue import CATALOGUE
from bot.domain.series import Headline
from bot.domain.topics import Topic
from bot.domain.window import Window
from bot.indicators.snapshot import History

FED = [at(-5, "Fed one"), at(2, "Fed two"), at(23, "Fed three")]


def test_headlines_of_the_span_are_counted():
    day = [*month(), at(-6, "Too early"), at(-5.9, "First"), *filler(9), at(24, "Last"), at(24.01, "Too late")]
    found = value("news.headlines", day)
    assert found.value == 11
    assert found.end == found.known == END
    assert found.source == "headlines"


def test_a_topic_is_counted_and_ends_with_its_newest_headline():
    found = value("news.count.macro", [*month(), *FED, *filler(17)])
    assert found.value == 3
    assert found.end == found.known == START + timedelta(hours=23)


def test_no_headline_on_a_topic_is_a_count_that_ends_with_the_window():
    found = value("news.count.war", [*month(), *FED, *filler(17)])
    assert (found.value, found.end, found.headline) == (0, END, None)


def test_the_usual_number_is_the_share_of_the_month_before():
    assert value("news.usual.macro", [*month(), *FED, *filler(17)]).value == pytest.approx(20 * 2 / 20)
    assert value("news.intensity.macro", [*month(), *FED, *filler(17)]).value == pytest.approx((3 + 1) / (2 + 1))


def test_the_share_is_the_mean_of_days_however_many_headlines_they_hold():
    loud = month(days=15, a_day=40, fed=0, tied=0)
    quiet = month(edge=FIRST - 15 * DAY, days=15, a_day=10, fed=5, tied=0)
    assert value("news.usual.macro", [*loud, *quiet, *filler(12)]).value == pytest.approx(12 * (0 + 0.5) / 2)


def test_days_with_few_headlines_are_skipped():
    full = month(days=10, a_day=10, fed=1, tied=0)
    few = month(edge=FIRST - 10 * DAY, days=20, a_day=9, fed=9, tied=0)
    assert value("news.usual.macro", [*full, *few, *filler(30)]).value == pytest.approx(30 * 0.1)


def test_too_few_days_make_no_usual_number():
    few = [*month(days=9), *filler(20)]
    assert reason("news.usual.macro", few) == "9 of the 90 days before 2025-02-24 18:00 UTC hold 10 headlines"
    assert value("news.count.macro", few).value == 0


def test_too_few_headlines_make_no_count():
    said = "9 headlines are recorded from 2025-02-24 18:00 UTC to 2025-02-26 00:00 UTC"
    for name in ("count", "usual", "intensity", "fall_tied", "tied_share"):
        assert reason(f"news.{name}.macro", [*month(), *filler(9)]) == said
    assert reason("news.count.macro", month()).startswith("no headlines are recorded from")
    assert value("news.headlines", month()).value == 0
    assert reason("news.headlines", []) == "no headlines are recorded"


def test_three_days_are_compared_with_the_month_before_them():
    three = END - timedelta(hours=72)
    earlier = [Headline(three + timedelta(hours=n), "", f"Fed before {n}", "") for n in (1, 2, 3, 4)]
    found = value("news.intensity_3d.macro", [*month(edge=three), *earlier, *filler(36)])
    assert found.value == pytest.approx((4 + 1) / (40 * 0.1 + 1))
    assert found.end == three + timedelta(hours=4)


def test_a_topic_tied_to_a_fall():
    tied = [at(1, "Fed talks, bitcoin falls"), at(2, "Fed again, bitcoin falls"), at(3, "Fed alone"), *filler(17)]
    found = value("news.fall_tied.macro", [*month(), *tied])
    assert found.value == pytest.approx((2 + 1) / (20 * 1 / 20 + 1))
    assert found.end == START + timedelta(hours=2)
    assert value("news.rise_tied.macro", [*month(), *tied]).value == pytest.approx(1.0)


def test_a_topic_tied_to_the_market_whichever_way_it_went():
    tied = [at(1, "Fed talks, bitcoin falls"), at(2, "Fed again, bitcoin waits"), at(3, "Fed alone"), *filler(17)]
    assert value("news.market_tied.macro", [*month(), *tied]).value == pytest.approx((2 + 1) / (20 * 1 / 20 + 1))
    three = END - timedelta(hours=72)
    before = [at(-30, "Fed and bitcoin"), *tied]
    found = value("news.market_tied_3d.macro", [*month(edge=three), *before])
    assert found.value == pytest.approx((3 + 1) / (21 * 1 / 20 + 1))


VOICES = [
    at(1, "Fed talks, bitcoin falls"),
    at(2, "War, bitcoin falls"),
    at(3, "War again, bitcoin falls"),
    at(4, "Bitcoin falls"),
    at(5, "Fed helps, bitcoin rises"),
    *filler(15),
]


@pytest.mark.parametrize(
    ("closes", "macro", "war"),
    [(FALLING, 1 / (3 + 2), 2 / (3 + 2)), (RISING, 1 / (1 + 2), 0.0), ((100.0,) * 2400, 2 / (4 + 2), 2 / (4 + 2))],
    ids=["fall", "rise", "neither"],
)
def test_the_share_of_those_that_explain_the_move(closes, macro, war):
    readings = measured([*month(), *VOICES], closes=closes)
    assert readings["news.tied_share.macro"].value == pytest.approx(macro)
    assert readings["news.tied_share.war"].value == pytest.approx(war)


def test_without_prices_both_directions_explain():
    history = History.of([], [], (), [*month(), *VOICES], TOPICS)
    assert history.at(AS_OF).headlines(FIRST, END).topics.sum() == 4
    assert value("news.tied_share.war", [*month(), *VOICES], closes=(100.0,)).value == pytest.approx(2 / 6)


def leading(*headlines, closes=FALLING):
    found = value("news.count.macro", [*month(), *headlines, *filler(15)], closes=closes)
    return found.headline.title


def test_the_headline_that_tells_of_the_move_leads():
    tied, rival = at(9, "Fed, bitcoin falls"), at(1, "Fed and bitcoin", "Reuters")
    assert leading(tied, rival, at(1, "Fed", "Reuters")) == tied.title
    assert leading(tied, rival, closes=RISING) == rival.title


def test_else_the_one_that_names_the_market_leads_then_outlet_then_time():
    assert leading(at(1, "Fed", "Reuters"), at(9, "Fed, bitcoin")) == "Fed, bitcoin"
    assert leading(at(1, "Fed a", "Elsewhere"), at(2, "Fed b", "coindesk"), at(3, "Fed c", "REUTERS")) == "Fed c"
    assert leading(at(2, "Fed later"), at(1, "Fed earlier")) == "Fed earlier"


def test_a_repeated_title_counts_once():
    again = [at(1, "Fed: speaks"), at(2, "FED speaks!", "Reuters"), at(3, "Fed speaks again"), *filler(15)]
    found = value("news.count.macro", [*month(), *again])
    assert found.value == 2
    assert value("news.headlines", [*month(), *again]).value == 17


def test_a_title_that_was_published_in_the_three_days_before_is_old():
    def count(hours):
        return value("news.count.macro", [*month(), at(hours, "Fed speaks"), at(1, "Fed speaks"), *filler(15)]).value

    assert count(1 - 72) == 0
    assert count(1 - 72.1) == 1


def test_a_title_repeated_every_day_stays_old():
    daily = [at(1 - 24 * n, "Fed speaks") for n in range(12)]
    assert value("news.count.macro", [*month(), *daily, *filler(15)]).value == 0


def test_ignored_titles_do_not_exist():
    ignored = [at(1, f"Sponsored Fed {n}") for n in range(30)]
    readings = measured([*month(), *ignored, *FED, *filler(17)])
    assert readings == measured([*month(), *FED, *filler(17)])


def test_there_is_a_reading_for_each_topic_and_none_without_topics():
    rows = [name for name, row in CATALOGUE.items() if row.per_topic]
    wanted = {row.replace("{topic}", topic) for row in rows for topic in ("macro", "war")} | {"news.headlines"}
    assert {name for name in measured(month()) if name.startswith("news.")} == wanted
    bare = measured(month(), topics=replace(TOPICS, topics=()))
    assert {name for name in bare if name.startswith("news.")} == {"news.headlines"}


def titles(marked):
    return [marked.headline(row).title for row in range(len(marked))]


def test_what_was_read_before_changes_nothing():
    """The days are read in whatever order they are asked for; repeats are found all the same."""
    headlines = [*month(), *(at(-24 * n, f"Fed day {n % 2}") for n in range(9)), *FED, *filler(17)]
    windows = [Window(START - n * DAY, END - n * DAY, AS_OF - n * DAY) for n in (0, 3, 1, 4, 2)]

    def seen(history):
        spans = [history.at(w.as_of).headlines(w.start - DAY, w.end) for w in windows]
        return [titles(span) for span in spans]

    together = History.of([], [], (), headlines, TOPICS)
    apart = [seen(History.of([], [], (), headlines, TOPICS))[n] for n in range(len(windows))]
    assert seen(together) == apart == seen(together)
    whole = together.headlines.between(FIRST - 40 * DAY, END)
    fresh = History.of([], [], (), headlines, TOPICS).headlines.between(FIRST - 40 * DAY, END)
    assert titles(whole) == titles(fresh)
    assert (whole.topics == fresh.topics).all()


TITLES = st.sampled_from(
    ["Fed one", "Fed, bitcoin falls", "War, bitcoin rises", "Bitcoin falls", "Nothing", "Sponsored"]
)
HEADLINES = st.lists(
    st.builds(Headline, st.just(END), st.sampled_from(["", "Reuters"]), TITLES, st.just("")), max_size=30
)
PAST = [*month(), *VOICES]
BEFORE = measured(PAST)


@settings(max_examples=40, deadline=None)
@given(HEADLINES, st.lists(st.integers(1, 400_000), min_size=30, max_size=30))
def test_headlines_published_later_change_nothing(later, seconds):
    future = [replace(h, time=AS_OF + timedelta(seconds=s)) for h, s in zip(later, seconds, strict=False)]
    assert measured([*PAST, *future]) == BEFORE


def test_headlines_after_the_window_but_known_when_told_change_nothing_either():
    assert measured([*PAST, Headline(END + timedelta(minutes=2), "", "Fed, bitcoin falls", "")]) == BEFORE


def test_headlines_of_the_window_do_change_the_readings():
    assert measured([*PAST, at(7, "Fed, bitcoin falls again")]) != BEFORE


def test_a_snapshot_holds_only_what_was_published_by_then():
    history = History.of([], [], (), [at(1, "Fed a"), at(2, "Fed b")], TOPICS)
    snapshot = history.at(START + timedelta(hours=1.5))
    assert titles(snapshot.headlines(START, END)) == ["Fed a"]


def test_topics_of_the_readings_are_those_of_the_rules():
    topics = replace(TOPICS, topics=(*TOPICS.topics, Topic("oil_2", "Oil", ("oil",))))
    assert value("news.count.oil_2", [*month(), at(1, "Oil"), *filler(15)], topics=topics).value == 1


def test_a_headline_of_a_fall_alone_leads_before_one_of_both():
    both, plain = at(1, "Fed: bitcoin falls, then rises"), at(5, "Fed: bitcoin falls")
    assert leading(both, plain) == plain.title
