"""What the bot says besides recaps: one table of texts a locale, the same keys in each.

`texts/<locale>/<section>.toml` holds Telegram HTML; a text is named `section.key` or `section.table.key`. A table of
plural forms (`one`, `other`, as the language has them) is one text whose form the value `n` chooses.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from babel import Locale
from markupsafe import Markup

from bot.errors import TemplateFault

__all__ = ["Text", "Texts", "Tongue"]

FOLDER = Path(__file__).with_name("texts")
PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})

Text = Mapping[str, str]
"""Plural forms; a text without them has `other` alone."""


@dataclass(frozen=True, eq=False)
class Tongue:
    """The texts of one locale; there is one of each."""

    locale: str
    texts: Mapping[str, Text]

    def html(self, name: str, /, **values: object) -> Markup:
        """The text as Telegram HTML; values are escaped unless they are Markup themselves."""
        return Markup(self._form(name, values)).format(**values)  # noqa: S704 - the texts are the package's own

    def plain(self, name: str, /, **values: object) -> str:
        """The text where Telegram takes no HTML: on buttons, in alerts and menus."""
        return self._form(name, values).format(**values)

    def has(self, name: str) -> bool:
        return name in self.texts

    def _form(self, name: str, values: Mapping[str, object]) -> str:
        try:
            forms = self.texts[name]
        except KeyError:
            raise TemplateFault(f"There is no text {name!r} in {self.locale}: add it to bot/chat/texts.") from None
        number = values.get("n")
        if len(forms) == 1 or not isinstance(number, int | float):
            return forms["other"]
        return forms.get(str(_locale(self.locale).plural_form(number)), forms["other"])


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


@dataclass(frozen=True)
class Texts:
    """All locales; `default` speaks to clients whose language there is no table for."""

    tongues: Mapping[str, Tongue]
    default: str = "en"

    @classmethod
    def load(cls, folder: Path = FOLDER, default: str = "en") -> "Texts":
        """The texts of a folder; raises TemplateFault for a file that is no TOML or holds anything but texts."""
        return cls(_load(folder), default)

    @property
    def locales(self) -> tuple[str, ...]:
        return tuple(self.tongues)

    def of(self, locale: str) -> Tongue:
        """The tongue of a locale a chat is set to; the default one where it is no longer there."""
        return self.tongues.get(locale, self.tongues[self.default])

    def locale_for(self, language_code: str | None) -> str:
        """The locale for a client's IETF language tag: `zh-hans` and `zh-TW` are `zh`."""
        primary = (language_code or "").lower().replace("_", "-").partition("-")[0]
        return primary if primary in self.tongues else self.default


@cache
def _load(folder: Path) -> Mapping[str, Tongue]:
    locales = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("_"))
    return MappingProxyType({locale: Tongue(locale, dict(_texts(folder / locale))) for locale in locales})


def _texts(folder: Path) -> Iterator[tuple[str, Text]]:
    for path in sorted(folder.glob("*.toml")):
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise TemplateFault(f"{path}: {error}") from None
        yield from _flat(path.stem, table, path)


def _flat(prefix: str, table: Mapping[str, object], path: Path) -> Iterator[tuple[str, Text]]:
    for key, value in table.items():
        name = f"{prefix}.{key}"
        if isinstance(value, str):
            yield name, {"other": value.strip()}
        elif not isinstance(value, dict):
            raise TemplateFault(f"{path}: {name} is no text; put it in quotes.")
        elif "other" in value and value.keys() <= PLURALS:
            yield name, {form: str(text).strip() for form, text in value.items()}
        else:
            yield from _flat(name, value, path)
