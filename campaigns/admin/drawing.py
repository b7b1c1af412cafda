"""Drawing: from what a query saw to the pictures of a page, each with its numbers as a table and in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString

from campaigns.admin import cells
from campaigns.admin.pictures.columns import Column, Phase, columns_picture
from campaigns.admin.pictures.month import month_picture
from campaigns.admin.pictures.week import DayHours, WallClock, week_picture, week_words
from campaigns.queries.campaign_sight import Day, Run
from campaigns.queries.course import MonthCourse
from campaigns.queries.spending import Hour
from campaigns.rules.dayparting import Weekday, Window
from campaigns.rules.money import format_amount, format_money

_ZERO = Decimal(0)
_ONE_HOUR, _ONE_DAY = timedelta(hours=1), timedelta(days=1)
# Every so many hours has its clock below it, and every so many days its date.
_LABELLED_HOURS, _LABELLED_DAYS = 6, 7


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture with its words.

    :param sentence: what it says.
    :param head: the heads of the table's columns; the first of them names a row.
    :param rows: the table.
    """

    picture: SafeString
    sentence: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class DrawnWeek:
    """The picture of a week, and its days in words."""

    picture: SafeString
    days: Sequence[DayHours]


def draw_month(course: MonthCourse, currency: str, zone: ZoneInfo) -> Drawn:
    """Return a brand's month."""
    sentence = _month_sentence(course, currency, zone)
    rows = [
        (f"{day.day:%a} {cells.day(day.day)}", format_amount(day.spent, currency), format_amount(day.counted, currency))
        for day in course.days
        if day.counted is not None
    ]
    picture = month_picture(course, currency=currency, description=sentence)
    return Drawn(picture, sentence, ("Day", f"Spent, {currency}", "Counted so far"), rows)


def draw_hours(
    hours: Sequence[Hour],
    zone: ZoneInfo,
    currency: str,
    now: datetime,
    runs: Sequence[Run] | None = None,
    height: int = 150,
) -> Drawn:
    """Return a day by hour.

    :param runs: when it ran and when it was held; None: nothing is said about that.
    """
    columns = [_hour_column(hour, zone) for hour in hours]
    total, busiest = sum((hour.spent for hour in hours), _ZERO), max(columns, key=lambda column: column.spent)
    sentence = f"{format_money(total, currency)} today."
    if busiest.spent > 0:
        sentence += f" Most of it from {busiest.name} on: {format_money(busiest.spent, currency)}."
    if (length := hours[-1].end - hours[0].start) != _ONE_DAY:
        sentence += f" Clocks change: the day has {length / _ONE_HOUR:g} hours."
    picture = columns_picture(
        columns, key="hours", title="Spend today by hour", description=sentence, currency=currency, now=now,
        height=height, phases=_phases(runs, zone),
    )  # fmt: skip
    past = [column for column in columns if column.start <= now]
    return Drawn(picture, sentence, ("From", f"Spent, {currency}"), _table(past, currency))


def draw_days(days: Sequence[Day], zone: ZoneInfo, currency: str, now: datetime, runs: Sequence[Run]) -> Drawn:
    """Return some days, with the pauses in them."""
    columns = [
        Column(
            day.start,
            day.end,
            day.spent,
            f"{day.day:%a} {day.day.day} {day.day:%b}",
            _day_label(day, number, len(days)),
        )
        for number, day in enumerate(days)
    ]
    total = sum((day.spent for day in days), _ZERO)
    sentence = f"{format_money(total, currency)} in {len(days)} days. {_run_sentence(runs)}"
    picture = columns_picture(
        columns, key="days", title=f"Spend of the last {len(days)} days", description=sentence, currency=currency,
        now=now, phases=_phases(runs, zone),
    )  # fmt: skip
    return Drawn(picture, sentence, ("Day", f"Spent, {currency}"), _table(columns, currency))


def draw_week(windows: Sequence[Window] | None, zone: ZoneInfo | None, now: datetime) -> DrawnWeek:
    """Return a week's hours, with the moment that the brand's clocks show."""
    wall = None
    if zone is not None:
        local = now.astimezone(zone)
        wall = WallClock(Weekday(local.weekday()), local.time())
    return DrawnWeek(week_picture(windows, now=wall), week_words(windows, now=wall))


def _month_sentence(course: MonthCourse, currency: str, zone: ZoneInfo) -> str:
    pace = course.pace
    limit = "" if pace.use.limit is None else f" of {format_amount(pace.use.limit, currency)}"
    parts = [f"{format_money(pace.use.spent, currency)}{limit} so far."]
    if pace.expected is not None:
        plan = f"{cells.estimate(pace.expected, currency)} {currency}"
        # Which hours were set on a day that is over is not known: the history keeps them in words, for people.
        parts.append(f"An even plan, over the hours that are set now, would be at {plan}.")
    if course.reset_at is not None:
        parts.append(f"Counted since {course.reset_at.astimezone(zone):%a %d %b %H:%M}, when it was reset by hand.")
    if course.used_up_on is not None:
        parts.append(
            f"If it goes on like this, the budget is used up on {course.used_up_on:%a} {cells.day(course.used_up_on)}."
        )
    elif pace.projected is not None and not pace.use.is_used_up:
        near = f"{cells.estimate(pace.projected, currency)} {currency}"
        parts.append(f"If it goes on like this, the month ends near {near}.")
    return " ".join(parts)


def _run_sentence(runs: Sequence[Run]) -> str:
    known = sum((run.end - run.start for run in runs), timedelta())
    if not known:
        return "It has not run yet."
    ran = sum((run.end - run.start for run in runs if run.is_running), timedelta())
    pauses = sum(not run.is_running for run in runs)
    if not pauses:
        return "It was never held."
    return f"It was held {'once' if pauses == 1 else f'{pauses} times'}, and ran {ran / known:.0%} of the time."


def _phases(runs: Sequence[Run] | None, zone: ZoneInfo) -> list[Phase] | None:
    if runs is None:
        return None
    return [Phase(run.start, run.end, run.is_running, _run_words(run, zone)) for run in runs]


def _run_words(run: Run, zone: ZoneInfo) -> str:
    start, end = (f"{moment.astimezone(zone):%a %d %b %H:%M}" for moment in (run.start, run.end))
    return f"{'ran' if run.is_running else 'held'} {start} to {end}{f': {run.why}' if run.why else ''}"


def _table(columns: Sequence[Column], currency: str) -> list[tuple[str, str]]:
    return [(column.name, format_amount(column.spent, currency)) for column in columns]


def _hour_column(hour: Hour, zone: ZoneInfo) -> Column:
    wall = hour.start.astimezone(zone)
    name = f"{wall:%H:%M}"
    if wall.fold:
        return Column(hour.start, hour.end, hour.spent, f"{name} again")
    return Column(hour.start, hour.end, hour.spent, name, "" if wall.hour % _LABELLED_HOURS else name)


def _day_label(day: Day, number: int, count: int) -> str:
    # Counted from the last one, which is today.
    return f"{day.day.day} {day.day:%b}" if (count - 1 - number) % _LABELLED_DAYS == 0 else ""
