"""`/metrics`: who may see it, and what it tells, read as Prometheus reads it."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from ad_system.celery import SCHEDULE, app
from ad_system.signs.findings import Part
from campaigns.models import Campaign
from campaigns.services import create_brand, reverse_spend
from tests.ad_system.running import ROOT
from tests.ad_system.signs.clockwork import set_last
from tests.campaigns.api.door import open_door
from tests.factories import DAY, HOUR, MINUTE, NOON, make_campaign, spend

TOKEN = "a-long-random-text"


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 401),
        ("", {}, 401),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}, 401),
        ("127.0.0.1", {"forwarded": "for=192.0.2.7"}, 401),
        ("127.0.0.1", {"via": "1.1 proxy"}, 401),
    ],
)
def test_metrics_without_a_token_are_for_this_machine(
    well: None, address: str, headers: dict[str, str], status: int
) -> None:
    assert Client().get("/metrics", headers=headers, REMOTE_ADDR=address).status_code == status


def test_metrics_with_a_token_are_for_whoever_has_it(well: None, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN

    def status(**headers: str) -> int:
        return Client().get("/metrics", headers=headers).status_code

    assert status(authorization=f"Bearer {TOKEN}") == 200
    assert status(authorization=f"bearer {TOKEN}") == 200
    assert (status(), status(authorization="Bearer "), status(authorization="Bearer ключ")) == (401, 401, 401)


def metrics() -> dict[str, dict[str, float]]:
    """Return what Prometheus's own reader reads: samples by name, and by the values of their labels in order."""
    cache.clear()
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(Client().get("/metrics").content.decode()):
        for sample in family.samples:
            assert sample.name not in found or sample.labels
            found.setdefault(sample.name, {})[" ".join(value for _, value in sorted(sample.labels.items()))] = (
                sample.value
            )
    return found


def test_metrics_tell_the_passes(well: None) -> None:
    set_last("enforce_budgets", finished_at=NOON - MINUTE, seconds=1.5, handled=7, failed=2, runs=9, bad_runs=3)

    # What other tests have sent.
    app.control.purge()

    found = metrics()

    task = "enforce_budgets"
    assert found["ad_system_pass_age_seconds"][task] == 60
    assert found["ad_system_pass_duration_seconds"][task] == 1.5
    assert (found["ad_system_pass_handled"][task], found["ad_system_pass_failed"][task]) == (7, 2)
    assert (found["ad_system_pass_runs_total"][task], found["ad_system_pass_bad_runs_total"][task]) == (9, 3)
    assert set(found["ad_system_pass_interval_seconds"]) == {line.pulse for line in SCHEDULE}
    assert found["ad_system_beat_age_seconds"] == {"": 0}
    assert found["ad_system_part_well"] == dict.fromkeys(Part, 1)
    assert found["ad_system_queue_messages"] == {"": 0}


def test_metrics_tell_the_desk(bent: Campaign) -> None:
    euro = make_campaign(create_brand(name="Euro", currency="EUR", is_enabled=False, now=NOON))
    make_campaign(bent.brand, daily_budget="0")
    make_campaign(bent.brand, is_enabled=False)
    spend(euro, "2.50", occurred_at=NOON - 2 * HOUR)
    spend(bent, "1", now=NOON - DAY)
    entry = spend(bent, "4", occurred_at=NOON - HOUR)
    reverse_spend(entry_id=entry.pk, now=NOON)
    open_door().post("/spend", {"campaign": bent.pk, "amount": "0"})

    found = metrics()

    assert found["ad_system_brands"] == {"on": 1, "off": 1}
    assert found["ad_system_campaigns"] == {"active": 1, "paused": 2, "inactive": 1}
    held = {blocker: count for blocker, count in found["ad_system_campaigns_held"].items() if count}
    assert held == {"brand_off": 1, "campaign_day": 1}
    assert found["ad_system_spend_recent_entries"] == {"recorded": 4, "late": 1, "corrected": 1}
    assert found["ad_system_spend_recent_amount"] == {"EUR": 2.5, "USD": 10}
    assert found["ad_system_spend_refused_total"] == {"invalid_amount api": 1}
    assert found["ad_system_ledger_drift_counters"] == {"": 1}
    assert found["ad_system_part_well"]["ledger"] == 0
    assert found["ad_system_ledger_newest_entry"][""] >= 5
    assert (found["ad_system_webhooks_pending"], found["ad_system_webhooks_dead"]) == ({"": 0}, {"": 0})
    assert "Acme" not in Client().get("/metrics").content.decode()


def test_reference_names_every_metric(bent: Campaign) -> None:
    reference = (ROOT / "docs" / "reference" / "signs.md").read_text()

    assert [name for name in metrics() if f"`{name}`" not in reference] == []
