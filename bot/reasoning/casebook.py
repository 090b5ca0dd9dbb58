"""Tests of rules as data: readings given, verdict expected, in `<cause>.test.yaml` beside the cause.

A case gives each reading `value` and `end`, and where wanted `z`, `percentile` and `known` (else `end`); what it
doesn't give is missing. It is judged for the market and the cause's first kind of day unless it says otherwise.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from bot.domain.catalogue import ASSETS, lookup
from bot.domain.explanation import DayKind, Finding, State
from bot.domain.readings import Reading, Readings, Unit
from bot.domain.window import MARKET, Scope, Window
from bot.errors import Fault, RuleFaults
from bot.reasoning.cause import Cause
from bot.reasoning.checks import unknown_reading
from bot.reasoning.document import Document, Loc, read
from bot.reasoning.evaluate import judge
from bot.reasoning.evidence import sight_of
from bot.reasoning.layers import TOPICS, Layers, casebook_path
from bot.reasoning.rulebook import Rulebook
from bot.reasoning.schema import Kind, Shape, shape_faults
from bot.reasoning.topic_cases import TopicCase, load_topic_cases, run_topic_case

__all__ = ["Case", "Outcome", "load_casebook", "load_cases", "run_case", "run_casebook"]


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None or moment.utcoffset():
        raise ValueError(f"'{text}' is no time in UTC; write 2026-01-14T21:00Z")
    return moment


def _scope(name: object) -> Scope:
    if name not in ("market", *ASSETS):
        raise ValueError(f"unknown scope '{name}'; known are market, {', '.join(ASSETS)}")
    return Scope(str(name))


Moment = Annotated[datetime, BeforeValidator(_moment)]
Interval = Annotated[tuple[float, float], Field(strict=False)]
Names = Annotated[tuple[str, ...], Field(strict=False)]


class WindowEntry(Shape):
    start: Moment
    end: Moment
    as_of: Moment

    @model_validator(mode="after")
    def _ordered(self) -> "WindowEntry":
        if not self.start < self.end <= self.as_of:
            raise ValueError("a window needs start < end <= as_of")
        return self


class GivenEntry(Shape):
    value: float
    end: Moment
    known: Moment | None = None
    z: float | None = None
    percentile: float | None = Field(default=None, ge=0, le=100)
    unit: str | None = None


class ExpectEntry(Shape):
    """What is left out isn't looked at. `missing` names clauses that must have had no usable reading."""

    state: Annotated[State, Field(strict=False)]
    confidence: Interval | None = None
    coverage: Interval | None = None
    points: Interval | None = None
    claims: Names | None = None
    missing: Annotated[tuple[str, ...], Field(min_length=1, strict=False)] | None = None


class CaseEntry(Shape):
    name: str = Field(min_length=1)
    scope: Annotated[Scope, BeforeValidator(_scope)] = MARKET
    day_kind: Kind | None = None
    given: dict[str, GivenEntry]
    expect: ExpectEntry


class CasebookFile(Shape):
    rule: str
    window: WindowEntry
    tests: tuple[CaseEntry, ...] = Field(min_length=1, strict=False)


@dataclass(frozen=True, slots=True)
class Case:
    """One test of one cause, ready to run; `line` is where it stands in its file."""

    path: Path
    line: int
    name: str
    cause: Cause
    scope: Scope
    day_kind: DayKind
    window: Window
    readings: Readings
    expect: ExpectEntry


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case that was run; `failure` says what differed and shows the clauses, "" where nothing did."""

    case: Case | TopicCase
    failure: str

    @property
    def passed(self) -> bool:
        return not self.failure


def run_casebook(rules: Path | Layers, rulebook: Rulebook) -> tuple[Outcome, ...]:
    """Every case of the rules' test files run; raises RuleFaults where a test file has faults."""
    folder = Layers.of(rules).file(TOPICS).parent
    causes = [Outcome(case, run_case(case, rulebook.temperature)) for case in load_cases(rules, rulebook)]
    topics = [Outcome(case, run_topic_case(case)) for case in load_topic_cases(folder, rulebook.topics)]
    return (*causes, *topics)


def load_cases(rules: Path | Layers, rulebook: Rulebook) -> tuple[Case, ...]:
    """The cases of all causes, in file order; raises RuleFaults with every fault of every test file."""
    cases: list[Case] = []
    faults: list[Fault] = []
    for path in filter(Path.is_file, map(casebook_path, Layers.of(rules).causes())):
        cause = rulebook.cause(path.name.partition(".")[0])
        try:
            cases += load_casebook(path, cause, rulebook.topics.names) if cause else ()
        except RuleFaults as error:
            faults += error.faults
    if faults:
        raise RuleFaults(faults)
    return tuple(cases)


def load_casebook(path: Path, cause: Cause, topics: tuple[str, ...] = ()) -> tuple[Case, ...]:
    """The cases of one file, which may give readings of these topics; raises RuleFaults with all its faults."""
    document = read(path)
    faults = [*document.faults]
    file = None
    try:
        file = CasebookFile.model_validate(document.data)
    except ValidationError as error:
        faults += shape_faults(document, error, CasebookFile)
    faults += _faults(document, cause, topics)
    if faults or file is None:
        raise RuleFaults(sorted(faults, key=lambda fault: (fault.line, fault.column)))
    return tuple(_case(document, n, file, cause) for n in range(len(file.tests)))


def run_case(case: Case, temperature: float = 1.0) -> str:
    """What differs from the case's expectation, with the table of its clauses; "" where nothing does."""
    sight = sight_of(case.readings, case.window, case.scope)
    finding = judge(case.cause, sight, case.day_kind, temperature)
    lines = [f"{case.path}:{case.line}: {what}" for what in _differences(case.expect, finding)]
    return "\n".join([*lines, *_table(finding)]) if lines else ""


def _differences(expect: ExpectEntry, finding: Finding) -> Iterator[str]:
    if expect.state is not finding.state:
        reason = f" ({finding.reason})" if finding.reason else ""
        yield f"state: wanted {expect.state}, got {finding.state}{reason}"
    for name in ("confidence", "coverage", "points"):
        wanted, got = getattr(expect, name), getattr(finding, name)
        if wanted and not wanted[0] <= got <= wanted[1]:
            yield f"{name}: wanted [{wanted[0]}, {wanted[1]}], got {got:.3f}"
    if expect.claims is not None and set(expect.claims) != set(finding.claims):
        yield f"claims: wanted {_listed(expect.claims)}, got {_listed(finding.claims)}"
    graded = [c.clause for c in finding.contributions if c.grade is not None]
    if present := [name for name in expect.missing or () if name in graded]:
        yield f"missing: wanted {_listed(expect.missing or ())}, but {_listed(present)} had a reading"


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(sorted(names))}]"


def _table(finding: Finding) -> Iterator[str]:
    for c in finding.contributions:
        grade = "None" if c.grade is None else f"{c.grade:.2f}"
        yield f"  {c.clause:<24} grade={grade:<4} points={c.points:+.2f} {c.reason}".rstrip()


def _case(document: Document, n: int, file: CasebookFile, cause: Cause) -> Case:
    entry, window = file.tests[n], file.window
    return Case(
        path=document.path,
        line=document.values["tests", n][0],
        name=entry.name,
        cause=cause,
        scope=entry.scope,
        day_kind=entry.day_kind or cause.applies_to[0],
        window=Window(window.start, window.end, window.as_of),
        readings=Readings({name: _reading(name, given) for name, given in entry.given.items()}),
        expect=entry.expect,
    )


def _reading(name: str, given: GivenEntry) -> Reading:
    row, last = lookup(name), name.rpartition(".")[2].upper()
    return Reading(
        name=name,
        asset=last if last in ASSETS else "",
        value=given.value,
        unit=row.unit if row else Unit.COUNT,
        end=given.end,
        known=given.known or given.end,
        source="casebook",
        z=given.z,
        percentile=given.percentile,
    )


def _faults(document: Document, cause: Cause, topics: tuple[str, ...]) -> Iterator[Fault]:
    """What the file's shape alone can't tell: names of the rule, of readings, clauses and claims."""
    data = document.data if isinstance(document.data, dict) else {}
    if isinstance(rule := data.get("rule"), str) and rule != f"{cause.name}.yaml":
        yield document.fault(("rule",), f"this file lies beside {cause.name}.yaml, not {rule}")
    tests = data.get("tests")
    for n, case in enumerate(tests if isinstance(tests, list) else []):
        if isinstance(case, dict):
            yield from _given_faults(document, ("tests", n, "given"), case.get("given"), topics)
            yield from _expect_faults(document, ("tests", n, "expect"), case.get("expect"), cause)


def _given_faults(document: Document, loc: Loc, given: Any, topics: tuple[str, ...]) -> Iterator[Fault]:
    for name, entry in given.items() if isinstance(given, dict) else ():
        row, complaint = lookup(name), unknown_reading(name, topics)
        if complaint or "{" in name:
            yield document.fault((*loc, name), complaint or "name the asset: nothing fills {asset} in here", key=True)
        unit = entry.get("unit") if isinstance(entry, dict) else None
        if row and isinstance(unit, str) and unit != row.unit:
            yield document.fault((*loc, name, "unit"), f"{name} is measured in {row.unit}, not in {unit}")
        if row and not row.baseline and isinstance(entry, dict) and "z" in entry:
            yield document.fault((*loc, name, "z"), f"{name} has no baseline, so it never has a z")


def _expect_faults(document: Document, loc: Loc, expect: Any, cause: Cause) -> Iterator[Fault]:
    known = {"claims": [claim.id for claim in cause.claims], "missing": [clause.id for clause in cause.clauses]}
    for key in ("confidence", "coverage", "points"):
        limits = expect.get(key) if isinstance(expect, dict) else None
        if isinstance(limits, list) and len(limits) == 2 and _descends(*limits):
            yield document.fault((*loc, key), "the lower limit stands first")
    for key, names in known.items():
        wanted = expect.get(key) if isinstance(expect, dict) else None
        for n, name in enumerate(wanted if isinstance(wanted, list) else []):
            if name not in names:
                yield document.fault((*loc, key, n), f"{cause.name} has no '{name}'; it has {', '.join(names)}")


def _descends(low: Any, high: Any) -> bool:
    return isinstance(low, int | float) and isinstance(high, int | float) and low > high
