"""The shape of a cause file and of the table of day kinds, checked by pydantic; schema 1.

These models only know one field at a time. What holds between fields, and what needs the catalogue of readings, is
checked apart in `checks`, so that a misspelt key never hides a second fault.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from bot.domain.explanation import DayKind, Role
from bot.errors import Fault
from bot.reasoning.document import Document, Loc

__all__ = [
    "CauseFile",
    "ClaimEntry",
    "ClauseEntry",
    "CounterEntry",
    "DayKindsFile",
    "Name",
    "RetiredFile",
    "Shape",
    "duration",
    "shape_faults",
]

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def duration(text: object) -> timedelta:
    """`30m`, `12h` or `3d` as a timedelta; raises ValueError for anything else."""
    found = re.fullmatch(r"([1-9]\d{0,4})([mhd])", text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"'{text}' is no duration; write 30m, 12h or 3d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Points = Annotated[float, Field(ge=0, le=4)]
Kind = Annotated[DayKind, Field(strict=False)]
Length = Annotated[timedelta, BeforeValidator(duration)]


class Shape(BaseModel):
    """Every key known, nothing coerced: `"3"` is no number and `yes` no truth."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class RampEntry(Shape):
    start: float = Field(alias="from")
    end: float = Field(alias="to")


class PointsEntry(Shape):
    in_favour: Points = Field(alias="for")
    against: Points


class CounterPointsEntry(Shape):
    against: Points


class TimingEntry(Shape):
    ends: Literal["before_window_start", "within_window", "before_window_end"]
    known_by: Literal["window_start", "window_end", "as_of"]
    max_age: Length


class CounterEntry(Shape):
    """One clause that can only subtract."""

    id: Name
    reading: str
    market_reading: str | None = None
    unit: str | None = None
    on: Literal["value", "z"]
    ramp: RampEntry
    points: CounterPointsEntry
    group: Name | None = None
    timing: TimingEntry


class ClauseEntry(CounterEntry):
    """One clause of the evidence."""

    need: Literal["required", "one_of", "supporting"] = "supporting"
    points: PointsEntry  # type: ignore[assignment]  # evidence has two sides, counter-evidence one


class ClaimEntry(Shape):
    """A licence: all of `needs` and, where given, one of `one_of` graded `at_least`."""

    needs: tuple[str, ...] = Field(strict=False)
    one_of: tuple[str, ...] = Field(default=(), strict=False)
    at_least: float = Field(gt=0, le=1)


class CauseFile(Shape):
    schema_number: Literal[1] = Field(alias="schema")
    cause: Name
    role: Annotated[Role, Field(strict=False)]
    title: str = Field(min_length=1)
    status: Literal["experimental", "stable", "retired"]
    applies_to: tuple[Kind, ...] = Field(min_length=1, strict=False)
    scopes: tuple[str, ...] = Field(default=(), strict=False)
    base_rate: float = Field(gt=0, lt=1)
    evidence: tuple[ClauseEntry, ...] = Field(min_length=1, strict=False)
    counter: tuple[CounterEntry, ...] = Field(default=(), strict=False)
    claims: dict[Name, ClaimEntry] = Field(default_factory=dict)


class RetiredFile(Shape):
    """A cause of the package that isn't to be judged any more; nothing else need be said of it."""

    schema_number: Literal[1] = Field(alias="schema")
    cause: Name
    status: Literal["retired"]
    title: str = ""


class ConditionEntry(Shape):
    reading: str
    at_least: float | None = None
    at_most: float | None = None


class DayKindEntry(Shape):
    kind: Kind
    scopes: tuple[str, ...] = Field(default=(), strict=False)
    when: tuple[ConditionEntry, ...] = Field(default=(), strict=False)


class DayKindsFile(Shape):
    schema_number: Literal[1] = Field(alias="schema")
    kinds: tuple[DayKindEntry, ...] = Field(min_length=1, strict=False)


def shape_faults(document: Document, error: ValidationError, model: type[BaseModel]) -> Iterator[Fault]:
    """Every complaint of pydantic as a fault at its place, in words for the person who wrote the file."""
    for details in error.errors(include_url=False):
        loc = tuple(details["loc"])
        if details["type"] == "too_short" and details["input"]:
            continue  # the list isn't empty: its items have faults of their own
        if details["type"] == "extra_forbidden":
            yield document.fault(loc, _unknown_key(loc, model), key=True)
        else:
            yield document.fault(loc, f"{_way(document.data, loc)}: {_sentence(details)}")


def _sentence(details: ErrorDetails) -> str:
    given = details.get("input")
    match details["type"]:
        case "missing":
            return "this key is missing"
        case "literal_error" | "enum":
            return f"'{given}' is not one of {details['ctx']['expected']}"
        case "value_error":
            return str(details["ctx"]["error"])
        case "string_pattern_mismatch":
            return f"'{given}' must be small letters, digits and underscores"
    return f"{details['msg']}, not {given!r}" if isinstance(given, str | int | float) else details["msg"]


def _way(data: Any, loc: Loc) -> str:
    """`evidence.net_flow.ramp.to`: list positions are replaced by the id of what stands there."""
    words = []
    for part in loc:
        data = _step(data, part)
        name = data.get("id", data.get("name", data.get("kind"))) if isinstance(data, dict) else None
        words.append(str(name) if isinstance(part, int) and isinstance(name, str) else str(part))
    return ".".join(words)


def _step(data: Any, part: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(part)
    inside = isinstance(data, list) and isinstance(part, int) and part < len(data)
    return data[part] if inside else None


def _unknown_key(loc: Loc, model: type[BaseModel]) -> str:
    if loc[0] == "counter" and loc[-1] == "for":
        return "counter-evidence only subtracts; write points: {against: ...}"
    allowed = _keys_at(loc[:-1], model)
    near = get_close_matches(str(loc[-1]), allowed, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(sorted(allowed))}"
    return f"unknown key '{loc[-1]}'; {hint}"


def _keys_at(loc: Loc, model: type[BaseModel]) -> list[str]:
    """The keys a model allows at a place below it."""
    for part in loc:
        inner = _fields(model).get(str(part))
        model = inner if inner is not None else model
    return list(_fields(model))


def _fields(model: type[BaseModel]) -> Mapping[str, type[BaseModel] | None]:
    return {field.alias or name: _inner(field.annotation) for name, field in model.model_fields.items()}


def _inner(annotation: Any) -> type[BaseModel] | None:
    """The model inside `X`, `tuple[X, ...]`, `dict[str, X]` or `X | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    parts = getattr(annotation, "__args__", ())
    return next((found for part in parts if (found := _inner(part)) is not None), None)
