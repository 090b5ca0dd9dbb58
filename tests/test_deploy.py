"""The files for running the bot: what they name exists, and what they set are settings."""

import re
from pathlib import Path

import pytest

from bot.app.cli import app
from bot.app.roles import Role
from bot.settings import Settings

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
NAMES = ("Dockerfile", "compose.yaml", "compose.roles.yaml", "recap.service", "recap@.service", "README.md")
NAMED = [DEPLOY / name for name in NAMES]


@pytest.mark.parametrize("file", NAMED, ids=lambda file: file.name)
def test_every_variable_is_a_setting(file):
    names = re.findall(r"RECAP_([A-Z_]+)", file.read_text(encoding="utf-8"))
    assert names
    assert {name.lower().split("__")[0] for name in names} <= set(Settings.model_fields)


def test_every_role_has_its_service():
    composed = re.findall(r'"--role", "(\w+)"', (DEPLOY / "compose.roles.yaml").read_text(encoding="utf-8"))
    assert sorted(composed) == sorted(Role)
    assert set(re.findall(r"recap@(\w+)", (DEPLOY / "recap@.service").read_text(encoding="utf-8"))) == set(Role)


def test_what_the_image_copies_is_there():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    for name in " ".join(copied).split():
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("file", NAMED, ids=lambda file: file.name)
def test_every_command_is_one_of_recap(file):
    known = {command.name or command.callback.__name__ for command in app.registered_commands} | {"recap"}
    text = file.read_text(encoding="utf-8")
    for command in re.findall(r"(?:`|bin/|CMD-SHELL\", \"|exec recap )recap ([a-z]+)", text):
        assert command in known
