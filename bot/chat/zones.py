"""Time zones as people name them: a city in their language, an IANA name, an offset from UTC."""

import re
from functools import cache
from unicodedata import combining, normalize
from zoneinfo import available_timezones

from babel import Locale
from babel.dates import get_timezone_location

__all__ = ["is_zone", "zone_of"]

ALSO = {"北京": "Asia/Shanghai", "beijing": "Asia/Shanghai", "peking": "Asia/Shanghai", "nyc": "America/New_York"}
"""Cities everybody names and the zones' list doesn't."""

LANGUAGES = ("en", "zh")
_OFFSET = re.compile(r"(?:utc|gmt)([+-])(\d{1,2})(?::?00)?", re.IGNORECASE)
_REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def zone_of(text: str) -> str | None:
    """The IANA zone meant, None where no zone or city has that name. Offsets are whole hours, from -12 to +14."""
    word = _plain(text.strip())
    if found := _OFFSET.fullmatch(word):
        hours = int(f"{found[1]}{found[2]}")
        # Zones of this family count westwards.
        return f"Etc/GMT{-hours:+d}" if -12 <= hours <= 14 and hours else "UTC" if not hours else None
    return _names().get(word)


def is_zone(name: str) -> bool:
    """Whether there is an IANA zone of that very name."""
    return name in available_timezones()


@cache
def _names() -> dict[str, str]:
    """Every name of a zone, in small letters; a city two zones share is left to its full name."""
    zones = sorted(zone for zone in available_timezones() if zone.startswith(_REGIONS) and zone.count("/"))
    names: dict[str, str] = {}
    for zone in reversed(zones):
        names[zone.rpartition("/")[2].casefold()] = zone
    english = Locale.parse("en")
    for language in LANGUAGES:
        locale = Locale.parse(language)
        for zone in zones:
            # An old name of a zone would lend its new one's city to it.
            if _city(zone, english) == zone.rpartition("/")[2].casefold():
                names.setdefault(_city(zone, locale), zone)
    whole = {zone.casefold(): zone for zone in [*zones, "UTC"]}
    return {**names, **ALSO, **whole, "gmt": "UTC"}


def _city(zone: str, locale: Locale) -> str:
    return _plain(get_timezone_location(zone, locale=locale, return_city=True))


def _plain(name: str) -> str:
    """Small letters without accents, and underscores for blanks, as zones have them."""
    letters = (letter for letter in normalize("NFKD", name) if not combining(letter))
    return "".join(letters).replace(" ", "_").casefold()
