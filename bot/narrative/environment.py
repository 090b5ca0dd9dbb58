"""A folder of templates made ready: one sandboxed environment a locale, each compiled once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateNotFound, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.errors import TemplateFault, UsageError
from bot.narrative.blocks import WEB
from bot.narrative.figures import UNITS, Printer, published
from bot.narrative.outline import Told
from bot.narrative.phrases import size
from bot.narrative.words import FIGURES_FILE, Words, load_words

__all__ = ["NAMES", "SHARED", "STYLES", "SUFFIX", "Templates", "environment", "locales_of"]

SHARED = "_shared"
SUFFIX = ".html.j2"
STYLES = ("thread", "brief")
NAMES = (
    "plan",
    "facts",
    "asset",
    "coins",
    "the",
    "has",
    "up",
    "down",
    "printer",
    "publishers",
    "printed",
    "moment",
    "account",
    "detail",
    "alarm",
)
"""What a template may name besides its own macros; `printer` is the filters' own, `account` and `detail` only the
evidence has, `alarm` only a flash recap."""

BOOKED = ("date", "time", "weekday", "duration", "span", "ordinal", "name", "signed", "listed", "quote", "exact")


@dataclass(frozen=True)
class Templates:
    """The locales of one folder. Loading reads only the tables of words; a template compiles when first used."""

    folder: Path
    environments: Mapping[str, ImmutableSandboxedEnvironment]
    words: Mapping[str, Words]

    @classmethod
    def load(cls, folder: Path) -> "Templates":
        """The templates of a folder, kept for the next call."""
        return _load(folder.resolve())

    @property
    def locales(self) -> tuple[str, ...]:
        return tuple(self.environments)

    def layout(self, locale: str, style: str) -> Template:
        """The template a thread of that style starts from."""
        if style not in STYLES:
            raise UsageError(f"There is no style {style!r}; choose one of {', '.join(STYLES)}.")
        return self.page(locale, style)

    def page(self, locale: str, name: str) -> Template:
        """A template by its name."""
        if locale not in self.environments:
            raise UsageError(f"There are no templates for {locale!r}; there are some for {', '.join(self.locales)}.")
        try:
            return self.environments[locale].get_template(f"{name}{SUFFIX}")
        except TemplateNotFound as error:
            raise TemplateFault(f"The templates in {self.folder} have no file {error.name}.") from error


@cache
def _load(folder: Path) -> Templates:
    locales = locales_of(folder)
    if not locales:
        raise TemplateFault(f"There are no templates in {folder}: each locale needs a folder with {FIGURES_FILE}.")
    return Templates(
        folder,
        {locale: environment(folder, locale) for locale in locales},
        {locale: load_words(folder / locale) for locale in locales},
    )


def locales_of(folder: Path) -> tuple[str, ...]:
    """Names of the folders that hold a locale."""
    return tuple(sorted(path.parent.name for path in folder.glob(f"*/{FIGURES_FILE}")))


def environment(folder: Path, locale: str) -> ImmutableSandboxedEnvironment:
    """Autoescaped, sandboxed, strict about names, and unable to print a bare number."""
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([folder / locale, folder / SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_refuse_numbers,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    made.filters |= {kind: _number_filter(kind) for kind in UNITS} | {kind: _printer_filter(kind) for kind in BOOKED}
    made.filters |= {
        "size": size,
        "cause_file": _cause_file(folder / locale),
        "published": published,
        "web": _web,
        "capitalise": _capitalised,
    }
    return made


def _web(address: str) -> bool:
    """True for an address a link may lead to."""
    return WEB.fullmatch(address) is not None


def _capitalised(text: str) -> str:
    """The same with its first letter large, the others as they were."""
    return text[:1].upper() + text[1:]


def _refuse_numbers(value: object) -> object:
    if isinstance(value, (int, float)):
        raise TemplateFault(f"A template prints the bare number {value}: use a filter that makes it a figure.")
    return value


def _number_filter(kind: str) -> Any:
    @pass_context
    def apply(context: Context, value: object) -> str:
        printer: Printer = context["printer"]
        return printer.number(kind, value)

    return apply


def _printer_filter(kind: str) -> Any:
    @pass_context
    def apply(context: Context, value: object) -> str:
        return str(getattr(context["printer"], kind)(value))

    return apply


def _cause_file(folder: Path) -> Any:
    """The template of a cause; causes of an operator's own without one share a neutral one."""
    known = {path.name.removesuffix(SUFFIX) for path in (folder / "causes").glob(f"*{SUFFIX}")}

    def apply(told: Told) -> str:
        return f"causes/{told.cause if told.cause in known else 'any'}{SUFFIX}"

    return apply
