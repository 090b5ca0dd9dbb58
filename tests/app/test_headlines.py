"""Headlines from the archive or the store to what the commands show of them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from bot.app import tables
from bot.app.form import recap_form
from bot.app.recap import Request, explain_at, make_recap
from bot.domain.series import Headline, Release
from bot.sources.archive import Archive
from bot.sources.snapshot import StoredHistory, from_archive
from bot.store import Store

DAY = timedelta(days=1)
FAMOUS = Request(datetime(2025, 2, 26, 0, 5, tzinfo=UTC))
TOLD = Headline(
    FAMOUS.as_of - timedelta(hours=9), "Reuters", "Bitcoin falls as tariffs [again] loom", "https://a.example/1"
)


def published():
    """Two made-up months of twenty titles a day, ever more of the Fed the older, and what was said on the last day."""
    ordinary = [
        Headline(
            FAMOUS.as_of - day * DAY - timedelta(minutes=30 * n),
            "",
            f"{'The Fed' if n < day // 4 else 'Nothing new'} on day {day}, part {n}",
            "",
        )
        for day in range(60)
        for n in range(20)
    ]
    return sorted([*ordinary, TOLD], key=lambda h: (h.time, h.outlet, h.title))


def released():
    """A made-up inflation figure a week for a year, and one on the day that is told."""
    times = [FAMOUS.as_of - timedelta(hours=10, days=7 * week) for week in range(52)]
    return [Release(t, "CPI (MoM)", "high", "0.3%", "", f"0.{n % 4}%", t) for n, t in enumerate(times)]


@pytest.fixture(scope="module")
def with_headlines(sample) -> Archive:
    releases = tuple(sorted([*sample.releases, *released()], key=lambda r: (r.time, r.event)))
    return replace(sample, headlines=tuple(published()), releases=releases)


@pytest.fixture(scope="module")
def source(with_headlines, rulebook):
    return from_archive(with_headlines, rulebook.topics)


def test_the_json_form_holds_the_leading_headline(source, rulebook, templates):
    form = json.loads(json.dumps(recap_form(make_recap(FAMOUS, source, rulebook, templates))))
    headlines = {reading["name"]: reading["headline"] for reading in form["readings"]}
    assert headlines["news.count.geopolitics"] == {
        "time": "2025-02-25T15:05:00Z",
        "outlet": "Reuters",
        "title": TOLD.title,
        "url": TOLD.url,
    }
    assert headlines["news.count.macro"] is None
    assert headlines["price.return.btc"] is None


def shown(readings):
    console = Console(width=400, file=StringIO())
    console.print(tables.readings_table(readings))
    return console.file.getvalue()


def test_the_table_shows_the_leading_headline_as_it_was_written(source, rulebook):
    (line,) = [line for line in shown(explain_at(FAMOUS, source, rulebook).readings).splitlines() if "Reuters" in line]
    assert line.split() == [
        "news.count.geopolitics",
        "02-25",
        "15:05",
        "Reuters",
        *TOLD.title.split(),
        "https://a.example/1",
    ]


def test_without_headlines_no_table_of_them(desk):
    assert "leading headline" not in shown(explain_at(FAMOUS, desk.source, desk.rulebook).readings)


def test_the_store_tells_the_same_as_the_archive(with_headlines, source, rulebook, templates, tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'recap.sqlite3'}") as store:
        with store.transaction() as transaction:
            for points in with_headlines.points:
                transaction.write_points(points, "archive")
            for bars in with_headlines.bars:
                transaction.write_bars(bars)
            transaction.write_releases(with_headlines.releases)
            transaction.write_headlines(with_headlines.headlines)
        stored = StoredHistory(store, rulebook.topics)
        for length in (DAY, 7 * DAY):
            request = replace(FAMOUS, length=length)
            forms = [recap_form(make_recap(request, origin, rulebook, templates)) for origin in (stored, source)]
            assert forms[0] == forms[1]
            (surprise,) = [r for r in forms[0]["readings"] if r["name"] == "calendar.surprise.inflation"]
            assert surprise["z"] is not None
