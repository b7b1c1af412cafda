"""Makes many brands at once: `python -m tests.faults.many 1000`. A program of its own, like `tests.faults.desk`.

Each has used up its day yesterday, which holds its one campaign; it is still at yesterday's count, and its midnight is
over: a pass has to bring it forward and start the campaign again.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

BUDGET = Decimal(5)
NAME = "Bulk"


def main(count: str) -> None:
    """This will make `count` brands."""
    import django

    django.setup()
    from django.db import transaction

    from campaigns.models import Brand, Campaign, SpendLog

    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = midnight - timedelta(days=1)
    counted = {
        "daily_since": yesterday,
        "monthly_since": yesterday.replace(day=1),
        "current_daily_spend": BUDGET,
        "current_monthly_spend": BUDGET,
    }
    brands = [Brand(name=f"{NAME} {n}", time_zone="UTC", daily_budget=BUDGET, **counted) for n in range(int(count))]
    facts = {"occurred_at": yesterday, "recorded_at": yesterday, "local_day": yesterday.date()}
    # At once: the database audits each commit.
    with transaction.atomic():
        campaigns = Campaign.objects.bulk_create(
            Campaign(
                brand=brand, name="Search", is_active=False, paused_because="brand_day", review_at=midnight, **counted
            )
            for brand in Brand.objects.bulk_create(brands)
        )
        SpendLog.objects.append([SpendLog(campaign=campaign, amount=BUDGET, **facts) for campaign in campaigns])


if __name__ == "__main__":
    main(*sys.argv[1:])
