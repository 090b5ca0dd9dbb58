"""`topics.yaml`: which words in a headline make it news of a topic; schema 1.

market, falls, rises       the words that tell of the market as a whole, of a fall, of a rise
no_move                    phrases in which such a word tells of something else
ignore, ignored_outlets    titles with these phrases, and outlets, that count for nothing
lead_outlets               whose headline is shown first, in order, and how they write their names
nameless_outlets           what stands for an outlet in some archives and is no name of one
topics                     each with `topic`, `title`, `words`, and where wanted `unless`, `outlets` and `needs_market`
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.domain.phrases import phrase_words, same_phrase
from bot.domain.topics import Topic, Topics
from bot.errors import Fault
from bot.reasoning.document import Document, Loc
from bot.reasoning.schema import Name, Shape

__all__ = ["TopicsFile", "compile_topics", "topic_faults"]

MOST = 60
"""More topics than a headline's bits can hold, or a reader keep apart."""

SHORTEST_BEGINNING = 3
"""Letters before a `*`: fewer would take in half the dictionary."""


Phrases = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1, strict=False)]


class TopicEntry(Shape):
    topic: Name
    title: str = Field(min_length=1)
    words: Phrases
    unless: Phrases = ()
    outlets: Phrases = ()
    needs_market: bool = False


class TopicsFile(Shape):
    schema_number: Literal[1] = Field(alias="schema")
    market: Phrases
    falls: Phrases
    rises: Phrases
    no_move: Phrases = ()
    ignore: Phrases = ()
    ignored_outlets: Phrases = ()
    lead_outlets: Phrases = ()
    nameless_outlets: Phrases = ()
    topics: tuple[TopicEntry, ...] = Field(min_length=1, max_length=MOST, strict=False)


def compile_topics(file: TopicsFile) -> Topics:
    """The topics of a file without faults."""
    return Topics(
        topics=tuple(Topic(t.topic, t.title, t.words, t.unless, t.outlets, t.needs_market) for t in file.topics),
        market=file.market,
        falls=file.falls,
        rises=file.rises,
        no_move=file.no_move,
        ignore=file.ignore,
        ignored_outlets=file.ignored_outlets,
        lead_outlets=file.lead_outlets,
        nameless_outlets=file.nameless_outlets,
    )


def topic_faults(document: Document) -> Iterator[Fault]:
    """What the shape of the keys can't tell: names and words used twice, and phrases that could never be found."""
    data = document.data if isinstance(document.data, dict) else {}
    yield from _lists(document, (), data, ("market", "falls", "rises", "no_move", "ignore"))
    for keys in (("market",), ("falls", "rises"), ("no_move",), ("ignore",)):
        yield from _twice(document, (), data, keys)
    names: set[Any] = set()
    topics = data.get("topics")
    for n, entry in enumerate(topics if isinstance(topics, list) else []):
        if isinstance(entry, dict):
            yield from _topic(document, ("topics", n), entry, names)


def _topic(document: Document, loc: Loc, entry: dict[str, Any], names: set[Any]) -> Iterator[Fault]:
    name = entry.get("topic")
    if isinstance(name, str) and name in names:
        yield document.fault((*loc, "topic"), f"the topic '{name}' stands here twice; put its words into one list")
    names.add(name if isinstance(name, str) else None)
    yield from _lists(document, loc, entry, ("words", "unless"))
    yield from _twice(document, loc, entry, ("words", "unless"))


def _lists(document: Document, loc: Loc, entry: dict[str, Any], keys: tuple[str, ...]) -> Iterator[Fault]:
    for key in keys:
        for n, phrase in enumerate(_phrases(entry, key)):
            if complaint := _complaint(phrase):
                yield document.fault((*loc, key, n), complaint)


def _complaint(phrase: str) -> str:
    parts = phrase_words(phrase)
    if not all(parts):
        return f"'{phrase}' holds no word to look for"
    if any(len(word) <= SHORTEST_BEGINNING for part in parts for word in part if word.endswith("*")):
        return f"'{phrase}' would match too much; write {SHORTEST_BEGINNING} letters or more before the *"
    return ""


def _twice(document: Document, loc: Loc, entry: dict[str, Any], keys: tuple[str, ...]) -> Iterator[Fault]:
    """A phrase in two of the lists, or two times in one."""
    seen: dict[str, str] = {}
    for key in keys:
        for n, phrase in enumerate(_phrases(entry, key)):
            spelt = same_phrase(phrase)
            if spelt in seen:
                where = "stands here twice" if seen[spelt] == key else f"stands in `{seen[spelt]}` and in `{key}`"
                yield document.fault((*loc, key, n), f"'{phrase}' {where}")
            seen.setdefault(spelt, key)


def _phrases(entry: dict[str, Any], key: str) -> list[str]:
    found = entry.get(key)
    return [phrase for phrase in found if isinstance(phrase, str)] if isinstance(found, list) else []
