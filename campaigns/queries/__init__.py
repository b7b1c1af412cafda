"""The queries: what people read, as frozen dataclasses. They write nothing."""

from __future__ import annotations

from campaigns.queries.explain import Explanation, explain
from campaigns.queries.lookup import find_brand, find_campaign
from campaigns.queries.overview import Overview, OverviewFilter, overview
from campaigns.queries.standing import BrandStanding, Outlook, brand_standings
from campaigns.queries.status import BrandStatus, CampaignStatus, brand_statuses

__all__ = [
    "BrandStanding",
    "BrandStatus",
    "CampaignStatus",
    "Explanation",
    "Outlook",
    "Overview",
    "OverviewFilter",
    "brand_standings",
    "brand_statuses",
    "explain",
    "find_brand",
    "find_campaign",
    "overview",
]
