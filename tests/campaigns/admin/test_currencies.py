"""Money is written as its currency is counted: yen have no hundredths, dinars have thousandths."""

from __future__ import annotations

import re

import pytest

from campaigns.models import Campaign, SpendLog, StatusChange
from campaigns.queries import explain
from campaigns.queries.exports import export_entries, export_status
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import BRANDS, CAMPAIGNS, HISTORY, OVERVIEW, SPENDS, change_page
from tests.factories import NOON, make_brand, make_campaign, spend

ENDS = {"JPY": "", "KWD": ".000"}
# Numbers with a comma or a point, but for shares, dates and clocks.
_AMOUNT = re.compile(r"(?<![\d:.,-])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)(?![\d%.:]| %)")


@pytest.fixture(params=ENDS)
def campaign(db: None, request: pytest.FixtureRequest) -> Campaign:
    """Make a campaign that has used its budget up, in a brand that is far from it."""
    brand = make_brand(name="Kumo", currency=request.param, daily_budget="50000", monthly_budget="900000")
    found = make_campaign(brand, name="Search", daily_budget="1234")
    spend(found, "1234", reference="first")
    return found


@pytest.fixture
def end(campaign: Campaign) -> str:
    return ENDS[campaign.brand.currency]


def test_pages_and_messages_have_the_decimals_of_the_currency(desk: Browser, campaign: Campaign, end: str) -> None:
    entry = SpendLog.objects.get()
    pages = [desk.open(path) for path in (OVERVIEW, BRANDS, CAMPAIGNS, HISTORY, SPENDS)]
    pages += [desk.open(change_page(row)) for row in (campaign.brand, campaign, entry)]
    pages += [desk.save(pages[-1], amount="1000", reason="too much")]
    pages += [desk.save(desk.open(change_page(campaign)), daily_budget="2000"), desk.open(change_page(campaign))]

    said = {amount for page in pages for amount in _AMOUNT.findall(page.text)}

    assert {f"{number}{end}" for number in ("1,234", "50,000", "1,000", "2,000")} <= said
    # Estimates of a hundred and more have no decimals in any currency.
    assert {len(amount.partition(".")[2]) for amount in said} <= {len(end[1:]), 0}


def test_forms_show_amounts_as_they_are_counted(desk: Browser, campaign: Campaign, end: str) -> None:
    page = desk.open(change_page(campaign.brand))

    assert page.form_with("daily_budget").values["daily_budget"] == [f"50000{end}"]
    assert desk.save(page, name="Kumo 2").errors == {}


def test_sentences_and_exports_have_them_too(campaign: Campaign, end: str) -> None:
    headline = explain(campaign_id=campaign.pk, now=NOON).headline
    _, entry = export_entries(SpendLog.objects.all())
    *_, change = export_status(StatusChange.objects.all())

    assert f"1,234{end} of 1,234{end} {campaign.brand.currency} spent" in headline
    assert f"1234{end}" in entry
    assert change[-3:] == (f"1234{end}", f"1234{end}", campaign.brand.currency)
