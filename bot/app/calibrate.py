"""Confidences fitted to labelled days and written beside the rules; and how the fit held up, as a table."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.app.files import write_whole
from bot.app.retold import Retold
from bot.errors import UsageError
from bot.reasoning.calibrate import ENOUGH, Calibrating, Trial, calibrate, weighed
from bot.reasoning.calibration import Calibration, to_yaml
from bot.reasoning.labels import LabelledDay
from bot.reasoning.layers import CALIBRATION

__all__ = ["calibrate_to", "report", "write_calibration"]


def calibrate_to(
    days: Sequence[LabelledDay], retold: Retold, digest: str, today: date, *, base_rates: bool
) -> Calibrating:
    """The fit; the days were retold by the rules as written. Raises UsageError where nothing can be learnt."""
    taught = [(day, weighed(day, retold.explanations[day.date])) for day in days if day.date in retold.explanations]
    if not any(pairs for _, pairs in taught):
        raise UsageError("None of the labelled days lies in the data, so there is nothing to fit. Choose other data.")
    return calibrate(taught, digest, today, base_rates=base_rates)


def write_calibration(folder: Path, calibration: Calibration) -> Path:
    """`calibration.yaml` in a rules folder, whole or not at all."""
    path = folder / CALIBRATION
    write_whole(path, to_yaml(calibration))
    return path


def report(result: Calibrating) -> RenderableType:
    """The folds, then what was decided."""
    parts: list[RenderableType] = [Text("Weeks left out", style="bold"), _folds(result.temperature)]
    if result.base_rates:
        parts += [Text(""), Text("The same weeks with base rates", style="bold"), _folds(result.base_rates)]
    return Group(*parts, Text(""), *map(Text, _decisions(result)))


def _folds(trial: Trial) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("from", "days", "T", "Brier before", "after", ""):
        table.add_column(column, justify="left" if column in ("from", "") else "right")
    for fold in trial.folds:
        better = "better" if fold.improved else ""
        heat = f"{fold.model.temperature:.3f}"
        table.add_row(f"{fold.first}", f"{fold.days}", heat, f"{fold.before:.4f}", f"{fold.after:.4f}", better)
    return table


def _decisions(result: Calibrating) -> Iterator[str]:
    warm, moved, held = result.temperature, result.base_rates, result.calibration
    yield f"T = {warm.fitted.temperature:.3f} fits {held.days} days best. {_outcome(warm, 'T = 1 stays')}"
    if moved:
        yield f"Base rates of {len(moved.fitted.shifts)} causes. {_outcome(moved, 'those of the rules stay')}"
        yield from (f"  {cause}: {rate:.1%}" for cause, rate in held.base_rates.items())
    for name, fit in (("before", held.before), ("after", held.after)):
        yield f"Over all days {name}: Brier {fit.brier:.4f}, log loss {fit.log_loss:.4f}"


def _outcome(trial: Trial, otherwise: str) -> str:
    better = sum(fold.improved for fold in trial.folds)
    verdict = "so it is used" if trial.accepted else f"fewer than {ENOUGH:.0%}, so {otherwise}"
    return f"{better} of {len(trial.folds)} weeks left out got better ({trial.improved:.0%}), {verdict}."
