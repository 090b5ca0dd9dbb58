"""An evaluation as tables: the measures beside their baselines, then where they come from."""

from collections.abc import Callable, Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.app.evaluate import Contender, Evaluation, QuietDays
from bot.reasoning.scoring import Measures, Tally, measure, quarters, tally
from bot.reasoning.taxonomy import AMPLIFIERS, FAMILIES, TRIGGERS

__all__ = ["scan_line", "scorecard"]

ROWS: tuple[tuple[str, Callable[[Measures], str]], ...] = (
    ("top1", lambda m: f"{m.top1:.3f}"),
    ("lenient1", lambda m: f"{m.lenient1:.3f}"),
    ("recall3", lambda m: f"{m.recall3:.3f}"),
    ("mrr", lambda m: f"{m.mrr:.3f}"),
    ("direction", lambda m: f"{m.direction:.3f}"),
    ("sign errors", lambda m: f"{m.sign_errors}"),
    ("trigger1", lambda m: f"{m.trigger1:.3f}"),
)


def scorecard(evaluation: Evaluation) -> RenderableType:
    """Everything an evaluation holds but its single days."""
    own = measure(evaluation.scores)
    head = f"{own.days} labelled days, {own.numeric} of them with a first cause that numbers can show (trigger1)"
    titled = (
        (head, _measures(evaluation)),
        (f"Reliability of {evaluation.pairs} confidences, 90 % intervals", _reliability(evaluation)),
        ("By family, among the first three (profit_taking counts as EVENT and as MOOD)", _groups(evaluation, FAMILIES)),
        ("What sets off and what amplifies", _groups(evaluation, {"triggers": TRIGGERS, "amplifiers": AMPLIFIERS})),
        ("By quarter", _quarters(evaluation)),
    )
    parts = [part for title, table in titled for part in (Text(title, style="bold"), table, Text(""))]
    return Group(*parts, Text(_quiet_line(evaluation.quiet)))


def scan_line(scan: QuietDays) -> str:
    """The scan of all days in a sentence."""
    return (
        f"All days on which BTC moved less than half its usual range: {scan.days}; on {scan.overdone} of them "
        f"({_share(scan.overdone, scan.days)}) a trigger, mechanism, amplifier or backdrop stands at 75% or more"
        f"{_named(scan)}."
    )


def _quiet_line(quiet: QuietDays) -> str:
    clean = quiet.days - quiet.overdone
    return (
        f"Days labelled quiet: {clean} of {quiet.days} have no invented trigger, mechanism, amplifier or backdrop "
        f"at 60% or more{_named(quiet)}."
    )


def _named(quiet: QuietDays) -> str:
    return ": " + ", ".join(f"{cause} {n}" for cause, n in quiet.causes) if quiet.causes else ""


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "none"


def _measures(evaluation: Evaluation) -> Table:
    table = _table("", *(contender.name for contender in evaluation.contenders))
    measured = [measure(contender.scores) for contender in evaluation.contenders]
    for name, shown in ROWS:
        table.add_row(name, *map(shown, measured))
    table.add_row("Brier", *map(_brier, evaluation.contenders))
    table.add_row("skill", *(_skill(contender, evaluation.usual_brier) for contender in evaluation.contenders))
    return table


def _brier(contender: Contender) -> str:
    return f"{contender.brier:.3f}" if contender.brier is not None else ""


def _skill(contender: Contender, usual: float) -> str:
    """1 is perfect, 0 no better than how often each cause is labelled on other days of that direction."""
    return f"{1 - contender.brier / usual:+.3f}" if contender.brier is not None and usual else ""


def _reliability(evaluation: Evaluation) -> Table:
    table = _table("confidence", "n", "mean", "labelled", "5 %", "95 %")
    for b in evaluation.reliability:
        low, high = b.interval
        table.add_row(
            f"{b.low:.2f}-{b.high:.2f}", f"{b.n}", f"{b.confidence:.2f}", f"{b.share:.2f}", f"{low:.2f}", f"{high:.2f}"
        )
    return table


def _groups(evaluation: Evaluation, groups: "dict[str, tuple[str, ...]] | dict[str, frozenset[str]]") -> Table:
    table = _table("", "labelled", "found", "invented", "recall", "days", "first right")
    for name, codes in groups.items():
        table.add_row(name, *_group(tally(evaluation.scores, codes)))
    return table


def _group(t: Tally) -> Iterator[str]:
    yield from map(str, (t.labelled, t.found, t.invented))
    yield f"{t.found / t.labelled:.3f}" if t.labelled else ""
    yield str(t.days)
    yield f"{t.firsts / t.days:.3f}" if t.days else ""


def _quarters(evaluation: Evaluation) -> Table:
    table = _table("", "days", "top1", "lenient1", "recall3", "direction")
    for quarter, scores in quarters(evaluation.scores).items():
        m = measure(scores)
        table.add_row(quarter, f"{m.days}", *(f"{x:.3f}" for x in (m.top1, m.lenient1, m.recall3, m.direction)))
    return table


def _table(first: str, *columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right")
    return table
