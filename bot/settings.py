"""The operator's settings: environment variables over one TOML file, read when asked.

A setting `home` is `home = "…"` in the file and `RECAP_HOME` in the environment; `coinalyze` of the table `[keys]` is
`RECAP_KEYS__COINALYZE`. Nothing is taken silently: an unknown name or a bad value is an error that says where it
stands.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, field_validator

from bot.domain.catalogue import ASSETS, COVERED
from bot.errors import SettingsError
from bot.settings_text import SettingsFile, Variables, default_home

__all__ = ["Delivery", "Keys", "Settings", "load_settings"]

VENUES = ("binance", "bybit", "okx", "gate", "coinbase", "kraken", "deribit", "hyperliquid")
FEEDS = {
    "CoinDesk": "https://www.coindesk.com/arc/outboundfeeds/rss/",
    "Cointelegraph": "https://cointelegraph.com/rss",
    "Decrypt": "https://decrypt.co/feed",
    "The Block": "https://www.theblock.co/rss.xml",
}
_FOLDERS = ("home", "rules", "templates")
_DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")


def _split(text: object) -> object:
    """A list may be written with commas, as the environment must."""
    return [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else text


def _pairs(text: object) -> object:
    """A table may be written as `name=value, name=value`, as the environment must."""
    if not isinstance(text, str):
        return text
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if not all(equals for _, equals, _ in pairs):
        raise ValueError("write it as name=value, name=value")
    return {name.strip(): value.strip() for name, _, value in pairs}


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
Numbers = Annotated[tuple[int, ...], BeforeValidator(_split)]
Table = Annotated[dict[str, str], BeforeValidator(_pairs)]


def _database_in(fields: dict[str, Any]) -> SecretStr:
    # Without a valid home there is an error to tell anyway.
    home: Path = fields.get("home", Path())
    return SecretStr(f"sqlite:///{home / 'recap.sqlite3'}")


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Keys(_Table):
    """Keys that open better sources; none is needed."""

    coinalyze: SecretStr | None = None
    sosovalue: SecretStr | None = None
    fred: SecretStr | None = None
    coingecko: SecretStr | None = None
    coinglass: SecretStr | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _nothing_is_no_key(cls, key: object) -> object:
        return key or None


class Delivery(_Table):
    """How fast messages go out, in Telegram's terms, and how late a missed slot is still served."""

    per_second: float = Field(25, gt=0, le=1000)
    per_chat_second: float = Field(1, gt=0, le=30)
    per_group_minute: float = Field(18, gt=0, le=60)
    catch_up_minutes: int = Field(120, ge=1, le=1440)
    paid_broadcast: bool = False


class Settings(_Table):
    """What an operator may set. `rules` lie over those that come along, `templates` stand in place of them.

    `endpoints` maps a host to the address that answers in its place; `feeds` an outlet's name to its RSS address.
    """

    home: Path
    database_url: SecretStr = Field(default_factory=_database_in)
    rules: Path | None = None
    templates: Path | None = None
    locale: Literal["en", "zh"] = "en"
    telegram_token: SecretStr | None = None
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_operators: Numbers = ()
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    listen: str = "127.0.0.1:8080"
    venues: Names = VENUES
    assets: Names = COVERED
    feeds: Table = Field(default_factory=lambda: dict(FEEDS))
    endpoints: Table = Field(default_factory=dict)
    keys: Keys = Keys()
    delivery: Delivery = Delivery()

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

    @field_validator("telegram_token")
    @classmethod
    def _token_of_a_bot(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.fullmatch(r"\d+:[\w-]+", token.get_secret_value()):
            raise ValueError("a token is a number, a colon and letters, as @BotFather gives it")
        return token

    @field_validator("webhook_url")
    @classmethod
    def _secure_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith("https://"):
            raise ValueError("Telegram calls addresses that begin with https:// only")
        return url

    @field_validator("webhook_secret")
    @classmethod
    def _secret_of_telegrams_letters(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret.get_secret_value()):
            raise ValueError("use 1 to 256 letters, digits, _ and -")
        return secret

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, address: str) -> str:
        if not re.fullmatch(r"[\w.:\[\]-]+:\d{1,5}", address):
            raise ValueError("write a host and a port, such as 0.0.0.0:8080")
        return address

    @field_validator("venues")
    @classmethod
    def _known_venues(cls, venues: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_nearest(name.lower(), VENUES, "venue") for name in venues)

    @field_validator("assets")
    @classmethod
    def _known_assets(cls, assets: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_nearest(name.upper(), ASSETS, "asset") for name in assets)

    @field_validator("endpoints")
    @classmethod
    def _hosts_and_addresses(cls, endpoints: dict[str, str]) -> dict[str, str]:
        for host, url in endpoints.items():
            if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
                raise ValueError(f"{host} needs an address such as http://127.0.0.1:9000")
            if "/" in host or "." not in host:
                raise ValueError(f"{host!r} is no host; write one such as api.telegram.org")
        return endpoints


def _nearest(name: str, names: tuple[str, ...], what: str) -> str:
    if name in names:
        return name
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
    raise ValueError(f"{name} is no {what} known here; {hint}")


def load_settings(environ: Mapping[str, str], platform: str = sys.platform) -> Settings:
    """The settings from `environ` and from the file it names, or else `settings.toml` in the data folder.

    Raises SettingsError for a file that can't be read, an unknown name and a bad value; secrets are never shown.
    """
    variables = Variables(environ, _paths(Settings))
    home = variables.texts.get(("home",))
    folder = Path(home).expanduser() if home else default_home(environ, platform)
    file = SettingsFile.read(variables.file, folder, _paths(Settings))
    values = _absolute({"home": str(folder.absolute())}, Path.cwd())
    values |= _absolute(file.values, file.path.absolute().parent)
    for path, text in variables.texts.items():
        _set(values, path, text)
    try:
        return Settings.model_validate(_absolute(values, Path.cwd()))
    except ValidationError as error:
        raise SettingsError("\n".join(_told(error, variables, file))) from None


def _paths(model: type[BaseModel]) -> frozenset[tuple[str, ...]]:
    """The names of all settings: one step each, two inside a table."""
    found: set[tuple[str, ...]] = set()
    for name, field in model.model_fields.items():
        kind = field.annotation
        inside = _paths(kind) if isinstance(kind, type) and issubclass(kind, BaseModel) else frozenset()
        found |= {(name,)} | {(name, *rest) for rest in inside}
    return frozenset(found)


def _set(values: dict[str, Any], path: tuple[str, ...], text: str) -> None:
    *tables, name = path
    for table in tables:
        inner = values.get(table)
        values = values.setdefault(table, {}) if not isinstance(inner, dict) else inner
    values[name] = text


def _absolute(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Folders as they are meant where they are written: from the settings file's own folder, or the current one."""
    return {
        name: folder / Path(value).expanduser() if name in _FOLDERS and isinstance(value, str) else value
        for name, value in values.items()
    }


def _told(error: ValidationError, variables: Variables, file: SettingsFile) -> Iterator[str]:
    faults = error.errors(include_input=False, include_url=False)
    # A default that depends on a bad value is no fault of its own.
    for fault in (f for f in faults if f["type"] != "default_factory_not_called"):
        path = tuple(str(step) for step in fault["loc"] if isinstance(step, str))
        reason = fault["msg"].removeprefix("Value error, ")
        place = variables.place(path) or file.place(path)
        yield f"{place}: bad value for {'.'.join(path)!r}: {_inside(reason)}"


def _inside(sentence: str) -> str:
    """Fit to go on with after a colon: a name in capitals keeps them."""
    return sentence if sentence[1:2].isupper() else sentence[0].lower() + sentence[1:]
