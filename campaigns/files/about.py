"""What a report says about itself above its header: when it was made, which days it covers, how many rows it has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_ROWS = re.compile(r"Rows\s*:\s*([0-9][0-9,]*)", re.IGNORECASE)
_NAMED = r"[A-Za-z]{3,9}\.? [0-9]{1,2},? [0-9]{4}"
_LAST_DAYS = re.compile(rf"\s*[-–—]\s*(?P<named>{_NAMED})\s*$")
_REPORT_END = re.compile(rf"Report End\s*:\s*(?P<named>{_NAMED})", re.IGNORECASE)
_GENERATED = re.compile(
    rf"Date Generated\s*:\s*(?P<named>{_NAMED}),?\s+(?P<clock>[0-9]{{1,2}}:[0-9]{{2}})\s*(?P<half>[AP]M)", re.IGNORECASE
)
# Microsoft says until when its numbers are complete, month first, in Greenwich time.
_COMPLETED = re.compile(
    r"Last Completed Available (?:Day|Hour)\s*:\s*(?P<day>[0-9]{1,2}/[0-9]{1,2}/[0-9]{4})\s+"
    r"(?P<clock>[0-9]{1,2}:[0-9]{2}:[0-9]{2})\s*(?P<half>[AP]M)\s*\(GMT\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class About:
    """What the report says about itself; None for what it does not say.

    :param made_at: until when its numbers are known: its time of making, or that of its data.
    :param last_day: the last day that it covers, whether or not it has rows for it.
    """

    rows: int | None = None
    made_at: datetime | None = None
    last_day: date | None = None


def read_about(lines: Iterable[str]) -> About:
    """Read what stands above the header. What is written in other languages or orders is left unread, not guessed."""
    rows, made_at, last_day = None, None, None
    for line in lines:
        if match := _ROWS.search(line):
            rows = int(match[1].replace(",", ""))
        if match := _COMPLETED.search(line):
            made_at = max(
                filter(None, [made_at, _moment(f"{match['day']} {match['clock']}", match["half"])]), default=None
            )
        if match := _GENERATED.search(line):
            made_at = _moment(f"{match['named']} {match['clock']}", match["half"])
        if match := _REPORT_END.search(line) or _LAST_DAYS.search(line):
            end = _day(match["named"])
            # LinkedIn's end is the midnight after its last day.
            is_midnight = bool(re.search(r"Report End.*12:00\s*AM", line, re.IGNORECASE))
            last_day = end - timedelta(days=1) if end and is_midnight else end
    return About(rows, made_at, last_day)


def _moment(text: str, half: str) -> datetime | None:
    for shape in ("%m/%d/%Y %I:%M:%S %p", "%B %d %Y %I:%M %p", "%b %d %Y %I:%M %p"):
        try:
            return datetime.strptime(f"{text.replace(',', '').replace('.', '')} {half.upper()}", shape).replace(
                tzinfo=UTC
            )
        except ValueError:
            continue
    return None


def _day(text: str) -> date | None:
    moment = _moment(f"{text} 12:00", "AM")
    return moment.date() if moment else None
