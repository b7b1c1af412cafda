"""`manage.py replay_spend`: what budgets and hours would have done to a file's spend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core.management.base import CommandParser

from campaigns.files import Unit
from campaigns.management.arguments import read_text
from campaigns.management.base import DeskCommand, Json
from campaigns.management.scratch import scratch_database
from campaigns.management.spend_files import add_file_arguments, layout_of, progress_bar, showing_refused_rows
from campaigns.rules.dayparting import parse_hours
from campaigns.rules.money import format_amount, parse_budget
from campaigns.services.replay import ReplayEvent, ReplayOrder, ReplayReport, replay_file

_MOST_NAMES_SHOWN = 3
_COLUMNS = "{:<12}{:>20}{:>20}{:>20}"


class Command(DeskCommand):
    help = (
        "Tries budgets and hours on the spend in a file, and prints what happens:\n"
        "when campaigns are paused, by what, when they resume, and for each day the\n"
        "reported spend, and how much of it came while its campaign was paused.\n"
        "\n"
        "The file's rows run in time order, at the file's own clock, through the same\n"
        "services that work in production, for one brand with a campaign for each value\n"
        "of the campaign column. They run in a scratch database in memory: the real\n"
        "one is neither read nor written."
    )
    examples = (
        (
            "replay_spend hours.csv --unit micros --daily-budget 1000.00"
            " --campaign-column ad_id --date-column date --amount-column spend"
        ),
        (
            "replay_spend hours.csv --zone America/New_York --monthly-budget 20000 --window 08:00-20:00"
            " --campaign-column campaign --date-column hour --amount-column cost"
        ),
    )
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        add_file_arguments(parser)
        parser.add_argument(
            "--zone",
            "--brand-time-zone",
            dest="time_zone",
            default="UTC",
            type=read_text,
            metavar="ZONE",
            help="the brand's time zone, such as America/New_York (default: UTC)",
        )
        parser.add_argument("--daily-budget", metavar="X", help="the brand's budget for a day (default: no limit)")
        parser.add_argument("--monthly-budget", metavar="Y", help="the brand's budget for a month (default: no limit)")
        parser.add_argument(
            "--window", metavar="HOURS", help="let campaigns run in these hours only, such as 08:00-20:00"
        )

    def handle(
        self,
        *,
        now: datetime,
        file: Path,
        campaign_column: str,
        date_column: str,
        amount_column: str,
        unit: Unit,
        reference_column: str | None,
        time_zone: str,
        daily_budget: str | None,
        monthly_budget: str | None,
        window: str | None,
        as_json: bool,
        **options: object,
    ) -> None:
        layout = layout_of(
            campaign_column=campaign_column,
            date_column=date_column,
            amount_column=amount_column,
            unit=unit,
            reference_column=reference_column,
        )
        order = ReplayOrder(
            file,
            layout,
            time_zone,
            daily_budget=parse_budget(daily_budget),
            monthly_budget=parse_budget(monthly_budget),
            window=None if window is None else parse_hours(window),
        )
        with showing_refused_rows(self, file, as_json=as_json), progress_bar(self) as on_progress, scratch_database():
            report = replay_file(
                order=order, now=now, on_progress=lambda done, total: on_progress("replaying", done, total)
            )
        if as_json:
            self.say_json(_facts(report, order))
        else:
            self.say("\n".join(_lines(report, order)))


def _lines(report: ReplayReport, order: ReplayOrder) -> Iterator[str]:
    yield f"Replayed {order.path.name}: {report.rows:,} rows, {_count(report.campaigns)}; {_tried(order)}."
    if report.duplicate:
        rows = "1 row repeats" if report.duplicate == 1 else f"{report.duplicate:,} rows repeat"
        yield f"{rows} a reference: it counts once."
    yield ""
    yield f"Timeline ({report.zone.key})"
    yield f"  {report.running_at_start:,} of {_count(report.campaigns)} running at the start"
    yield from (f"  {_event_line(event, report.zone)}" for event in report.events)
    yield ""
    yield _COLUMNS.format("Day", "reported", "allowed", "while paused")
    for day in report.days:
        yield _row(str(day.day), day.reported, day.allowed, day.while_paused)
    allowed = sum((day.allowed for day in report.days), Decimal(0))
    while_paused = sum((day.while_paused for day in report.days), Decimal(0))
    yield _row("Total", allowed + while_paused, allowed, while_paused)
    yield f"The file's exact total: {report.exact_total:,f}"


def _tried(order: ReplayOrder) -> str:
    daily, monthly = order.daily_budget, order.monthly_budget
    parts = [
        "no daily budget" if daily is None else f"{_amount(daily)} a day",
        "no monthly budget" if monthly is None else f"{_amount(monthly)} a month",
        "any hour" if order.window is None else str(order.window),
    ]
    return ", ".join(parts)


def _event_line(event: ReplayEvent, zone: ZoneInfo) -> str:
    what = "resumed" if event.is_start else "paused "
    line = f"{event.at.astimezone(zone):%Y-%m-%d %H:%M %Z} {what} {_names(event.campaigns)}"
    if event.blockers:
        line += f": {', '.join(blocker.label for blocker in event.blockers)}"
    if event.spent is not None and event.limit is not None:
        line += f" ({_amount(event.spent)} of {_amount(event.limit)} spent)"
    return line


def _names(campaigns: tuple[str, ...]) -> str:
    return ", ".join(campaigns) if len(campaigns) <= _MOST_NAMES_SHOWN else _count(len(campaigns))


def _count(campaigns: int) -> str:
    return "1 campaign" if campaigns == 1 else f"{campaigns:,} campaigns"


def _row(word: str, *amounts: Decimal) -> str:
    return _COLUMNS.format(word, *map(_amount, amounts))


def _amount(amount: Decimal) -> str:
    # A replay is of a file, and of no brand that would say in which currency.
    return format_amount(amount, "")


def _facts(report: ReplayReport, order: ReplayOrder) -> Json:
    return {
        "file": order.path.name,
        "time_zone": report.zone.key,
        "daily_budget": order.daily_budget,
        "monthly_budget": order.monthly_budget,
        "window": None if order.window is None else str(order.window),
        "rows": report.rows,
        "zero": report.zero,
        "duplicate": report.duplicate,
        "campaigns": report.campaigns,
        "running_at_start": report.running_at_start,
        "events": [_event_facts(event, report.zone) for event in report.events],
        "days": [
            {"day": day.day, "reported": day.reported, "allowed": day.allowed, "while_paused": day.while_paused}
            for day in report.days
        ],
        "exact_total": report.exact_total,
    }


def _event_facts(event: ReplayEvent, zone: ZoneInfo) -> Json:
    return {
        "at": event.at.astimezone(zone),
        "what": "resumed" if event.is_start else "paused",
        "campaigns": event.campaigns,
        "blockers": event.blockers,
        "spent": event.spent,
        "limit": event.limit,
    }
