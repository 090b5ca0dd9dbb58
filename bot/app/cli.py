"""The command `recap`. Heavy imports wait inside the commands, so that `--help` answers at once."""

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from bot.app import conversing, doctor, feeding, flows, judging, keeping, options, running
from bot.app.options import Archive, Sample, Stored
from bot.errors import RecapError, UsageError

if TYPE_CHECKING:
    from bot.app.recap import Request
    from bot.domain.explanation import Explanation

__all__ = ["app", "main"]

app = typer.Typer(
    help="Explains the crypto market: ranked causes with their evidence, told as a thread.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog="Put --debug anywhere to see the traceback of an error.",
)

INTERRUPTED = 130
"""What typer answers when Ctrl-C ended a command."""

At = Annotated[str | None, typer.Option(help="As of when: 2025-02-26T00:05Z, or a date for that whole UTC day.")]
Length = Annotated[str, typer.Option("--window", help="The stretch before it: 4h, 24h, 7d.")]
ScopeName = Annotated[str, typer.Option("--scope", help="market, or an asset: BTC, ETH, SOL …")]


@app.command()
def write(
    at: At = None,
    window: Length = "24h",
    scope: ScopeName = "market",
    locale: Annotated[str | None, typer.Option(help="en or zh.")] = None,
    sample: Sample = False,
    archive: Archive = None,
    form: Annotated[str, typer.Option("--format", help="text, telegram (its HTML) or json.")] = "text",
    style: Annotated[str, typer.Option(help="thread, or brief for its headings alone.")] = "thread",
    stored: Stored = False,
    within: Annotated[float, typer.Option(help="Seconds that live data may take.", min=0.1, max=600)] = 20,
) -> None:
    """Write the recap of a window; without a time, of now, from live data."""
    if form not in {"text", "telegram", "json"}:
        raise UsageError(f"{form!r} is no format. Choose text, telegram or json.")
    if at is None and archive is None and not (sample or stored):
        options.gather(within)
    request = _request(at, window, scope, locale, sample, archive)
    with options.desk(sample, archive) as desk:
        recap = desk.recap(replace(request, style=style))
    if form == "json":
        from bot.app.form import recap_form
        from bot.app.terminal import print_json

        print_json(recap_form(recap))
        return
    posts = (post.html if form == "telegram" else post.text for post in recap.thread.posts)
    print("\n\n".join(posts))


@app.command()
def why(
    at: At = None,
    window: Length = "24h",
    scope: ScopeName = "market",
    locale: Annotated[str | None, typer.Option(help="en or zh, for text and telegram.")] = None,
    sample: Sample = False,
    archive: Archive = None,
    form: Annotated[
        str, typer.Option("--format", help="table, in words: text, telegram (its HTML), or json.")
    ] = "table",
) -> None:
    """Show the evidence: each clause with its value, baseline, grade and points, and the causes rejected."""
    from bot.app import tables
    from bot.app.form import why_form
    from bot.app.recap import explain_at
    from bot.app.terminal import print_json, show
    from bot.narrative.evidence_text import why as in_words

    if form not in {"table", "text", "telegram", "json"}:
        raise UsageError(f"{form!r} is no format. Choose table, text, telegram or json.")
    request = _request(at, window, scope, locale, sample, archive)
    with options.desk(sample, archive) as desk:
        explanation = explain_at(request, desk.source, desk.rulebook)
        if form == "table":
            show(tables.why(explanation, desk.rulebook))
            return
        posts = in_words(explanation, request.locale, desk.templates).posts
    if form == "json":
        print_json(why_form(explanation, desk.rulebook, request.locale, posts))
        return
    print("\n\n".join(post.html if form == "telegram" else post.text for post in posts))


@app.command()
def readings(
    at: At = None,
    window: Length = "24h",
    scope: ScopeName = "market",
    sample: Sample = False,
    archive: Archive = None,
) -> None:
    """Show every reading, and what is missing and why."""
    from bot.app import tables
    from bot.app.terminal import show

    show(tables.readings_table(_explained(at, window, scope, sample, archive).readings))


@app.command()
def replay(
    first: Annotated[str, typer.Option("--from", help="The first date a recap is made on.")],
    last: Annotated[str, typer.Option("--to", help="The last date a recap is made on.")],
    out: Annotated[Path, typer.Option(help="The JSON lines are written here.")],
    at: Annotated[str, typer.Option(help="Time of day (UTC) each recap is made at.")] = "00:05",
    window: Length = "24h",
    scope: ScopeName = "market",
    locale: Annotated[str | None, typer.Option(help="en or zh.")] = None,
    sample: Sample = False,
    archive: Archive = None,
) -> None:
    """Make one recap a day over past data, each with only what was known then."""
    from bot.app.arguments import parse_clock, parse_day, parse_length, parse_locale, parse_scope
    from bot.app.recap import Request
    from bot.app.replay import replay_to
    from bot.app.terminal import counting

    clock, start, stop = parse_clock(at), parse_day(first), parse_day(last)
    if stop < start:
        raise UsageError(f"--to {last} lies before --from {first}. Swap them.")
    length, told_of = parse_length(window), parse_scope(scope)
    request = Request(start + clock, length, told_of, parse_locale(locale or options.settings().locale))
    with options.desk(sample, archive) as desk:
        done = replay_to(out, desk, start + clock, stop + clock, request)
        with counting("recaps") as count:
            gaps = []
            for told, day in enumerate(done, start=1):
                count(told, (stop - start).days + 1)
                gaps += [day] if day.gap else []
    for day in gaps:
        print(f"No recap at {day.as_of:%Y-%m-%d %H:%M} UTC: {day.gap}", file=sys.stderr)
    if gaps:
        raise typer.Exit(1)


@app.command()
def check(
    rules: Annotated[
        Path | None, typer.Option(help="A folder of your own rules, laid over the package's; the settings' else.")
    ] = None,
    templates: Annotated[Path | None, typer.Option(help="A folder of templates, likewise.")] = None,
) -> None:
    """Check rules, their tests and the templates; every fault with its place."""
    from bot.app.checkup import checkup
    from bot.app.wiring import rules_of, templates_of

    settings = options.settings()
    report = checkup(rules_of(settings, rules), templates or templates_of(settings))
    for line in report.faults:
        print(line, file=sys.stderr)
    for line in report.warnings:
        print(f"{line} (warning)", file=sys.stderr)
    print(report.summary)
    if report.faults:
        raise typer.Exit(1)


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An archive folder or zip.")],
) -> None:
    """Bring an archive of market data into the store; a second time changes nothing."""
    from bot.app.terminal import counting
    from bot.sources.archive import import_archive
    from bot.store import Store

    with Store.open(options.settings().database_url.get_secret_value()) as store, counting("files") as count:
        report = import_archive(folder, store, lambda done, total, _: count(done, total))
    rows = report.written
    print(
        f"{len(report.files)} files: {rows.added:,} rows added, {rows.changed:,} corrected, {rows.unchanged:,} known."
    )


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The archive is written here (a .zip with --compact).")],
    first: Annotated[str | None, typer.Option("--from", help="First day; all there is else.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day, included; all there is else.")] = None,
    series: Annotated[
        list[str] | None, typer.Option(help="Only names that match, e.g. 'etf.*'; may be repeated.")
    ] = None,
    compact: Annotated[bool, typer.Option("--compact", help="One zip instead of a folder.")] = False,
    sample: Sample = False,
    archive: Archive = None,
) -> None:
    """Write market data as an archive that `recap import` reads."""
    from bot.app.arguments import parse_day
    from bot.app.wiring import Origin, recorded
    from bot.sources.archive import export_archive

    since, until = parse_day(first) if first else None, parse_day(last) + timedelta(days=1) if last else None
    if since is not None and until is not None and until <= since:
        raise UsageError(f"--to {last} lies before --from {first}. Swap them.")
    with recorded(options.settings(), Origin(sample, archive)) as source:
        files = export_archive(source, folder, since=since, until=until, names=tuple(series or ()), compact=compact)
    print(f"{files} files written to {folder}.")


app.command()(running.run)
app.command()(conversing.chat)
app.command()(feeding.collect)
app.command()(feeding.backfill)
app.command()(doctor.doctor)
app.command()(keeping.backup)
app.command()(keeping.restore)
app.add_typer(keeping.subscriptions, name="subscriptions")
app.add_typer(flows.app, name="flows")
app.command()(judging.evaluate)
app.command()(judging.calibrate)


def _request(
    at: str | None, window: str, scope: str, locale: str | None, sample: bool, archive: Path | None
) -> "Request":
    from bot.app.arguments import parse_length, parse_locale, parse_scope, parse_time
    from bot.app.recap import Request
    from bot.app.wiring import SAMPLE_MOMENT

    if at is None and archive is not None:
        raise UsageError("An archive has no now. Say as of when: --at 2025-02-26T00:05Z.")
    as_of, aloud = (
        parse_time(SAMPLE_MOMENT if at is None else at) if at is not None or sample else (datetime.now(UTC), "")
    )
    if aloud:
        print(aloud, file=sys.stderr)
    return Request(as_of, parse_length(window), parse_scope(scope), parse_locale(locale or options.settings().locale))


def _explained(at: str | None, window: str, scope: str, sample: bool, archive: Path | None) -> "Explanation":
    from bot.app.recap import explain_at

    request = _request(at, window, scope, None, sample, archive)
    with options.desk(sample, archive) as desk:
        return explain_at(request, desk.source, desk.rulebook)


def main() -> None:
    """Run the command; errors become sentences, and a traceback only with --debug."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    sys.exit(_run(arguments, debug))


def _run(arguments: list[str], debug: bool) -> int:
    try:
        code = int(app(arguments, standalone_mode=False) or 0)
        sys.stdout.flush()
    except TyperException as error:
        return _say(f"{error.format_message()}\nrecap --help shows what there is.", 2)
    except Exception as error:
        _forget_output()
        if isinstance(error, BrokenPipeError):
            return 1
        if debug:
            raise
        return _say(_sentence(error), error.exit_code if isinstance(error, RecapError) else 1)
    if code == INTERRUPTED:
        return _say("Stopped. What was already stored is whole; run the command again to go on.", 1)
    return code


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code


def _forget_output() -> None:
    """What can't be written must not fail once more when Python exits."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _sentence(error: Exception) -> str:
    if isinstance(error, RecapError):
        return str(error)
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or error}. Check the path, its rights and the free space."
    return f"Something unforeseen went wrong: {type(error).__name__}: {error}. Add --debug and report what it shows."


if __name__ == "__main__":
    main()
