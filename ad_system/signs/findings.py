"""Findings: one sentence each about a part of the system, with what to do where it is ill."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is. Only what is ill makes the page red."""

    OK = "ok"
    WARNING = "warning"
    ILL = "ill"


class Part(StrEnum):
    """What a finding is about, in the order in which they are told."""

    DATABASE = "database"
    MIGRATIONS = "migrations"
    BROKER = "broker"
    BEAT = "beat"
    PASSES = "passes"
    LEDGER = "ledger"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about a part.

    :param part: one of `Part`, or another word of `doctor`'s.
    :param sentence: in general words: a stranger may read it.
    :param advice: what to do about it, or empty.
    :param details: names and sums, for those who may see them.
    """

    part: str
    level: Level
    sentence: str
    advice: str = ""
    details: tuple[str, ...] = ()


def is_well(findings: Iterable[Finding]) -> bool:
    """This will say whether none of them is ill."""
    return all(finding.level is not Level.ILL for finding in findings)


def does_answer(findings: Iterable[Finding]) -> bool:
    """This will say whether the database is among them, and well."""
    return any(finding.part == Part.DATABASE and finding.level is not Level.ILL for finding in findings)
