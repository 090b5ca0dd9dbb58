"""Corrections: where an ETF flow that a recap printed was revised, its messages say so, once and in twelve hours."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from bot.domain.delivery import Kind, Part, Publication
from bot.domain.series import PointColumns, moment, stamp
from bot.domain.thread import Figure, Post
from bot.errors import RecapError
from bot.narrative.correction import Revision, correction, matters
from bot.narrative.environment import Templates
from bot.narrative.fit import LIMIT, units
from bot.store import Store
from bot.store.messages import Daily, Messages
from bot.store.recaps import Recaps

__all__ = ["Corrections"]

log = logging.getLogger(__name__)

OPEN = timedelta(hours=12)
"""A recap older than this stays as it is."""

USEFUL = timedelta(minutes=15)
"""An edit that can't be made in that time isn't made."""

ON_ITS_WAY = timedelta(hours=3)
"""So long a message may have been under way when the recap was handed out."""

SESSIONS = timedelta(days=14)
FUNDS = {"btc_eth": ("btc", "eth"), "btc": ("btc",), "eth": ("eth",)}

Flows = Mapping[str, PointColumns]
"""Recorded sessions with their revisions, by asset."""


class Corrections:
    """Looks at what is stored; `correct` is for a tick, and cheap where nothing was revised."""

    def __init__(self, store: Store, templates: Templates) -> None:
        self._store, self._templates = store, templates
        self._messages, self._recaps = Messages(store), Recaps(store)

    async def correct(self, now: datetime) -> int:
        """Queues the edits for flows revised by now; returns how many messages they are. Raises StoreError."""
        return await asyncio.to_thread(self._correct, now)

    async def tick(self, now: datetime) -> int:
        """The same, for one that may fail now and then: what goes wrong is logged and tried at the next tick."""
        try:
            return await self.correct(now)
        except RecapError as error:
            log.warning("Revised flows could not be looked at: %s", error)
            return 0

    def _correct(self, now: datetime) -> int:
        flows = self._flows(now)
        if not any(_revised(columns, now - OPEN) for columns in flows.values()):
            return 0
        return sum(self._correct_one(daily, flows, now) for daily in self._messages.dailies(now - OPEN - ON_ITS_WAY))

    def _flows(self, now: datetime) -> Flows:
        found = {asset: self._store.series(f"etf.net_flow.{asset}", now - SESSIONS, now) for asset in FUNDS["btc_eth"]}
        return {asset: columns for asset, columns in found.items() if columns is not None}

    def _correct_one(self, daily: Daily, flows: Flows, now: datetime) -> int:
        recap = self._recaps.get(daily.recap_id)
        thread = self._recaps.thread(daily.recap_id, daily.locale, daily.style)
        if recap is None or thread is None:
            return 0
        printed = {f.reading: f for f in thread.figures if f.reading.startswith("etf.net_flow.") and f.unit == "USD"}
        revisions = [found for found in _revisions(printed, flows, recap.as_of, now) if matters(found)]
        if not revisions:
            return 0
        note = correction(revisions, now, daily.locale, self._templates)
        parts = _marked(daily.parts, note, [printed[found.reading] for found in revisions])
        slot, expires = f"correction/{daily.recap_id}", now + USEFUL
        texts = tuple(parts.get(index, part) for index, part in enumerate(daily.parts))
        edited = Publication(slot, Kind.CORRECTION, texts, expires, daily.locale, daily.style, daily.recap_id)
        since = now + USEFUL - OPEN
        return self._messages.correct(edited, now, since=since, only=parts.keys()) if parts else 0


def _revised(columns: PointColumns, since: datetime) -> bool:
    """True where a session got another value since then."""
    rows = pairwise(zip(columns.time, columns.known, strict=True))
    return any(time == before and known > stamp(since) for (before, _), (time, known) in rows)


def _revisions(printed: Mapping[str, Figure], flows: Flows, as_of: datetime, now: datetime) -> Iterator[Revision]:
    """The printed flows with the session they are of, and what is known of it now."""
    told, known = ({asset: _known(columns, edge) for asset, columns in flows.items()} for edge in (as_of, now))
    for funds, assets in FUNDS.items():
        figure = printed.get(f"etf.net_flow.{funds}")
        if figure is None or any(asset not in flows for asset in assets):
            continue
        sessions = sorted(set.intersection(*(set(told[asset]) for asset in assets)), reverse=True)
        for session in sessions:
            was = sum(told[asset][session] for asset in assets)
            if isinstance(figure.value, float) and abs(was - figure.value) <= abs(was) * 1e-9:
                yield Revision(funds, moment(session), was, sum(known[asset][session] for asset in assets))
                break


def _known(columns: PointColumns, edge: datetime) -> dict[int, float]:
    """By session: its latest value known then."""
    rows = zip(columns.time, columns.known, columns.value, strict=True)
    return {time: value for time, known, value in rows if known <= stamp(edge)}


def _marked(parts: Sequence[Part], note: Post, figures: Sequence[Figure]) -> dict[int, Part]:
    """The parts that print one of the figures with the note above, else the first that has room for it."""
    roomy = {
        index: Part(f"{note.html}\n\n{part.html}", f"{note.text}\n\n{part.text}", part.buttons, part.photo)
        for index, part in enumerate(parts)
        if units(note.text) + units(part.text) + 2 <= LIMIT
    }
    printing = {n: part for n, part in roomy.items() if any(figure.text in parts[n].text for figure in figures)}
    return printing or dict(list(roomy.items())[:1])
