"""Speeds against their targets, measured side by side in one run: medians over several, and the ratio to the target.

python tests/bench/run.py [--archive DIR]    with an archive, two years of days are replayed from it
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from bot import resources
from bot.app.recap import Request, make_recap
from bot.app.replay import replay_to
from bot.app.wiring import Desk
from bot.domain.window import MARKET
from bot.indicators.measure import measure, window_until
from bot.narrative.environment import Templates
from bot.reasoning.evaluate import explain
from bot.reasoning.rulebook import load_rulebook
from bot.sources.archive import Archive, import_archive, read_archive
from bot.sources.snapshot import StoredHistory, from_archive
from bot.store import Store

RUNS = 5
FAMOUS = Request(datetime(2025, 2, 26, 0, 5, tzinfo=UTC))


@dataclass(frozen=True)
class Speed:
    """`ratio` above 1 is better than the target."""

    what: str
    figure: str
    target: str
    ratio: float


def timed(work: Callable[[], object], runs: int = RUNS) -> float:
    """Median seconds."""
    took = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return median(took)


def at_most(what: str, seconds: float, limit: float) -> Speed:
    return Speed(what, f"{seconds * 1000:,.0f} ms", f"< {limit * 1000:,.0f} ms", limit / seconds)


def at_least(what: str, rate: float, floor: float) -> Speed:
    return Speed(what, f"{rate:,.0f} days/s", f">= {floor:,.0f} days/s", rate / floor)


def command(*arguments: str) -> Callable[[], object]:
    line = [sys.executable, "-m", "bot.app.cli", *arguments]
    return lambda: subprocess.run(line, check=True, capture_output=True)


def desk_of(archive: Archive) -> Desk:
    rulebook, templates = load_rulebook(resources.rules_folder()), Templates.load(resources.templates_folder())
    return Desk(from_archive(archive, rulebook.topics), rulebook, templates)


DAYS_BACK = tuple(FAMOUS.as_of - timedelta(days=back) for back in range(20))
"""Twenty days in a row: sell-offs, rallies and quiet ones."""


def rules(desk: Desk) -> Speed:
    days = []
    for as_of in DAYS_BACK:
        snapshot = desk.source.at(as_of)
        window = window_until(snapshot, FAMOUS.length, MARKET)
        days.append((measure(snapshot, window, MARKET), window))
    rounds = 25

    def judge() -> None:
        for _ in range(rounds):
            for readings, window in days:
                explain(desk.rulebook, readings, window, MARKET)

    return at_least(f"explain, {len(desk.rulebook.causes)} causes", rounds * len(days) / timed(judge), 5000)


def measuring(desk: Desk) -> Speed:
    def explained() -> None:
        for as_of in DAYS_BACK:
            snapshot = desk.source.at(as_of)
            window = window_until(snapshot, FAMOUS.length, MARKET)
            explain(desk.rulebook, measure(snapshot, window, MARKET), window, MARKET)

    return at_most("measure + explain a day", timed(explained) / len(DAYS_BACK), 0.030)


def from_filled_store(archive: Path, desk: Desk, folder: Path) -> list[Speed]:
    with Store.open(f"sqlite:///{folder / 'bench.sqlite3'}") as store:
        filling = timed(lambda: import_archive(archive, store), runs=1)
        again = timed(lambda: import_archive(archive, store), runs=1)
        stored = replace(desk, source=StoredHistory(store, desk.rulebook.topics))
        recap = timed(lambda: make_recap(FAMOUS, stored.source, desk.rulebook, desk.templates))
    return [
        at_most(f"recap import {archive.name}", filling, 30),
        at_most("the same a second time", again, 30),
        at_most("make_recap on that store", recap, 0.250),
    ]


def replayed(desk: Desk, first: datetime, last: datetime, folder: Path) -> Speed:
    begun, gaps, count = time.perf_counter(), 0, 0
    for day in replay_to(folder / "days.jsonl", desk, first, last, replace(FAMOUS, as_of=first)):
        count, gaps = count + 1, gaps + bool(day.gap)
    took = time.perf_counter() - begun
    return at_least(f"replay of {count} days, {gaps} without a recap", count / took, 25)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, help="a whole archive to import and replay")
    archive = parser.parse_args().archive or resources.sample_archive()
    with tempfile.TemporaryDirectory() as scratch:
        folder, desk = Path(scratch), desk_of(read_archive(archive))
        whole = archive != resources.sample_archive()
        first = datetime(2024, 3, 1, 0, 5, tzinfo=UTC) if whole else datetime(2025, 2, 2, 0, 5, tzinfo=UTC)
        last = datetime(2026, 2, 28, 0, 5, tzinfo=UTC) if whole else datetime(2025, 3, 16, 0, 5, tzinfo=UTC)
        speeds = [
            at_most("recap --help", timed(command("--help")), 0.4),
            at_most("recap write --sample", timed(command("write", "--sample")), 2.5),
            rules(desk),
            measuring(desk),
            *from_filled_store(archive, desk, folder),
            replayed(desk, first, last, folder),
        ]
    print(f"{'':42}{'median':>16}{'target':>18}{'ratio':>8}")
    for speed in speeds:
        print(f"{speed.what:42}{speed.figure:>16}{speed.target:>18}{speed.ratio:>8.1f}")


if __name__ == "__main__":
    main()
