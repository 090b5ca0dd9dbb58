"""Headlines in the order they were published, sorted by topic as far as somebody asks for them.

An archive holds a hundred thousand titles and a recap looks at those of a month, so each row is read once, when it is
first wanted. A title that was already published in the three days before counts only the first time, and one that is
to be ignored never.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeAlias

import numpy as np

from bot.domain.series import Headline, stamp
from bot.domain.topics import NO_TOPICS, Marks, Topics
from bot.indicators.plausible import Stamps

__all__ = ["NO_HEADLINES", "Flags", "HeadlineTrack", "Marked"]

Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

REPEATED = timedelta(days=3) // timedelta(milliseconds=1)
UNREAD, DROPPED = -2, -1


@dataclass(frozen=True, eq=False)
class Marked:
    """Headlines that count, with what their titles say: a row each, and in `topics` a column for each topic.

    `rows` are their places among all `items` on record; `time` is when each was published and so known, in
    milliseconds since 1970.
    """

    items: tuple[Headline, ...]
    rows: Stamps
    names: tuple[str, ...]
    time: Stamps
    market: Flags
    falls: Flags
    rises: Flags
    topics: Flags

    def __len__(self) -> int:
        return len(self.time)

    def headline(self, row: int) -> Headline:
        return self.items[int(self.rows[row])]


@dataclass(frozen=True, eq=False)
class HeadlineTrack:
    """All headlines on record, sorted by time, outlet and title."""

    items: tuple[Headline, ...] = ()
    topics: Topics = NO_TOPICS
    _known: dict[Marks | None, int] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, headlines: Iterable[Headline], topics: Topics) -> "HeadlineTrack":
        return cls(tuple(sorted(headlines, key=attrgetter("time", "outlet", "title"))), topics)

    def between(self, after: datetime, until: datetime) -> Marked:
        """Those published after the one moment and no later than the other."""
        first, last = (int(np.searchsorted(self._time, stamp(edge), side="right")) for edge in (after, until))
        self._read(first, last)
        counted = first + np.flatnonzero(self._said[first:last] >= 0)
        names = self.topics.names
        said = (self._said[counted, np.newaxis] >> np.arange(3 + len(names)) & 1).astype(np.bool_)
        market, falls, rises = said[:, 0], said[:, 1], said[:, 2]
        return Marked(self.items, counted, names, self._time[counted], market, falls, rises, said[:, 3:])

    @cached_property
    def _time(self) -> Stamps:
        return np.array([stamp(item.time) for item in self.items], dtype=np.int64)

    @cached_property
    def _said(self) -> Stamps:
        """What each row's title says, in bits: market, falls, rises, then the topics."""
        return np.full(len(self.items), UNREAD, dtype=np.int64)

    def _read(self, first: int, last: int) -> None:
        unread = first + np.flatnonzero(self._said[first:last] == UNREAD)
        if not len(unread):
            return
        start, stop = int(unread[0]), int(unread[-1]) + 1
        before = int(np.searchsorted(self._time, self._time[start] - REPEATED))
        self._said[start:stop] = self._reading(before, stop)[start - before :]

    def _reading(self, start: int, stop: int) -> list[int]:
        """What these rows say; which of them are repeated is right from three days after the first."""
        said, published, times = [], dict[str, int](), self._time[start:stop].tolist()
        for item, time in zip(self.items[start:stop], times, strict=True):
            title, marks = self.topics.said(item.title, item.outlet)
            bits = self._bits(marks)
            if bits != DROPPED:
                repeated = time - published.get(title, time - REPEATED - 1) <= REPEATED
                published[title] = time
                bits = DROPPED if repeated else bits
            said.append(bits)
        return said

    def _bits(self, marks: Marks | None) -> int:
        if marks not in self._known:
            self._known[marks] = DROPPED if marks is None else _bits_of(marks, self.topics.names)
        return self._known[marks]


def _bits_of(marks: Marks, names: tuple[str, ...]) -> int:
    flags = (marks.market, marks.falls, marks.rises, *(name in marks.topics for name in names))
    return sum(flag << n for n, flag in enumerate(flags))


NO_HEADLINES = HeadlineTrack()
