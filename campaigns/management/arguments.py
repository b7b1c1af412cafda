"""What command lines are made of: the parser, and how arguments are read."""

from __future__ import annotations

import re
import unicodedata
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from datetime import datetime
from typing import Any, NoReturn

from django.core.management.base import CommandParser, DjangoHelpFormatter

from campaigns.errors import InvalidMoment
from campaigns.management.refusals import Usage, one_line
from campaigns.rules.periods import EARLIEST_MOMENT, parse_moment

# Far enough from the end of the calendar that there is always a next month.
LATEST_YEAR = 2999
LONGEST_ENTRY_NUMBER = 18


class DeskHelpFormatter(RawDescriptionHelpFormatter, DjangoHelpFormatter):
    """Leaves the lines of descriptions and examples as they were written."""


class DeskParser(CommandParser):
    """A parser that raises `Usage` for a wrong command line, and takes `-5.00` and its like for amounts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # argparse takes -5 and -5.00 for numbers, but -1,000.00 or -5. for unknown options, and then says that the
        # amount is missing. No option of ours begins with a digit, so all of them can reach the rule, which explains.
        self._negative_number_matcher = re.compile(r"-\.?[0-9].*", re.DOTALL)

    def error(self, message: str) -> NoReturn:
        """Refuse the command line, in one line, however the command was called.

        :raises Usage: always.
        """
        raise Usage(f"{one_line(message)} (see {self.prog} --help)")


def read_text(text: str) -> str:
    """Read a name as a person types it.

    :raises ArgumentTypeError: if it has characters that no name can have.
    """
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise ArgumentTypeError(f"{text[:80]!a} has characters that no name can have")
    return text


def read_moment(text: str) -> datetime:
    """Read a moment in ISO 8601, with or without an offset.

    :raises ArgumentTypeError: if it is none.
    """
    try:
        return parse_moment(text)
    except InvalidMoment as refusal:
        raise ArgumentTypeError(str(refusal).rstrip(".")) from refusal


def read_now(text: str) -> datetime:
    """Read the moment of `--now`: with an offset, and in times for which there are calendars.

    :raises ArgumentTypeError: if it is none.
    """
    moment = read_moment(text)
    if moment.utcoffset() is None:
        raise ArgumentTypeError(f"{text} has no offset: write it as {moment.isoformat()}+00:00, or with Z")
    if not EARLIEST_MOMENT.year < moment.year <= LATEST_YEAR:
        raise ArgumentTypeError(f"the year {moment.year} is out of reach: use {EARLIEST_MOMENT.year + 1} or later")
    return moment


def read_count(text: str) -> int:
    """Read a whole number of 0 or more.

    :raises ArgumentTypeError: if it is none.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ENTRY_NUMBER):
        raise ArgumentTypeError(f"{text[:40]!a} is not a whole number")
    return int(text)
