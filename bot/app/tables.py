"""The evidence as tables an analyst can recompute."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from bot.domain.explanation import Contribution, Explanation, Finding, State
from bot.domain.readings import Reading, Readings
from bot.reasoning.cause import Clause
from bot.reasoning.rulebook import Rulebook

__all__ = ["readings_table", "why"]

CLAUSE_COLUMNS = (
    "clause",
    "reading",
    "value",
    "unit",
    "baseline",
    "z",
    "ramp",
    "grade",
    "for / against",
    "group",
    "points",
    "happened",
    "known",
    "source",
)


def why(explanation: Explanation, rulebook: Rulebook) -> RenderableType:
    """Ranked causes with every clause; then those that were looked at and rejected, or could not be assessed."""
    parts: list[RenderableType] = [_headline(explanation)]
    for rank, finding in enumerate(explanation.ranking, start=1):
        parts += [Text(""), _verdict(rank, finding), _clauses(finding, rulebook, explanation.readings)]
    for state, title in (
        (State.INACTIVE, "Looked at and rejected"),
        (State.UNKNOWN, "Not assessed for lack of data"),
        (State.NOT_APPLICABLE, "Not for this kind of day"),
    ):
        rest = [finding for finding in explanation.findings if finding.state is state]
        if rest:
            parts += [Text(""), Text(title, style="bold"), _rejected(rest)]
    return Group(*parts)


def readings_table(readings: Readings) -> RenderableType:
    """Every reading with its two times and baseline, the headlines to show, then what is missing and why."""
    table = _table("reading", "value", "unit", "z", "percentile", "baseline", "happened", "known", "source")
    for reading in readings.measured():
        table.add_row(
            reading.name,
            _number(reading.value),
            reading.unit.value,
            _signed(reading.z),
            f"{reading.percentile:.0f}" if reading.percentile is not None else "",
            _baseline(reading),
            f"{reading.end:%m-%d %H:%M}",
            f"{reading.known:%m-%d %H:%M}",
            escape(reading.source),
        )
    gaps = _table("missing", "why")
    for gap in readings.missing():
        gaps.add_row(gap.name, escape(gap.reason))
    return Group(table, *_leading(readings), Text(""), gaps)


def _leading(readings: Readings) -> Iterator[RenderableType]:
    """The headline that stands for each count of them."""
    shown = [(reading.name, reading.headline) for reading in readings.measured() if reading.headline]
    table = _table("leading headline of", "published", "outlet", "title", "address")
    for name, headline in shown:
        texts = (headline.outlet, headline.title, headline.url)
        table.add_row(name, f"{headline.time:%m-%d %H:%M}", *(escape(text) for text in texts))
    if shown:
        yield from (Text(""), table)


def _headline(explanation: Explanation) -> Text:
    window = explanation.window
    span = f"{window.start:%Y-%m-%d %H:%M} to {window.end:%Y-%m-%d %H:%M} UTC, as of {window.as_of:%H:%M}"
    lines = [
        f"{explanation.scope.name} · {explanation.day_kind.value} · {span}",
        f"explained {explanation.explained:.0%}: the chance that a trigger, mechanism or backdrop below was present",
    ]
    if not explanation.clear:
        lines.append("No clear cause: nothing that could have started or carried the move is likelier than not.")
    return Text("\n".join(lines))


def _verdict(rank: int, finding: Finding) -> Text:
    odds = 2.0**finding.points
    prior = f"{finding.base_rate:.0%} base rate"
    text = Text(f"{rank}. {finding.title} ", style="bold")
    text.append(
        f"({finding.cause}, {finding.role.value}): {finding.confidence:.0%} = {prior} x odds of {odds:.2g} "
        f"({finding.points:+.2f} points), coverage {finding.coverage:.0%}"
        + (f", claims: {', '.join(finding.claims)}" if finding.claims else ""),
        style="not bold",
    )
    return text


def _clauses(finding: Finding, rulebook: Rulebook, readings: Readings) -> Table:
    table, rules = _table(*CLAUSE_COLUMNS), rulebook.clauses(finding.cause)
    for contribution in finding.contributions:
        reading = readings.known(contribution.reading)
        table.add_row(*_clause(contribution, rules[contribution.clause], reading))
    return table


def _clause(contribution: Contribution, rule: Clause, reading: Reading | None) -> Iterator[str]:
    """What the clause looked at, how it is written in the rules, and what came of it."""
    ramp = f"{'z' if rule.on_z else 'value'} {rule.start:g} to {rule.end:g}"
    weights = f"{rule.favour:g} / {rule.against:g}"
    yield contribution.clause + (" (counter)" if contribution.counter else "")
    yield contribution.reading
    if contribution.grade is None:
        yield from ("-", "", "", "", ramp, "", weights, rule.group, "0", "", "", escape(contribution.reason))
        return
    yield _number(contribution.value)
    yield contribution.unit.value if contribution.unit else ""
    yield _baseline(reading)
    yield _signed(contribution.z)
    yield from (ramp, f"{contribution.grade:.2f}", weights, rule.group)
    yield f"{contribution.points:+.2f}"
    yield f"{contribution.end:%m-%d %H:%M}" if contribution.end else ""
    yield f"{contribution.known:%m-%d %H:%M}" if contribution.known else ""
    yield escape(contribution.source)


def _rejected(findings: list[Finding]) -> Table:
    table = _table("cause", "role", "confidence", "why not")
    for finding in findings:
        sure = f"{finding.confidence:.0%}" if finding.state is State.INACTIVE else ""
        table.add_row(finding.cause, finding.role.value, sure, escape(finding.reason))
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _baseline(reading: Reading | None) -> str:
    if reading is None or reading.baseline is None:
        return ""
    held = reading.baseline
    return f"median {_number(held.median)} ± {_number(held.mad)} (n={held.n})"


def _number(value: float | None) -> str:
    return (
        f"{value:,.4g}" if value is not None and abs(value) < 10_000 else f"{value:,.0f}" if value is not None else ""
    )


def _signed(value: float | None) -> str:
    return f"{value:+.2f}" if value is not None else ""
