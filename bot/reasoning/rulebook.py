"""The rulebook: every cause file and the table of day kinds, loaded together or not at all.

rules/day_kinds.yaml
rules/topics.yaml                what headlines are about; a folder without it reads none
rules/causes/<cause>.yaml        one cause
rules/causes/<cause>.test.yaml   its tests, see `casebook`
rules/calibration.yaml           what was fitted to labelled days, if anything was, see `calibration`
A folder of one's own may be laid over the package's, see `layers`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from bot.domain.topics import NO_TOPICS, Topics
from bot.errors import Fault, RuleFaults
from bot.reasoning.calibration import CalibrationFile, base_rate_faults, calibrated, staleness
from bot.reasoning.cause import Cause, Clause, compile_cause
from bot.reasoning.checks import cause_faults, cause_warnings, day_kind_faults, retirement_faults, topics_read
from bot.reasoning.day_kind import DayKindRule, compile_day_kinds
from bot.reasoning.document import Document, read
from bot.reasoning.layers import CALIBRATION, DAY_KINDS, TOPICS, Layers, casebook_path, cause_paths
from bot.reasoning.schema import CauseFile, DayKindsFile, RetiredFile, Shape, shape_faults
from bot.reasoning.topics import TopicsFile, compile_topics, topic_faults

__all__ = ["Rulebook", "load_rulebook"]

Model = TypeVar("Model", bound=Shape)
Check = Callable[[Document], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """`causes` stand in the order of their file names; `warnings` are faults one can live with.

    `digest` changes with any byte of the rules, not with their tests or calibration. `temperature` scales all points:
    1 takes the analysts at their word. `stale` complains of a calibration that was fitted to other rules; `borrowed`
    says that it is the package's under rules of an operator's own, who may have no labelled days to fit another.
    """

    causes: tuple[Cause, ...]
    day_kinds: tuple[DayKindRule, ...]
    warnings: tuple[Fault, ...]
    digest: str
    temperature: float = 1.0
    stale: Fault | None = None
    topics: Topics = NO_TOPICS
    borrowed: bool = False

    @property
    def judged(self) -> tuple[Cause, ...]:
        return tuple([cause for cause in self.causes if not cause.retired])

    def cause(self, name: str) -> Cause | None:
        return next((cause for cause in self.causes if cause.name == name), None)

    def clauses(self, name: str) -> dict[str, Clause]:
        """A cause's clauses by their ids; raises KeyError where there is no such cause."""
        causes = {cause.name: cause for cause in self.causes}
        return {clause.id: clause for clause in causes[name].clauses}


def load_rulebook(rules: Path | Layers, *, fitted: bool = True) -> Rulebook:
    """The rules of a folder or of two; raises RuleFaults with every fault of every file.

    Without `fitted` they are taken as written: so their tests judge them, and so a calibration starts.
    """
    layers, shelf = Layers.of(rules), _Shelf()
    topics = _topics(shelf, layers.file(TOPICS))
    names = topics.names if topics else None
    table = shelf.take(layers.file(DAY_KINDS), DayKindsFile, partial(day_kind_faults, topics=_known(layers, names)))
    files = [_cause(shelf, layers, path, names) for path in layers.causes()]
    shelf.faults += layers.strays()
    shelf.faults += _lacking(shelf.documents, layers, names) if names is not None else ()
    shelf.note_tests()
    digest = _digest(shelf.documents)
    calibration, stale = _calibration(shelf, layers, digest) if fitted else (None, None)
    if shelf.faults or table is None or topics is None:
        raise RuleFaults(shelf.faults)
    causes = tuple(calibrated(compile_cause(file), calibration) for file in files if file)
    temperature = calibration.temperature if calibration else 1.0
    kinds, warnings = compile_day_kinds(table), tuple(shelf.warnings)
    borrowed = stale is not None and layers.borrowed(layers.file(CALIBRATION))
    return Rulebook(causes, kinds, warnings, digest, temperature, stale, topics, borrowed)


def _topics(shelf: "_Shelf", path: Path) -> Topics | None:
    """The topics, none where there is no such file; None where the file has faults."""
    if not path.exists():
        return NO_TOPICS
    file = shelf.take(path, TopicsFile, topic_faults)
    return compile_topics(file) if file else None


def _known(layers: Layers, names: tuple[str, ...] | None, path: Path | None = None) -> tuple[str, ...] | None:
    """The topics a file may name; any under topics of the operator's own, for `_lacking` tells what those miss."""
    path = path or layers.file(DAY_KINDS)
    return None if layers.borrowed(path) and not layers.borrowed(layers.file(TOPICS)) else names


def _cause(shelf: "_Shelf", layers: Layers, path: Path, names: tuple[str, ...] | None) -> CauseFile | None:
    """The cause of a file; None where it has faults, and where it only retires the package's of that name."""
    if _retires(path):
        known = [found.stem for found in cause_paths(layers.lower)] if layers.lower else []
        shelf.take(path, RetiredFile, partial(retirement_faults, causes=known))
        shelf.faults += _stray_test(path)
        return None
    return shelf.take(path, CauseFile, partial(cause_faults, topics=_known(layers, names, path)), cause_warnings)


def _retires(path: Path) -> bool:
    """Whether a file says no more than that its cause is retired."""
    try:
        data = read(path).data
    except RuleFaults:
        return False
    return isinstance(data, dict) and data.get("status") == "retired" and "evidence" not in data


def _stray_test(retirement: Path) -> Iterator[Fault]:
    """A cause that is only retired can't be tested."""
    test = casebook_path(retirement)
    if test.exists():
        yield Fault(test, 0, f"tests a cause that {retirement.name} only retires; delete it, or write the cause out")


def _lacking(documents: Sequence[Document], layers: Layers, names: tuple[str, ...]) -> Iterator[Fault]:
    """Topics of the package that its files read and an operator's own `topics.yaml` leaves out."""
    own = layers.file(TOPICS)
    if layers.lower is None or layers.borrowed(own):
        return
    read_by: dict[str, list[str]] = {}
    for document in documents:
        for topic in topics_read(document) if layers.borrowed(document.path) else ():
            read_by.setdefault(topic, []).append(document.path.name)
    for topic in sorted(read_by.keys() - set(names)):
        files = ", ".join(dict.fromkeys(read_by[topic]))
        yield Fault(own, 0, f"lacks the topic '{topic}', which the package's {files} reads; add it, or replace those")


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


def _calibration(shelf: _Shelf, layers: Layers, digest: str) -> tuple[CalibrationFile | None, Fault | None]:
    """What was fitted, and the complaint if that was to other rules; such a fit may know causes that are gone."""
    complaints: list[Fault] = []
    path, names = layers.file(CALIBRATION), [path.stem for path in layers.causes()]
    own = layers.upper if layers.borrowed(path) else None

    def check(document: Document) -> Iterator[Fault]:
        stale = staleness(document, digest, own)
        complaints.extend([stale] if stale else [])
        yield from () if stale else base_rate_faults(document, names)

    file = shelf.take(path, CalibrationFile, check) if path.exists() else None
    return file, next(iter(complaints), None)


def _fill(document: Document, model: type[Model]) -> tuple[Model | None, list[Fault]]:
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        return None, list(shape_faults(document, error, model))


def _digest(documents: Iterable[Document]) -> str:
    """32 hexadecimal digits over names and texts."""
    summary = blake2b(digest_size=16)
    for document in documents:
        summary.update(f"{document.path.name}\0{document.text}\0".encode())
    return summary.hexdigest()
