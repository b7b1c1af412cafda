"""A day of an agency: three clients in three zones, from one midnight to the next, with everything that happens.

client    zone       a day    campaigns
Acme      New York   1,000    Search (any hour), Social (08:00-20:00)
Hoshi     Tokyo        500    Brand (own 200 a day)
Kaffee    Berlin      none    Sommer (flight from the 20th), Winter (switched off)
"""

from __future__ import annotations

from datetime import date, datetime

import pytest

from campaigns.models import Brand, Campaign, StatusChange
from campaigns.queries import explain
from campaigns.services import (
    change_brand,
    change_campaign,
    correct_spend,
    record_reported_total,
    record_spend,
    reverse_spend,
)
from tests.clock import run_clock, run_minute
from tests.factories import MINUTE, at, hours, make_brand, make_campaign
from tests.readings import RUNNING, assert_totals_are_right, spent, state_of

pytestmark = pytest.mark.django_db

EVENING = at("2026-11-19 22:00")


class Agency:
    """The clients and their campaigns by name, and the clock that runs between what people do."""

    def __init__(self) -> None:
        self.now = EVENING
        acme = make_brand(name="Acme", daily_budget="1000", monthly_budget="30000", now=EVENING)
        hoshi = make_brand(name="Hoshi", time_zone="Asia/Tokyo", daily_budget="500", currency="JPY", now=EVENING)
        kaffee = make_brand(name="Kaffee", time_zone="Europe/Berlin", currency="EUR", now=EVENING)
        make_campaign(acme, name="Search", now=EVENING)
        make_campaign(acme, name="Social", windows=[hours("08:00", "20:00")], now=EVENING)
        make_campaign(hoshi, name="Brand", daily_budget="200", now=EVENING)
        make_campaign(kaffee, name="Sommer", start_date=date(2026, 11, 20), now=EVENING)
        make_campaign(kaffee, name="Winter", is_enabled=False, now=EVENING)

    def __getitem__(self, name: str) -> Campaign:
        return Campaign.objects.get(name=name)

    def run_to(self, wall: str, zone: str = "America/New_York") -> datetime:
        """Let the beat run, every quarter of an hour, until the zone's clocks show `wall`."""
        moment = at(wall, zone)
        run_clock(self.now + 15 * MINUTE, moment, every=15 * MINUTE)
        self.now = moment
        assert_totals_are_right()
        return moment

    def spend(self, name: str, amount: str, reference: str = "") -> tuple[str, str]:
        record_spend(campaign_id=self[name].pk, amount=amount, reference=reference, now=self.now)
        assert_totals_are_right()
        return state_of(self[name])

    def states(self) -> dict[str, tuple[str, str]]:
        return {campaign.name: state_of(campaign) for campaign in Campaign.objects.order_by("pk")}


def test_a_day_of_an_agency() -> None:
    agency = Agency()
    off, closed = ("inactive", "campaign_off"), ("paused", "outside_windows")
    assert agency.states() == {
        "Search": RUNNING,
        "Social": closed,
        "Brand": RUNNING,
        # In Berlin it is four in the morning of the 20th.
        "Sommer": RUNNING,
        "Winter": off,
    }

    # In Tokyo it is noon of the 20th. The client's own campaign budget comes first.
    assert agency.spend("Brand", "150") == RUNNING
    assert agency.spend("Brand", "50") == ("paused", "campaign_day")

    # New York's day begins; at eight, Social's window opens.
    agency.run_to("2026-11-20 07:45")
    assert agency.states()["Social"] == closed
    agency.run_to("2026-11-20 08:00")
    assert agency.states()["Social"] == RUNNING

    # Half the budget, and the same report once more: it counts once.
    agency.spend("Search", "500", "report 1")
    agency.spend("Search", "500", "report 1")
    assert (spent(agency["Search"]), spent(agency["Search"].brand)) == (("500.00", "500.00"), ("500.00", "500.00"))

    # Tokyo's midnight is ten o'clock in New York.
    agency.run_to("2026-11-20 09:45")
    assert agency.states()["Brand"] == ("paused", "campaign_day")
    agency.run_to("2026-11-21 00:00", "Asia/Tokyo")
    assert agency.states()["Brand"] == RUNNING

    # Social's spend crosses the brand's budget: both stop at once, and say why.
    agency.run_to("2026-11-20 12:00")
    assert agency.spend("Social", "600") == ("paused", "brand_day")
    assert agency.states()["Search"] == ("paused", "brand_day")
    told = explain(campaign_id=agency["Search"].pk, now=agency.now)
    assert told.headline == (
        "Search is held: brand's daily budget, 1,100.00 of 1,000.00 USD spent, "
        "until Sat 21 Nov 2026 00:00 (America/New_York)."
    )

    # Somebody raises the budget: on at once. What the platform still delivered is recorded all the same.
    change_brand(brand_id=agency["Search"].brand_id, daily_budget="1200", now=agency.now, actor="ann")
    assert (agency.states()["Search"], agency.states()["Social"]) == (RUNNING, RUNNING)
    assert agency.spend("Search", "100") == ("paused", "brand_day")
    late = record_spend(campaign_id=agency["Social"].pk, amount="7.5", now=agency.now)
    assert late.was_paused

    # The 600 were 60: the correction starts them again. The 7.50 were nobody's.
    agency.run_to("2026-11-20 15:00")
    wrong = agency["Social"].spend.get(amount=600)
    correct_spend(entry_id=wrong.pk, new_amount="60", now=agency.now, actor="ann")
    reverse_spend(entry_id=late.entry.pk, now=agency.now, actor="ann")
    assert_totals_are_right()
    assert (agency.states()["Search"], agency.states()["Social"]) == (RUNNING, RUNNING)
    assert spent(agency["Search"].brand) == ("660.00", "660.00")

    # A person switches Social off; neither window nor midnight switches it on.
    change_campaign(campaign_id=agency["Social"].pk, is_enabled=False, now=agency.now, actor="ben")
    # Berlin's platform reports its day so far, twice.
    agency.run_to("2026-11-20 23:30", "Europe/Berlin")
    for total in ("80.123456", "81"):
        record_reported_total(
            campaign_id=agency["Sommer"].pk, source="google", day=date(2026, 11, 20), total=total, now=agency.now
        )
    assert spent(agency["Sommer"]) == ("81.00", "81.00")

    # Night falls in New York: a new day with the month's sum kept.
    agency.run_to("2026-11-20 23:45")
    assert spent(agency["Search"].brand) == ("660.00", "660.00")
    agency.run_to("2026-11-21 00:00")
    assert {brand.name: spent(brand) for brand in Brand.objects.all()} == {
        "Acme": ("0.00", "660.00"),
        "Hoshi": ("0.00", "200.00"),
        "Kaffee": ("0.00", "81.00"),
    }
    assert agency.states() == {"Search": RUNNING, "Social": off, "Brand": RUNNING, "Sommer": RUNNING, "Winter": off}

    # The history of one campaign tells the whole day.
    changes = StatusChange.objects.filter(campaign__name="Social").order_by("pk")
    assert [(change.changed_at, change.is_active, change.cause, change.actor) for change in changes] == [
        (at("2026-11-20 08:00"), True, "clock", ""),
        (at("2026-11-20 12:00"), False, "spend", ""),
        (at("2026-11-20 12:00"), True, "budget", "ann"),
        (at("2026-11-20 12:00"), False, "spend", ""),
        (at("2026-11-20 15:00"), True, "spend", "ann"),
        (at("2026-11-20 15:00"), False, "person", "ben"),
    ]
    assert run_minute(agency.now + MINUTE) == ()
