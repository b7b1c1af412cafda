"""Explain: why a campaign runs or not, with the numbers, and what changes next, in sentences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from campaigns.models import Campaign, Status
from campaigns.queries import explain
from campaigns.services import change_brand
from tests.factories import (
    NEXT_MIDNIGHT,
    NOON,
    at,
    break_zone,
    hours,
    make_brand,
    make_campaign,
    spend,
)
from tests.readings import everything_stored

pytestmark = pytest.mark.django_db


def test_campaign_that_runs_says_so_with_its_numbers() -> None:
    brand = make_brand(name="Acme", currency="EUR", daily_budget="1000", monthly_budget="30000")
    campaign = make_campaign(brand, name="Search", daily_budget="600", windows=[hours("08:00", "20:00")])
    spend(campaign, "512.345678")

    told = explain(campaign_id=campaign.pk, now=NOON)

    assert (told.brand, told.campaign, told.status, told.is_running) == ("Acme", "Search", Status.ACTIVE, True)
    assert (told.headline, told.holds, told.is_settled) == ("Search runs: nothing holds it.", (), True)
    assert told.budgets == (
        "brand today: 512.345678 of 1,000.00 EUR spent (51.2 %)",
        "brand this month: 512.345678 of 30,000.00 EUR spent (1.7 %)",
        "campaign today: 512.345678 of 600.00 EUR spent (85.4 %)",
        "campaign this month: 512.345678 EUR spent, no limit",
    )
    assert told.next_change == "Fri 20 Nov 2026 20:00 (America/New_York): its window closes."
    assert told.next_change_at == at("2026-11-20 20:00")


def used_up(**budgets: str) -> Callable[[], Campaign]:
    def make() -> Campaign:
        brand = make_brand(
            daily_budget=budgets.get("brand_day"), monthly_budget=budgets.get("brand_month"), currency="EUR"
        )
        campaign = make_campaign(
            brand, name="Search", daily_budget=budgets.get("day"), monthly_budget=budgets.get("month")
        )
        spend(campaign, "10.5")
        return campaign

    return make


def switched_off_brand() -> Campaign:
    campaign = make_campaign(name="Search")
    change_brand(brand_id=campaign.brand_id, is_enabled=False, now=NOON)
    return campaign


def unreadable_zone() -> Campaign:
    campaign = make_campaign(name="Search")
    break_zone(campaign.brand)
    return campaign


_NEXT_DAY = "until Sat 21 Nov 2026 00:00 (America/New_York)."
_NEXT_MONTH = "until Tue 01 Dec 2026 00:00 (America/New_York)."
_CASES: list[tuple[Callable[[], Campaign], str, str | None]] = [
    (unreadable_zone, "brand's time zone unreadable, until somebody corrects the brand's time zone.", None),
    (switched_off_brand, "brand switched off, until somebody switches the brand on.", None),
    (
        lambda: make_campaign(name="Search", is_enabled=False),
        "campaign switched off, until somebody switches the campaign on.",
        None,
    ),
    (
        lambda: make_campaign(name="Search", start_date=date(2026, 12, 24)),
        "flight not started, until Thu 24 Dec 2026 00:00 (America/New_York).",
        "Thu 24 Dec 2026 00:00 (America/New_York): its flight starts.",
    ),
    (
        lambda: make_campaign(name="Search", end_date=date(2026, 11, 19)),
        "flight ended, until somebody moves its last day.",
        None,
    ),
    (
        used_up(brand_month="10.5"),
        f"brand's monthly budget, 10.50 of 10.50 EUR spent, {_NEXT_MONTH}",
        "Tue 01 Dec 2026 00:00 (America/New_York): a new month begins for the brand's budget.",
    ),
    (
        used_up(brand_day="5"),
        f"brand's daily budget, 10.50 of 5.00 EUR spent, {_NEXT_DAY}",
        "Sat 21 Nov 2026 00:00 (America/New_York): a new day begins for the brand's budget.",
    ),
    (
        used_up(month="10"),
        f"campaign's monthly budget, 10.50 of 10.00 EUR spent, {_NEXT_MONTH}",
        "Tue 01 Dec 2026 00:00 (America/New_York): a new month begins for its budget.",
    ),
    (
        used_up(day="10"),
        f"campaign's daily budget, 10.50 of 10.00 EUR spent, {_NEXT_DAY}",
        "Sat 21 Nov 2026 00:00 (America/New_York): a new day begins for its budget.",
    ),
    (used_up(day="0"), "campaign's daily budget, 10.50 of 0.00 EUR spent, until somebody raises the budget.", None),
    (
        lambda: make_campaign(name="Search", windows=[hours("18:00", "20:00")]),
        "outside its windows, until Fri 20 Nov 2026 18:00 (America/New_York).",
        "Fri 20 Nov 2026 18:00 (America/New_York): its window opens.",
    ),
    (
        lambda: make_campaign(name="Search", windows=[]),
        "outside its windows, until somebody gives it a window.",
        None,
    ),
]


@pytest.mark.parametrize(("make", "hold", "next_change"), _CASES)
def test_campaign_that_is_held_says_by_what_and_until_when(
    make: Callable[[], Campaign], hold: str, next_change: str | None
) -> None:
    told = explain(campaign_id=make().pk, now=NOON)

    assert (told.is_running, told.holds) == (False, (hold,))
    assert told.headline == f"Search is held: {hold}"
    assert told.next_change == next_change
    assert (told.next_change_at is None) is (next_change is None)


def test_every_hold_is_told_the_headline_first() -> None:
    campaign = make_campaign(make_brand(daily_budget="0"), name="Search", is_enabled=False, windows=[])

    told = explain(campaign_id=campaign.pk, now=NOON)

    assert [hold.split(",")[0] for hold in told.holds] == [
        "campaign switched off",
        "brand's daily budget",
        "outside its windows",
    ]


def test_flight_that_will_end_is_the_next_change_of_a_running_campaign() -> None:
    campaign = make_campaign(end_date=date(2026, 11, 30))

    told = explain(campaign_id=campaign.pk, now=NOON)

    assert told.next_change == "Tue 01 Dec 2026 00:00 (America/New_York): its flight is over."


def test_state_that_no_pass_has_brought_in_line_is_not_settled() -> None:
    campaign = make_campaign(make_brand(daily_budget="5"))
    spend(campaign, "5")
    before = everything_stored()

    told = explain(campaign_id=campaign.pk, now=NEXT_MIDNIGHT)

    assert (told.status, told.is_running, told.is_settled) == (Status.PAUSED, True, False)
    assert everything_stored() == before


def test_unknown_campaign_has_nothing_to_explain() -> None:
    with pytest.raises(Campaign.DoesNotExist):
        explain(campaign_id=1, now=NOON)
