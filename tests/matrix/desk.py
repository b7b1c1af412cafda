"""The desk behind all doors: two brands, some spend, a person and two programs who are let in. It is noon."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from campaigns.models import Brand, Campaign, DaypartingSchedule, Scope, SpendLog
from campaigns.rules.dayparting import Weekday
from campaigns.services import NewSpend, authenticate, create_api_key, record_spends
from campaigns.services.corrections import counted_amount
from tests.campaigns.api.door import Door
from tests.factories import HOUR, NOON, make_brand, make_campaign
from tests.matrix.cases.amounts import LARGEST
from tests.matrix.table import Kept, Subject

# The rows of each table.
Stored = Mapping[str, list[str]]

# What changes whenever somebody asks, whatever the answer; and that a spend was refused is counted, by door and code.
_NOT_KEPT = {"django_session", "campaigns_refusalcount"}
# So many of the largest amount fit a counter, and not one more.
_FULL = 9


@dataclass(frozen=True, slots=True)
class Desk:
    """What a case finds.

    :param entry: an entry of Search over 7.00, with the reference ref-1.
    :param foreign: a campaign of another brand, which the program `stranger` may not see.
    :param person: somebody in the admin who may do everything.
    :param program: a program with a key for Acme only.
    :param folder: where files may be put.
    """

    brand: Brand
    search: Campaign
    social: Campaign
    foreign: Campaign
    entry: SpendLog
    foreign_entry: SpendLog
    person: Client
    program: Door
    folder: Path
    known: frozenset[int]

    def fill_counters(self) -> None:
        """Bring the brand's counters to where the largest amount does not fit any more."""
        record_spends(spends=[NewSpend(self.social.pk, LARGEST)] * _FULL, now=NOON)

    def stored(self, subject: Subject) -> Kept:
        """Return what the database has of the subject now."""
        return Kept(_READ[subject](self))

    def new_entry(self) -> SpendLog | None:
        """Return the entry that was recorded last, if any was since the desk was opened."""
        return SpendLog.objects.exclude(pk__in=self.known).filter(campaign=self.search).order_by("-pk").first()


def open_desk(folder: Path) -> Desk:
    """Make the desk."""
    brand = make_brand(name="Acme", daily_budget="77.00")
    search = make_campaign(brand, name="Search", external_id="4711")
    social = make_campaign(brand, name="Social")
    foreign = make_campaign(make_brand(name="Other"), name="Foreign", external_id="4711")
    spends = [
        NewSpend(search.pk, "7.00", NOON - HOUR, "ref-1"),
        NewSpend(social.pk, "1.00", NOON - HOUR, "ref-2"),
        NewSpend(search.pk, "12.50", NOON, "ref-3"),
        NewSpend(foreign.pk, "7.00", NOON - HOUR, "ref-1"),
    ]
    entries = [receipt.entry for receipt in record_spends(spends=spends, now=NOON)]
    known = frozenset(entry.pk for entry in entries)
    person, program = _let_in(brand)
    return Desk(brand, search, social, foreign, entries[0], entries[3], person, program, folder, known)


def everything_stored() -> Stored:
    """Return every row of every table."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - _NOT_KEPT)
        return {table: _rows(table) for table in tables}


def _rows(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        return sorted(map(repr, cursor.fetchall()))


def _let_in(brand: Brand) -> tuple[Client, Door]:
    person = Client()
    person.force_login(User.objects.create_superuser("mia"))
    new = create_api_key(
        name="script", scopes=tuple(Scope), brand_ids=[brand.pk], requests_per_minute=100_000, now=NOON
    )
    # When a key was used last is stored: not by the case, then.
    authenticate(secret=new.secret, now=NOON)
    return person, Door(new.secret)


def _amount(desk: Desk) -> str | None:
    entry = desk.new_entry()
    return None if entry is None else str(entry.amount)


def _entry(name: str, desk: Desk) -> object:
    entry = desk.new_entry()
    return None if entry is None else getattr(entry, name)


def _brand(name: str, desk: Desk) -> object:
    return getattr(Brand.objects.get(pk=desk.brand.pk), name)


def _budget(desk: Desk) -> str | None:
    budget = Brand.objects.get(pk=desk.brand.pk).daily_budget
    return None if budget is None else str(budget)


def _total(desk: Desk) -> str:
    entry = desk.new_entry()
    return "0.00" if entry is None else str(entry.amount)


def _flight(desk: Desk) -> object:
    search = Campaign.objects.get(pk=desk.search.pk)
    return search.start_date, search.end_date


def _windows(desk: Desk) -> object:
    schedule = DaypartingSchedule.objects.filter(campaign=desk.search).first()
    rows = [] if schedule is None else schedule.windows.all()
    windows = [
        (tuple(Weekday(day).name.lower() for day in sorted(row.weekdays)), f"{row.start_time}", f"{row.end_time}")
        for row in rows
    ]
    return tuple(sorted((days, start.removesuffix(":00"), end.removesuffix(":00")) for days, start, end in windows))


def _campaign_name(desk: Desk) -> object:
    """Return the name that Search got or, of a file, of the campaign that got its spend."""
    newest = SpendLog.objects.exclude(pk__in=desk.known).order_by("-pk").first()
    return Campaign.objects.get(pk=newest.campaign_id if newest else desk.search.pk).name


_READ: dict[Subject, Callable[[Desk], object]] = {
    Subject.AMOUNT: _amount,
    Subject.FULL_COUNTER: _amount,
    Subject.NEW_AMOUNT: lambda desk: str(counted_amount(desk.entry)),
    Subject.TOTAL: _total,
    Subject.TOTAL_DAY: lambda desk: str(_entry("local_day", desk)),
    Subject.BUDGET: _budget,
    Subject.MOMENT: lambda desk: _entry("occurred_at", desk),
    Subject.REFERENCE: lambda desk: _entry("reference", desk),
    Subject.DESCRIPTION: lambda desk: _entry("description", desk),
    Subject.BRAND_NAME: lambda desk: _brand("name", desk),
    Subject.CAMPAIGN_NAME: _campaign_name,
    Subject.ZONE: lambda desk: _brand("time_zone", desk),
    Subject.CURRENCY: lambda desk: _brand("currency", desk),
    Subject.FLIGHT: _flight,
    Subject.WINDOWS: _windows,
    Subject.CAMPAIGN_KEY: _amount,
    Subject.ENTRY_KEY: lambda desk: str(counted_amount(desk.entry)),
}
