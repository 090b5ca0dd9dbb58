"""The operator's settings: environment variables over one TOML file, read when asked.

A setting `home` is `home = "…"` in the file and `RECAP_HOME` in the environment. Nothing is taken silently: an unknown
name or a bad value is an error that says where it stands.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from bot.errors import SettingsError

__all__ = ["Settings", "default_home", "load_settings"]

PREFIX = "RECAP_"
_FILE = f"{PREFIX}CONFIG"
_FOLDERS = ("home", "rules", "templates")
_DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")


def _database_in(fields: dict[str, Any]) -> SecretStr:
    # Without a valid home there is an error to tell anyway.
    home: Path = fields.get("home", Path())
    return SecretStr(f"sqlite:///{home / 'recap.sqlite3'}")


class Settings(BaseModel):
    """What an operator may set. `rules` and `templates` are own folders in place of those that come along."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    home: Path
    database_url: SecretStr = Field(default_factory=_database_in)
    rules: Path | None = None
    templates: Path | None = None
    locale: Literal["en", "zh"] = "en"

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(_DATABASES):
            raise ValueError("begin with sqlite:/// and a path, or with postgresql://")
        return url

    @field_validator("rules", "templates")
    @classmethod
    def _existing_folder(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise ValueError(f"{folder} is no folder")
        return folder


def load_settings(environ: Mapping[str, str], platform: str = sys.platform) -> Settings:
    """The settings from `environ` and from the file it names, or else `settings.toml` in the data folder.

    Raises SettingsError for a file that can't be read, an unknown name and a bad value; secrets are never shown.
    """
    variables = _variables(environ)
    home = Path(variables["home"][1]).expanduser() if "home" in variables else default_home(environ, platform)
    file = _File.read(environ, home)
    values: dict[str, Any] = {"home": home.absolute(), **file.values}
    values |= {name: _absolute(name, text, Path.cwd()) for name, (_, text) in variables.items()}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        places = {name: variable for name, (variable, _) in variables.items()}
        raise SettingsError("\n".join(_told(error, places, file))) from None


def default_home(environ: Mapping[str, str], platform: str) -> Path:
    """The data folder where the platform's programs keep theirs."""
    user = Path(environ.get("HOME") or Path.home())
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or user / "AppData" / "Local") / "market-recap-bot"
    if platform == "darwin":
        return user / "Library" / "Application Support" / "market-recap-bot"
    return Path(environ.get("XDG_DATA_HOME") or user / ".local" / "share") / "market-recap-bot"


def _variables(environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Setting -> (variable, text). An empty variable counts as not set: compose files pass on what isn't there."""
    found = {
        name.removeprefix(PREFIX).lower(): (name, text)
        for name, text in environ.items()
        if name.startswith(PREFIX) and name != _FILE and text
    }
    faults = [_unknown(variable, variable, _variable_names()) for name, (variable, _) in found.items() if _alien(name)]
    if faults:
        raise SettingsError("\n".join(faults))
    return found


def _variable_names() -> list[str]:
    return [_FILE, *(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)]


def _alien(name: str) -> bool:
    return name not in Settings.model_fields


def _unknown(place: str, name: str, names: list[str]) -> str:
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
    return f"{place}: unknown setting {name!r}; {hint}"


class _File:
    """A settings file: its values, and the lines they stand on."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self._text = path, text
        self.values = self._parse()
        faults = [_unknown(self.place(n), n, list(Settings.model_fields)) for n in self.values if _alien(n)]
        if faults:
            raise SettingsError("\n".join(faults))

    @classmethod
    def read(cls, environ: Mapping[str, str], home: Path) -> "_File":
        named = environ.get(_FILE)
        path = Path(named).expanduser() if named else home / "settings.toml"
        try:
            return cls(path, path.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError:
            raise SettingsError(f"{path}: not UTF-8 text; save the settings as UTF-8") from None
        except OSError as error:
            if not named and isinstance(error, FileNotFoundError | NotADirectoryError):
                return cls(path, "")
            hint = f" Correct {_FILE} or make the file." if named else ""
            raise SettingsError(f"{path}: the settings can't be read ({error.strerror}).{hint}") from None

    def place(self, name: str) -> str:
        return f"{self.path}:{line}" if (line := self._lines().get(name)) else str(self.path)

    def _parse(self) -> dict[str, Any]:
        try:
            values = tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            reason, _, end = str(error).partition(" (at ")
            lines = self._text.split("\n")
            line, column = re.findall(r"\d+", end) or (len(lines), len(lines[-1]) + 1)
            raise SettingsError(f"{self.path}:{line}:{column}: no valid TOML: {reason}") from None
        return {name: _absolute(name, value, self.path.absolute().parent) for name, value in values.items()}

    def _lines(self) -> dict[str, int]:
        """The line each top-level name or table is first named on."""
        found: dict[str, int] = {}
        inside = False
        for number, line in enumerate(self._text.splitlines(), 1):
            table = re.match(r"""\s*\[+\s*["']?([\w-]+)""", line)
            match = table or (not inside and re.match(r"""\s*["']?([\w-]+)["']?\s*[.=]""", line))
            inside = inside or bool(table)
            if match:
                found.setdefault(match[1], number)
        return found


def _absolute(name: str, value: Any, folder: Path) -> Any:
    """A folder as it is meant where it is written: from the settings file's own folder, or from the current one."""
    if name in _FOLDERS and isinstance(value, str):
        return folder / Path(value).expanduser()
    return value


def _told(error: ValidationError, variables: Mapping[str, str], file: _File) -> Iterator[str]:
    faults = error.errors(include_input=False, include_url=False)
    # A default that depends on a bad value is no fault of its own.
    for fault in (f for f in faults if f["type"] != "default_factory_not_called"):
        name = str(fault["loc"][0])
        reason = fault["msg"].removeprefix("Value error, ")
        yield f"{variables.get(name) or file.place(name)}: bad value for {name!r}: {reason[0].lower()}{reason[1:]}"
