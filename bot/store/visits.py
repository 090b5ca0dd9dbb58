"""How the last visits to each source of data went: for the collector's next ones, and for those who look after it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from bot.domain.series import moment, stamp
from bot.store.database import Store
from bot.store.schema import visits

__all__ = ["Visit", "Visits"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One source: its last try and success, what failed since (`fault` a kind, `sentence` in words), and what it gave.

    `failures` counts tries in a row that failed; `not_before` is when it may be asked again; `newest` the time of the
    newest datum it gave and `value` that datum in words; `answered_by` who answered where several may; `reach` how far
    back it has been asked without a gap; `notes` what the last answer lacked or what was refused of it, in sentences.
    """

    name: str
    tried: datetime | None = None
    succeeded: datetime | None = None
    fault: str = ""
    sentence: str = ""
    failures: int = 0
    not_before: datetime | None = None
    newest: datetime | None = None
    value: str = ""
    answered_by: str = ""
    reach: datetime | None = None
    notes: tuple[str, ...] = ()


_TIMES = ("tried", "succeeded", "not_before", "newest", "reach")


class Visits:
    """Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, name: str) -> Visit:
        """The source's, an empty one where it was never visited."""
        with self._store.reading() as connection:
            document = connection.scalar(select(visits.c.document).where(visits.c.name == name))
        return Visit(name) if document is None else _visit(document)

    def all(self) -> tuple[Visit, ...]:
        with self._store.reading() as connection:
            return tuple(map(_visit, connection.scalars(select(visits.c.document).order_by(visits.c.name))))

    def save(self, visit: Visit) -> None:
        with self._store.writing() as connection:
            connection.execute(delete(visits).where(visits.c.name == visit.name))
            connection.execute(insert(visits).values(name=visit.name, document=_document(visit)))


def _document(visit: Visit) -> str:
    row: dict[str, Any] = asdict(visit)
    return json.dumps(row | {name: row[name] and stamp(row[name]) for name in _TIMES}, ensure_ascii=False)


def _visit(document: str) -> Visit:
    row = json.loads(document)
    times = {name: None if row[name] is None else moment(row[name]) for name in _TIMES}
    return Visit(**{**row, **times, "notes": tuple(row["notes"])})
