"""What is kept to be told: in the commit in which it happens, for whom it concerns, and for nobody else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from campaigns.errors import ManyRefusals
from campaigns.models import Brand, OutboxEvent, StatusChange, WebhookDelivery, WebhookEndpoint
from campaigns.rules.webhooks import EventKind, parse_webhook_url
from campaigns.services import NewSpend, correct_spend, delete_brand, delete_campaign, record_spends, set_windows
from campaigns.services.webhooks import create_endpoint
from tests.factories import DAY, MINUTE, NOON, make_brand, make_campaign, make_campaigns, spend

pytestmark = pytest.mark.django_db


def make_endpoint(brand: Brand | None = None, *kinds: EventKind, is_enabled: bool = True) -> WebhookEndpoint:
    return create_endpoint(
        target=parse_webhook_url("https://example.com/hooks", allow_http=False),
        kinds=kinds or list(EventKind),
        brand_id=brand.pk if brand else None,
        is_enabled=is_enabled,
        now=NOON,
    )


def told(endpoint: WebhookEndpoint | None = None) -> list[str]:
    """Return what is to be told, in order: the kind, and of a threshold whose, of what period, and how far."""
    deliveries = WebhookDelivery.objects.order_by("pk").select_related("event")
    return [_words(one.event) for one in (deliveries.filter(endpoint=endpoint) if endpoint else deliveries)]


def _words(event: OutboxEvent) -> str:
    data = event.payload["data"]
    if event.kind != EventKind.THRESHOLD:
        return f"{event.kind} {data['campaign']['name']}"
    return f"{'campaign' if data['campaign'] else 'brand'} {data['period']} {data['threshold']} %"


def test_stop_and_start_are_told_with_their_reasons_and_numbers() -> None:
    brand = make_brand(name="Acme", daily_budget="100.00", currency="EUR")
    campaign = make_campaign(brand, name="Search", external_id="g-1")
    make_endpoint(brand, EventKind.PAUSED)

    spend(campaign, "120.50")

    event = OutboxEvent.objects.get()
    change = StatusChange.objects.latest("pk")
    assert event.payload == {
        "type": "campaign.paused",
        "timestamp": "2026-11-20T17:00:00Z",
        "data": {
            "change": change.pk,
            "brand": {"id": brand.pk, "name": "Acme"},
            "campaign": {"id": campaign.pk, "name": "Search", "external_id": "g-1"},
            "is_active": False,
            "blockers": ["brand_day"],
            "cause": "spend",
            "changed_at": "2026-11-20T17:00:00Z",
            "spent": "120.50",
            "limit": "100.00",
            "currency": "EUR",
        },
    }
    delivery = WebhookDelivery.objects.get()
    assert (delivery.event, delivery.brand, delivery.next_attempt_at) == (event, brand, NOON)
    assert delivery.expires_at == NOON + 3 * DAY


def test_message_is_of_the_moment_of_its_change_however_slow_the_worker_is() -> None:
    brand = make_brand(daily_budget="100.00")
    slow, quick = make_campaign(brand, daily_budget="10"), make_campaign(brand, daily_budget="10")
    make_endpoint(None, EventKind.PAUSED)
    spend(quick, "10", now=NOON + MINUTE)

    spend(slow, "10", now=NOON)

    moments = [(event.payload["timestamp"], event.payload["data"]["changed_at"]) for event in OutboxEvent.objects.all()]
    assert moments == [("2026-11-20T17:01:00Z", "2026-11-20T17:01:00Z")] * 2
    # Sent it is by the clock of whoever sends.
    assert WebhookDelivery.objects.latest("pk").next_attempt_at == NOON


def test_thresholds_are_told_before_the_stop_that_they_explain() -> None:
    campaign = make_campaign(make_brand(daily_budget="100.00", monthly_budget="1000.00"), name="Search")
    make_endpoint()

    spend(campaign, "79.99")
    spend(campaign, "0.01")
    spend(campaign, "30.00")

    assert told() == ["brand day 80 %", "brand day 100 %", "campaign.paused Search"]


def test_every_budget_has_thresholds_of_its_own() -> None:
    brand = make_brand(daily_budget="200.00", monthly_budget="100.00")
    campaign = make_campaign(brand, daily_budget="100.00", monthly_budget="50.00")
    make_endpoint(None, EventKind.THRESHOLD)

    spend(campaign, "90.00")

    assert told() == ["campaign day 80 %", "campaign month 80 %", "campaign month 100 %", "brand month 80 %"]


def test_thresholds_are_those_of_the_setting(settings: Settings) -> None:
    settings.BUDGET_THRESHOLDS = [50]
    campaign = make_campaign(make_brand(daily_budget="100.00"))
    make_endpoint(None, EventKind.THRESHOLD)

    spend(campaign, "90.00")

    assert told() == ["brand day 50 %"]


def test_threshold_that_is_crossed_again_after_a_credit_is_told_again() -> None:
    campaign = make_campaign(make_brand(daily_budget="100.00"))
    make_endpoint(None, EventKind.THRESHOLD)

    entry = spend(campaign, "85.00")
    correct_spend(entry_id=entry.pk, new_amount=Decimal("70.00"), now=NOON)
    spend(campaign, "10.00")

    assert told() == ["brand day 80 %", "brand day 80 %"]


def test_late_spend_of_another_day_crosses_nothing_today() -> None:
    campaign = make_campaign(make_brand(daily_budget="100.00"))
    make_endpoint(None, EventKind.THRESHOLD)

    spend(campaign, "90.00", occurred_at=NOON - DAY)

    assert told() == []


def test_endpoint_hears_of_its_brand_and_the_agency_of_all() -> None:
    first, second = make_campaign(name="First"), make_campaign(name="Second")
    of_first, of_all = make_endpoint(first.brand), make_endpoint()
    make_endpoint(is_enabled=False)

    for campaign in (first, second):
        set_windows(campaign_id=campaign.pk, windows=[], now=NOON)

    assert told(of_first) == ["campaign.paused First"]
    assert told(of_all) == ["campaign.paused First", "campaign.paused Second"]
    assert (OutboxEvent.objects.count(), WebhookDelivery.objects.count()) == (2, 3)


def test_endpoint_hears_only_what_it_asked_for() -> None:
    campaign = make_campaign(make_brand(daily_budget="100.00"))
    endpoint = make_endpoint(None, EventKind.RESUMED)

    entry = spend(campaign, "100.00")
    correct_spend(entry_id=entry.pk, new_amount=Decimal("1.00"), now=NOON)

    assert [event.kind for event in OutboxEvent.objects.all()] == ["campaign.resumed"]
    assert len(told(endpoint)) == 1


def test_without_an_endpoint_nothing_is_kept() -> None:
    spend(make_campaign(make_brand(daily_budget="1.00")), "5.00")

    assert OutboxEvent.objects.count() == 0


def test_what_is_rolled_back_is_not_told() -> None:
    campaign = make_campaign(make_brand(daily_budget="10.00"))
    make_endpoint()

    with transaction.atomic():
        spend(campaign, "20.00")
        assert OutboxEvent.objects.count() == 3
        transaction.set_rollback(True)
    spends = [NewSpend(campaign.pk, "20.00"), NewSpend(campaign.pk + 1, "20.00")]
    with pytest.raises(ManyRefusals):
        record_spends(spends=spends, now=NOON)

    assert OutboxEvent.objects.count() == 0


def test_number_of_queries_does_not_grow_with_what_is_told() -> None:
    counts = []
    make_endpoint()
    for size in (2, 30):
        campaigns = make_campaigns(size, make_brand(daily_budget="10.00"))
        with CaptureQueriesContext(connection) as queries:
            spend(campaigns[0], "20.00")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_spend_that_changes_nothing_asks_for_no_endpoint() -> None:
    campaign = make_campaign(make_brand(daily_budget="10.00"))
    make_endpoint()
    spend(campaign, "1.00")

    with CaptureQueriesContext(connection) as queries:
        spend(campaign, "1.00")

    assert not any("webhook" in query["sql"] for query in queries)


def test_message_stays_small_with_the_longest_names() -> None:
    brand = make_brand(name="𝔄" * 200, daily_budget="1.00")
    campaign = make_campaign(brand, name="𝔅" * 200, external_id="ℭ" * 200)
    make_endpoint()

    spend(campaign, "5.00")

    longest = max(len(str(event.payload).encode()) for event in OutboxEvent.objects.all())
    assert 1000 < longest < 4096


def test_deleted_campaign_and_brand_take_nothing_else_along() -> None:
    brand = make_brand()
    campaign = make_campaign(brand, name="Gone")
    own, agency = make_endpoint(brand), make_endpoint()
    set_windows(campaign_id=campaign.pk, windows=[], now=NOON)

    delete_campaign(campaign_id=campaign.pk)
    assert told() == ["campaign.paused Gone", "campaign.paused Gone"]

    delete_brand(brand_id=brand.pk)
    assert told() == []
    assert list(WebhookEndpoint.objects.all()) == [agency]
    assert own.pk is not None
