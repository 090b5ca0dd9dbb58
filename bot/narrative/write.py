"""From a plan to a thread: the words of one locale around numbers that all trace to readings."""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from jinja2 import Template, TemplateError

from bot.domain.catalogue import publishers
from bot.domain.thread import Figure, Thread
from bot.errors import TemplateFault
from bot.narrative.amounts import Moment
from bot.narrative.blocks import Block, parse
from bot.narrative.environment import SUFFIX, Templates
from bot.narrative.figures import MARK, Ledger, Printer
from bot.narrative.fit import fit
from bot.narrative.outline import Plan

__all__ = ["names_of", "rendered", "write"]


def write(plan: Plan, locale: str, style: str, templates: Templates) -> Thread:
    """The thread of a plan; a digit that is no figure, or a template that fails, raises TemplateFault."""
    layout = templates.layout(locale, style)
    printer = Printer(templates.words[locale], Ledger())
    blocks, figures = rendered(layout, names_of(plan, printer), printer.ledger, f"{locale}/{style}{SUFFIX}")
    return Thread(locale, style, fit(blocks), figures)


def rendered(
    layout: Template, names: Mapping[str, Any], ledger: Ledger, place: str
) -> tuple[tuple[Block, ...], tuple[Figure, ...]]:
    """The blocks of a template and the figures printed in them, in their order; `place` names it in an error."""
    filling = _Filling(ledger, place, [])
    blocks = parse(_html(layout, names), filling)
    return blocks, tuple(filling.used)


def names_of(plan: Plan, printer: Printer) -> Mapping[str, Any]:
    """What a template may name."""
    facts = plan.facts
    return {
        "plan": plan,
        "facts": facts,
        "asset": plan.scope.asset,
        "coins": facts.readings,
        "the": facts.the,
        "has": facts.has,
        "up": facts.up,
        "down": facts.down,
        "printer": printer,
        "publishers": lambda: _publishers(plan, printer.ledger),
        "printed": lambda prefix: any(name.startswith(prefix) for name in printer.ledger.readings()),
        "moment": _moments(plan),
    }


def _moments(plan: Plan) -> Mapping[str, Moment]:
    window = plan.window
    times = {"start": window.start, "end": window.end, "as_of": window.as_of}
    moments = {name: Moment(when, f"window.{name}") for name, when in times.items()}
    releases = {w.release.event: Moment(w.release.time, "release") for w in plan.watch if w.release}
    return moments | releases


def _publishers(plan: Plan, ledger: Ledger) -> tuple[str, ...]:
    """Whose figures were printed so far, each named once."""
    found = (plan.facts.readings.known(name) for name in ledger.readings())
    names = [
        name for reading in found if reading for name in publishers(reading.source, plan.facts.readings.publishers)
    ]
    return tuple(sorted(dict.fromkeys(names), key=str.casefold))


def _html(layout: Template, names: Mapping[str, Any]) -> str:
    try:
        return layout.render(names)
    except (TemplateError, TemplateFault, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise TemplateFault(f"{_place(error, layout)}: {error}") from error


def _place(error: BaseException, layout: Template) -> str:
    """File and line of the template that failed, as far as they are known."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(SUFFIX)]
    if frames:
        path = PurePath(frames[-1].filename)
        return f"{'/'.join(path.parts[-3:])}:{frames[-1].lineno}"
    return f"{getattr(error, 'name', None) or layout.name}:{getattr(error, 'lineno', 0)}"


@dataclass(frozen=True, slots=True)
class _Filling:
    """Puts figures in the place of their marks, refuses any digit beside them, and keeps the order of appearance."""

    ledger: Ledger
    place: str
    used: list[Figure]

    def __call__(self, text: str) -> str:
        bare = MARK.sub("", text)
        if any(char.isdigit() for char in bare):
            raise TemplateFault(f"{self.place} prints a digit outside a figure: {bare.strip()[:80]!r}.")
        return MARK.sub(self._figure, text)

    @property
    def _figure(self) -> Callable[[Any], str]:
        def figure(match: Any) -> str:
            booked = self.ledger.figures[int(match.group(1))]
            self.used.append(booked)
            return booked.text

        return figure
