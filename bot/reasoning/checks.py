"""What must hold between the parts of a rule file, and against the catalogue of readings.

These checks read the plain values of the file and step over what isn't there, so that they all run even where the
file's shape is wrong in some other place.
"""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from bot.domain.catalogue import ASSETS, CATALOGUE, Quantity, lookup, topic_of
from bot.domain.explanation import DayKind
from bot.errors import Fault
from bot.reasoning.document import Document, Loc

__all__ = [
    "cause_faults",
    "cause_warnings",
    "day_kind_faults",
    "retirement_faults",
    "topics_read",
    "unknown_reading",
]

Entries = list[tuple[Loc, dict[str, Any]]]
Names = tuple[str, ...] | None


def cause_faults(document: Document, topics: Names = None) -> Iterator[Fault]:
    """Everything that makes a cause file unusable, beyond the shape of its keys.

    `topics` are those of the headlines that readings may name; None where they aren't known and any will do.
    """
    yield from _stem(document)
    yield from _scopes(document, document.data)
    clauses = [*_entries(document, "evidence"), *_entries(document, "counter")]
    for loc, entry in clauses:
        yield from _reading(document, loc, entry, topics)
        yield from _ramp(document, loc, entry)
    yield from _twice(document, clauses, "id")
    yield from _claims(document)


def cause_warnings(document: Document) -> Iterator[Fault]:
    """What is allowed but seldom meant.

    A clause that no claim needs passes where another one of its group is told: it witnesses the same thing.
    """
    used = {name for _, claim in _claim_entries(document) for key in ("needs", "one_of") for name in _names(claim, key)}
    evidence = _entries(document, "evidence")
    told = {entry["group"] for _, entry in evidence if entry.get("id") in used and isinstance(entry.get("group"), str)}
    for loc, entry in evidence:
        name, points = entry.get("id"), entry.get("points")
        if entry.get("need") == "required" and isinstance(points, dict) and points.get("against") == 0:
            yield document.fault((*loc, "points", "against"), f"{name} is required, yet its absence costs no points")
        if name not in used and entry.get("group") not in told:
            yield document.fault((*loc, "id"), f"no claim needs {name}: it moves the odds, but no sentence tells of it")


def retirement_faults(document: Document, causes: Sequence[str]) -> Iterator[Fault]:
    """A file that only retires a cause, where there is none of that name to retire."""
    yield from _stem(document)
    if document.path.stem not in causes:
        near = get_close_matches(document.path.stem, causes, n=1, cutoff=0.5)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        yield document.fault(("cause",), f"the package has no cause '{document.path.stem}' to retire{hint}")


def topics_read(document: Document) -> Iterator[str]:
    """The topics of headlines that a cause file or the table of day kinds names."""
    entries = [entry for section in ("evidence", "counter", "kinds") for _, entry in _entries(document, section)]
    conditions = [c for entry in entries for c in entry.get("when") or [] if isinstance(c, dict)]
    for entry in (*entries, *conditions):
        names = (entry.get(key) for key in ("reading", "market_reading"))
        yield from (topic for name in names if isinstance(name, str) and (topic := topic_of(name)))


def day_kind_faults(document: Document, topics: Names = None) -> Iterator[Fault]:
    kinds = _entries(document, "kinds")
    for loc, entry in kinds:
        yield from _conditions(document, loc, entry, topics)
        yield from _scopes(document, entry, loc)
    catch_all = [loc for loc, entry in kinds if not entry.get("when")]
    if kinds and catch_all[-1:] != [kinds[-1][0]]:
        yield document.fault(kinds[-1][0], "the last kind must stand without `when`, for every other day")
    for loc in catch_all:
        if loc != kinds[-1][0]:
            yield document.fault(loc, "a kind without `when` holds always; what follows is never reached")
    absent = [kind for kind in DayKind if all(entry.get("kind") != kind for _, entry in kinds)]
    if absent:
        yield document.fault(("kinds",), f"no day could ever be called {' or '.join(absent)}")


def unknown_reading(name: str, topics: Names = None) -> str | None:
    """What to say of a reading's name that the catalogue or the topics don't know; None for one they know."""
    topic = topic_of(name)
    if topic is not None and topics is not None and topic not in topics:
        return _unknown_topic(name, topic, topics)
    if lookup(name):
        return None
    near = get_close_matches(name, _known_names(topics or ()), n=1, cutoff=0.6)
    return f"unknown reading '{name}'; " + (f"did you mean '{near[0]}'?" if near else "see `bot/domain/catalogue.py`")


def _unknown_topic(name: str, topic: str, topics: tuple[str, ...]) -> str:
    if not topics:
        return f"{name} needs headlines sorted by topic, but there is no topics.yaml beside causes/"
    near = get_close_matches(topic, topics, n=1, cutoff=0.5)
    hint = f"did you mean '{name.removesuffix(topic)}{near[0]}'?" if near else f"known here: {', '.join(topics)}"
    return f"unknown topic '{topic}' in '{name}'; {hint}"


@cache
def _known_names(topics: tuple[str, ...]) -> tuple[str, ...]:
    of_assets = (name.replace("{asset}", asset.lower()) for name in CATALOGUE for asset in ASSETS)
    of_topics = (name.replace("{topic}", topic) for name in CATALOGUE for topic in topics)
    return tuple(dict.fromkeys((*CATALOGUE, *of_assets, *of_topics)))


def _stem(document: Document) -> Iterator[Fault]:
    cause, stem = _get(document.data, "cause"), document.path.stem
    if isinstance(cause, str) and cause != stem:
        yield document.fault(("cause",), f"the cause '{cause}' must be named like its file, '{stem}'")


def _scopes(document: Document, entry: Any, loc: Loc = ()) -> Iterator[Fault]:
    for n, name in enumerate(_names(entry, "scopes")):
        if name not in ("market", *ASSETS):
            yield document.fault((*loc, "scopes", n), f"unknown scope '{name}'; known are market, {', '.join(ASSETS)}")


def _reading(document: Document, loc: Loc, entry: dict[str, Any], topics: Names) -> Iterator[Fault]:
    rows = {}
    for key in ("reading", "market_reading"):
        name = entry.get(key)
        if isinstance(name, str):
            rows[key] = lookup(name)
            if complaint := unknown_reading(name, topics):
                yield document.fault((*loc, key), complaint)
    for key, row in rows.items():
        if row is not None:
            yield from _fit(document, loc, entry, key, row)


def _fit(document: Document, loc: Loc, entry: dict[str, Any], key: str, row: Quantity) -> Iterator[Fault]:
    if entry.get("on") == "z" and not row.baseline:
        yield document.fault((*loc, "on"), f"{row.name} has no baseline, so it has no z; use `on: value`")
    unit = entry.get("unit")
    if isinstance(unit, str) and unit != row.unit:
        yield document.fault((*loc, "unit"), f"{row.name} is measured in {row.unit}, not in {unit}")
    other = lookup(str(entry.get("reading")))
    if key == "market_reading" and other is not None and other.unit != row.unit:
        yield document.fault((*loc, key), f"{row.name} is measured in {row.unit}, but {other.name} in {other.unit}")


def _ramp(document: Document, loc: Loc, entry: dict[str, Any]) -> Iterator[Fault]:
    ramp = entry.get("ramp")
    if isinstance(ramp, dict) and ramp.get("from") is not None and ramp.get("from") == ramp.get("to"):
        yield document.fault((*loc, "ramp"), "the ramp's ends must differ")


def _twice(document: Document, entries: Entries, key: str) -> Iterator[Fault]:
    seen: set[Any] = set()
    for loc, entry in entries:
        name = entry.get(key)
        if isinstance(name, str) and name in seen:
            yield document.fault((*loc, key), f"the {key} '{name}' is used twice; one clause, one {key}")
        seen.add(name if isinstance(name, str) else None)


def _claims(document: Document) -> Iterator[Fault]:
    evidence = [entry.get("id") for _, entry in _entries(document, "evidence")]
    counter = [entry.get("id") for _, entry in _entries(document, "counter")]
    for loc, claim in _claim_entries(document):
        if claim.get("needs", []) == [] and claim.get("one_of", []) == []:
            yield document.fault(loc, f"the claim {loc[-1]} needs nothing, so it would always be licensed", key=True)
        for key in ("needs", "one_of"):
            for n, name in enumerate(_names(claim, key)):
                if name in counter and name not in evidence:
                    yield document.fault((*loc, key, n), f"{name} is counter-evidence and can't license a claim")
                elif name not in evidence:
                    yield document.fault((*loc, key, n), _unknown_evidence(name, evidence))


def _unknown_evidence(name: str, evidence: list[Any]) -> str:
    known = [str(e) for e in evidence]
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(known)}"
    return f"unknown evidence '{name}'; {hint}"


def _conditions(document: Document, loc: Loc, entry: dict[str, Any], topics: Names) -> Iterator[Fault]:
    for n, condition in enumerate(entry.get("when") or []):
        name = _get(condition, "reading")
        if isinstance(name, str) and (complaint := unknown_reading(name, topics)):
            yield document.fault((*loc, "when", n, "reading"), complaint)
        if isinstance(condition, dict) and not {"at_least", "at_most"} & condition.keys():
            yield document.fault((*loc, "when", n), "a condition needs `at_least`, `at_most` or both")


def _entries(document: Document, section: str) -> Entries:
    found = _get(document.data, section)
    listed = found if isinstance(found, list) else []
    return [((section, n), entry) for n, entry in enumerate(listed) if isinstance(entry, dict)]


def _claim_entries(document: Document) -> Entries:
    claims = _get(document.data, "claims")
    items = claims.items() if isinstance(claims, dict) else ()
    return [(("claims", name), claim) for name, claim in items if isinstance(claim, dict)]


def _names(data: Any, key: str) -> list[str]:
    found = _get(data, key)
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _get(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict) else None
