"""The compose files as Docker would read them: merged, with variables put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

import yaml

from tests.plugin.runs import ROOT

Node: TypeAlias = "str | int | float | bool | list[Node] | dict[str, Node] | None"

TRIAL = "docker-compose.yml"
PRODUCTION = "docker-compose.prod.yml"

# Lists that the file on top adds to; others, such as commands, it replaces.
_ADDED = ("ports", "volumes", "secrets", "tmpfs")
_VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?:(?P<sign>:[-?])(?P<rest>[^}]*))?\})")


class MissingVariable(Exception):
    """A variable that has to be set; the text is the file's own."""


def read(*names: str, variables: Mapping[str, str]) -> dict[str, Node]:
    """This will return the files, each on top of the one before, with `variables` put in.

    :raises MissingVariable: if one that is asked for by `${NAME:?sentence}` is not there.
    """
    merged: Node = {}
    for name in names:
        merged = _merge(merged, _put_in(yaml.safe_load((ROOT / name).read_text()), variables))
    assert isinstance(merged, dict)
    return merged


def services(*names: str, variables: Mapping[str, str]) -> dict[str, dict[str, Node]]:
    """This will return the services of the files by name."""
    found = as_map(read(*names, variables=variables)["services"])
    return {name: as_map(service) for name, service in found.items()}


def environment(service: Mapping[str, Node]) -> dict[str, str]:
    """This will return what the service's process finds in its environment."""
    return {name: str(value) for name, value in as_map(service.get("environment", {})).items()}


def as_map(node: Node) -> dict[str, Node]:
    """This will return the node, which is a map."""
    assert isinstance(node, dict), node
    return node


def as_texts(node: Node) -> list[str]:
    """This will return the node, which is a list of texts."""
    assert isinstance(node, list), node
    return [str(part) for part in node]


def variables_in(name: str) -> set[str]:
    """This will return the names of the variables that a file asks for."""
    return {found["name"] for found in _VARIABLE.finditer((ROOT / name).read_text()) if found["name"]}


def _merge(below: Node, above: Node, key: str = "") -> Node:
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{name: _merge(below.get(name), value, name) for name, value in above.items()}}
    if isinstance(below, list) and isinstance(above, list) and key in _ADDED:
        return [*below, *above]
    return above


def _put_in(node: Node, variables: Mapping[str, str]) -> Node:
    if isinstance(node, dict):
        return {name: _put_in(value, variables) for name, value in node.items()}
    if isinstance(node, list):
        return [_put_in(value, variables) for value in node]
    return _VARIABLE.sub(lambda found: _value(found, variables), node) if isinstance(node, str) else node


def _value(found: re.Match[str], variables: Mapping[str, str]) -> str:
    if found["name"] is None:
        return "$"
    value = variables.get(found["name"], "")
    if not value and found["sign"] == ":?":
        raise MissingVariable(found["rest"])
    return value or (found["rest"] or "" if found["sign"] == ":-" else "")
