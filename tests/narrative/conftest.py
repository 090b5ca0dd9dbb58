"""The project's own templates and the cases, for every test of the narrative."""

import importlib.util
from pathlib import Path

import pytest

from bot.narrative.environment import Templates
from bot.resources import templates_folder

_spec = importlib.util.spec_from_file_location("narrative_cases", Path(__file__).with_name("cases.py"))
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)


@pytest.fixture(scope="session", name="templates")
def templates_fixture():
    return Templates.load(templates_folder())


@pytest.fixture(scope="session", name="cases")
def cases_fixture():
    return cases


def pytest_generate_tests(metafunc):
    """A test that asks for `case` runs for each."""
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", [pytest.param(make, id=name) for name, make in cases.CASES.items()])
