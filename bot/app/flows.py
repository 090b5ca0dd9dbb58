"""The command `flows`: ETF flows brought in by hand, one figure or a pasted table."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.app import options
from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sources.batch import Points
    from bot.sources.flows_table import Pasted

__all__ = ["app", "points_of"]

app = typer.Typer(help="Bring in ETF flows by hand.", no_args_is_help=True)

Yes = Annotated[bool, typer.Option("--yes", help="Take figures that look wrong without asking.")]

PUBLISHER = "pasted"


@app.command(context_settings={"ignore_unknown_options": True})
def add(
    asset: Annotated[str, typer.Argument(help="BTC or ETH.")],
    day: Annotated[str, typer.Argument(help="The trading day: 2026-11-20.")],
    millions: Annotated[str, typer.Argument(help="Net flow in millions of USD, below zero for an outflow: -123.4.")],
    yes: Yes = False,
) -> None:
    """Add one session's net flow of all US spot funds together."""
    from bot.sources.flows_table import flow_entry

    _store(flow_entry(f"{asset} {day} {millions}", datetime.now(UTC)), yes=yes)


@app.command()
def paste(
    asset: Annotated[str, typer.Argument(help="BTC or ETH.")],
    file: Annotated[Path | None, typer.Argument(help="A text file with the table; else what is piped in.")] = None,
    yes: Yes = False,
) -> None:
    """Add a table as it stands on a web page: a session a line, funds in columns, the total last."""
    from bot.sources.flows_table import flows_table

    text = file.read_text(encoding="utf-8") if file is not None else sys.stdin.read()
    _store(flows_table(asset, text, datetime.now(UTC)), yes=yes)


def _store(pasted: "Pasted", *, yes: bool) -> None:
    from bot.store import Store

    for note in pasted.notes:
        print(note, file=sys.stderr)
    if pasted.questions and not yes:
        _confirm(pasted.questions)
    with Store.open(options.settings().database_url.get_secret_value()) as store, store.transaction() as transaction:
        for found in points_of(pasted, datetime.now(UTC)):
            transaction.write_points(found.columns, found.publisher)
    days = "session" if len(pasted.days) == 1 else "sessions"
    print(f"{pasted.asset.upper()}: {len(pasted.days)} {days} stored.")


def _confirm(questions: tuple[str, ...]) -> None:
    for question in questions:
        print(question, file=sys.stderr)
    if not sys.stdin.isatty():
        raise UsageError("Nothing was stored. Correct the figures, or add --yes to take them as they are.")
    if not typer.confirm("Store them as they are?", err=True):
        raise UsageError("Nothing was stored.")


def points_of(pasted: "Pasted", now: datetime) -> "Iterator[Points]":
    """Known when the figure was surely public, or now where that is earlier: nobody backdates by pasting."""
    from bot.sources.etf_consensus import safe_stamp
    from bot.sources.payload import close, points

    asset, series = pasted.asset.lower(), dict[str, list[tuple[datetime, datetime, float]]]()
    for day, flows in pasted.days.items():
        figures = {} if flows.total is None else {f"etf.net_flow.{asset}": flows.total}
        for name, usd in {**figures, **{f"etf.net_flow.{asset}.{k}": v for k, v in flows.funds.items()}}.items():
            series.setdefault(name, []).append((close(day), min(now, safe_stamp(day)), usd))
    for name, rows in series.items():
        yield points(name, PUBLISHER, rows)
