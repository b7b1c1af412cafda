"""What the desk has to answer, in plain Python: written from the design, without Django, and nothing is cached.

Every answer is worked out anew from what happened: the entries, the switches, the resets by hand. It is slow and short.
What the design leaves open and somebody had to decide is marked with "Decided:".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

TICK = timedelta(microseconds=1)
QUARTER = timedelta(minutes=15)
ONE_DAY = timedelta(days=1)
# Up to here a spend may lie ahead of the clock. Decided: and up to here an older `now` is merely a late one.
TOLERANCE = timedelta(minutes=5)
DAY, MONTH = "day", "month"
LONG_AGO = datetime(1998, 1, 1, tzinfo=UTC)


class No(Exception):
    """The desk says no; nothing is written. The argument is the refusal's code."""


@dataclass(slots=True)
class Row:
    """What brands and campaigns share. `began` holds the latest moment, per kind, before which nothing counts."""

    is_enabled: bool = True
    limits: dict[str, Decimal | None] = field(default_factory=lambda: {DAY: None, MONTH: None})
    began: dict[str, datetime] = field(default_factory=lambda: {DAY: LONG_AGO, MONTH: LONG_AGO})


@dataclass(slots=True)
class Brand(Row):
    """A client."""

    zone: str = "UTC"


@dataclass(slots=True)
class Campaign(Row):
    """`windows`: None for any hour, else (weekdays from 0, start, end)."""

    brand: int = 0
    first_day: date | None = None
    last_day: date | None = None
    windows: Sequence[tuple[Sequence[int], time, time]] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger. `corrects` is the number of another one."""

    campaign: int
    amount: Decimal
    at: datetime
    local_day: date
    source: str = ""
    reference: str = ""
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class Spend:
    """A spend as it is sent."""

    campaign: int
    amount: Decimal
    at: datetime | None = None
    reference: str = ""
    source: str = ""


def first_instant(day: date, zone: str) -> datetime:
    """Return the first instant of the date: its midnight or, where clocks skip that, what comes instead."""
    midnight = datetime.combine(day, time(0), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if midnight.astimezone(ZoneInfo(zone)).time() == time(0):
        return midnight
    moment = datetime.combine(day, time(0), tzinfo=UTC) - ONE_DAY
    while moment.astimezone(ZoneInfo(zone)).date() < day:
        moment += QUARTER
    return moment


def day_of(moment: datetime, zone: str) -> date:
    """Return the latest date that has begun."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    return day + ONE_DAY if first_instant(day + ONE_DAY, zone) <= moment else day


def period_of(kind: str, moment: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the start and the end, [start, end), of the day or month that the moment lies in."""
    day = day_of(moment, zone)
    if kind == DAY:
        return first_instant(day, zone), first_instant(day + ONE_DAY, zone)
    first = day.replace(day=1)
    return first_instant(first, zone), first_instant((first + 31 * ONE_DAY).replace(day=1), zone)


def is_inside(windows: Sequence[tuple[Sequence[int], time, time]], moment: datetime, zone: str) -> bool:
    """Tell whether the wall clock stands in a window. One that ends no later than it starts ends on the next day."""
    wall = moment.astimezone(ZoneInfo(zone))
    clock, today, yesterday = wall.time(), wall.weekday(), (wall.weekday() - 1) % 7
    for weekdays, start, end in windows:
        if today in weekdays and start <= clock and (clock < end or end <= start):
            return True
        if yesterday in weekdays and end <= start and clock < end:
            return True
    return False


@dataclass(slots=True)
class Oracle:
    """Everything that happened, and what follows from it."""

    brands: dict[int, Brand] = field(default_factory=dict)
    campaigns: dict[int, Campaign] = field(default_factory=dict)
    ledger: list[Entry] = field(default_factory=list)

    def since(self, row: Brand | Campaign, kind: str, moment: datetime) -> datetime:
        """Return from when the row's day or month of that moment counts: a reset by hand may be later than midnight."""
        return max(period_of(kind, moment, self.zone_of(row))[0], row.began[kind])

    def counted(self, row: Brand | Campaign, kind: str, since: datetime) -> Decimal:
        """Add up the ledger. Decided: from `since` to the end of the period that contains `since`."""
        end = period_of(kind, since, self.zone_of(row))[1]
        return sum((entry.amount for entry in self._entries_of(row) if since <= entry.at < end), Decimal(0))

    def spent(self, row: Brand | Campaign, kind: str, moment: datetime) -> Decimal:
        """Return what was spent in the row's day or month of that moment."""
        return self.counted(row, kind, self.since(row, kind, moment))

    def holds(self, campaign: Campaign, now: datetime) -> list[str]:
        """Return every blocker that holds at that moment, the headline first; none: the campaign runs."""
        return [name for name, holds in self._rules(campaign, now) if holds]

    def _rules(self, campaign: Campaign, now: datetime) -> Iterator[tuple[str, bool]]:
        brand = self.brands[campaign.brand]
        first, last, windows = campaign.first_day, campaign.last_day, campaign.windows
        yield "brand_off", not brand.is_enabled
        yield "campaign_off", not campaign.is_enabled
        yield "flight_not_started", first is not None and now < first_instant(first, brand.zone)
        yield "flight_ended", last is not None and now >= first_instant(last + ONE_DAY, brand.zone)
        for name, row in (("brand", brand), ("campaign", campaign)):
            for kind in (MONTH, DAY):
                yield f"{name}_{kind}", self._is_used_up(row, kind, now)
        yield "outside_windows", windows is not None and not is_inside(windows, now, brand.zone)

    def _is_used_up(self, row: Brand | Campaign, kind: str, now: datetime) -> bool:
        limit = row.limits[kind]
        # Decided: with a limit of 0 nothing runs, whatever credits there are.
        return limit is not None and (limit == 0 or self.spent(row, kind, now) >= limit)

    def zone_of(self, row: Brand | Campaign) -> str:
        """Return the zone of the brand that the row is, or belongs to."""
        return row.zone if isinstance(row, Brand) else self.brands[row.brand].zone

    def rows_of(self, brand: Brand) -> list[Brand | Campaign]:
        """Return the brand and its campaigns."""
        return [brand, *(campaign for campaign in self.campaigns.values() if self.brands[campaign.brand] is brand)]

    def _entries_of(self, row: Brand | Campaign) -> Iterator[Entry]:
        for entry in self.ledger:
            campaign = self.campaigns[entry.campaign]
            if row is campaign or row is self.brands[campaign.brand]:
                yield entry

    def record(self, spends: Sequence[Spend], now: datetime) -> int:
        """Record all of them or none; a refusal names what is wrong with each. Return how many were new."""
        ledger, wrong = list(self.ledger), []
        for spend in spends:
            known = [one for one in ledger if (one.campaign, one.reference) == (spend.campaign, spend.reference)]
            if spend.at is not None and spend.at > now + TOLERANCE:
                wrong.append("invalid_moment")
            elif not spend.reference or not known:
                at = spend.at or self._after_resets(spend.campaign, now)
                day = day_of(at, self.zone_of(self.campaigns[spend.campaign]))
                ledger.append(Entry(spend.campaign, spend.amount, at, day, spend.source, spend.reference))
            # A moment that was left out is no fact that could differ.
            elif known[0].amount != spend.amount or spend.at not in (None, known[0].at):
                wrong.append("reference_conflict")
        if wrong:
            raise No(", ".join(wrong))
        count, self.ledger = len(ledger) - len(self.ledger), ledger
        return count

    def _after_resets(self, key: int, now: datetime) -> datetime:
        """Decided: a spend without a moment comes after every reset by hand that was done before it. One on the very
        instant of midnight is none: it does what midnight does."""
        campaign = self.campaigns[key]
        rows = (campaign, self.brands[campaign.brand])
        began = [(kind, began) for row in rows for kind, began in row.began.items() if began != LONG_AGO]
        zone = self.zone_of(campaign)
        return max([now, *(at for kind, at in began if at != period_of(kind, at, zone)[0])])

    def correct(self, number: int, new_amount: Decimal) -> int:
        """Have the entry count for `new_amount`. Decided: the correction has the original's source, moment and day."""
        original = self.ledger[number]
        if original.corrects is not None or new_amount * original.amount < 0:
            raise No("correction_refused")
        difference = new_amount - self._left_of(number)
        if difference:
            self.ledger.append(replace(original, amount=difference, reference="", corrects=number))
        return int(difference != 0)

    def reverse(self, number: int) -> int:
        """Take back what the entry still counts for."""
        if not self._left_of(number):
            raise No("correction_refused")
        return self.correct(number, Decimal(0))

    def _left_of(self, number: int) -> Decimal:
        corrections = (entry.amount for entry in self.ledger if entry.corrects == number)
        return sum(corrections, self.ledger[number].amount)

    def report(self, key: int, source: str, day: date, total: Decimal, now: datetime) -> int:
        """Record the difference to what is recorded for the day. Decided: corrections of its entries are part of it."""
        zone = self.zone_of(self.campaigns[key])
        if day > day_of(now, zone):
            raise No("invalid_moment")
        known = [
            entry for entry in self.ledger if (entry.campaign, entry.source, entry.local_day) == (key, source, day)
        ]
        difference = total - sum((entry.amount for entry in known), Decimal(0))
        if difference:
            at = min(self._after_resets(key, now), first_instant(day + ONE_DAY, zone) - TICK)
            self.ledger.append(Entry(key, difference, at, day, source))
        return int(difference != 0)

    def reset(self, brand: Brand, rows: Sequence[Brand | Campaign], kinds: Sequence[str], now: datetime) -> None:
        """Start the periods now. Decided: one that comes a little late does not undo a newer one, and what was spent
        at this very moment was there before."""
        while any(entry.at == now for entry in self._entries_of(brand)):
            now += TICK
        for row in rows:
            for kind in kinds:
                row.began[kind] = max(now, row.began[kind])

    def move(self, brand: Brand, zone: str, now: datetime) -> None:
        """Change the zone: no period's start moves back."""
        rows = self.rows_of(brand)
        began = [{kind: self.since(row, kind, now) for kind in (DAY, MONTH)} for row in rows]
        brand.zone = zone
        for row, moments in zip(rows, began, strict=True):
            row.began = moments
