"""What headlines are about: topics told by their words, and whether a title tells of a falling or rising market."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from bot.domain.phrases import PhraseBook, words_of

__all__ = ["NO_TOPICS", "Marks", "Topic", "Topics"]

REMEMBERED = 100_000
"""Titles kept in mind: those of a year or more, some ten megabytes."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One subject: a title with one of `words` is about it, unless it holds a phrase of `unless`.

    `outlets` (none for all) are the only ones that count; with `needs_market` the title must name the market too, so
    that news of one small coin is left out.
    """

    name: str
    title: str
    words: tuple[str, ...]
    unless: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    needs_market: bool = False


class Marks(NamedTuple):
    """What one title says: its topics, if it names the market as a whole, and if it tells of a fall or a rise of it."""

    topics: frozenset[str]
    market: bool
    falls: bool
    rises: bool


@dataclass(frozen=True, eq=False)
class Topics:
    """All topics, and the words that tell what the market did; names of outlets are compared without capitals.

    `no_move` are phrases in which such a word tells of something else: an agency that drops a case.
    """

    topics: tuple[Topic, ...] = ()
    market: tuple[str, ...] = ()
    falls: tuple[str, ...] = ()
    rises: tuple[str, ...] = ()
    no_move: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    ignored_outlets: tuple[str, ...] = ()
    lead_outlets: tuple[str, ...] = ()
    nameless_outlets: tuple[str, ...] = ()
    _seen: dict[tuple[str, str], tuple[str, Marks | None]] = field(default_factory=dict, repr=False)
    _meant: dict[tuple[int, str], Marks | None] = field(default_factory=dict, repr=False)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(topic.name for topic in self.topics)

    def marks(self, title: str, outlet: str = "") -> Marks | None:
        """What the title says; None where the title or its outlet is to be ignored."""
        return self.said(title, outlet)[1]

    def said(self, title: str, outlet: str) -> tuple[str, Marks | None]:
        """The title's words alone, by which it is known again, and what they say; remembered for the next recap."""
        key = (title, outlet)
        if key not in self._seen:
            if len(self._seen) >= REMEMBERED:
                self._seen.clear()
            words = words_of(title)
            self._seen[key] = " ".join(words), self._marks_of(words, outlet)
        return self._seen[key]

    def _marks_of(self, words: list[str], outlet: str) -> Marks | None:
        key = (self._book.found(words), outlet)
        if key not in self._meant:
            self._meant[key] = self._meaning(*key)
        return self._meant[key]

    def heard(self, name: str, title: str) -> tuple[str, ...]:
        """The words of that topic that stand in the title."""
        words, topic = words_of(title), next(topic for topic in self.topics if topic.name == name)
        return tuple(phrase for phrase in topic.words if PhraseBook(((phrase,),)).found(words))

    def prominence(self, outlet: str) -> int:
        """Where the outlet stands among those that lead, 0 for the first; behind the last where it isn't named."""
        return self._places.get(outlet.casefold(), len(self._places))

    def signature(self, outlet: str) -> str:
        """The outlet's name as it writes it itself where it is one that leads; "" for what is no name at all."""
        if outlet.casefold() in self._nameless:
            return ""
        place = self.prominence(outlet)
        return self.lead_outlets[place] if place < len(self.lead_outlets) else outlet

    @cached_property
    def _nameless(self) -> frozenset[str]:
        return frozenset(name.casefold() for name in self.nameless_outlets)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {outlet.casefold(): n for n, outlet in enumerate(self.lead_outlets)}

    @cached_property
    def _book(self) -> PhraseBook:
        """Five labels for the market, then two for each topic."""
        of_topics = (phrases for topic in self.topics for phrases in (topic.words, topic.unless))
        return PhraseBook((self.ignore, self.market, self.falls, self.rises, self.no_move, *of_topics))

    def _meaning(self, labels: int, outlet: str) -> Marks | None:
        ignored, market, falls, rises, no_move = (bool(labels >> n & 1) for n in range(5))
        if ignored or outlet.casefold() in {name.casefold() for name in self.ignored_outlets}:
            return None
        told, moved = frozenset(self._told(labels >> 5, outlet, market=market)), market and not no_move
        return Marks(told, market, moved and falls, moved and rises)

    def _told(self, labels: int, outlet: str, *, market: bool) -> Iterator[str]:
        for n, topic in enumerate(self.topics):
            heard = not topic.outlets or outlet.casefold() in {name.casefold() for name in topic.outlets}
            if heard and (market or not topic.needs_market) and labels >> 2 * n & 0b11 == 0b01:
                yield topic.name


NO_TOPICS = Topics()
