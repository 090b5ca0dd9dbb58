"""Words chosen by number: strength of a cause, size of a move, and which of several openers today has."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from bot.domain.readings import Reading

__all__ = ["SIZES", "STRENGTHS", "pick", "size", "strength"]

STRENGTHS = ((0.90, "main"), (0.75, "clear"), (0.60, "likely"), (0.0, "possible"))
SIZES = ((3.0, "extreme"), (1.5, "strong"), (0.5, "plain"), (0.0, "mild"))
"""By how many robust standard deviations a move lies from its usual one; without a history 2 % count as one."""

FLAT = 0.15
"""Percent: a smaller move in a day is no direction."""


def strength(confidence: float) -> str:
    """The band of a confidence; the words for it stand in the templates."""
    return next(word for least, word in STRENGTHS if confidence >= least)


def size(reading: Reading) -> str:
    """How large a move is: flat, mild, plain, strong or extreme."""
    if abs(reading.value) < FLAT:
        return "flat"
    distance = abs(reading.z) if reading.z is not None else abs(reading.value) / 2
    return next(word for least, word in SIZES if distance >= least)


def pick(options: Sequence[str], key: str, used: Iterable[str] = ()) -> str:
    """The same option for the same key, everywhere and always; one not used of late while there is one."""
    recent = set(used)
    fresh = [option for option in options if option not in recent] or list(options)
    digest = blake2b(key.encode(), digest_size=8).digest()
    return fresh[int.from_bytes(digest, "big") % len(fresh)]
