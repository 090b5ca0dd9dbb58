"""Tests of topics as data: titles given, topics expected, in `topics.test.yaml` beside `topics.yaml`.

A case names exactly the topics of its title, and that it tells of a falling or rising market where it does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pydantic import Field, ValidationError

from bot.domain.topics import Marks, Topics
from bot.errors import Fault, RuleFaults
from bot.reasoning.document import Document, read
from bot.reasoning.schema import Shape, shape_faults

__all__ = ["TopicCase", "load_topic_cases", "run_topic_case"]

FILE_NAME = "topics.test.yaml"


class TitleEntry(Shape):
    """`ignored` stands where the title or its outlet is to count for nothing."""

    title: str = Field(min_length=1)
    outlet: str = ""
    topics: tuple[str, ...] = Field(default=(), strict=False)
    falls: bool = False
    rises: bool = False
    ignored: bool = False


class TitlesFile(Shape):
    tests: tuple[TitleEntry, ...] = Field(min_length=1, strict=False)


@dataclass(frozen=True, slots=True)
class TopicCase:
    """One title and what it must be taken for; `line` is where it stands in its file."""

    path: Path
    line: int
    topics: Topics
    entry: TitleEntry

    @property
    def name(self) -> str:
        return self.entry.title


def load_topic_cases(folder: Path, topics: Topics) -> tuple[TopicCase, ...]:
    """The cases of a rules folder, none where it has no such file; raises RuleFaults with all faults of the file."""
    path = folder / FILE_NAME
    if not path.is_file():
        return ()
    document = read(path)
    faults = [*document.faults, *_unknown_topics(document, topics.names)]
    file = None
    try:
        file = TitlesFile.model_validate(document.data)
    except ValidationError as error:
        faults += shape_faults(document, error, TitlesFile)
    if faults or file is None:
        raise RuleFaults(sorted(faults, key=lambda fault: (fault.line, fault.column)))
    return tuple(TopicCase(path, document.values["tests", n][0], topics, entry) for n, entry in enumerate(file.tests))


def run_topic_case(case: TopicCase) -> str:
    """What differs from the case's expectation, with the words that were found; "" where nothing does."""
    found = case.topics.marks(case.entry.title, case.entry.outlet)
    place = f"{case.path}:{case.line}: {case.entry.title!r}"
    return "\n".join(f"{place}: {what}" for what in _differences(case, found))


def _differences(case: TopicCase, found: Marks | None) -> Iterator[str]:
    entry = case.entry
    if found is None or entry.ignored:
        if entry.ignored is not (found is None):
            yield "wanted ignored, but it counts" if entry.ignored else "it is ignored"
        return
    if set(entry.topics) != found.topics:
        yield f"topics: wanted {_listed(entry.topics)}, got {_listed(found.topics)}{_reasons(case, found)}"
    for name in ("falls", "rises"):
        wanted, got = getattr(entry, name), getattr(found, name)
        if wanted is not got:
            yield f"{name}: wanted {str(wanted).lower()}, got {str(got).lower()}"


def _reasons(case: TopicCase, found: Marks) -> str:
    """The words that gave topics nobody wanted."""
    extra = sorted(found.topics - set(case.entry.topics))
    said = (f"{name} by {_listed(case.topics.heard(name, case.entry.title))}" for name in extra)
    return f" ({', '.join(said)})" if extra else ""


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(sorted(names))}]"


def _unknown_topics(document: Document, known: tuple[str, ...]) -> Iterator[Fault]:
    tests = document.data.get("tests") if isinstance(document.data, dict) else None
    for n, test in enumerate(tests if isinstance(tests, list) else []):
        wanted = test.get("topics") if isinstance(test, dict) else None
        for place, name in enumerate(wanted if isinstance(wanted, list) else []):
            if isinstance(name, str) and name not in known:
                near = get_close_matches(name, known, n=1, cutoff=0.5)
                hint = f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(known) or 'none'}"
                yield document.fault(("tests", n, "topics", place), f"unknown topic '{name}'; {hint}")
