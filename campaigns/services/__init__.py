"""The services: everything that writes, as keyword-only functions that take the brand's lock first.

    spend comes in       spend, corrections, reported  ->  posting  ->  periods  ->  delivery
    a person decides     brands, campaigns, schedules, resets       ->  periods  ->  delivery
    a program is let in  access
    time passes          passes (tasks call it)                     ->  periods  ->  delivery

`delivery` is the only one that starts and stops campaigns. What it and `posting` do is written into the `outbox`, which
`webhooks` sends; `changes` is the same story as a feed. The names below stay callable from here.
"""

from __future__ import annotations

from campaigns.services.access import authenticate, create_api_key, revoke_api_key
from campaigns.services.brands import change_brand, create_brand, delete_brand
from campaigns.services.campaigns import change_campaign, create_campaign, delete_campaign
from campaigns.services.corrections import correct_spend, reverse_spend
from campaigns.services.delivery import should_campaign_be_active
from campaigns.services.reported import ReportedTotal, record_reported_total, record_reported_totals
from campaigns.services.schedules import change_schedule, set_daily_hours, set_windows
from campaigns.services.spend import NewSpend, SpendReceipt, record_spend, record_spends
from campaigns.services.summary import BrandSummary, get_brand_summary
from campaigns.services.totals import find_drift, rebuild_totals

__all__ = [
    "BrandSummary",
    "NewSpend",
    "ReportedTotal",
    "SpendReceipt",
    "authenticate",
    "change_brand",
    "change_campaign",
    "change_schedule",
    "correct_spend",
    "create_api_key",
    "create_brand",
    "create_campaign",
    "delete_brand",
    "delete_campaign",
    "find_drift",
    "get_brand_summary",
    "rebuild_totals",
    "record_reported_total",
    "record_reported_totals",
    "record_spend",
    "record_spends",
    "reverse_spend",
    "revoke_api_key",
    "set_daily_hours",
    "set_windows",
    "should_campaign_be_active",
]
