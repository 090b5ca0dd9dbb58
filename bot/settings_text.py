"""Where settings are written: the environment and one TOML file, each with the place of every name."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from bot.errors import SettingsError

__all__ = ["SettingsFile", "Variables", "default_home"]

PREFIX = "RECAP_"
FILE = f"{PREFIX}CONFIG"
STEP = "__"
NamePath = tuple[str, ...]


def default_home(environ: Mapping[str, str], platform: str) -> Path:
    """The data folder where the platform's programs keep theirs."""
    user = Path(environ.get("HOME") or Path.home())
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or user / "AppData" / "Local") / "market-recap-bot"
    if platform == "darwin":
        return user / "Library" / "Application Support" / "market-recap-bot"
    return Path(environ.get("XDG_DATA_HOME") or user / ".local" / "share") / "market-recap-bot"


class Variables:
    """The variables of this program: `texts` by setting, and the settings file they name, if any.

    An empty variable counts as not set: compose files pass on what isn't there.
    """

    def __init__(self, environ: Mapping[str, str], known: frozenset[NamePath]) -> None:
        named = {v: t for v, t in environ.items() if v.startswith(PREFIX) and t}
        self.file = named.pop(FILE, None)
        paths = {v: tuple(v.removeprefix(PREFIX).lower().split(STEP)) for v in named}
        faults = [_unknown(v, v, [FILE, *map(_variable, known)]) for v, path in paths.items() if path not in known]
        if faults:
            raise SettingsError("\n".join(faults))
        self.texts: dict[NamePath, str] = {paths[variable]: text for variable, text in named.items()}

    def place(self, path: NamePath) -> str | None:
        """The variable that set it, None if none did."""
        given = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in self.texts), None)
        return _variable(given) if given else None


class SettingsFile:
    """A settings file: its values, and the lines they stand on."""

    def __init__(self, path: Path, text: str, known: frozenset[NamePath]) -> None:
        self.path, self._text = path, text
        self.values = self._parse()
        faults = [
            _unknown(self.place(path), path[-1], [p[-1] for p in sorted(known) if p[:-1] == path[:-1]])
            for path in _named(self.values, known)
            if path not in known
        ]
        if faults:
            raise SettingsError("\n".join(faults))

    @classmethod
    def read(cls, named: str | None, home: Path, known: frozenset[NamePath]) -> "SettingsFile":
        """The file named, else `settings.toml` in the data folder, where it may be missing."""
        path = Path(named).expanduser() if named else home / "settings.toml"
        try:
            return cls(path, path.read_text(encoding="utf-8-sig"), known)
        except UnicodeDecodeError:
            raise SettingsError(f"{path}: not UTF-8 text; save the settings as UTF-8") from None
        except OSError as error:
            if not named and isinstance(error, FileNotFoundError | NotADirectoryError):
                return cls(path, "", known)
            hint = f" Correct {FILE} or make the file." if named else ""
            raise SettingsError(f"{path}: the settings can't be read ({error.strerror}).{hint}") from None

    def place(self, path: NamePath) -> str:
        lines = dict(reversed(list(self._lines())))
        line = next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), None)
        return f"{self.path}:{line}" if line else str(self.path)

    def _parse(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            reason, _, end = str(error).partition(" (at ")
            lines = self._text.split("\n")
            line, column = re.findall(r"\d+", end) or (len(lines), len(lines[-1]) + 1)
            raise SettingsError(f"{self.path}:{line}:{column}: no valid TOML: {reason}") from None

    def _lines(self) -> Iterator[tuple[NamePath, int]]:
        """Each name with its line, tables first."""
        table: NamePath = ()
        for number, line in enumerate(self._text.splitlines(), 1):
            if head := re.match(r"""\s*\[+\s*["']?([\w-]+)""", line):
                table = (head[1],)
                yield table, number
            elif entry := re.match(r"""\s*["']?([\w.-]+?)["']?\s*=""", line):
                yield (*table, *(entry[1].split(".") if not table else (entry[1],))), number


def _named(values: Mapping[str, Any], known: Iterable[NamePath]) -> Iterator[NamePath]:
    """The names a file uses, inside its tables too where those have names of their own."""
    tables = {path[0] for path in known if len(path) > 1}
    for name, value in values.items():
        yield (name,)
        if name in tables and isinstance(value, dict):
            yield from ((name, inner) for inner in value)


def _variable(path: NamePath) -> str:
    return PREFIX + STEP.join(path).upper()


def _unknown(place: str, name: str, names: list[str]) -> str:
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
    return f"{place}: unknown setting {name!r}; {hint}"
