"""Headlines of feeds: plain titles, each once, never from the future."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.batch import FaultKind, SourceFault
from bot.sources.feeds import Feed, feed_headlines

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def rss(*items):
    return f'<?xml version="1.0" encoding="ISO-8859-1"?><rss version="2.0"><channel>{"".join(items)}</channel></rss>'


def item(title="Bitcoin falls", date="Tue, 24 Nov 2026 11:30:00 GMT", link="https://example.org/a"):
    dated = f"<pubDate>{date}</pubDate>" if date else ""
    return f"<item><title>{title}</title><link>{link}</link>{dated}</item>"


def read(*items):
    return feed_headlines("CoinDesk", rss(*items), NOW)


def test_a_headline_has_its_time_outlet_title_and_link():
    (headline,) = read(item("比特币 &lt;b&gt;falls&lt;/b&gt; &amp;amp; <![CDATA[<i>recovers</i>]]>"))
    assert headline.title == "比特币 falls & recovers"
    assert (headline.outlet, headline.url) == ("CoinDesk", "https://example.org/a")
    assert headline.time == datetime(2026, 11, 24, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("date", ["Wed, 25 Nov 2026 11:30:00 GMT", "", "soon"])
def test_a_time_ahead_or_missing_is_the_moment_it_was_seen(date):
    assert read(item(date=date))[0].time == NOW


def test_a_long_title_is_cut_and_an_empty_one_left_out():
    assert [len(headline.title) for headline in read(item("x" * 900), item(" "))] == [500]


def test_atom_is_read_too():
    text = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><link href="javascript:x"/></entry></feed>'
    (headline,) = feed_headlines("X", text, NOW)
    assert (headline.title, headline.url) == ("A", "")


@pytest.mark.parametrize(
    "text", ["<html><body>robot?</body></html>", '{"a": 1}', "", "http://127.0.0.1:1/feed", "/etc"]
)
def test_what_is_no_feed_is_garbled(text):
    with pytest.raises(SourceFault, match=r"feeds\.CoinDesk") as caught:
        feed_headlines("CoinDesk", text, NOW)
    assert caught.value.kind is FaultKind.GARBLED


def test_a_title_that_comes_again_keeps_its_first_time(visit, hosts):
    address = "www.coindesk.com/rss"

    async def twice(client):
        source = Feed(client, "CoinDesk", f"https://{address}")
        hosts.answers[address] = rss(item(date=""), item(date=""))
        first = await source.fetch(NOW, NOW)
        again = await source.fetch(NOW, NOW + timedelta(hours=1))
        hosts.answers[address] = rss(item(date="Mon, 30 Nov 2026 11:30:00 GMT"))
        return first, again, await source.fetch(NOW, NOW + timedelta(days=7))

    first, again, later = visit(twice)
    assert len(first.headlines) == 1
    assert again == first
    assert later.headlines[0].time == datetime(2026, 11, 30, 11, 30, tzinfo=UTC)


@given(st.text())
def test_any_text_is_a_feed_or_a_fault(text):
    with suppress(SourceFault):
        assert all(headline.time <= NOW for headline in feed_headlines("X", text, NOW))
