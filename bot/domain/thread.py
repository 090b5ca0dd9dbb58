"""What was written: posts, and every number in them."""

from dataclasses import dataclass

from bot.domain.explanation import Explanation

__all__ = ["Figure", "Post", "Recap", "Thread"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as printed (`text`), the value it was made of, its unit and the reading it traces to."""

    text: str
    value: float | str
    unit: str
    reading: str


@dataclass(frozen=True, slots=True)
class Post:
    """One message, as plain text and as Telegram HTML of the same words."""

    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A recap told in one language; `figures` are all numbers of its posts in the order of appearance."""

    locale: str
    style: str
    posts: tuple[Post, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Recap:
    """An explanation and the thread that tells it."""

    explanation: Explanation
    thread: Thread
