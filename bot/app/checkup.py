"""Rules, their tests and the templates checked together, every fault with its place."""

from dataclasses import dataclass
from pathlib import Path

from bot.errors import RuleFaults
from bot.narrative.lint import check_templates
from bot.reasoning.casebook import run_casebook
from bot.reasoning.layers import Layers, cause_paths
from bot.reasoning.rulebook import Rulebook, load_rulebook

__all__ = ["Checkup", "checkup"]


@dataclass(frozen=True, slots=True)
class Checkup:
    """`faults` must be mended, `warnings` are worth a look; `summary` says what was checked."""

    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    summary: str


def checkup(rules: Layers, templates: Path) -> Checkup:
    """Everything that can be checked without data. Rule tests judge the rules as written, whatever was fitted since."""
    faults = [str(fault) for fault in check_templates(templates)]
    try:
        rulebook = load_rulebook(rules)
        outcomes = run_casebook(rules, load_rulebook(rules, fitted=False))
    except RuleFaults as error:
        faults = [*map(str, error.faults), *faults]
        return Checkup(
            tuple(faults), (), f"{_counted(len(faults), 'fault')}; the rule tests wait until they are mended."
        )
    failures = [outcome.failure for outcome in outcomes if not outcome.passed]
    stale = [str(rulebook.stale)] if rulebook.stale else []
    faults = [*(() if rulebook.borrowed else stale), *failures, *faults]
    warnings = (*map(str, rulebook.warnings), *(stale if rulebook.borrowed else ()))
    return Checkup(tuple(faults), warnings, _summary(rules, rulebook, len(outcomes), len(faults)))


def _summary(rules: Layers, rulebook: Rulebook, cases: int, faults: int) -> str:
    own = f" ({_counted(len(cause_paths(rules.upper)), 'cause file')} from {rules.upper})" if rules.lower else ""
    causes = f"{_counted(len(rulebook.causes), 'cause')}{own}"
    checked = f"{causes}, {_counted(cases, 'rule test')} and the templates checked"
    return f"{checked}: {_counted(faults, 'fault') if faults else 'all is well'}."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
