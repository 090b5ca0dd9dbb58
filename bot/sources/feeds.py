"""Headlines from the feeds of news outlets: RSS or Atom, each title once."""

import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from io import BytesIO
from typing import Any

import feedparser  # type: ignore[import-untyped]  # it has no types

from bot.domain.series import Headline
from bot.sources.batch import Batch, FaultKind, SourceFault
from bot.sources.keys import Client

__all__ = ["Feed", "feed_headlines", "feeds"]

LONGEST_TITLE = 500
REPEATED = timedelta(days=3)
_MARKUP = re.compile(r"<[^<>]+>")
_UTF8 = {"content-type": "application/xml; charset=utf-8"}


def feed_headlines(outlet: str, text: str, now: datetime) -> tuple[Headline, ...]:
    """The feed's entries in its order; one without a date or with one ahead of `now` counts as published now.

    Raises SourceFault for a text that is no feed.
    """
    # As bytes: text that happens to be an address or a path would be opened.
    feed = feedparser.parse(BytesIO(text.encode()), response_headers=_UTF8)
    if not feed.get("version"):
        sentence = f"The feed of {outlet} answered with something that is no RSS or Atom."
        raise SourceFault(FaultKind.GARBLED, f"{sentence} Look at its address in the setting feeds.{outlet}.")
    return tuple(_headlines(outlet, feed.entries, now))


def _headlines(outlet: str, entries: list[Any], now: datetime) -> Iterator[Headline]:
    for entry in entries:
        if title := _plain(entry.get("title", "")):
            yield Headline(min(_published(entry) or now, now), outlet, title, _web(entry.get("link", "")))


def _published(entry: Any) -> datetime | None:
    """When the entry says it came out; None for no date or an impossible one."""
    dates = (entry[key] for key in ("published_parsed", "updated_parsed") if key in entry)
    parsed = next((found for found in dates if found), None)
    return datetime.fromtimestamp(timegm(parsed), UTC) if parsed and parsed.tm_year >= 2000 else None


def _plain(title: str) -> str:
    """Without markup, entities and doubled spaces, cut after 500 characters."""
    return " ".join(_MARKUP.sub(" ", unescape(_MARKUP.sub(" ", title))).split())[:LONGEST_TITLE].rstrip()


def _web(link: str) -> str:
    return link if link.startswith(("https://", "http://")) else ""


class Feed:
    """One outlet's feed. A title that comes again within three days is the same headline, as first seen."""

    pace = timedelta(minutes=5)

    def __init__(self, client: Client, outlet: str, url: str) -> None:
        self.name = f"feed.{re.sub('[^a-z0-9]+', '_', outlet.lower()).strip('_')}"
        self._client, self._outlet, self._url = client, outlet, url
        self._seen: dict[str, Headline] = {}

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """All the feed holds, whatever `since` is: outlets publish late what they date early; raises SourceFault."""
        del since
        found = feed_headlines(self._outlet, await self._client.text(self._url), now)
        told = dict.fromkeys(self._first(headline) for headline in sorted(found, key=lambda item: item.time))
        self._seen = {title: seen for title, seen in self._seen.items() if now - seen.time <= REPEATED or seen in told}
        return Batch(headlines=tuple(told))

    def _first(self, headline: Headline) -> Headline:
        """The same title as it was first seen, if that was less than three days before."""
        seen = self._seen.get(headline.title)
        if seen is None or headline.time - seen.time > REPEATED:
            self._seen[headline.title] = headline
            return headline
        return seen


def feeds(client: Client, addresses: dict[str, str]) -> tuple[Feed, ...]:
    """A source for each outlet."""
    return tuple(Feed(client, outlet, url) for outlet, url in addresses.items())
