"""Preview: what would start and stop, and that it is what then does."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign
from campaigns.queries.preview import (
    Change,
    preview,
    putting_windows,
    resetting_brand,
    resetting_campaign,
    switching_brand,
    switching_campaign,
)
from campaigns.rules.dayparting import Window
from campaigns.rules.delivery import Blocker
from campaigns.rules.periods import PeriodKind
from campaigns.services import change_brand, change_campaign, resets, set_windows
from tests.factories import NOON, hours, make_brand, make_campaign, spend
from tests.readings import everything_stored

pytestmark = pytest.mark.django_db


def look(change: Change) -> dict[str, Blocker | None]:
    loaded = list(Campaign.objects.select_related("brand").with_windows())
    return {found.campaign.name: found.headline for found in preview(campaigns=loaded, change=change, now=NOON)}


def stored() -> dict[str, Blocker | None]:
    return {campaign.name: campaign.headline for campaign in Campaign.objects.all()}


def make_mixed() -> None:
    """Make campaigns that are held by everything that a person can lift at once."""
    brand = make_brand(daily_budget="20", is_enabled=True)
    spend(make_campaign(brand, name="used", daily_budget="5"), "5")
    make_campaign(brand, name="runs")
    make_campaign(brand, name="off", is_enabled=False)
    make_campaign(brand, name="closed", windows=[hours("20:00", "21:00")])
    spend(make_campaign(make_brand(monthly_budget="7"), name="month"), "7")


def test_switching_campaigns_off_and_on() -> None:
    make_mixed()
    for is_enabled in (False, True):
        foreseen = look(switching_campaign(is_enabled=is_enabled))
        for campaign in Campaign.objects.all():
            change_campaign(campaign_id=campaign.pk, is_enabled=is_enabled, now=NOON)

        assert stored() == foreseen


def test_switching_brands_off_and_on() -> None:
    make_mixed()
    for is_enabled in (False, True):
        foreseen = look(switching_brand(is_enabled=is_enabled))
        for campaign in Campaign.objects.all():
            change_brand(brand_id=campaign.brand_id, is_enabled=is_enabled, now=NOON)

        assert stored() == foreseen


@pytest.mark.parametrize("kind", PeriodKind)
def test_resetting_campaigns(kind: PeriodKind) -> None:
    make_mixed()
    foreseen = look(resetting_campaign(kind))

    for campaign in Campaign.objects.all():
        resets.reset_campaign(campaign_id=campaign.pk, kinds=[kind], now=NOON)

    assert stored() == foreseen


@pytest.mark.parametrize("kind", PeriodKind)
def test_resetting_brands(kind: PeriodKind) -> None:
    make_mixed()
    foreseen = look(resetting_brand(kind))

    for campaign in Campaign.objects.all():
        resets.reset_brands(brand_ids=[campaign.brand_id], kinds=[kind], now=NOON)

    assert stored() == foreseen


@pytest.mark.parametrize("windows", [None, (), (hours("11:00", "13:00"),), (hours("01:00", "02:00"),)])
def test_putting_windows(windows: tuple[Window, ...] | None) -> None:
    make_mixed()
    foreseen = look(putting_windows(windows))

    for campaign in Campaign.objects.all():
        set_windows(campaign_id=campaign.pk, windows=windows, now=NOON)

    assert stored() == foreseen


def test_starts_and_stops_are_told_apart() -> None:
    make_mixed()
    loaded = list(Campaign.objects.select_related("brand").with_windows().order_by("name"))

    found = preview(campaigns=loaded, change=resetting_brand(PeriodKind.DAY), now=NOON)
    starts = {one.campaign.name for one in found if one.starts}
    off = preview(campaigns=loaded, change=switching_brand(is_enabled=False), now=NOON)
    stops = {one.campaign.name for one in off if one.stops}

    assert starts == {"used"}
    assert stops == {"runs"}


def test_preview_writes_nothing() -> None:
    make_mixed()
    before = everything_stored()

    look(switching_campaign(is_enabled=False))

    assert everything_stored() == before
