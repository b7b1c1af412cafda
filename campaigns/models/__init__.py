"""The tables: columns, constraints and querysets. What happens to them is decided in services."""

from __future__ import annotations

from campaigns.models.access import ApiKey, Scope
from campaigns.models.audit import Act, AuditEntry
from campaigns.models.brand import Brand
from campaigns.models.campaign import Campaign, CampaignQuerySet, Status
from campaigns.models.counters import Counted
from campaigns.models.dayparting import DaypartingSchedule, DaypartingWindow, describe_hours
from campaigns.models.fields import LARGEST_KEY, MoneyField, money_value
from campaigns.models.history import Cause, ChangeFeed, StatusChange
from campaigns.models.imports import UNFINISHED, ImportState, SpendImport, SpendUpload
from campaigns.models.leases import Lease
from campaigns.models.people import BrandLimit
from campaigns.models.pulses import LedgerDrift, Pulse, RefusalCount
from campaigns.models.spend import SpendLog, SpendLogQuerySet
from campaigns.models.webhooks import (
    OutboxEvent,
    WebhookDelivery,
    WebhookDeliveryQuerySet,
    WebhookEndpoint,
    WebhookEndpointQuerySet,
)

__all__ = [
    "LARGEST_KEY",
    "UNFINISHED",
    "Act",
    "ApiKey",
    "AuditEntry",
    "Brand",
    "BrandLimit",
    "Campaign",
    "CampaignQuerySet",
    "Cause",
    "ChangeFeed",
    "Counted",
    "DaypartingSchedule",
    "DaypartingWindow",
    "ImportState",
    "Lease",
    "LedgerDrift",
    "MoneyField",
    "OutboxEvent",
    "Pulse",
    "RefusalCount",
    "Scope",
    "SpendImport",
    "SpendLog",
    "SpendLogQuerySet",
    "SpendUpload",
    "Status",
    "StatusChange",
    "WebhookDelivery",
    "WebhookDeliveryQuerySet",
    "WebhookEndpoint",
    "WebhookEndpointQuerySet",
    "describe_hours",
    "money_value",
]
