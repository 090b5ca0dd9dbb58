"""Why a recap says what it says: each judged cause in plain words, and its clauses for those who recompute them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.explanation import Contribution, Explanation, Finding, State
from bot.domain.readings import Unit
from bot.domain.thread import Figure, Post
from bot.narrative.amounts import Amount, Moment
from bot.narrative.compare import Comparison, compare
from bot.narrative.environment import SUFFIX, Templates
from bot.narrative.facts import Facts
from bot.narrative.figures import Ledger, Printer
from bot.narrative.fit import fit
from bot.narrative.plan import plan
from bot.narrative.topics import topics_of
from bot.narrative.write import names_of, rendered

__all__ = ["Row", "Why", "why", "why_in_short", "why_one"]

MOST_READINGS = 2
MOST_AGAINST = 5
HALF = 0.5
CLOSE = 0.005
"""Points: less than this is nothing said against a cause."""

QUOTED = "news."


@dataclass(frozen=True, slots=True)
class Row:
    """One clause as it counted: the reading with its unit, z, grade on the ramp, points, source and both times.

    `value`, `z`, `grade` and the times are None where there was no usable reading; `reason` then says why.
    """

    cause: str
    clause: str
    reading: str
    counter: bool
    need: str
    value: float | None
    unit: str
    z: float | None
    grade: float | None
    points: float
    source: str
    happened: datetime | None
    known: datetime | None
    reason: str

    @property
    def amount(self) -> Amount | None:
        return None if self.value is None else Amount(self.value, Unit(self.unit), self.reading)

    @property
    def z_score(self) -> Amount | None:
        return None if self.z is None else Amount(self.z, Unit.MULTIPLE, f"{self.reading} z")

    @property
    def graded(self) -> Amount | None:
        return None if self.grade is None else Amount(self.grade, Unit.RATIO, f"{self.cause} {self.clause} grade")

    @property
    def counted(self) -> Amount:
        return Amount(self.points, Unit.COUNT, f"{self.cause} {self.clause} points")

    @property
    def when(self) -> Moment | None:
        return None if self.happened is None else Moment(self.happened, self.reading)

    @property
    def learnt(self) -> Moment | None:
        return None if self.known is None else Moment(self.known, self.reading)


@dataclass(frozen=True, slots=True)
class Said:
    """A reading in a sentence: its value, and how it stands against its history where that is worth telling."""

    clause: str
    reading: str
    amount: Amount
    high: bool
    comparison: Comparison | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judged cause: what is said of it, and every clause."""

    cause: str
    title: str
    confidence: Amount
    refuted: bool
    said: tuple[Said, ...]
    topic: str
    gaps: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """The causes that are told, those that were rejected and those nobody could judge; `against` are objections."""

    active: tuple[Verdict, ...]
    rejected: tuple[Verdict, ...]
    unknown: tuple[Verdict, ...]
    against: tuple[tuple[Verdict, Said], ...]


@dataclass(frozen=True, slots=True)
class Why:
    """The evidence told in one language; `rows` are its tables, the same in every language."""

    locale: str
    posts: tuple[Post, ...]
    figures: tuple[Figure, ...]
    rows: tuple[Row, ...]


def why(explanation: Explanation, locale: str, templates: Templates) -> Why:
    """Every judged cause with its evidence; a digit that is no figure raises TemplateFault, as in a thread."""
    return _told(explanation, _account(explanation), locale, templates, detail="all")


def why_in_short(explanation: Explanation, locale: str, templates: Templates) -> Why:
    """The same for those who read on a telephone: each cause's weightiest evidence, without the clauses."""
    return _told(explanation, _account(explanation), locale, templates, detail="short")


def why_one(explanation: Explanation, number: int, locale: str, templates: Templates) -> Why | None:
    """One cause that is told, by its place from 1, with every clause; None where there is none of that number."""
    account = _account(explanation)
    if not 1 <= number <= len(account.active):
        return None
    verdict = account.active[number - 1]
    against = tuple(pair for pair in account.against if pair[0] is verdict)
    return _told(explanation, Account((verdict,), (), (), against), locale, templates, detail="one")


def _told(explanation: Explanation, account: Account, locale: str, templates: Templates, detail: str) -> Why:
    printer = Printer(templates.words[locale], Ledger())
    names = {**names_of(plan(explanation), printer), "account": account, "detail": detail}
    blocks, figures = rendered(templates.page(locale, "why"), names, printer.ledger, f"{locale}/why{SUFFIX}")
    rows = tuple(row for v in (*account.active, *account.rejected, *account.unknown) for row in v.rows)
    return Why(locale, fit(blocks), figures, rows)


def _account(explanation: Explanation) -> Account:
    facts = Facts(explanation.readings, explanation.scope)
    rejected = [f for f in explanation.findings if f.state is State.INACTIVE]
    unknown = [f for f in explanation.findings if f.state is State.UNKNOWN]
    active = [(f, _verdict(f, _speaking(f), facts)) for f in explanation.ranking]
    return Account(
        tuple(verdict for _, verdict in active),
        tuple(_verdict(f, _objections(f)[:1], facts) for f in rejected),
        tuple(_verdict(f, (), facts) for f in unknown),
        _against(active, facts),
    )


def _verdict(finding: Finding, told: Iterable[Contribution], facts: Facts) -> Verdict:
    said = tuple(found for c in told if (found := _said(c, facts)))
    return Verdict(
        cause=finding.cause,
        title=finding.title,
        confidence=Amount(finding.confidence, Unit.RATIO, f"{finding.cause} confidence"),
        refuted=finding.refuted,
        said=said,
        topic=next((s.reading.rpartition(".")[2] for s in said if s.reading.startswith(QUOTED)), ""),
        gaps=_gaps(finding),
        rows=tuple(_row(finding, c) for c in finding.contributions),
    )


def _speaking(finding: Finding) -> Sequence[Contribution]:
    """The clauses that carry the cause, the weightiest first, each reading once."""
    for_it = [c for c in finding.contributions if c.grade and c.points > 0]
    return _distinct(sorted(for_it, key=lambda c: -c.points))[:MOST_READINGS]


def _distinct(clauses: Iterable[Contribution]) -> Sequence[Contribution]:
    """Of the clauses on one reading the first."""
    first: dict[str, Contribution] = {}
    for c in clauses:
        first.setdefault(c.reading, c)
    return list(first.values())


def _objections(finding: Finding) -> Sequence[Contribution]:
    """The clauses that speak against it, what it can't do without first, then the weightiest."""
    known = [c for c in finding.contributions if _denies(c)]
    return sorted(known, key=lambda c: (not (finding.refuted and c.need != "supporting"), c.points))


def _denies(c: Contribution) -> bool:
    """Whether a clause leans against its cause; one that costs points with half a grade or more leans to it."""
    return c.grade is not None and c.points < -CLOSE and (c.counter or c.grade < HALF)


def _against(active: Sequence[tuple[Finding, Verdict]], facts: Facts) -> tuple[tuple[Verdict, Said], ...]:
    """Objections to the causes that are told, the weightiest first; each reading once for a cause."""
    rows = [(c.points, verdict, c) for finding, verdict in active for c in _distinct(_objections(finding))]
    ranked = sorted(rows, key=lambda row: row[0])[:MOST_AGAINST]
    return tuple((verdict, found) for _, verdict, c in ranked if (found := _said(c, facts)))


def _said(contribution: Contribution, facts: Facts) -> Said | None:
    if contribution.value is None or contribution.unit is None:
        return None
    high = (contribution.z or 0.0) > 0
    amount = Amount(contribution.value, contribution.unit, contribution.reading)
    found = compare(facts, contribution.reading, 1 if high else -1) if contribution.z is not None else None
    return Said(contribution.clause, contribution.reading, amount, high, found)


def _gaps(finding: Finding) -> tuple[str, ...]:
    """The topics for lack of which a cause could not be judged."""
    lacking = (c for c in finding.contributions if c.grade is None and c.need in ("required", "one_of"))
    return topics_of(c.reading for c in lacking) if finding.state is State.UNKNOWN else ()


def _row(finding: Finding, c: Contribution) -> Row:
    unit = c.unit.value if c.unit is not None else ""
    return Row(
        cause=finding.cause,
        clause=c.clause,
        reading=c.reading,
        counter=c.counter,
        need=c.need,
        value=c.value if unit else None,
        unit=unit,
        z=c.z,
        grade=c.grade,
        points=c.points,
        source=c.source,
        happened=c.end,
        known=c.known,
        reason=c.reason,
    )
