"""The composition root: which rules, templates and data a command works with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot import resources
from bot.app.recap import Request, Source, make_recap
from bot.domain.explanation import Explanation
from bot.domain.thread import Recap
from bot.domain.topics import Topics
from bot.errors import RecapError, UsageError
from bot.narrative.environment import Templates
from bot.reasoning.layers import Layers
from bot.reasoning.rulebook import Rulebook, load_rulebook
from bot.settings import Settings
from bot.sources.archive import Archive, read_archive
from bot.sources.snapshot import StoredHistory, from_archive
from bot.store import Store

__all__ = ["SAMPLE_MOMENT", "Desk", "Origin", "open_desk", "open_source", "recorded", "rules_of", "templates_of"]

SAMPLE_MOMENT = "2025-02-26T00:05Z"
"""The sample's famous day: told where no other time is asked of the sample."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the data comes from: the bundled sample, an archive, or (neither) the store."""

    sample: bool = False
    archive: Path | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """All that recaps are made of."""

    source: Source
    rulebook: Rulebook
    templates: Templates

    def recap(self, request: Request, before: Explanation | None = None) -> Recap:
        """The recap asked for; `before` is the explanation of the same window a day earlier, if it is at hand."""
        return make_recap(request, self.source, self.rulebook, self.templates, before)


@contextmanager
def open_desk(settings: Settings, origin: Origin) -> Iterator[Desk]:
    """The desk for one command; the store is closed with it."""
    rulebook, templates = load_rulebook(rules_of(settings)), Templates.load(templates_of(settings))
    with open_source(settings, origin, rulebook.topics) as source:
        yield Desk(source, rulebook, templates)


@contextmanager
def open_source(settings: Settings, origin: Origin, topics: Topics) -> Iterator[Source]:
    """Snapshots from the origin, headlines sorted by these topics."""
    with recorded(settings, origin) as data:
        if isinstance(data, Archive):
            yield from_archive(data, topics)
        elif data.coverage():
            yield StoredHistory(data, topics)
        else:
            raise UsageError(
                "The store holds no market data yet: bring some with recap backfill or recap import, or add --sample."
            )


@contextmanager
def recorded(settings: Settings, origin: Origin) -> Iterator[Archive | Store]:
    """The data itself; raises UsageError for two origins and InputFaults for a broken archive."""
    if origin.sample and origin.archive is not None:
        raise UsageError("--sample and --archive name two origins of data. Give one of them.")
    if origin.sample:
        yield _sample()
    elif origin.archive is not None:
        yield read_archive(origin.archive)
    else:
        with Store.open(settings.database_url.get_secret_value()) as store:
            yield store


def _sample() -> Archive:
    try:
        return read_archive(resources.sample_archive())
    except RecapError as error:
        raise RecapError(f"The bundled sample can't be read; install the package again. ({error})") from error


def rules_of(settings: Settings, folder: Path | None = None) -> Layers:
    """The folder's rules, else the operator's, over the package's; the package's alone where there is neither."""
    own, package = folder or settings.rules, resources.rules_folder()
    return Layers(own, package) if own and own.resolve() != package.resolve() else Layers(package)


def templates_of(settings: Settings) -> Path:
    """The operator's templates, else the package's."""
    return settings.templates or resources.templates_folder()
