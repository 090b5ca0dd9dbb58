"""The rulebook: every cause file of a folder and the table of day kinds, loaded together or not at all.

rules/day_kinds.yaml
rules/causes/<cause>.yaml        one cause
rules/causes/<cause>.test.yaml   its tests, see `casebook`
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from bot.errors import Fault, RuleFaults
from bot.reasoning.cause import Cause, compile_cause
from bot.reasoning.checks import cause_faults, cause_warnings, day_kind_faults
from bot.reasoning.day_kind import DayKindRule, compile_day_kinds
from bot.reasoning.document import Document, read
from bot.reasoning.schema import CauseFile, DayKindsFile, Shape, shape_faults

__all__ = ["Rulebook", "casebook_path", "cause_paths", "load_rulebook"]

TEST_SUFFIX = ".test.yaml"
Model = TypeVar("Model", bound=Shape)
Check = Callable[[Document], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """`causes` stand in the order of their file names; `warnings` are faults one can live with.

    `digest` changes with any byte of the rules, not with their tests. `temperature` scales all points: 1 takes the
    analysts at their word.
    """

    causes: tuple[Cause, ...]
    day_kinds: tuple[DayKindRule, ...]
    warnings: tuple[Fault, ...]
    digest: str
    temperature: float = 1.0

    @property
    def judged(self) -> tuple[Cause, ...]:
        return tuple([cause for cause in self.causes if not cause.retired])

    def cause(self, name: str) -> Cause | None:
        return next((cause for cause in self.causes if cause.name == name), None)


def load_rulebook(folder: Path) -> Rulebook:
    """The rules of a folder; raises RuleFaults with every fault of every file."""
    shelf = _Shelf()
    table = shelf.take(folder / "day_kinds.yaml", DayKindsFile, day_kind_faults)
    files = [(path, shelf.take(path, CauseFile, cause_faults, cause_warnings)) for path in cause_paths(folder)]
    shelf.faults += _stray_files(folder, [path for path, _ in files])
    shelf.note_tests()
    if shelf.faults or table is None:
        raise RuleFaults(shelf.faults)
    causes = tuple(compile_cause(file) for _, file in files if file)
    return Rulebook(causes, compile_day_kinds(table), tuple(shelf.warnings), _digest(shelf.documents))


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
