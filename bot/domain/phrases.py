"""Words and phrases looked for in titles: fast, because every title of two years passes through here.

A phrase is one word or several in a row (`rate cut`). Capitals, punctuation and hyphens don't matter: `sell-off` and
`Sell off` are the same two words. A word ending in `*` stands for all that begin so (`liquidat*`), and `approv* + etf`
wants both parts, anywhere in the title. A `$` belongs to its word: `$trump` is a coin, `trump` a man.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

__all__ = ["PhraseBook", "phrase_words", "same_phrase", "words_of"]

_WORD = re.compile(r"\$?\w+")
_PHRASE_WORD = re.compile(r"\$?\w+\*?")

Part = tuple[str, ...]
Joint = tuple[tuple[int, int], ...]
"""Pairs of the parts that are needed together and the labels they give, both as bits."""


def words_of(title: str) -> list[str]:
    """The words of a title in small letters; whatever isn't letter, digit or `$` parts them."""
    return _WORD.findall(title.casefold())


def phrase_words(phrase: str) -> tuple[Part, ...]:
    """The parts of a phrase, each the words that must stand in a row; a part without words is ()."""
    return tuple(tuple(_PHRASE_WORD.findall(part.casefold())) for part in phrase.split(" + "))


def same_phrase(phrase: str) -> str:
    """One spelling for all ways to write a phrase."""
    return " + ".join(" ".join(words) for words in phrase_words(phrase))


class _Gain(NamedTuple):
    """What finding a part is worth: the labels it gives alone, its bit, and what it gives beside other parts."""

    labels: int
    bit: int
    joint: Joint


@dataclass(slots=True)
class _Node:
    """A word of a part, reached over the words before it: what ends here, and which words may follow."""

    gain: _Gain | None = None
    words: dict[str, "_Node"] = field(default_factory=dict)
    beginnings: dict[str, "_Node"] = field(default_factory=dict)

    def add(self, part: Part, gain: _Gain) -> None:
        if not part:
            self.gain = gain
            return
        known = self.beginnings if part[0].endswith("*") else self.words
        known.setdefault(part[0].removesuffix("*"), _Node()).add(part[1:], gain)

    def gather(self, words: list[str], at: int, gains: list[_Gain]) -> None:
        """Add what ends here, and what goes on with the words from `at`."""
        if self.gain is not None:
            gains.append(self.gain)
        if at < len(words):
            if words[at] in self.words:
                self.words[words[at]].gather(words, at + 1, gains)
            for beginning, node in self.beginnings.items():
                if words[at].startswith(beginning):
                    node.gather(words, at + 1, gains)


class _Openings(dict[str, tuple[_Node, ...]]):
    """Where the parts go on that may begin with a word, looked up once for each word there is."""

    def __init__(self, root: _Node) -> None:
        super().__init__()
        self._root, self._beginnings = root, tuple(root.beginnings)

    def __missing__(self, word: str) -> tuple[_Node, ...]:
        nodes = [self._root.words[word]] if word in self._root.words else []
        if word.startswith(self._beginnings):
            nodes += [node for begun, node in self._root.beginnings.items() if word.startswith(begun)]
        self[word] = found = tuple(nodes)
        return found


@dataclass(frozen=True, eq=False)
class PhraseBook:
    """Labels, each with its phrases. `found(words)` has bit n set where a phrase of the n-th label occurs."""

    phrases: tuple[tuple[str, ...], ...]

    def found(self, words: list[str]) -> int:
        """The labels that occur in a title's words, as bits."""
        labels = present = 0
        joint: Joint = ()
        for gained, bit, together in self._gains(words):
            labels |= gained
            present |= bit
            joint += together
        for needed, gained in joint:
            if present & needed == needed:
                labels |= gained
        return labels

    def _gains(self, words: list[str]) -> list[_Gain]:
        gains: list[_Gain] = []
        for at, nodes in enumerate(map(self._openings.__getitem__, words)):
            for node in nodes:
                node.gather(words, at + 1, gains)
        return gains

    @cached_property
    def _openings(self) -> _Openings:
        root = _Node()
        for part, gain in self._gain.items():
            root.add(part, gain)
        return _Openings(root)

    @cached_property
    def _gain(self) -> dict[Part, _Gain]:
        """Every part there is; only parts of phrases with a `+` need a bit of their own."""
        together = [(parts, label) for parts, label in self._usable() if len(parts) > 1]
        bits = {part: 1 << n for n, part in enumerate(dict.fromkeys(part for parts, _ in together for part in parts))}
        labels: dict[Part, int] = dict.fromkeys(bits, 0)
        joint: dict[Part, Joint] = {}
        for parts, label in self._usable():
            if len(parts) == 1:
                labels[parts[0]] = labels.get(parts[0], 0) | label
        for parts, label in together:
            joint[parts[0]] = (*joint.get(parts[0], ()), (_either(bits[part] for part in parts), label))
        return {part: _Gain(alone, bits.get(part, 0), joint.get(part, ())) for part, alone in labels.items()}

    def _usable(self) -> Iterator[tuple[tuple[Part, ...], int]]:
        """Every phrase all of whose parts have words, with the bit of its label."""
        for n, phrases in enumerate(self.phrases):
            for parts in map(phrase_words, phrases):
                if all(parts):
                    yield parts, 1 << n


def _either(bits: Iterable[int]) -> int:
    together = 0
    for bit in bits:
        together |= bit
    return together
