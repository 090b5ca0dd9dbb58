"""Every error this package raises, split by what the caller does about it.

RecapError                    base: one or two sentences, the place and the remedy
├── UsageError                the person asked for something that can't be: tell them (exit code 2)
│   └── OutsideData           the data doesn't reach the time or scope asked for
├── SettingsError             a setting is wrong: name it and stop before anything starts
├── InputFaults               files have faults: list all of them, store nothing of those files
│   └── RuleFaults            the same for rule files, their tests and templates
├── StoreError                the database can't be used: tell the operator, keep what is there
└── TemplateFault             a template fails or prints a number that is no Figure
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

__all__ = [
    "Fault",
    "InputFaults",
    "OutsideData",
    "RecapError",
    "RuleFaults",
    "SettingsError",
    "StoreError",
    "TemplateFault",
    "UsageError",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file; `line` and `column` count from 1, 0 means the whole file."""

    path: PurePath
    line: int
    message: str
    column: int = 0

    def __str__(self) -> str:
        places = [str(self.path), *(str(n) for n in (self.line, self.column) if n)]
        return f"{':'.join(places)}: {self.message}"


class RecapError(Exception):
    """A failure with a sentence for the person in front of it."""

    exit_code = 1


class UsageError(RecapError):
    """The request itself can't be met; the sentence says what can."""

    exit_code = 2


class OutsideData(UsageError):
    """The data doesn't reach the asked time, asset or series."""


class SettingsError(RecapError):
    """A setting has an unknown name or an impossible value."""

    exit_code = 2


class InputFaults(RecapError):
    """Files that can't be taken as they are, with every fault found in them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class RuleFaults(InputFaults):
    """Rule files, rule tests or templates with faults."""


class StoreError(RecapError):
    """The database is missing, corrupt, locked, read-only or out of space."""


class TemplateFault(RecapError):
    """A template can't be rendered truthfully."""
