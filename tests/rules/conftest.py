"""Every case of every `rules/causes/*.test.yaml` becomes one test: a test that asks for `case` runs once for each."""

from functools import cache

from bot.reasoning.casebook import load_cases
from bot.reasoning.rulebook import load_rulebook
from bot.resources import rules_folder


@cache
def all_cases():
    return load_cases(rules_folder(), load_rulebook(rules_folder()))


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        cases = all_cases()
        metafunc.parametrize("case", cases, ids=[f"{case.cause.name}: {case.name}" for case in cases])
