"""`manage.py partition_spend_log`: the spend log in months, for a ledger of tens of millions of entries."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date, datetime

from django.core.management.base import CommandParser

from campaigns.management.arguments import read_count
from campaigns.management.base import DeskCommand
from campaigns.management.refusals import Usage
from campaigns.services import months
from campaigns.services.months import Part, Survey

_MOST_AHEAD = 24
_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_STEP = 1024


def read_month(text: str) -> date:
    """Read a month as `2026-11`, and return its first day.

    :raises ArgumentTypeError: if it is none.
    """
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError as error:
        raise ArgumentTypeError(f"{text[:40]!a} is not a month: write it as 2026-11") from error


def read_ahead(text: str) -> int:
    """Read how many months to make ahead.

    :raises ArgumentTypeError: if it is no number, or too large.
    """
    count = read_count(text)
    if count > _MOST_AHEAD:
        raise ArgumentTypeError(f"at most {_MOST_AHEAD} months can be made ahead")
    return count


class Command(DeskCommand):
    help = (
        "Puts the spend log of PostgreSQL into monthly partitions, and old months aside.\n"
        "Without an option it says what there is. --start switches over while others write;\n"
        "it moves no rows, can be run again if it was broken off, and has no way back.\n"
        "Coming months are made by the task forget_old_records, or at once with --ahead.\n"
        "A month that was taken out (--detach-before) is a table of its own: dump it, drop it;\n"
        "restored, it can be put back (--attach). docs/scale.md says when all this is worth it."
    )
    examples = (
        "partition_spend_log",
        "partition_spend_log --start",
        "partition_spend_log --ahead 6",
        "partition_spend_log --detach-before 2025-01",
        "partition_spend_log --attach 2024-12",
    )
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--start", action="store_true", help="switch over from one table to months")
        what.add_argument("--abandon", action="store_true", help="take away what a switch has left that was broken off")
        what.add_argument("--ahead", type=read_ahead, metavar="N", help="make so many coming months, as far as missing")
        what.add_argument(
            "--detach-before", type=read_month, metavar="YYYY-MM", help="take every month before that one out"
        )
        what.add_argument("--attach", type=read_month, metavar="YYYY-MM", help="put that month back in")
        parser.add_argument("--yes", action="store_true", dest="is_sure", help="take the months out without asking")

    def handle(
        self,
        *,
        start: bool,
        abandon: bool,
        ahead: int | None,
        detach_before: date | None,
        attach: date | None,
        is_sure: bool,
        as_json: bool,
        now: datetime,
        **options: object,
    ) -> None:
        if as_json and (start or abandon or ahead is not None or detach_before or attach):
            raise Usage("--json says what there is: use it without the other options")
        if start:
            self._start(now)
        elif abandon:
            months.abandon()
            self.say("Nothing is left of the switch: the spend log is one table.")
        elif ahead is not None:
            made = months.make_coming(now=now, ahead=ahead)
            self.say(f"{_count(made, 'month')} made.")
        elif detach_before:
            self._detach(detach_before, now, is_sure=is_sure)
        elif attach:
            part = months.attach(month=attach)
            self.say(f"{part.name} is part of the spend log again.")
        else:
            self._tell(months.survey(), as_json=as_json)

    def _start(self, now: datetime) -> None:
        done = months.start(now=now, tell=self.say)
        self.say(
            f"The spend log is in months: everything before {done.until} is one part, and each month from then on is "
            f"another. Writers waited for {done.seconds:.2f} s; {_count(done.references, 'reference')} noted."
        )

    def _detach(self, month: date, now: datetime, *, is_sure: bool) -> None:
        old = months.detachable(month=month, now=now)
        if not old:
            self.say(f"There is no month before {month:%Y-%m} in the spend log.")
            return
        if is_sure:
            months.detach_before(month=month, now=now)
        for part in old:
            self.say(f"{'Taken out' if is_sure else 'Would be taken out'}: {_line(part)}")
        if is_sure:
            self.say(
                "They are tables of their own now: to keep one elsewhere, pg_dump --table NAME, then DROP TABLE NAME"
            )
        else:
            self.say("Their entries would leave every list, sum and export. Nothing was done: add --yes.")

    def _tell(self, found: Survey, *, as_json: bool) -> None:
        if as_json:
            parts = [_facts(part) for part in (*found.parts, *found.away)]
            self.say_json({"partitioned": found.is_partitioned, "prepared": found.is_prepared, "parts": parts})
            return
        if not found.is_partitioned:
            self.say("The spend log is one table.")
            if found.is_prepared:
                self.say("A switch was broken off: --start goes on with it, --abandon takes away what it has left.")
            return
        self.say("The spend log is in months:")
        for part in (*found.away, *found.parts):
            self.say(f"  {_line(part)}")
        if found.rest:
            self.say("The rest has entries: --ahead 3 gives them months, where these have not been taken out.")


def _line(part: Part) -> str:
    if part.size is None:
        return f"{part.name}: taken out, and no longer in this database ({part.table})"
    rows = "not counted yet" if part.rows is None else f"about {_count(part.rows, 'entry', 'entries')}"
    state = ", taken out" if part.is_away else ""
    return f"{part.name}: {rows}, {_size(part.size)}{state} ({part.table})"


def _facts(part: Part) -> dict[str, str | int | bool | date | None]:
    return {
        "table": part.table,
        "since": part.since,
        "until": part.until,
        "rows": part.rows,
        "bytes": part.size,
        "taken_out": part.is_away,
    }


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _size(size: float) -> str:
    power = 0
    while size >= _STEP and power < len(_UNITS) - 1:
        size /= _STEP
        power += 1
    return f"{size:.{int(power > 0)}f} {_UNITS[power]}"
