"""The rulebook: every cause file of a folder and the table of day kinds, loaded together or not at all.

rules/day_kinds.yaml
rules/topics.yaml                what headlines are about; a folder without it reads none
rules/causes/<cause>.yaml        one cause
rules/causes/<cause>.test.yaml   its tests, see `casebook`
rules/calibration.yaml           what was fitted to labelled days, if anything was, see `calibration`
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from bot.domain.topics import NO_TOPICS, Topics
from bot.errors import Fault, RuleFaults
from bot.reasoning.calibration import FILE_NAME, CalibrationFile, base_rate_faults, calibrated, staleness
from bot.reasoning.cause import Cause, compile_cause
from bot.reasoning.checks import cause_faults, cause_warnings, day_kind_faults
from bot.reasoning.day_kind import DayKindRule, compile_day_kinds
from bot.reasoning.document import Document, read
from bot.reasoning.schema import CauseFile, DayKindsFile, Shape, shape_faults
from bot.reasoning.topics import TopicsFile, compile_topics, topic_faults

__all__ = ["Rulebook", "casebook_path", "cause_paths", "load_rulebook"]

TEST_SUFFIX = ".test.yaml"
Model = TypeVar("Model", bound=Shape)
Check = Callable[[Document], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """`causes` stand in the order of their file names; `warnings` are faults one can live with.

    `digest` changes with any byte of the rules, not with their tests or calibration. `temperature` scales all points:
    1 takes the analysts at their word. `stale` complains of a calibration that was fitted to other rules.
    """

    causes: tuple[Cause, ...]
    day_kinds: tuple[DayKindRule, ...]
    warnings: tuple[Fault, ...]
    digest: str
    temperature: float = 1.0
    stale: Fault | None = None
    topics: Topics = NO_TOPICS

    @property
    def judged(self) -> tuple[Cause, ...]:
        return tuple([cause for cause in self.causes if not cause.retired])

    def cause(self, name: str) -> Cause | None:
        return next((cause for cause in self.causes if cause.name == name), None)


def load_rulebook(folder: Path, *, fitted: bool = True) -> Rulebook:
    """The rules of a folder; raises RuleFaults with every fault of every file.

    Without `fitted` they are taken as written: so their tests judge them, and so a calibration starts.
    """
    shelf = _Shelf()
    topics = _topics(shelf, folder / "topics.yaml")
    names = topics.names if topics else None
    table = shelf.take(folder / "day_kinds.yaml", DayKindsFile, partial(day_kind_faults, topics=names))
    check = partial(cause_faults, topics=names)
    files = [(path, shelf.take(path, CauseFile, check, cause_warnings)) for path in cause_paths(folder)]
    shelf.faults += _stray_files(folder, [path for path, _ in files])
    shelf.note_tests()
    digest = _digest(shelf.documents)
    calibration, stale = _calibration(shelf, folder / FILE_NAME, digest) if fitted else (None, None)
    if shelf.faults or table is None or topics is None:
        raise RuleFaults(shelf.faults)
    causes = tuple(calibrated(compile_cause(file), calibration) for _, file in files if file)
    temperature = calibration.temperature if calibration else 1.0
    kinds, warnings = compile_day_kinds(table), tuple(shelf.warnings)
    return Rulebook(causes, kinds, warnings, digest, temperature, stale, topics)


def _topics(shelf: "_Shelf", path: Path) -> Topics | None:
    """The topics, none where there is no such file; None where the file has faults."""
    if not path.exists():
        return NO_TOPICS
    file = shelf.take(path, TopicsFile, topic_faults)
    return compile_topics(file) if file else None


def cause_paths(folder: Path) -> list[Path]:
    """The cause files of a rules folder, by name."""
    return sorted(p for p in (folder / "causes").glob("*.yaml") if not p.name.endswith(TEST_SUFFIX))


def casebook_path(cause_path: Path) -> Path:
    """Where a cause file's tests lie: `etf_outflow.yaml` has `etf_outflow.test.yaml` beside it."""
    return cause_path.with_name(cause_path.stem + TEST_SUFFIX)


class _Shelf:
    """The files read so far, with all that is wrong in them."""

    def __init__(self) -> None:
        self.documents: list[Document] = []
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []

    def take(self, path: Path, model: type[Model], check: Check, warn: Check | None = None) -> Model | None:
        """The file as its model; None where it has a fault, which is then on the list."""
        try:
            document = read(path)
        except RuleFaults as error:
            self.faults += error.faults
            return None
        self.documents.append(document)
        file, shape = _fill(document, model)
        faults = dict.fromkeys((*document.faults, *shape, *check(document)))
        self.faults += sorted(faults, key=lambda fault: (fault.line, fault.column))
        self.warnings += warn(document) if warn else ()
        return None if faults else file

    def note_tests(self) -> None:
        """A stable cause must have tests, an experimental one should."""
        for document in self.documents:
            path = casebook_path(document.path)
            status = document.data.get("status") if isinstance(document.data, dict) else None
            if status in ("stable", "experimental") and not path.is_file():
                fault = Fault(document.path, 0, f"has no tests; write {path.name} beside it")
                (self.faults if status == "stable" else self.warnings).append(fault)


def _calibration(shelf: _Shelf, path: Path, digest: str) -> tuple[CalibrationFile | None, Fault | None]:
    """What was fitted, and the complaint if that was to other rules; such a fit may know causes that are gone."""
    complaints: list[Fault] = []
    names = [path.stem for path in cause_paths(path.parent)]

    def check(document: Document) -> Iterator[Fault]:
        stale = staleness(document, digest)
        complaints.extend([stale] if stale else [])
        yield from () if stale else base_rate_faults(document, names)

    file = shelf.take(path, CalibrationFile, check) if path.exists() else None
    return file, next(iter(complaints), None)


def _fill(document: Document, model: type[Model]) -> tuple[Model | None, list[Fault]]:
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        return None, list(shape_faults(document, error, model))


def _stray_files(folder: Path, causes: list[Path]) -> Iterator[Fault]:
    """Files that would silently do nothing."""
    if not causes:
        yield Fault(folder / "causes", 0, "holds no cause file")
    for path in sorted((folder / "causes").glob("*.yml")):
        yield Fault(path, 0, "is ignored; rule files end in .yaml")
    tests = sorted((folder / "causes").glob(f"*{TEST_SUFFIX}"))
    for path in tests:
        if path not in map(casebook_path, causes):
            yield Fault(path, 0, "tests a cause that has no file")


def _digest(documents: Iterable[Document]) -> str:
    """32 hexadecimal digits over names and texts."""
    summary = blake2b(digest_size=16)
    for document in documents:
        summary.update(f"{document.path.name}\0{document.text}\0".encode())
    return summary.hexdigest()
