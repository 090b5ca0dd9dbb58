"""A small rulebook in a folder of its own, to be spoilt and loaded."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from made import CASEBOOK, CAUSE, DAY_KINDS

from bot.reasoning.rulebook import load_rulebook


@pytest.fixture
def folder(tmp_path):
    """A rules folder with one cause; `write` replaces a file, `swap` a piece of one, `load` loads it all."""
    (tmp_path / "causes").mkdir()

    def write(name, text):
        path = Path(tmp_path / name)
        path.write_text(text, encoding="utf-8")
        return path

    def swap(old, new, name="causes/plain.yaml"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert old in text
        return write(name, text.replace(old, new))

    write("day_kinds.yaml", DAY_KINDS)
    write("causes/plain.yaml", CAUSE)
    write("causes/plain.test.yaml", CASEBOOK)
    return SimpleNamespace(path=tmp_path, write=write, swap=swap, load=lambda: load_rulebook(tmp_path))
