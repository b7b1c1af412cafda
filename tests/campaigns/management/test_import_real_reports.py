"""`manage.py import_spend` on real platform reports: exact totals, once, in both modes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from campaigns.models import Brand, SpendLog
from tests.campaigns.management.desk import run
from tests.factories import make_brand
from tests.readings import assert_totals_are_right, everything_stored

pytestmark = [pytest.mark.django_db, pytest.mark.needs_data, pytest.mark.usefixtures("time_travel")]


@pytest.fixture
def acme() -> Brand:
    return make_brand(name="Acme")


SNAPCHAT = ("fivetran_snapchat_hourly/snapchat_ad_hourly_report_data.csv", "ad_id", "date", "spend", "micros")
MICROSOFT = (
    "fivetran_microsoft_daily/microsoft_ads_campaign_performance_daily_report_data.csv",
    *("campaign_id", "date", "spend", "units"),
)
APPLE = (
    "fivetran_multi_platform_mini/apple_search_campaign_report_data.csv",
    *("id", "date", "local_spend_amount", "units"),
)
LINKEDIN = (
    "fivetran_multi_platform_mini/linkedin_ad_analytics_by_campaign_data.csv",
    *("campaign_id", "day", "cost_in_local_currency", "units"),
)
GOOGLE = ("fivetran_multi_platform_mini/google_ads_campaign_stats_data.csv", "id", "date", "cost_micros", "micros")
REDDIT = (
    "fivetran_multi_platform_mini/reddit_ads_campaign_report_data.csv",
    *("campaign_id", "date", "spend", "micros"),
)
TWITTER = (
    "fivetran_multi_platform_mini/twitter_campaign_report_data.csv",
    *("campaign_id", "date", "billed_charge_local_micro", "micros"),
)


@pytest.mark.parametrize("mode", ["entries", "day-totals"])
@pytest.mark.parametrize(
    ("report", "rows", "campaigns", "total"),
    [
        (SNAPCHAT, 1212, 18, "2513.448305"),
        (MICROSOFT, 2630, 3, "946.34"),
        (APPLE, 12, 1, "100.00"),
        (LINKEDIN, 20, 4, "530.62"),
        (GOOGLE, 16, 1, "231.33"),
        (REDDIT, 79, 4, "12970.777467"),
        (TWITTER, 4, 3, "138.535734"),
    ],
    ids=["snapchat", "microsoft", "apple", "linkedin", "google", "reddit", "twitter"],
)
def test_real_report_imports_to_its_exact_total_once(
    shared_data: Path, acme: Brand, report: Sequence[str], rows: int, campaigns: int, total: str, mode: str
) -> None:
    file, campaign, day, cost, unit = report
    arguments = (
        *("import_spend", str(shared_data / file), "--brand", "Acme", "--create-campaigns", "--mode", mode, "--json"),
        *("--campaign-column", campaign, "--date-column", day, "--amount-column", cost, "--unit", unit),
    )

    first = run(*arguments).facts
    stored = everything_stored()
    second = run(*arguments).facts

    assert everything_stored() == stored
    assert (first["rows"], first["campaigns"], first["exact_total"]) == (rows, campaigns, total)
    assert (first["recorded"], second["recorded"]) == (total, "0.00")
    assert (second["new"], second["restated"], second["duplicate"]) == (0, 0, first["new"])
    assert SpendLog.objects.aggregate(total=Sum("amount"))["total"] == Decimal(total)
    assert_totals_are_right()


@pytest.mark.parametrize("mode", ["entries", "day-totals"])
def test_microsofts_rows_are_summed_and_never_overwrite_each_other(shared_data: Path, acme: Brand, mode: str) -> None:
    file, campaign, day, cost, unit = MICROSOFT

    run(
        *("import_spend", str(shared_data / file), "--brand", "Acme", "--create-campaigns", "--mode", mode),
        *("--campaign-column", campaign, "--date-column", day, "--amount-column", cost, "--unit", unit),
    )

    sums = SpendLog.objects.order_by().values_list("campaign__external_id").annotate(total=Sum("amount"))
    assert dict(sums) == {
        "359751135": Decimal("593.91"),
        "349886458": Decimal("318.08"),
        "349886462": Decimal("34.35"),
    }
