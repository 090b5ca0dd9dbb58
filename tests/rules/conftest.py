"""Every case of the rules' own tests becomes one test.

A test that asks for `case` runs once for each case of a `causes/*.test.yaml`, one that asks for `titled` once for each
title of `topics.test.yaml`.
"""

from functools import cache

from bot.reasoning.casebook import load_cases
from bot.reasoning.rulebook import load_rulebook
from bot.reasoning.topic_cases import load_topic_cases
from bot.resources import rules_folder


@cache
def all_cases():
    return load_cases(rules_folder(), load_rulebook(rules_folder(), fitted=False))


def pytest_generate_tests(metafunc):
    if "titled" in metafunc.fixturenames:
        titles = load_topic_cases(rules_folder(), load_rulebook(rules_folder()).topics)
        metafunc.parametrize("titled", titles, ids=[case.name for case in titles])
    if "case" in metafunc.fixturenames:
        cases = all_cases()
        metafunc.parametrize("case", cases, ids=[f"{case.cause.name}: {case.name}" for case in cases])
