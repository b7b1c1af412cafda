"""The month: what has added up, beside the budget and where it is heading, and below it what each day has cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.safestring import SafeString

from campaigns.admin.pictures import amounts, canvas
from campaigns.admin.pictures.canvas import Point
from campaigns.admin.pictures.scale import Scale, scale_for
from campaigns.queries.course import MonthCourse
from campaigns.rules.money import format_money

_TOP, _GROUND = 22.0, 198.0
_DAYS_TOP, _DAYS_GROUND = 236.0, 306.0
_HEIGHT = 328
# How far above a line its words stand.
_ABOVE = 5
_ZERO = Decimal(0)
_LABELLED_EVERY = 7


def month_picture(course: MonthCourse, *, currency: str, description: str, key: str = "month") -> SafeString:
    """Return the picture of a brand's month."""
    pieces = [*_running_total(course, currency), *_days(course, currency), *_dates(course)]
    title = f"Spend in {course.period.first_day:%B %Y}"
    return canvas.picture(pieces, key=key, kind="month", height=_HEIGHT, title=title, description=description)


def _running_total(course: MonthCourse, currency: str) -> list[SafeString]:
    limit, ahead = course.pace.use.limit, _ahead(course)
    counted = [day.counted for day in course.days if day.counted is not None]
    known = [*counted, *(amount for _, amount in ahead), *([limit] if limit is not None else [])]
    scale = scale_for(known, top=_TOP, bottom=_GROUND)
    pieces = [*amounts.levels(scale, most=3, short_of=limit), canvas.across("ground", y=scale.y(_ZERO))]
    pieces += [canvas.path("plan", _points(_plan(course), course, scale), height=_HEIGHT)]
    past = [*_past(course)]
    pieces += [canvas.path("total", _points(past, course, scale), height=_HEIGHT, ground=scale.y(_ZERO))]
    pieces += [canvas.path("heading", _points([past[-1], *ahead], course, scale), height=_HEIGHT)] if ahead else []
    pieces += _limit(limit, scale, f"budget {format_money(limit, currency)}") if limit is not None else []
    return [*pieces, canvas.dot("here", x=_x(past[-1][0], course), y=scale.y(past[-1][1]))]


def _past(course: MonthCourse) -> list[tuple[float, Decimal]]:
    """Return when how much had added up: at the end of each day, and now."""
    ends = [
        (min(number + 1.0, course.passed), day.counted)
        for number, day in enumerate(course.days)
        if day.counted is not None
    ]
    # Of a month that was reset by hand, the day of the reset begins at nothing.
    return [(float(_first(course)), _ZERO), *ends]


def _first(course: MonthCourse) -> int:
    """Return which day is the first that counts."""
    return next(number for number, day in enumerate(course.days) if day.counted is not None)


def _plan(course: MonthCourse) -> list[tuple[float, Decimal]]:
    limit = course.pace.use.limit
    if limit is None or all(day.share is None for day in course.days):
        return []
    first = _first(course)
    ends = [(number + 1.0, limit * day.share) for number, day in enumerate(course.days) if day.share is not None]
    return [(float(first), _ZERO), *(end for end in ends if end[0] > first)]


def _ahead(course: MonthCourse) -> list[tuple[float, Decimal]]:
    """Return when how much would add up if it goes on like this, until the budget stops it."""
    heading, projected = course.pace.heading, course.pace.projected
    if heading is None or projected is None:
        return []
    return [
        (number + 1.0, min(heading * day.share, projected))
        for number, day in enumerate(course.days)
        if day.share is not None and number + 1 > course.passed and heading * day.share >= course.pace.use.spent
    ]


def _points(reached: Sequence[tuple[float, Decimal]], course: MonthCourse, scale: Scale) -> list[Point]:
    return [(_x(at, course), scale.y(amount)) for at, amount in reached]


def _x(days: float, course: MonthCourse) -> float:
    return days * 100 / len(course.days)


def _days(course: MonthCourse, currency: str) -> list[SafeString]:
    limit = course.day_limit
    # A daily budget far above what is spent would press the columns flat: then it is only said.
    spent = [day.spent for day in course.days]
    is_near = limit is not None and limit <= 3 * max(*spent, _ZERO)
    scale = scale_for([*spent, *([limit] if limit is not None and is_near else [])], top=_DAYS_TOP, bottom=_DAYS_GROUND)
    columns = [
        amounts.column(
            day.spent, name=f"{day.day:%a} {day.day.day} {day.day:%b}", number=number, count=len(course.days),
            scale=scale, currency=currency, is_now=day.day == course.day.first_day,
        )
        for number, day in enumerate(course.days)
    ]  # fmt: skip
    pieces = [*amounts.levels(scale, most=1, short_of=limit if is_near else None), *columns]
    pieces += [canvas.across("ground", y=scale.y(_ZERO))]
    return pieces + (_limit(limit, scale, f"a day: {format_money(limit, currency)}") if limit and is_near else [])


def _limit(limit: Decimal, scale: Scale, words: str) -> list[SafeString]:
    y = scale.y(limit)
    return [
        canvas.across("limit-line", y=y),
        canvas.words(words, x=100, y=y - _ABOVE, kind="limit-words", anchor="end"),
    ]


def _dates(course: MonthCourse) -> list[SafeString]:
    dates = []
    for number, day in enumerate(course.days):
        if day.day == course.day.first_day:
            dates.append(_date(number, str(day.day.day), course, "tick tick-now"))
        elif number % _LABELLED_EVERY == 0 and abs(day.day - course.day.first_day).days > 1:
            dates.append(_date(number, str(day.day.day), course, "tick"))
    return dates


def _date(number: int, text: str, course: MonthCourse, kind: str) -> SafeString:
    return canvas.words(text, x=_x(number + 0.5, course), y=_HEIGHT - 6, kind=kind, anchor="middle")
