"""Where the rules lie: one folder, or an operator's folder laid over the package's.

A file of the upper folder stands in place of the lower one's of the same name, and every other file of the lower one
counts as if it lay in the upper. A cause's tests lie beside the file that counts, topics' tests beside the topics.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import Fault

__all__ = ["CALIBRATION", "DAY_KINDS", "TOPICS", "Layers", "casebook_path", "cause_paths"]

TEST_SUFFIX = ".test.yaml"
DAY_KINDS, TOPICS, CALIBRATION = "day_kinds.yaml", "topics.yaml", "calibration.yaml"
TOPIC_TESTS = "topics.test.yaml"


@dataclass(frozen=True, slots=True)
class Layers:
    """`upper` may hold as little as one file where there is a `lower`; alone it must hold all."""

    upper: Path
    lower: Path | None = None

    @classmethod
    def of(cls, rules: "Path | Layers") -> "Layers":
        return rules if isinstance(rules, Layers) else cls(rules)

    def file(self, name: str) -> Path:
        """The file of that name that counts, or where it would lie."""
        own = self.upper / name
        if self.lower is None or own.exists() or not (self.lower / name).exists():
            return own
        return self.lower / name

    def causes(self) -> list[Path]:
        """The cause files that count, by name."""
        found = {path.name: path for folder in self._folders for path in cause_paths(folder)}
        return [found[name] for name in sorted(found)]

    def borrowed(self, path: Path) -> bool:
        """Whether the file is the lower folder's."""
        return self.lower is not None and path.parent in (self.lower, self.lower / "causes")

    def strays(self) -> Iterator[Fault]:
        """Files that would silently do nothing, and folders without anything to do."""
        if not self.causes():
            yield Fault(self.upper / "causes", 0, "holds no cause file")
        if self.lower is not None and not self._holds_rules():
            yield Fault(self.upper, 0, f"holds no rules: neither causes/*.yaml nor {', '.join(sorted(_KNOWN))}")
        for path in sorted((self.upper / "causes").glob("*.yml")):
            yield Fault(path, 0, "is ignored; rule files end in .yaml")
        for path in sorted((*self.upper.glob("*.yaml"), *self.upper.glob("*.yml"))):
            if path.name not in _KNOWN:
                yield Fault(path, 0, "is ignored; a cause and its tests belong into the folder causes/")
        yield from self._stray_tests()

    @property
    def _folders(self) -> tuple[Path, ...]:
        return (self.lower, self.upper) if self.lower is not None else (self.upper,)

    def _holds_rules(self) -> bool:
        return bool(cause_paths(self.upper)) or any((self.upper / name).exists() for name in _KNOWN)

    def _stray_tests(self) -> Iterator[Fault]:
        own = cause_paths(self.upper)
        for path in sorted((self.upper / "causes").glob(f"*{TEST_SUFFIX}")):
            if path not in map(casebook_path, own):
                yield Fault(path, 0, f"tests a cause that has no file{self._elsewhere(path)}")
        if self.lower is not None and (self.upper / TOPIC_TESTS).exists() and not (self.upper / TOPICS).exists():
            yield Fault(self.upper / TOPIC_TESTS, 0, f"tests topics that have no file; put {TOPICS} beside it")

    def _elsewhere(self, test: Path) -> str:
        name = f"{test.name.removesuffix(TEST_SUFFIX)}.yaml"
        there = self.lower is not None and (self.lower / "causes" / name).exists()
        return f" here; copy the package's {name} beside it to change or test it" if there else ""


_KNOWN = frozenset((DAY_KINDS, TOPICS, TOPIC_TESTS, CALIBRATION))


def cause_paths(folder: Path) -> list[Path]:
    """The cause files of one rules folder, by name."""
    return sorted(p for p in (folder / "causes").glob("*.yaml") if not p.name.endswith(TEST_SUFFIX))


def casebook_path(cause_path: Path) -> Path:
    """Where a cause file's tests lie: `etf_outflow.yaml` has `etf_outflow.test.yaml` beside it."""
    return cause_path.with_name(cause_path.stem + TEST_SUFFIX)
