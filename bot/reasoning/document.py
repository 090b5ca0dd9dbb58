"""A YAML file as plain values that remember where they stood, for messages with line and column."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.errors import Fault, RuleFaults

__all__ = ["Document", "Loc", "parse", "read"]

Loc = tuple[str | int, ...]
"""The way to a value: keys and list positions from the top of the file."""

_CONSTANTS = {"bool": {"true": True, "false": False}, "null": {}}


@dataclass(frozen=True, slots=True)
class Document:
    """`data` is made of dict, list, str, int, float, bool and None; places are (line, column), from 1."""

    path: Path
    text: str
    data: Any
    values: Mapping[Loc, tuple[int, int]]
    keys: Mapping[Loc, tuple[int, int]]
    faults: tuple[Fault, ...]

    def fault(self, loc: Loc, message: str, *, key: bool = False) -> Fault:
        """A fault at a value (or at its key), else at the nearest place above it that exists."""
        places = self.keys if key and loc in self.keys else self.values
        while loc and loc not in places:
            loc = loc[:-1]
        line, column = places.get(loc, (0, 0))
        return Fault(self.path, line, message, column)


def read(path: Path) -> Document:
    """The only place that reads a rule file; raises RuleFaults where there is no such readable text."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it isn't UTF-8 text"
        raise RuleFaults([Fault(path, 0, f"can't be read: {reason}")]) from error
    return parse(path, text)


def parse(path: Path, text: str) -> Document:
    """The document of a text; raises RuleFaults where it isn't YAML or is empty."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        raise RuleFaults([_syntax_fault(path, error)]) from error
    if node is None:
        raise RuleFaults([Fault(path, 0, "is empty")])
    walk = _Walk(path)
    data = walk.value(node, ())
    return Document(path, text, data, walk.values, walk.keys, tuple(walk.faults))


def _syntax_fault(path: Path, error: YAMLError) -> Fault:
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Fault(path, 0, f"isn't YAML: {str(error).splitlines()[0]}")
    mark = error.problem_mark
    return Fault(path, mark.line + 1, f"isn't YAML: {error.problem}", mark.column + 1)


class _Walk:
    """One pass over the nodes of a file that collects places and every key written twice."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.values: dict[Loc, tuple[int, int]] = {}
        self.keys: dict[Loc, tuple[int, int]] = {}
        self.faults: list[Fault] = []

    def value(self, node: Node, loc: Loc) -> Any:
        self.values[loc] = _place(node)
        if node.anchor:
            # An alias could repeat a node endlessly, and a repeated node has no place of its own.
            self._refuse(node, "anchors and aliases have no place in a rule file; write the value out")
            return None
        if isinstance(node, MappingNode):
            return dict(self._pairs(node, loc))
        if isinstance(node, SequenceNode):
            return [self.value(item, (*loc, n)) for n, item in enumerate(node.value)]
        return _scalar(node)

    def _pairs(self, node: MappingNode, loc: Loc) -> Iterator[tuple[str, Any]]:
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if not isinstance(key_node, ScalarNode):
                self._refuse(key_node, "a key must be a plain word")
            elif (*loc, key) in self.keys:
                self._refuse(key_node, f"the key '{key}' stands here twice")
            else:
                self.keys[*loc, key] = _place(key_node)
                yield key, self.value(value_node, (*loc, key))

    def _refuse(self, node: Node, message: str) -> None:
        line, column = _place(node)
        self.faults.append(Fault(self.path, line, message, column))


def _place(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _scalar(node: Node) -> Any:
    """A word with its YAML 1.2 meaning; times stay text, and so does a number in an unusual notation."""
    kind, text = str(node.tag).rpartition(":")[2], str(node.value)
    if kind in _CONSTANTS:
        return _CONSTANTS[kind].get(text.lower())
    if kind not in ("int", "float"):
        return text
    try:
        return int(text) if kind == "int" else float(text.replace("_", ""))
    except ValueError:
        return text
