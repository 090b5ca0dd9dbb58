"""Cities by the names people type, with their time zones.

`cities.csv.gz` holds the cities of 15,000 people and more, the largest first: name, Chinese names, other names of the
largest, country (ISO 3166), region where it has a well-known abbreviation, IANA zone, population. The data is from
GeoNames (geonames.org) under CC BY 4.0, https://creativecommons.org/licenses/by/4.0/, cut down to these columns.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final
from unicodedata import combining, normalize

from babel import Locale

__all__ = ["City", "cities_named", "folded_name"]

TABLE: Final = Path(__file__).with_name("cities.csv.gz")
MOST: Final = 6
LARGE, FAR_LARGER = 1_000_000, 10
"""A city of a million that is ten times as large as its namesakes is the one that is meant."""


@dataclass(frozen=True, slots=True)
class City:
    name: str
    country: str
    region: str
    zone: str
    population: int

    def said(self, locale: str) -> str:
        """`Springfield, IL, United States`."""
        country = Locale.parse(locale).territories.get(self.country, self.country)
        return ", ".join(filter(None, (self.name, self.region, country)))


def cities_named(text: str) -> tuple[City, ...]:
    """The cities of that name, the largest of each zone, large ones first, six at most; one alone if surely meant."""
    found = {city.zone: city for city in reversed(_cities().get(folded_name(text), ()))}
    ranked = sorted(found.values(), key=lambda city: -city.population)[:MOST]
    if len(ranked) > 1 and ranked[0].population >= max(LARGE, FAR_LARGER * ranked[1].population):
        return (ranked[0],)
    return tuple(ranked)


def folded_name(text: str) -> str:
    """Small letters without accents and with single blanks."""
    letters = (letter for letter in normalize("NFKD", text) if not combining(letter))
    return " ".join("".join(letters).replace("_", " ").casefold().split())


@cache
def _cities() -> Mapping[str, list[City]]:
    """By folded name, the largest first."""
    cities: defaultdict[str, list[City]] = defaultdict(list)
    with gzip.open(TABLE, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            city = City(row["name"], row["country"], row["region"], row["zone"], int(row["population"]))
            for name in {folded_name(text) for text in (row["name"], *row["also"].split("|")) if text}:
                cities[name].append(city)
            for name in filter(None, row["zh"].split("|")):
                cities[name].append(replace(city, name=name))
    return dict(cities)
