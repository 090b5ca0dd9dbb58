"""What the README shows is what the commands print."""

import re
from pathlib import Path

from bot.app import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OUTPUT = re.compile(
    r"<!-- output: recap (?P<command>.+?) -->\n```text\n(?P<shown>.*?)```\n<!-- end of output -->", re.DOTALL
)


def test_the_output_shown_is_the_output_printed(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("RECAP_HOME", str(tmp_path))
    blocks = list(OUTPUT.finditer(README))
    assert blocks
    for block in blocks:
        assert cli._run(block["command"].split(), debug=True) == 0
        assert capsys.readouterr().out == block["shown"]


def test_the_files_it_points_to_exist():
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    assert all((ROOT / target).exists() for target in targets if "://" not in target)


def test_the_make_targets_it_names_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"make (\w+)", README)) - {"and"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_ci_runs_the_test_command_of_the_readme():
    assert "make test\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test " in README
