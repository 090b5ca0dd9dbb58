"""Faults of a folder of templates, all of them at once: syntax, unknown names, bare digits, locales out of step."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables

from bot.domain.catalogue import lookup
from bot.errors import Fault
from bot.narrative.environment import NAMES, SHARED, STYLES, SUFFIX, environment, locales_of
from bot.narrative.words import FIGURES_FILE, load_words

__all__ = ["check_templates"]

DIGITS = re.compile(r"\d+")
HEADINGS = re.compile(r"</?h[12]>")
NUMERALS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|hundred|thousand|million"
    r"|billion|trillion|twice|thrice|double[ds]?|tripled?|quarter|half)\b"
    r"|[二两三四五六七八九十百千]+(?:[天日周月年次倍成连]|个[月交])|[连翻][二两三四五六七八九十倍]|百分之",
    re.IGNORECASE,
)
"""Numerals in words; a few names of terms are better figures as well."""

ANY_CAUSE = f"causes/any{SUFFIX}"
ASKING = {"the", "has", "up", "down", "above", "below", "find", "rest", "compares", "printed"}
CALLS = {"the": "reading", "compares": "reading", "rest": "reading", "licences": "claim", "claims": "claim"}


@dataclass(frozen=True, slots=True)
class _File:
    """One parsed template: what it says, and which readings and claims it refers to."""

    path: Path
    tree: nodes.Template
    filters: frozenset[str]

    @property
    def references(self) -> frozenset[str]:
        return frozenset(f"{kind} {name}" for kind, name in self._named(CALLS))

    def _named(self, calls: dict[str, str]) -> Iterator[tuple[str, str]]:
        for call in self.tree.find_all(nodes.Call):
            kind = calls.get(_called(call))
            names = (arg.value for arg in call.args if isinstance(arg, nodes.Const) and isinstance(arg.value, str))
            yield from ((kind, name) for name in names if kind)


def check_templates(folder: Path) -> tuple[Fault, ...]:
    """Every fault found, by file and line; none means that every locale can be told."""
    locales = locales_of(folder)
    if not locales:
        return (Fault(folder, 0, f"there is no locale: each is a folder with {FIGURES_FILE}"),)
    faults: list[Fault] = []
    parsed = {name: _parsed(folder, name, folder / name, faults) for name in locales}
    shared = _parsed(folder, locales[0], folder / SHARED, faults)
    for file in [*shared.values(), *(file for files in parsed.values() for file in files.values())]:
        faults += _file_faults(file)
    faults += _absent(folder, parsed, shared)
    missing = (Fault(folder / SHARED, 0, f"there is no {s}{SUFFIX}") for s in STYLES if f"{s}{SUFFIX}" not in shared)
    return tuple(sorted([*faults, *missing, *_table_faults(folder, locales), *_uneven(folder, parsed)], key=_order))


def _order(fault: Fault) -> tuple[str, int, str]:
    return str(fault.path), fault.line, fault.message


def _parsed(folder: Path, locale: str, root: Path, faults: list[Fault]) -> dict[str, _File]:
    """Templates by their path below `root`; those that can't be read are booked as faults."""
    made: Environment = environment(folder, locale)
    files: dict[str, _File] = {}
    for path in sorted(root.rglob(f"*{SUFFIX}")):
        try:
            source = path.read_text(encoding="utf-8")
            made.compile(source, filename=str(path))
            files[path.relative_to(root).as_posix()] = _File(path, made.parse(source), frozenset(made.filters))
        except TemplateSyntaxError as error:
            faults.append(Fault(path, error.lineno, str(error.message)))
        except UnicodeDecodeError as error:
            faults.append(Fault(path, 0, f"is not UTF-8: {error.reason}"))
    return files


def _file_faults(file: _File) -> Iterator[Fault]:
    unknown = find_undeclared_variables(file.tree) - set(NAMES) - _bound(file.tree)
    for name in sorted(unknown):
        yield Fault(file.path, _line_of_name(file.tree, name), f"the name {name} is unknown")
    for node in file.tree.find_all(nodes.Filter):
        if node.name not in file.filters:
            yield Fault(file.path, node.lineno, f"there is no filter {node.name}")
    yield from _reading_faults(file)
    for data in file.tree.find_all(nodes.TemplateData):
        yield from _text_faults(file.path, data)


def _bound(tree: nodes.Template) -> set[str]:
    """Names a template sets or imports anywhere, be it within a condition."""
    stored = {node.name for node in tree.find_all(nodes.Name) if node.ctx in ("store", "param")}
    return stored | {node.target for node in tree.find_all(nodes.Import)}


def _line_of_name(tree: nodes.Template, name: str) -> int:
    return next((node.lineno for node in tree.find_all(nodes.Name) if node.name == name), 0)


def _reading_faults(file: _File) -> Iterator[Fault]:
    for call in file.tree.find_all(nodes.Call):
        for arg in call.args if _called(call) in ASKING - {"printed"} else ():
            if isinstance(arg, nodes.Const) and isinstance(arg.value, str) and not _known(arg.value):
                yield Fault(file.path, arg.lineno, f"there is no reading {arg.value}")


def _known(pattern: str) -> bool:
    """True when the catalogue has the reading for at least one scope."""
    forms = (("{funds}", ("btc_eth", "btc")), ("{run}", ("btc",)), ("{of}", ("", ".{asset}")))
    names = [pattern]
    for gap, texts in forms:
        names = [name.replace(gap, text) for name in names for text in texts]
    return any(lookup(name) or lookup(name.replace("{asset}", "btc")) for name in names)


def _text_faults(path: Path, data: nodes.TemplateData) -> Iterator[Fault]:
    """Digits and numerals outside figures; a chunk's line is its first, so the breaks before are added."""
    text = HEADINGS.sub(lambda tag: " " * len(tag.group()), data.data)
    for pattern, what in ((DIGITS, "the number"), (NUMERALS, "the numeral")):
        for match in pattern.finditer(text):
            line = data.lineno + data.data.count("\n", 0, match.start())
            yield Fault(path, line, f"{what} {match.group()!r} stands outside a figure: print it through a filter")


def _called(call: nodes.Call) -> str:
    if isinstance(call.node, nodes.Name):
        return call.node.name
    return call.node.attr if isinstance(call.node, nodes.Getattr) else ""


def _table_faults(folder: Path, locales: Iterable[str]) -> Iterator[Fault]:
    for locale in locales:
        path = folder / locale / FIGURES_FILE
        try:
            load_words(folder / locale)
        except (tomllib.TOMLDecodeError, KeyError, ValueError, ArithmeticError) as error:
            yield Fault(path, 0, f"can't be read: {error!r}")


def _absent(folder: Path, parsed: dict[str, dict[str, _File]], shared: dict[str, _File]) -> Iterator[Fault]:
    """Files that templates import and no locale has; one that only some have is told as uneven."""
    every = {path.relative_to(folder / name).as_posix() for name in parsed for path in _templates_in(folder / name)}
    common = {path.relative_to(folder / SHARED).as_posix() for path in _templates_in(folder / SHARED)}
    for locale, files in parsed.items():
        needed = {ANY_CAUSE: "causes without a file of their own need it"}
        for name, file in [*files.items(), *shared.items()]:
            needed |= dict.fromkeys(_imports(file.tree), f"{name} imports it")
        for name in sorted(needed.keys() - every - common):
            yield Fault(folder / locale / name, 0, f"is missing: {needed[name]}")


def _templates_in(folder: Path) -> Iterable[Path]:
    return folder.rglob(f"*{SUFFIX}")


def _imports(tree: nodes.Template) -> Iterator[str]:
    """Names of other templates that stand as they are in an import or include."""
    found: list[nodes.Import | nodes.FromImport | nodes.Include] = [
        *tree.find_all(nodes.Import),
        *tree.find_all(nodes.FromImport),
        *tree.find_all(nodes.Include),
    ]
    for node in found:
        if isinstance(node.template, nodes.Const) and isinstance(node.template.value, str):
            yield node.template.value


def _uneven(folder: Path, parsed: dict[str, dict[str, _File]]) -> Iterator[Fault]:
    """Files that only some locales have, and files that print other readings or claims than the first locale's."""
    every = sorted({name for files in parsed.values() for name in files})
    first = next(iter(parsed))
    for locale, files in parsed.items():
        present = {path.relative_to(folder / locale).as_posix() for path in (folder / locale).rglob(f"*{SUFFIX}")}
        yield from (
            Fault(folder / locale / name, 0, "is missing; others have it") for name in every if name not in present
        )
        for name in sorted(files.keys() & parsed[first].keys()):
            other = files[name].references ^ parsed[first][name].references
            if locale != first and other:
                yield Fault(files[name].path, 0, f"tells other things than {first}: {', '.join(sorted(other))}")
