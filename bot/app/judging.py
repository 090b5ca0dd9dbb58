"""The commands that hold the rules against labelled days: `evaluate` and `calibrate`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.app import options
from bot.app.options import Archive, Sample
from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.app.retold import Retold
    from bot.reasoning.labels import LabelledDay

__all__ = ["calibrate", "evaluate"]

Labels = Annotated[Path, typer.Option("--labels", help="Days with the causes people named, one JSON line each.")]
All = Annotated[bool, typer.Option("--all", help="All labelled days, not the core alone.")]


def evaluate(
    labels: Labels,
    predictions: Annotated[
        Path | None, typer.Option(help="The causes found are written here, a JSON line a day.")
    ] = None,
    days: Annotated[bool, typer.Option("--days", help="Show the days it got wrong, and why.")] = False,
    everything: All = False,
    all_days: Annotated[bool, typer.Option("--all-days", help="Look for invented causes on all quiet days.")] = False,
    sample: Sample = False,
    archive: Archive = None,
) -> None:
    """Score the rules against labelled days, beside baselines."""
    from bot.app.evaluate import evaluate as evaluated
    from bot.app.evaluate import quiet_days, write_predictions
    from bot.app.misses import misses
    from bot.app.retold import retell
    from bot.app.scorecard import scan_line, scorecard
    from bot.app.terminal import counting, show
    from bot.reasoning.labels import read_labels

    labelled = read_labels(labels)
    chosen = _chosen(labelled, everything)
    with options.desk(sample, archive) as desk:
        with counting("days") as count:
            retold = retell([day.date for day in labelled], desk.source, desk.rulebook, count)
        _must_reach(chosen, retold)
        result = evaluated(chosen, retold, desk.rulebook)
        if predictions:
            write_predictions(predictions, retold.explanations)
        _say_gaps(chosen, retold)
        show(scorecard(result))
        if all_days:
            with counting("all days") as count:
                print(scan_line(quiet_days(desk.source, desk.rulebook, count)))
    if days:
        print("\n".join(misses(result)))


def calibrate(
    labels: Labels,
    rules: Annotated[
        Path | None, typer.Option(help="A folder of your own rules, laid over the package's; the settings' else.")
    ] = None,
    base_rates: Annotated[
        bool, typer.Option("--base-rates", help="Fit base rates of well-labelled causes too.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the fit and write nothing.")] = False,
    everything: All = False,
    sample: Sample = False,
    archive: Archive = None,
) -> None:
    """Fit the confidences to labelled days and write them beside the rules."""
    from bot.app.calibrate import calibrate_to, report, write_calibration
    from bot.app.retold import retell
    from bot.app.terminal import counting, show
    from bot.app.wiring import Origin, open_source, rules_of
    from bot.reasoning.labels import read_labels
    from bot.reasoning.rulebook import load_rulebook

    settings, labelled = options.settings(), _chosen(read_labels(labels), everything)
    layers = rules_of(settings, rules)
    rulebook = load_rulebook(layers, fitted=False)
    with open_source(settings, Origin(sample, archive), rulebook.topics) as source, counting("days") as count:
        retold = retell([day.date for day in labelled], source, rulebook, count)
    _say_gaps(labelled, retold)
    result = calibrate_to(labelled, retold, rulebook.digest, datetime.now(UTC).date(), base_rates=base_rates)
    show(report(result))
    print("Nothing written." if dry_run else f"Written to {write_calibration(layers.upper, result.calibration)}.")


def _chosen(days: "Sequence[LabelledDay]", everything: bool) -> "tuple[LabelledDay, ...]":
    chosen = tuple(day for day in days if everything or day.core)
    if not chosen:
        raise UsageError(f"None of the {len(days)} labelled days is a core day. Add --all to take them as they are.")
    return chosen


def _must_reach(days: "Sequence[LabelledDay]", retold: "Retold") -> None:
    if not any(day.date in retold.explanations for day in days):
        reason = retold.gaps[days[0].date]
        raise UsageError(f"None of the {len(days)} labelled days lies in the data. {days[0].date}: {reason}")


def _say_gaps(days: "Sequence[LabelledDay]", retold: "Retold") -> None:
    for day in days:
        if day.date in retold.gaps:
            print(f"No recap of {day.date}: {retold.gaps[day.date]}", file=sys.stderr)
