"""What people install: the built wheel, alone in a fresh environment far from the checkout."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_rules_templates_and_sample(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "bot/_data/sample/sample.zip" in names
    assert "bot/_data/sample/README.md" in names
    assert "bot/_data/rules/causes/etf_outflow.yaml" in names
    assert "bot/_data/templates/zh/hook.html.j2" in names
    assert not [name for name in names if name.startswith(("tests", "bot/_data/rules/causes/__"))]


def test_the_installed_wheel_writes_a_recap(wheel, tmp_path):
    place = tmp_path / "elsewhere"
    venv.create(place, with_pip=False)
    python = next(p for p in (place / "bin" / "python", place / "Scripts" / "python.exe") if p.exists())
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)],
        check=True,
        capture_output=True,
    )
    site = next(place.glob("**/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    environment = {"PATH": os.environ["PATH"], "RECAP_HOME": str(tmp_path / "home")}
    where = subprocess.run(
        [python, "-c", "import bot; print(bot.__file__)"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert str(site) in where.stdout
    done = subprocess.run(
        [python, "-m", "bot.app.cli", "write", "--sample"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "$644 million" in done.stdout


def test_every_library_the_package_imports_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[\[>=<]", d)[0].lower() for d in project["dependencies"]}
    pattern = re.compile(r"^\s*(?:from|import) (\w+)", re.MULTILINE)
    imported = {name for path in (ROOT / "bot").rglob("*.py") for name in pattern.findall(path.read_text())}
    outside = imported - set(sys.stdlib_module_names) - {"bot"}
    owners = {name: {d.lower() for d in packages_distributions().get(name, [])} for name in outside}
    assert all(owners.values()), owners
    carried = {"numpy": "pandas", "markupsafe": "jinja2", "pydantic_core": "pydantic"}
    missing = {n for n, who in owners.items() if not who & declared and carried.get(n) not in declared}
    assert not missing, missing
