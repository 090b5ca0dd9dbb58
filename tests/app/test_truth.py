"""Nothing that was not known at the recap's time enters it, and every printed number traces to a reading."""

import json
from array import array
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.form import recap_form
from bot.app.recap import Request, make_recap
from bot.domain.series import TIMEFRAMES, BarColumns, PointColumns, stamp
from bot.domain.window import MARKET, Scope
from bot.errors import OutsideData
from bot.sources.archive import Archive
from bot.sources.snapshot import from_archive

FIRST = datetime(2025, 2, 2, 0, 5, tzinfo=UTC)
moments = st.integers(0, 24 * 42 - 1).map(lambda hours: FIRST + timedelta(hours=hours))
requests = st.builds(
    Request,
    moments,
    st.sampled_from([timedelta(hours=4), timedelta(hours=24), timedelta(days=7)]),
    st.sampled_from([MARKET, Scope("BTC"), Scope("ETH"), Scope("SOL")]),
    st.sampled_from(["en", "zh"]),
)


def told(request, archive, rulebook, templates):
    try:
        return json.dumps(recap_form(make_recap(request, from_archive(archive), rulebook, templates)))
    except OutsideData as error:
        return str(error)


def later_changed(archive: Archive, as_of: datetime, factor: float) -> Archive:
    """The same archive in which every figure that was known later is another, and later revisions appear."""
    edge = stamp(as_of)
    return Archive(
        tuple(_points(columns, edge, factor) for columns in archive.points),
        tuple(_bars(columns, edge, factor) for columns in archive.bars),
        tuple(
            replace(r, actual="999%") if r.actual_known is None or r.actual_known > as_of else r
            for r in archive.releases
        ),
    )


def _points(columns: PointColumns, edge: int, factor: float) -> PointColumns:
    rows = []
    for time, known, value in zip(columns.time, columns.known, columns.value, strict=True):
        rows.append((time, known, value * factor if known > edge else value))
        if known <= edge and time > edge - 5 * 86_400_000:
            rows.append((time, edge + 60_000, value * factor))
    rows = sorted({(time, known): value for time, known, value in rows}.items())
    return PointColumns(
        columns.series,
        array("q", [key[0] for key, _ in rows]),
        array("q", [key[1] for key, _ in rows]),
        array("d", [value for _, value in rows]),
    )


def _bars(columns: BarColumns, edge: int, factor: float) -> BarColumns:
    length = int(TIMEFRAMES[columns.timeframe] / timedelta(milliseconds=1))
    open_then = [time + length > edge for time in columns.time]

    def changed(column):
        return array("d", [v * abs(factor) if late else v for v, late in zip(column, open_then, strict=True)])

    prices = {name: changed(getattr(columns, name)) for name in ("open", "high", "low", "close", "volume")}
    return replace(columns, **prices)


def test_changing_what_became_known_later_changes_nothing(sample, rulebook, templates):
    @settings(max_examples=25, deadline=None)
    @given(asked=requests, factor=st.sampled_from([-3.0, 0.1, 7.0, 1000.0]))
    def holds(asked, factor):
        before = told(asked, sample, rulebook, templates)
        assert told(asked, later_changed(sample, asked.as_of, factor), rulebook, templates) == before

    holds()


def test_what_was_known_does_matter(sample, rulebook, templates):
    """The property above would hold for a constant recap too."""
    request = Request(datetime(2025, 2, 26, 0, 5, tzinfo=UTC))
    shifted = later_changed(sample, request.as_of - timedelta(days=1), 0.5)
    assert told(request, shifted, rulebook, templates) != told(request, sample, rulebook, templates)


def test_every_digit_of_a_thread_stands_in_a_figure(famous):
    for post in famous.thread.posts:
        rest = post.text
        for figure in sorted(famous.thread.figures, key=lambda f: -len(f.text)):
            rest = rest.replace(figure.text, "")
        assert not [character for character in rest if character.isdigit()], rest


def test_every_figure_names_a_reading_that_was_measured_or_the_thread_itself(famous):
    measured = {reading.name for reading in famous.explanation.readings.measured()}
    own = {"section", "name", "release", "window.start", "window.end", "window.as_of", "window.length", "streak"}
    assert {figure.reading for figure in famous.thread.figures} <= measured | own
    assert {figure.reading for figure in famous.thread.figures} & measured


def test_nothing_in_a_recap_was_known_after_it(famous):
    as_of = famous.explanation.window.as_of
    assert all(reading.known <= as_of for reading in famous.explanation.readings.measured())
    used = [c for f in famous.explanation.findings for c in f.contributions if c.known is not None]
    assert used
    assert all(c.known <= as_of for c in used)
