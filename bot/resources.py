"""Where the files that travel with the package lie: rules, templates and the sample.

In a wheel `rules/` and `templates/` lie inside the package's `_data`; in a checkout they stand at the top level.
"""

from pathlib import Path

__all__ = ["rules_folder", "sample_archive", "templates_folder"]

_PACKAGE = Path(__file__).resolve().parent


def rules_folder() -> Path:
    """The folder with `causes/` and `day_kinds.yaml`."""
    return _folder("rules")


def templates_folder() -> Path:
    """The folder with one tree of templates a locale."""
    return _folder("templates")


def sample_archive() -> Path:
    """The real-data sample: a compact archive with a README beside it."""
    return _PACKAGE / "_data" / "sample" / "sample.zip"


def _folder(name: str) -> Path:
    packaged = _PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name
