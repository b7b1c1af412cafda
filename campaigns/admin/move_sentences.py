"""What the move of a brand to another time zone would do to its days, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from campaigns.admin import cells
from campaigns.facts import budget_uses, readable_zone
from campaigns.models import Brand
from campaigns.rules.money import format_amount, format_money
from campaigns.rules.periods import Period, PeriodKind, period_at

_WORDS = {PeriodKind.DAY: "today", PeriodKind.MONTH: "this month"}


def move_sentences(brand: Brand, moved: Brand, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    """Yield which day and month it would be, when they began and end by the present clocks, and what would count.

    :param moved: the brand as it would be.
    """
    old = readable_zone(brand)
    clock = "UTC" if old is None else old.key
    yield f"Moves its days to {zone.key}, where it is {now.astimezone(zone):%a %d %b %Y %H:%M} now."
    for kind, word in _WORDS.items():
        period = period_at(kind, now, zone)
        start, end = (f"{moment.astimezone(old or UTC):%a %d %b %H:%M}" for moment in (period.start, period.end))
        yield f"Its {kind.value} is {_name(period)} then: it began {start} and ends {end} by the clocks of {clock}."
        yield _count_sentence(brand, moved, kind, word, period, now)


def _name(period: Period) -> str:
    return cells.day(period.first_day) if period.kind is PeriodKind.DAY else f"{period.first_day:%B %Y}"


def _count_sentence(brand: Brand, moved: Brand, kind: PeriodKind, word: str, period: Period, now: datetime) -> str:
    zone, since = readable_zone(brand), moved.since(kind)
    then = format_money(moved.counter(kind), brand.currency)
    sentence = f"What counts as spent {word} becomes {then}"
    if zone is not None:
        uses = budget_uses(brand, zone, now)
        before = uses.day.spent if kind is PeriodKind.DAY else uses.month.spent
        sentence += f" (it is {format_amount(before, brand.currency)})"
    if since > period.start:
        began = f"{since.astimezone(zone or UTC):%a %d %b %H:%M}"
        sentence += f", counted since {began}, for what has begun stays begun"
    return f"{sentence}."
