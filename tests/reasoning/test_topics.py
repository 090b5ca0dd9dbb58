"""Topics of headlines: what titles are taken for, what a topics file can get wrong, and how its own tests fail."""

import pytest
from made import CAUSE

from bot.domain.topics import Topic, Topics
from bot.errors import RuleFaults
from bot.reasoning.casebook import run_casebook

TOPICS = """\
schema: 1
market: [bitcoin, crypto]
falls: [fall, falls, sell off]
rises: [rises]
ignore: [price prediction]
ignored_outlets: [Sellers]
lead_outlets: [Reuters, CoinDesk]
topics:
  - topic: macro
    title: Interest rates
    words: [fed, rate cut*, approv* + etf]
    unless: [fed up]
  - topic: war
    title: War
    words: [war]
    outlets: [Reuters]
"""
TITLES = """\
tests:
  - {title: "Bitcoin falls after the Fed speaks", topics: [macro], falls: true}
  - {title: "Bitcoin price prediction", ignored: true}
"""


def test_marks_of_a_title():
    topics = Topics(
        (
            Topic("macro", "", ("fed",), ("fed up",)),
            Topic("war", "", ("war",), outlets=("Reuters",)),
            Topic("levels", "", ("support",), needs_market=True),
        ),
        market=("bitcoin",),
        falls=("falls",),
        rises=("rises",),
        ignore=("sponsored",),
        ignored_outlets=("Sellers",),
    )
    assert topics.marks("Fed speaks, bitcoin falls") == ({"macro"}, True, True, False)
    assert topics.marks("Solana falls") == (set(), False, False, False)
    assert topics.marks("Bitcoin falls, then rises") == (set(), True, True, True)
    assert topics.marks("Fed up with the Fed") == (set(), False, False, False)
    assert topics.marks("War", "reuters").topics == {"war"}
    assert topics.marks("War", "Elsewhere").topics == set()
    assert topics.marks("Pepe finds support").topics == set()
    assert topics.marks("Bitcoin finds support").topics == {"levels"}
    assert topics.marks("Sponsored: Fed") is None
    assert topics.marks("Fed", "SELLERS") is None


def test_prominence_is_the_place_among_the_outlets_that_lead():
    topics = Topics(lead_outlets=("Reuters", "CoinDesk"))
    assert [topics.prominence(name) for name in ("reuters", "COINDESK", "", "Other")] == [0, 1, 2, 2]


def test_an_outlet_signs_as_it_writes_itself_and_a_part_of_an_address_does_not():
    topics = Topics(lead_outlets=("Reuters", "CoinDesk"), nameless_outlets=("Feeds2",))
    assert [topics.signature(name) for name in ("coindesk", "feeds2", "Other")] == ["CoinDesk", "", "Other"]


@pytest.fixture
def sorted_folder(folder):
    folder.write("topics.yaml", TOPICS)
    folder.write("topics.test.yaml", TITLES)
    return folder


def test_a_folder_without_topics_has_none(folder):
    assert folder.load().topics.names == ()


def test_the_file_as_topics(sorted_folder):
    topics = sorted_folder.load().topics
    assert topics.names == ("macro", "war")
    assert topics.topics[0] == Topic("macro", "Interest rates", ("fed", "rate cut*", "approv* + etf"), ("fed up",))
    assert topics.marks("Crypto rises on rate cuts") == ({"macro"}, True, False, True)
    assert topics.prominence("CoinDesk") == 1


def test_topics_are_part_of_the_digest(sorted_folder):
    before = sorted_folder.load().digest
    sorted_folder.swap("words: [war]", "words: [war, truce]", "topics.yaml")
    assert sorted_folder.load().digest != before


WRONG = {
    "unknown key": ("title: War", "titel: War", "topics.yaml:14:5: unknown key 'titel'; did you mean 'title'?"),
    "missing key": ("    title: War\n", "", "topics.1.title: this key is missing"),
    "topic twice": ("topic: war", "topic: macro", "topics.yaml:13:12: the topic 'macro' stands here twice"),
    "topic in capitals": ("topic: war", "topic: War", "'War' must be small letters, digits and underscores"),
    "word in two lists": ("unless: [fed up]", "unless: [Fed]", "topics.yaml:12:14: 'Fed' stands in `words` and in"),
    "word twice": ("words: [war]", "words: [war, WAR]", "topics.yaml:15:18: 'WAR' stands here twice"),
    "falls and rises": ("rises: [rises]", "rises: [sell-off]", "topics.yaml:4:9: 'sell-off' stands in `falls` and"),
    "ignored twice": ("[price prediction]", "[ads, ads]", "topics.yaml:5:15: 'ads' stands here twice"),
    "no words": ("words: [war]", "words: []", "topics.yaml:15:12: topics.1.words: "),
    "no market": ("market: [bitcoin, crypto]\n", "", "topics.yaml:1:1: market: this key is missing"),
    "nothing to look for": ("words: [war]", 'words: ["?!"]', "topics.yaml:15:13: '?!' holds no word to look for"),
    "half of nothing": ("words: [war]", 'words: ["war + "]', "'war + ' holds no word to look for"),
    "too short a beginning": ("words: [war]", "words: [wa*]", "topics.yaml:15:13: 'wa*' would match too much"),
    "a number": ("words: [war]", "words: [100]", "topics.yaml:15:13: topics.1.words.0: "),
    "another schema": ("schema: 1", "schema: 2", "topics.yaml:1:9: schema: '2' is not one of 1"),
    "key twice": ("schema: 1", "schema: 1\nschema: 1", "topics.yaml:2:1: the key 'schema' stands here twice"),
}


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_faults(sorted_folder, old, new, message):
    sorted_folder.swap(old, new, "topics.yaml")
    with pytest.raises(RuleFaults) as caught:
        sorted_folder.load()
    assert any(message in str(fault) for fault in caught.value.faults), str(caught.value)


def test_faulty_topics_do_not_hide_the_faults_of_causes(sorted_folder):
    sorted_folder.swap("topic: war", "topic: macro", "topics.yaml")
    sorted_folder.swap("title: A", "titel: A")
    with pytest.raises(RuleFaults) as caught:
        sorted_folder.load()
    assert {fault.path.name for fault in caught.value.faults} == {"topics.yaml", "plain.yaml"}


READING = CAUSE.replace("liquidations.long", "news.intensity.macro").replace("on: z", "on: value")


def test_a_cause_may_read_headlines_of_a_topic(sorted_folder):
    sorted_folder.write("causes/plain.yaml", READING)
    assert sorted_folder.load().causes[0].clauses[0].reading == "news.intensity.macro"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "news.intensity.marco",
            "unknown topic 'marco' in 'news.intensity.marco'; did you mean 'news.intensity.macro'?",
        ),
        ("news.intensity.{topic}", "unknown topic '{topic}' in 'news.intensity.{topic}'; known here: macro, war"),
        ("news.intensty.macro", "unknown reading 'news.intensty.macro'; did you mean 'news.intensity.macro'?"),
    ],
)
def test_a_reading_of_no_topic(sorted_folder, name, message):
    sorted_folder.write("causes/plain.yaml", READING.replace("news.intensity.macro", f'"{name}"'))
    with pytest.raises(RuleFaults) as caught:
        sorted_folder.load()
    assert f"plain.yaml:10:14: {message}" in str(caught.value)


def test_a_reading_of_headlines_without_topics(folder):
    folder.write("causes/plain.yaml", READING)
    with pytest.raises(RuleFaults, match=r"there is no topics\.yaml beside causes/"):
        folder.load()


def test_a_day_kind_that_reads_no_topic(sorted_folder):
    sorted_folder.swap("price.range_over_atr.{asset}", "news.intensity.marco", "day_kinds.yaml")
    with pytest.raises(RuleFaults, match=r"day_kinds.yaml:5:18: unknown topic 'marco'"):
        sorted_folder.load()


def test_a_case_that_gives_a_reading_of_no_topic(sorted_folder):
    sorted_folder.swap("liquidations.long:", "news.intensity.marco:", "causes/plain.test.yaml")
    with pytest.raises(RuleFaults, match=r"plain.test.yaml:6:7: unknown topic 'marco'"):
        run_casebook(sorted_folder.path, sorted_folder.load())


def failures(folder):
    return [outcome.failure for outcome in run_casebook(folder.path, folder.load()) if outcome.failure]


def test_titles_that_are_taken_for_what_they_are(sorted_folder):
    outcomes = run_casebook(sorted_folder.path, sorted_folder.load())
    assert [outcome.case.name for outcome in outcomes if outcome.passed] == [
        "a large one",
        "Bitcoin falls after the Fed speaks",
        "Bitcoin price prediction",
    ]


DIFFERENT = {
    "missing topic": ("topics: [macro]", "topics: [macro, war]", "topics: wanted [macro, war], got [macro]"),
    "topic too many": ("topics: [macro], ", "", "topics: wanted [], got [macro] (macro by [fed])"),
    "no fall": (", falls: true", "", "falls: wanted false, got true"),
    "no rise": ("falls: true", "falls: true, rises: true", "rises: wanted true, got false"),
    "not ignored": ("topics: [macro], falls: true", "ignored: true", "wanted ignored, but it counts"),
    "ignored": (", ignored: true", "", "'Bitcoin price prediction': it is ignored"),
    "another outlet": ("speaks", "speaks of war", ""),
}


@pytest.mark.parametrize(("old", "new", "message"), DIFFERENT.values(), ids=DIFFERENT)
def test_titles_that_are_not(sorted_folder, old, new, message):
    sorted_folder.swap(old, new, "topics.test.yaml")
    assert "\n".join(failures(sorted_folder)).endswith(message)
    file = sorted_folder.path / "topics.test.yaml"
    assert all(failure.startswith(f"{file}:") for failure in failures(sorted_folder))


WRONG_TITLES = {
    "unknown topic": ("[macro]", "[marco]", "topics.test.yaml:2:60: unknown topic 'marco'; did you mean 'macro'?"),
    "unknown key": ("falls: true", "fall: true", "unknown key 'fall'; did you mean 'falls'?"),
    "no title": ('title: "Bitcoin price prediction", ', "", "topics.test.yaml:3:5: tests.1.title: this key is missing"),
    "no tests": (TITLES, "tests: []\n", "topics.test.yaml:1:8: tests: "),
}


@pytest.mark.parametrize(("old", "new", "message"), WRONG_TITLES.values(), ids=WRONG_TITLES)
def test_faults_of_titles(sorted_folder, old, new, message):
    sorted_folder.swap(old, new, "topics.test.yaml")
    with pytest.raises(RuleFaults) as caught:
        run_casebook(sorted_folder.path, sorted_folder.load())
    assert any(message in str(fault) for fault in caught.value.faults), str(caught.value)
