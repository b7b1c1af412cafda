"""The tables: columns, constraints and querysets. What happens to them is decided in services."""

from __future__ import annotations

from campaigns.models.brand import Brand
from campaigns.models.campaign import Campaign, CampaignQuerySet, Status
from campaigns.models.counters import Counted
from campaigns.models.dayparting import DaypartingSchedule, DaypartingWindow
from campaigns.models.fields import MoneyField, money_value
from campaigns.models.history import Cause, StatusChange
from campaigns.models.imports import UNFINISHED, ImportState, SpendImport, SpendUpload
from campaigns.models.spend import SpendLog, SpendLogQuerySet

__all__ = [
    "UNFINISHED",
    "Brand",
    "Campaign",
    "CampaignQuerySet",
    "Cause",
    "Counted",
    "DaypartingSchedule",
    "DaypartingWindow",
    "ImportState",
    "MoneyField",
    "SpendImport",
    "SpendLog",
    "SpendLogQuerySet",
    "SpendUpload",
    "Status",
    "StatusChange",
    "money_value",
]
