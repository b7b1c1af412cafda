"""What the table of inputs is made of: a case, and the answers that a door can give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Subject(StrEnum):
    """What a value is given as."""

    AMOUNT = "amount"
    FULL_COUNTER = "full_counter"
    NEW_AMOUNT = "new_amount"
    TOTAL = "total"
    TOTAL_DAY = "total_day"
    BUDGET = "budget"
    MOMENT = "moment"
    REFERENCE = "reference"
    DESCRIPTION = "description"
    BRAND_NAME = "brand_name"
    CAMPAIGN_NAME = "campaign_name"
    ZONE = "zone"
    CURRENCY = "currency"
    FLIGHT = "flight"
    WINDOWS = "windows"
    CAMPAIGN_KEY = "campaign_key"
    ENTRY_KEY = "entry_key"


@dataclass(frozen=True, slots=True)
class Kept:
    """It is accepted, and this is read back from the database."""

    stored: object


@dataclass(frozen=True, slots=True)
class Refused:
    """It is refused with this code, and a sentence; the whole database is as before."""

    code: str


Answer = Kept | Refused

# Accepted, and there is nothing to store: a row of a file without spend.
NOTHING = Kept(None)


@dataclass(frozen=True, slots=True)
class Raw:
    """A value for the API only: JSON as it is sent, which no program of good will would write."""

    json: str


@dataclass(frozen=True, slots=True)
class Case:
    """One input, and the answer that every door which takes it has to give.

    :param why: why that is the answer and, where doors differ, why they do.
    :param elsewhere: by door, another answer.
    :param doors: the doors that can be given the value at all; empty: every door that takes the subject.
    """

    subject: Subject
    name: str
    value: object
    answer: Answer
    why: str
    elsewhere: Mapping[str, Answer] = field(default_factory=dict)
    doors: tuple[str, ...] = ()

    def answer_of(self, door: str) -> Answer:
        """This will return what that door has to answer."""
        return self.elsewhere.get(door, self.answer)


@dataclass(frozen=True, slots=True)
class Denied(Exception):
    """A door said no.

    :param sentence: what the person or program is told.
    """

    code: str
    sentence: str

    def __post_init__(self) -> None:
        """Check that it is a sentence, for people."""
        assert self.sentence.endswith((".", ")")), self.sentence
