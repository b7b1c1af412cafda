"""The overview: brands by what is at risk, totals that never cross a currency, the latest changes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.queries import Outlook, Overview, OverviewFilter, overview
from campaigns.queries.overview import LATEST_CHANGES, ROWS_OF_A_PAGE, PeriodTotal
from campaigns.queries.reach import Reach
from campaigns.queries.standing import CampaignCounts
from campaigns.services import change_campaign
from tests.factories import NOON, break_zone, hours, make_brand, make_campaign, spend
from tests.readings import everything_stored

pytestmark = pytest.mark.django_db


def look(wanted: OverviewFilter | None = None) -> Overview:
    return overview(now=NOON, reach=Reach(), wanted=wanted)


def names(found: Overview) -> list[str]:
    return [row.name for row in found.rows]


def make_desk() -> None:
    """Make five brands that stand differently."""
    plans = (("Acme", "65", "USD"), ("Beta", "20", "EUR"), ("Çelik", "500", "TRY"), ("Delta", "79", "USD"))
    for name, amount, currency in plans:
        brand = make_brand(name=name, currency=currency, monthly_budget="100")
        spend(make_campaign(brand), amount)
    spend(make_campaign(make_brand(name="Off", monthly_budget="100", is_enabled=False)), "1")


def test_brands_come_by_the_share_of_their_budget_at_risk() -> None:
    make_desk()
    break_zone(make_brand(name="Zoneless"))

    assert names(look()) == ["Zoneless", "Çelik", "Beta", "Delta", "Acme", "Off"]


def test_totals_never_cross_a_currency() -> None:
    make_desk()
    spend(make_campaign(make_brand(name="Free", currency="EUR")), "5.50")

    totals = {total.currency: (total.brands, total.month) for total in look().totals}

    assert totals == {
        "EUR": (2, PeriodTotal(Decimal("25.50"), Decimal(100), without_limit=1)),
        "TRY": (1, PeriodTotal(Decimal(500), Decimal(100), without_limit=0)),
        "USD": (3, PeriodTotal(Decimal(145), Decimal(300), without_limit=0)),
    }


def test_total_is_measured_only_where_every_brand_has_a_budget() -> None:
    assert PeriodTotal(Decimal(5), Decimal(100), without_limit=1).use is None
    use = PeriodTotal(Decimal(5), Decimal(100), without_limit=0).use
    assert use is not None
    assert use.used_percent == Decimal("5.0")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (OverviewFilter(search="çE"), ["Çelik"]),
        (OverviewFilter(search="ELTA"), ["Delta"]),
        (OverviewFilter(currency="USD"), ["Delta", "Acme", "Off"]),
        (OverviewFilter(outlook=Outlook.OFF), ["Off"]),
        (OverviewFilter(needs_a_look=True), ["Çelik", "Beta", "Delta"]),
        (OverviewFilter(search="nobody"), []),
    ],
)
def test_filters(wanted: OverviewFilter, found: list[str]) -> None:
    make_desk()

    assert names(look(wanted)) == found
    assert (look(wanted).matching, look(wanted).brands) == (len(found), 5)


def test_counts_are_of_what_is_shown() -> None:
    brand = make_brand(name="Acme")
    make_campaign(brand)
    make_campaign(brand, is_enabled=False)
    make_campaign(make_brand(name="Beta"), windows=[])

    assert look().campaigns == CampaignCounts(running=1, paused=1, off=1)
    assert look(OverviewFilter(search="acme")).campaigns == CampaignCounts(running=1, paused=0, off=1)


def test_pages() -> None:
    for number in range(ROWS_OF_A_PAGE + 1):
        make_brand(name=f"Brand {number:03}")

    first, second, beyond = look(), look(OverviewFilter(page=2)), look(OverviewFilter(page=99))

    assert (len(first.rows), first.pages, first.matching) == (ROWS_OF_A_PAGE, 2, ROWS_OF_A_PAGE + 1)
    assert names(second) == names(beyond) == [f"Brand {ROWS_OF_A_PAGE:03}"]
    assert look(OverviewFilter(page=-1)).page == 1


def test_latest_changes_come_first() -> None:
    campaign = make_campaign(make_brand(name="Acme"), name="Search")
    for number in range(LATEST_CHANGES):
        change_campaign(campaign_id=campaign.pk, is_enabled=bool(number % 2), now=NOON)

    changes = look().changes

    assert len(changes) == LATEST_CHANGES
    assert changes[0].pk == max(change.pk for change in changes)
    assert changes[0].campaign.brand.name == "Acme"


def test_reach_bounds_everything() -> None:
    inside, outside = make_brand(name="In"), make_brand(name="Out", currency="EUR")
    for brand in (inside, outside):
        spend(make_campaign(brand), "1")

    found = overview(now=NOON, reach=Reach(frozenset({inside.pk})))

    assert names(found) == ["In"]
    assert (found.brands, found.currencies, found.campaigns.total) == (1, ("USD",), 1)
    assert {change.campaign.brand_id for change in found.changes} == {inside.pk}


def test_number_of_queries_is_the_same_for_1_and_30_brands() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            look()
        return len(captured)

    def make_one() -> None:
        brand = make_brand(daily_budget="10")
        make_campaign(brand, windows=[hours("08:00", "12:00")])

    make_one()
    for_one = queries()
    for _ in range(29):
        make_one()

    assert (queries(), for_one) == (6, 6)


def test_overview_writes_nothing() -> None:
    make_desk()
    before = everything_stored()

    look()

    assert everything_stored() == before


def test_empty_desk() -> None:
    found = look()

    assert (found.rows, found.totals, found.changes, found.brands, found.pages) == ((), (), (), 0, 1)
